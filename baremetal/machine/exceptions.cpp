// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/machine/exceptions.hpp"

#include <array>
#include <atomic>
#include <span>

#include "baremetal/machine/com1.hpp"
#include "baremetal/machine/cpu.hpp"
#include "baremetal/machine/finish.hpp"
#include "baremetal/machine/interrupts.hpp"
#include "baremetal/machine/smp.hpp"

extern "C" {
void hv_vector(acrn::baremetal::ExceptionFrame* frame) noexcept;
extern std::uint8_t const hv_wait_halt[];
}

namespace acrn::baremetal {
namespace {

constexpr std::uint64_t nmi = 2;
constexpr std::uint64_t double_fault = 8;
constexpr std::uint64_t page_fault = 14;

struct Line {
  std::string_view name;
  std::uint64_t value;
};

void print_registers(std::span<Line const> lines) noexcept {
  unsigned column = 0;
  for (Line const& line : lines) {
    print("  ");
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
  print("\n  on cpu ");
  print_decimal(this_cpu().value);
  print(" of ");
  print_decimal(cpu_count());
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

constinit std::atomic<unsigned> depth{};

/// A fault inside the dump gets no dump of its own, and one inside the end no end.
[[noreturn]] void dump_and_end(ExceptionFrame const& frame) noexcept {
  claim_the_end();
  unsigned const before = depth.fetch_add(1, std::memory_order_relaxed);
  if (before == 0) print_exception(frame);
  if (before == 1) print("hv: exception while the dump was printed\n");
  if (before > 1) halt_forever();
  finish(Verdict::crashed);
}

}  // namespace
}  // namespace acrn::baremetal

void hv_vector(acrn::baremetal::ExceptionFrame* frame) noexcept {
  using namespace acrn::baremetal;
  if (frame->vector == nmi) {
    take_nmi();
  } else if (frame->vector >= exception_count) {
    take_interrupt(*frame);
  } else {
    dump_and_end(*frame);
  }
  constexpr std::uint64_t halt_size = 1;
  if (frame->rip == reinterpret_cast<std::uint64_t>(hv_wait_halt)) frame->rip += halt_size;
}
