// SPDX-License-Identifier: BSD-3-Clause
// The registers that string instructions walk with: rSI, rDI and the count in rCX.
#pragma once

#include <cstdint>

#include "core/access.hpp"
#include "core/emulate/step.hpp"
#include "core/emulate/widen.hpp"
#include "core/exit.hpp"
#include "core/insn/instruction.hpp"

namespace acrn::core {

/// One element of a string instruction.
struct StringElement {
  std::uint8_t size{};          ///< bytes of the element
  std::uint8_t address_size{};  ///< how much of each register counts: 2, 4 or 8 bytes
  Repeat repeat{};
  std::uint64_t flags{};  ///< RFLAGS before the element: DF
};

/// How many elements are left, this one included; 1 without a repeat prefix.
template <CpuView Cpu>
constexpr std::uint64_t elements_left(StringElement const& element, Cpu& cpu) {
  if (element.repeat == Repeat::none) return 1;
  return truncate(cpu.read_register(Register::rcx), element.address_size);
}

/// Moves rSI or rDI past the element. As any register write, one of 4 bytes clears bits 63:32.
template <CpuView Cpu>
constexpr void move_pointer(StringElement const& element, Register reg, Cpu& cpu, Commit& commit) {
  std::uint64_t const old = cpu.read_register(reg);
  bool const down = (element.flags & rflags::direction) != 0;
  std::uint64_t const moved = down ? old - element.size : old + element.size;
  commit.set(reg, widen(old, moved, element.address_size, Extend::by_size));
}

/// Counts the element, if a prefix repeats it: true if elements are left by the count.
template <CpuView Cpu>
constexpr bool count_element(StringElement const& element, Cpu& cpu, Commit& commit) {
  if (element.repeat == Repeat::none) return false;
  std::uint64_t const old = cpu.read_register(Register::rcx);
  std::uint64_t const left = truncate(old - 1, element.address_size);
  commit.set(Register::rcx, widen(old, left, element.address_size, Extend::by_size));
  return left != 0;
}

}  // namespace acrn::core
