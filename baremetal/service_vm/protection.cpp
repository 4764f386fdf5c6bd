// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/service_vm/protection.hpp"

#include <array>
#include <cstddef>

#include "baremetal/service_vm/service_boot.hpp"

extern "C" {
extern std::uint64_t const service_vectors[32];
extern std::uint8_t service_header[];
extern std::uint8_t service_writable[];
extern std::uint8_t service_stack_guard[];
extern std::uint8_t service_fault_stack_guard[];
extern std::uint8_t service_fault_stack_top[];
void service_upcall();
}

namespace acrn::service_vm {
namespace {

constexpr std::size_t exception_count = 32;
constexpr std::size_t double_fault = 8;
constexpr std::uint16_t code_selector = 0x08;
constexpr std::uint16_t data_selector = 0x10;
constexpr std::uint16_t task_selector = 0x18;

/// 64-bit TSS. Source: Intel SDM vol. 3A (Sep 2023), figure 8-11.
struct [[gnu::packed]] TaskState {
  std::uint32_t reserved0{};
  std::array<std::uint64_t, 3> rsp{};
  std::uint64_t reserved1{};
  std::array<std::uint64_t, 7> ist{};
  std::uint64_t reserved2{};
  std::uint16_t reserved3{};
  std::uint16_t io_map_base{sizeof(TaskState)};
};
static_assert(sizeof(TaskState) == 104);

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

/// A paging structure of 512 entries. Source: Intel SDM vol. 3A (Sep 2023), section 4.5.
struct alignas(4096) Table {
  std::array<std::uint64_t, 512> entries{};
};
constexpr std::uint64_t present = 1;
constexpr std::uint64_t writable = 2;
constexpr std::uint64_t large = 0x80;
constexpr std::uint64_t page_size = 0x1000;
constexpr std::uint64_t large_page_size = 0x20'0000;
constexpr std::size_t directory_count = 4;  // GiB

constinit Table page_map{};
constinit Table pointers{};
constinit std::array<Table, directory_count> directories{};
constinit Table low_pages{};

constinit TaskState task_state{};
constinit std::array<Gate, 256> gates{};
constinit std::array<std::uint64_t, 5> descriptors{
    0,
    0x00af'9b00'0000'ffff,  // 0x08: 64-bit code, ring 0
    0x00cf'9300'0000'ffff,  // 0x10: data
    0,                      // 0x18: the TSS, two words, filled in at run time
    0,
};

template <class T>
std::uint64_t address(T const* object) noexcept {
  return reinterpret_cast<std::uintptr_t>(object);
}

std::uint64_t low_page(std::uint64_t page) noexcept {
  if (page == 0 || page == address(service_stack_guard) ||
      page == address(service_fault_stack_guard)) {
    return 0;
  }
  bool const constant = page >= address(service_header) && page < address(service_writable);
  return page | present | (constant ? 0 : writable);
}

void map_memory() noexcept {
  for (std::size_t i = 0; i < low_pages.entries.size(); ++i) {
    low_pages.entries[i] = low_page(i * page_size);
  }
  std::uint64_t page = 0;
  for (std::size_t i = 0; i < directories.size(); ++i) {
    for (std::uint64_t& entry : directories[i].entries) {
      entry = page | present | writable | large;
      page += large_page_size;
    }
    pointers.entries[i] = address(&directories[i]) | present | writable;
  }
  directories[0].entries[0] = address(&low_pages) | present | writable;
  page_map.entries[0] = address(&pointers) | present | writable;
  asm volatile("mov %0, %%cr3" : : "r"(address(&page_map)) : "memory");
}

constexpr Gate interrupt_gate(std::uint64_t handler, std::uint8_t ist) noexcept {
  return {.offset_low = static_cast<std::uint16_t>(handler),
          .selector = code_selector,
          .ist = ist,
          .type = 0x8e,  // present, ring 0, 64-bit interrupt gate
          .offset_middle = static_cast<std::uint16_t>(handler >> 16U),
          .offset_high = static_cast<std::uint32_t>(handler >> 32U)};
}

void load_descriptors() noexcept {
  std::uint64_t const base = address(&task_state);
  task_state.ist[0] = address(service_fault_stack_top);
  // Available 64-bit TSS, present. Source: Intel SDM vol. 3A (Sep 2023), figure 8-4.
  descriptors[3] = (sizeof(TaskState) - 1) | (base & 0xff'ffffU) << 16U |
                   std::uint64_t{0x89} << 40U | (base >> 24U & 0xffU) << 56U;
  descriptors[4] = base >> 32U;
  TablePointer const pointer{sizeof descriptors - 1, address(descriptors.data())};
  std::uint64_t scratch = 0;
  // The far return loads CS: an IRET of the upcall's handler would look it up in the new table.
  asm volatile(
      "lgdt %[pointer]\n\t"
      "mov %w[data], %%ss\n\t"
      "mov %w[data], %%ds\n\t"
      "mov %w[data], %%es\n\t"
      "ltr %w[task]\n\t"
      "pushq %[code]\n\t"
      "leaq 1f(%%rip), %[scratch]\n\t"
      "pushq %[scratch]\n\t"
      "lretq\n"
      "1:"
      : [scratch] "=&r"(scratch)
      : [pointer] "m"(pointer), [data] "r"(data_selector), [task] "r"(task_selector),
        [code] "i"(code_selector)
      : "memory");
}

void load_gates() noexcept {
  for (std::size_t vector = 0; vector < exception_count; ++vector) {
    gates[vector] = interrupt_gate(service_vectors[vector], vector == double_fault ? 1 : 0);
  }
  gates[upcall_vector] = interrupt_gate(reinterpret_cast<std::uintptr_t>(&service_upcall), 0);
  TablePointer const pointer{sizeof gates - 1, address(gates.data())};
  asm volatile("lidt %0" : : "m"(pointer) : "memory");
}

}  // namespace

void protect() noexcept {
  load_descriptors();
  load_gates();
  map_memory();
}

}  // namespace acrn::service_vm
