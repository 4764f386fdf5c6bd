// SPDX-License-Identifier: BSD-3-Clause
// The whole opcode table and the index by which the decoder finds a row.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "core/insn/form_traits.hpp"
#include "core/insn/opcodes_one_byte.hpp"
#include "core/insn/opcodes_two_byte.hpp"

namespace acrn::core {

/// Every instruction form that core emulates; Instruction::form is an index into it.
inline constexpr auto opcode_forms = [] {
  using namespace opcode_table;  // NOLINT(google-build-using-namespace)
  std::array<OpcodeForm, one_byte_forms.size() + two_byte_forms.size() + three_byte_forms.size()>
      forms{};
  auto at = std::copy(one_byte_forms.begin(), one_byte_forms.end(), forms.begin());
  at = std::copy(two_byte_forms.begin(), two_byte_forms.end(), at);
  std::copy(three_byte_forms.begin(), three_byte_forms.end(), at);
  return forms;
}();

/// The same rows, as the decoder uses them.
inline constexpr auto form_traits = [] {
  std::array<FormTraits, opcode_forms.size()> traits{};
  std::transform(opcode_forms.begin(), opcode_forms.end(), traits.begin(), traits_of);
  return traits;
}();

/// The rows of one opcode: `count` of them from `first`; none for an unknown opcode.
struct OpcodeCell {
  std::uint8_t first{};
  std::uint8_t count{};
  bool has_modrm{};
};
static_assert(opcode_forms.size() <= 256, "OpcodeCell counts in one byte");

inline constexpr std::size_t opcode_map_count = 3;
inline constexpr std::size_t opcodes_per_map = 256;

/// By map and opcode. The rows of an opcode stand together.
inline constexpr auto opcode_cells = [] {
  std::array<std::array<OpcodeCell, opcodes_per_map>, opcode_map_count> cells{};
  for (std::size_t row = 0; row < opcode_forms.size(); ++row) {
    OpcodeRange const range = opcode_forms[row].opcode;
    for (std::size_t i = 0; i < range.count; ++i) {
      OpcodeCell& cell = cells[static_cast<std::size_t>(range.map)][range.first + i];
      if (cell.count == 0) cell.first = static_cast<std::uint8_t>(row);
      ++cell.count;
      cell.has_modrm = form_traits[row].place == OperandKind::memory;
    }
  }
  return cells;
}();

}  // namespace acrn::core
