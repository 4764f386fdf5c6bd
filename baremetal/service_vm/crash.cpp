// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/service_vm/crash.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "baremetal/service_vm/console.hpp"
#include "baremetal/service_vm/vm_machine.hpp"
#include "core/check.hpp"

namespace acrn::service_vm {

/// What entry.S pushes, from the top of the stack on; then what the CPU has pushed.
struct CrashFrame {
  std::array<std::uint64_t, 15> registers;
  std::uint64_t vector;
  std::uint64_t error_code;
  std::uint64_t rip;
  std::uint64_t cs;
  std::uint64_t rflags;
  std::uint64_t rsp;
  std::uint64_t ss;
};

}  // namespace acrn::service_vm

extern "C" [[noreturn]] void service_exception(acrn::service_vm::CrashFrame const* frame) noexcept;

namespace acrn::service_vm {
namespace {

constinit ServiceBoot* shared = nullptr;
constinit VmMachine machine{};

using Text = Console<VmMachine>;

void print_hex(Text& text, std::string_view name, std::uint64_t value) noexcept {
  text.print(name);
  text.print(" 0x");
  for (unsigned digit = 16; digit-- > 0;) {
    char const c = "0123456789abcdef"[value >> 4 * digit & 0xfU];
    text.print({&c, 1});
  }
}

void print_frame(Text& text, CrashFrame const& frame) noexcept {
  constexpr std::array<std::string_view, 15> names{"rax", "rcx", "rdx", "rbx", "rbp",
                                                   "rsi", "rdi", "r8 ", "r9 ", "r10",
                                                   "r11", "r12", "r13", "r14", "r15"};
  std::uint64_t cr2 = 0;
  asm volatile("mov %%cr2, %0" : "=r"(cr2));
  text.print("service: exception ");
  text.print_decimal(static_cast<std::int64_t>(frame.vector));
  print_hex(text, ", error code", frame.error_code);
  print_hex(text, ", at rip", frame.rip);
  for (std::size_t i = 0; i < names.size(); ++i) {
    text.print(i % 3 == 0 ? "\n  " : "  ");
    print_hex(text, names[i], frame.registers[i]);
  }
  print_hex(text, "\n  rsp", frame.rsp);
  print_hex(text, "  flg", frame.rflags);
  print_hex(text, "  cr2", cr2);
  text.print("\n");
}

[[noreturn]] void end() noexcept {
  if (shared != nullptr) {
    std::atomic_ref{shared->status.state}.store(static_cast<std::uint32_t>(ServiceState::crashed),
                                                std::memory_order_release);
  }
  halt_forever();
}

}  // namespace

void tell_crashes_in(ServiceBoot& boot) noexcept { shared = &boot; }

void halt_forever() noexcept {
  for (;;) asm volatile("cli; hlt" : : : "memory");
}

namespace {

[[noreturn]] void panic_here(char const* sentence, char const* file, int line) noexcept {
  Text text{machine, Text::unknown_source};
  text.print("service: panic: ");
  text.print(sentence);
  text.print(" (");
  text.print(file);
  text.print(":");
  text.print_decimal(line);
  text.print(")\n");
  end();
}

}  // namespace
}  // namespace acrn::service_vm

void service_exception(acrn::service_vm::CrashFrame const* frame) noexcept {
  using namespace acrn::service_vm;
  Text text{machine, Text::unknown_source};
  print_frame(text, *frame);
  end();
}

void acrn::core::panic(char const* sentence, char const* file, int line) noexcept {
  acrn::service_vm::panic_here(sentence, file, line);
}

namespace std {

/// libstdc++'s bounds checks (_GLIBCXX_ASSERTIONS) end here; <bits/c++config.h> declares it.
void __glibcxx_assert_fail(char const* file, int line, char const* /*function*/,
                           char const* condition) noexcept {
  acrn::service_vm::panic_here(condition, file, line);
}

}  // namespace std
