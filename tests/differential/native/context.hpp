// SPDX-License-Identifier: BSD-3-Clause
// What the trampolines load into the CPU and store from it; it lies at a fixed low address.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "core/exit.hpp"

namespace acrn::tests {

/// Operand of a far jump through memory.
struct FarPointer {
  std::uint32_t offset{};
  std::uint16_t selector{};
};

/// Addressed by its offsets from code that is made at run time.
struct Context {
  std::uint64_t host_stack{};  ///< RSP of the C++ side
  std::array<std::uint64_t, 16> before{};
  std::uint64_t flags_before{};
  std::array<std::uint64_t, 16> after{};
  std::uint64_t flags_after{};
  std::array<core::VectorValue, 16> vectors{};  ///< before, then after
  std::array<std::uint64_t, 16> stack{};        ///< of PUSHF and POPF
  FarPointer compatibility{};                   ///< the 32-bit part of a trampoline
  std::uint16_t es{};
  std::uint16_t ss{};
  std::uint16_t ds{};
  std::uint16_t gs{};
  std::uint16_t flat{};
};
static_assert(std::is_trivially_copyable_v<Context> && std::is_standard_layout_v<Context>);
static_assert(sizeof(Context) <= 0x1000, "it has one page");

}  // namespace acrn::tests
