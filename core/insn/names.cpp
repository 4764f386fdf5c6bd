// SPDX-License-Identifier: BSD-3-Clause
#include "core/insn/names.hpp"

#include <array>
#include <cstddef>

#include "core/insn/opcode_table.hpp"

namespace acrn::core {

namespace {

constexpr std::string_view unknown{"?", 1};

template <std::size_t count>
constexpr std::string_view at(std::array<std::string_view, count> const& names,
                              std::size_t index) noexcept {
  return index < count ? names[index] : unknown;
}

}  // namespace

std::string_view name(DecodeStatus status) noexcept {
  constexpr std::array<std::string_view, 5> names{"decoded", "need more bytes", "undefined",
                                                  "unsupported", "longer than 15 bytes"};
  return at(names, static_cast<std::size_t>(status));
}

std::string_view name(DecodeReason reason) noexcept {
  constexpr std::array<std::string_view, 6> names{
      "none",
      "the opcode is not supported",
      "the operand is a register, not memory",
      "LOCK is not allowed here",
      "LOCK, 66, F2, F3 or REX precedes VEX",
      "VEX.vvvv names a register, but there is no third operand"};
  return at(names, static_cast<std::size_t>(reason));
}

std::string_view name(Segment segment) noexcept {
  constexpr std::array<std::string_view, 6> names{"es", "cs", "ss", "ds", "fs", "gs"};
  return at(names, static_cast<std::size_t>(segment));
}

std::string_view name(Condition condition) noexcept {
  constexpr std::array<std::string_view, 16> names{"o", "no", "b", "ae", "e", "ne", "be", "a",
                                                   "s", "ns", "p", "np", "l", "ge", "le", "g"};
  return at(names, static_cast<std::size_t>(condition));
}

std::string_view mnemonic(Instruction const& instruction) noexcept {
  return instruction.form < opcode_forms.size() ? opcode_forms[instruction.form].mnemonic : unknown;
}

}  // namespace acrn::core
