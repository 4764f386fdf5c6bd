// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/machine/descriptors.hpp"

extern "C" std::uint8_t hv_vectors[];

namespace acrn::baremetal {
namespace {

constexpr std::size_t vector_count = 256;
constexpr std::size_t vector_code_size = 16;  // of each entry point in vectors.S
constexpr std::size_t nmi = 2;
constexpr std::size_t double_fault = 8;
constexpr std::size_t machine_check = 18;

/// 64-bit interrupt gate. Source: Intel SDM vol. 3A (Sep 2023), figure 6-8.
struct Gate {
  std::uint16_t offset_low{};
  std::uint16_t selector{};
  std::uint8_t ist{};
  std::uint8_t type{};
  std::uint16_t offset_middle{};
  std::uint32_t offset_high{};
  std::uint32_t reserved{};
};
static_assert(sizeof(Gate) == 16);

struct [[gnu::packed]] TablePointer {
  std::uint16_t limit;
  std::uint64_t base;
};

constinit std::array<Gate, vector_count> gates{};

constexpr Gate interrupt_gate(std::uint64_t handler, std::uint8_t ist) noexcept {
  return {.offset_low = static_cast<std::uint16_t>(handler),
          .selector = code_selector,
          .ist = ist,
          .type = 0x8e,  // present, ring 0, 64-bit interrupt gate
          .offset_middle = static_cast<std::uint16_t>(handler >> 16U),
          .offset_high = static_cast<std::uint32_t>(handler >> 32U)};
}

constexpr std::uint8_t stack_of(std::size_t vector) noexcept {
  if (vector == nmi) return nmi_stack_number;
  return vector == double_fault || vector == machine_check ? fault_stack_number : 0;
}

}  // namespace

void DescriptorTables::load(std::uint64_t fault_stack, std::uint64_t nmi_stack) noexcept {
  auto const base = reinterpret_cast<std::uint64_t>(&task_state);
  task_state.ist[fault_stack_number - 1] = fault_stack;
  task_state.ist[nmi_stack_number - 1] = nmi_stack;
  // Available 64-bit TSS, present. Source: Intel SDM vol. 3A (Sep 2023), figure 8-4.
  gdt[3] = (sizeof(TaskState) - 1) | (base & 0xff'ffffU) << 16U | std::uint64_t{0x89} << 40U |
           (base >> 24U & 0xffU) << 56U;
  gdt[4] = base >> 32U;
  TablePointer const pointer{sizeof gdt - 1, reinterpret_cast<std::uint64_t>(gdt.data())};
  asm volatile("lgdt %0; ltr %1" : : "m"(pointer), "r"(task_selector) : "memory");
}

void fill_idt() noexcept {
  auto const first = reinterpret_cast<std::uint64_t>(hv_vectors);
  for (std::size_t vector = 0; vector < vector_count; ++vector) {
    gates[vector] = interrupt_gate(first + vector * vector_code_size, stack_of(vector));
  }
}

void load_idt() noexcept {
  TablePointer const pointer{sizeof gates - 1, reinterpret_cast<std::uint64_t>(gates.data())};
  asm volatile("lidt %0" : : "m"(pointer) : "memory");
}

}  // namespace acrn::baremetal
