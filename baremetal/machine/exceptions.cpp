// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/machine/exceptions.hpp"

#include <array>
#include <span>

#include "baremetal/machine/com1.hpp"
#include "baremetal/machine/cpu.hpp"
#include "baremetal/machine/finish.hpp"

extern "C" {
extern std::uint64_t const hv_vectors[acrn::baremetal::exception_count];
extern std::uint8_t hv_fault_stack_top[];
[[noreturn]] void hv_exception(acrn::baremetal::ExceptionFrame const* frame) noexcept;
}

namespace acrn::baremetal {
namespace {

constexpr std::uint16_t code_selector = 0x08;
constexpr std::uint16_t task_selector = 0x18;
constexpr std::uint64_t double_fault = 8;
constexpr std::uint64_t page_fault = 14;

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

constinit TaskState task_state{};
constinit std::array<Gate, exception_count> gates{};
constinit std::array<std::uint64_t, 5> descriptors{
    0,
    0x00af'9b00'0000'ffff,  // 0x08: 64-bit code, ring 0, as entry.S has it
    0x00cf'9300'0000'ffff,  // 0x10: data
    0,                      // 0x18: the TSS, two words, filled in at run time
    0,
};

constexpr Gate interrupt_gate(std::uint64_t handler, std::uint8_t ist) noexcept {
  return {.offset_low = static_cast<std::uint16_t>(handler),
          .selector = code_selector,
          .ist = ist,
          .type = 0x8e,  // present, ring 0, 64-bit interrupt gate
          .offset_middle = static_cast<std::uint16_t>(handler >> 16U),
          .offset_high = static_cast<std::uint32_t>(handler >> 32U)};
}

void load_descriptors() noexcept {
  auto const base = reinterpret_cast<std::uint64_t>(&task_state);
  task_state.ist[0] = reinterpret_cast<std::uint64_t>(hv_fault_stack_top);
  // Available 64-bit TSS, present. Source: Intel SDM vol. 3A (Sep 2023), figure 8-4.
  descriptors[3] = (sizeof(TaskState) - 1) | (base & 0xff'ffffU) << 16U |
                   std::uint64_t{0x89} << 40U | (base >> 24U & 0xffU) << 56U;
  descriptors[4] = base >> 32U;
  TablePointer const pointer{sizeof descriptors - 1,
                             reinterpret_cast<std::uint64_t>(descriptors.data())};
  asm volatile("lgdt %0; ltr %1" : : "m"(pointer), "r"(task_selector) : "memory");
}

struct Line {
  std::string_view name;
  std::uint64_t value;
};

void print_registers(std::span<Line const> lines) noexcept {
  unsigned column = 0;
  for (Line const& line : lines) {
    print(column == 0 ? "  " : "  ");
    print(line.name);
    print(" ");
    print_hex(line.value, 16);
    column = (column + 1) % 3;
    if (column == 0) print("\n");
  }
  if (column != 0) print("\n");
}

}  // namespace

std::string_view exception_name(std::uint64_t vector) noexcept {
  switch (vector) {
    case 0:
      return "divide error (#DE)";
    case 1:
      return "debug (#DB)";
    case 2:
      return "non-maskable interrupt";
    case 3:
      return "breakpoint (#BP)";
    case 4:
      return "overflow (#OF)";
    case 5:
      return "bound range exceeded (#BR)";
    case 6:
      return "invalid opcode (#UD)";
    case 7:
      return "device not available (#NM)";
    case double_fault:
      return "double fault (#DF)";
    case 10:
      return "invalid TSS (#TS)";
    case 11:
      return "segment not present (#NP)";
    case 12:
      return "stack-segment fault (#SS)";
    case 13:
      return "general protection (#GP)";
    case page_fault:
      return "page fault (#PF)";
    case 16:
      return "x87 floating-point error (#MF)";
    case 17:
      return "alignment check (#AC)";
    case 18:
      return "machine check (#MC)";
    case 19:
      return "SIMD floating-point exception (#XM)";
    case 20:
      return "virtualization exception (#VE)";
    case 21:
      return "control protection (#CP)";
    default:
      return "reserved";
  }
}

void catch_exceptions() noexcept {
  load_descriptors();
  for (std::uint64_t vector = 0; vector < exception_count; ++vector) {
    gates[vector] = interrupt_gate(hv_vectors[vector], vector == double_fault ? 1 : 0);
  }
  TablePointer const pointer{sizeof gates - 1, reinterpret_cast<std::uint64_t>(gates.data())};
  asm volatile("lidt %0" : : "m"(pointer) : "memory");
}

namespace {

void print_exception(ExceptionFrame const& frame) noexcept {
  print("hv: exception ");
  print_decimal(frame.vector);
  print(", ");
  print(exception_name(frame.vector));
  print(", error code ");
  print_hex(frame.error_code, 4);
  print(", at rip ");
  print_hex(frame.rip, 16);
  print("\n");
  std::array const lines{
      Line{"rax", frame.rax},    Line{"rbx", frame.rbx},  Line{"rcx", frame.rcx},
      Line{"rdx", frame.rdx},    Line{"rsi", frame.rsi},  Line{"rdi", frame.rdi},
      Line{"rbp", frame.rbp},    Line{"rsp", frame.rsp},  Line{"r8 ", frame.r8},
      Line{"r9 ", frame.r9},     Line{"r10", frame.r10},  Line{"r11", frame.r11},
      Line{"r12", frame.r12},    Line{"r13", frame.r13},  Line{"r14", frame.r14},
      Line{"r15", frame.r15},    Line{"cr2", read_cr2()}, Line{"cr3", read_cr3()},
      Line{"flg", frame.rflags}, Line{"cs ", frame.cs},   Line{"ss ", frame.ss},
  };
  print_registers(lines);
}

}  // namespace
}  // namespace acrn::baremetal

void hv_exception(acrn::baremetal::ExceptionFrame const* frame) noexcept {
  acrn::baremetal::print_exception(*frame);
  acrn::baremetal::finish(acrn::baremetal::Verdict::crashed);
}
