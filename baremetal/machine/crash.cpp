// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/machine/crash.hpp"

#include <cstdint>
#include <span>

#include "baremetal/machine/com1.hpp"
#include "baremetal/machine/finish.hpp"
#include "baremetal/machine/smp.hpp"
#include "core/check.hpp"

extern "C" std::uint8_t hv_text_start[];

namespace acrn::baremetal {
namespace {

void store_byte_at(std::uint64_t address) noexcept {
  asm volatile("movb $0, (%0)" : : "r"(address) : "memory");
}

void overflow_stack() noexcept {
  for (;;) {
    asm volatile("pushq $0" : : : "memory");
  }
}

}  // namespace

void crash(std::string_view kind) noexcept {
  if (kind == "ud2") asm volatile("ud2");
  if (kind == "null") store_byte_at(0);
  if (kind == "text") store_byte_at(reinterpret_cast<std::uint64_t>(hv_text_start));
  if (kind == "stack") overflow_stack();
  if (kind == "panic") core::check(kind.empty(), "the command line asked for a panic");
  if (kind == "assert") {
    std::span<char const> const none{kind.data(), 0};
    asm volatile("" : : "r"(none[kind.size()]));
  }
}

void crash_if_asked(Configuration const& configuration) noexcept {
  static constexpr auto crash_here = [](void* kind) noexcept {
    crash(*static_cast<std::string_view const*>(kind));
    print("hv: command line: unknown crash=");
    print(*static_cast<std::string_view const*>(kind));
    print("; known are ud2, null, text, stack, panic, assert\n");
    finish(Verdict::failed);
  };
  if (configuration.crash.empty()) return;
  std::string_view kind = configuration.crash;
  if (configuration.crash_cpu == this_cpu()) crash_here(&kind);
  run_on(configuration.crash_cpu, crash_here, &kind);
  for (;;) wait_for_wake();  // until that CPU's NMI halts this one
}

}  // namespace acrn::baremetal
