// SPDX-License-Identifier: BSD-3-Clause
// CPU exceptions: every one but an NMI ends the run with a readable dump on COM1.
#pragma once

#include <cstdint>
#include <string_view>

namespace acrn::baremetal {

/// What vectors.S leaves on the stack, lowest address first.
struct ExceptionFrame {
  std::uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
  std::uint64_t rbp, rdi, rsi, rdx, rcx, rbx, rax;
  std::uint64_t vector, error_code;
  std::uint64_t rip, cs, rflags, rsp, ss;
};

inline constexpr std::uint64_t exception_count = 32;

/// "invalid opcode (#UD)" and so on; "reserved" for vectors without a meaning.
/// Source: Intel SDM vol. 3A (Sep 2023), table 6-1 "Protected-Mode Exceptions and Interrupts".
std::string_view exception_name(std::uint64_t vector) noexcept;

}  // namespace acrn::baremetal
