// SPDX-License-Identifier: BSD-3-Clause
// ModRM, SIB and displacement for a memory operand, written down from the manual's tables and not
// by core's decoder; and registers that make it point where it shall.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/exit.hpp"
#include "core/insn/instruction.hpp"
#include "tests/support/numbers.hpp"

namespace acrn::tests {

using Registers = std::array<std::uint64_t, 16>;

/// How an operand is addressed. Registers by number.
struct AddressForm {
  std::optional<unsigned> base{};
  std::optional<unsigned> index{};
  unsigned scale{1};
  std::uint64_t displacement{};  ///< sign-extended
  unsigned displacement_size{};  ///< bytes in the instruction
  unsigned address_size{};       ///< bytes: 2, 4 or 8
  bool rip_relative{};
  core::Segment segment{};  ///< without an override
  std::uint8_t mod_rm{};    ///< ModRM without its reg field
  std::optional<std::uint8_t> sib{};
};

/// REX.X and REX.B, as 0 or 8.
struct AddressExtension {
  unsigned x{};
  unsigned b{};
};

AddressForm draw_address_form(Numbers& numbers, core::CodeSize code, unsigned address_size,
                              AddressExtension rex);

/// What the address depends on besides the form.
struct AddressGoal {
  std::uint64_t offset{};    ///< where in its segment the operand shall be
  std::uint64_t extra{};     ///< added by the instruction itself: bit strings, POP
  std::uint64_t next_rip{};  ///< for RIP-relative forms
  std::uint32_t fixed{};     ///< bit n: register n must stay
};

/// The offset of the operand in its segment.
std::uint64_t evaluate(AddressForm const& form, Registers const& registers,
                       AddressGoal const& goal);

/// Changes a register, or the displacement, so that the operand is at the goal or up to 8 bytes
/// below it. False if neither can be changed.
bool aim(AddressForm& form, Registers& registers, AddressGoal const& goal);

/// The low `size` bytes of `value` in `old`; all of it for 8.
constexpr std::uint64_t replace_low(std::uint64_t old, std::uint64_t value, unsigned size) {
  std::uint64_t const mask = size >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * size)) - 1;
  return (old & ~mask) | (value & mask);
}

}  // namespace acrn::tests
