// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/machine/crash.hpp"

#include <cstdint>
#include <span>

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

}  // namespace acrn::baremetal
