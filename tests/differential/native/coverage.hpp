// SPDX-License-Identifier: BSD-3-Clause
// Which forms have been run: by row of the opcode table, code size and operand size.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/insn/opcode_table.hpp"
#include "tests/differential/native/instruction_case.hpp"

namespace acrn::tests {

class Coverage {
 public:
  void add(InstructionCase const& test, Outcome const& outcome);
  /// The row cannot be run in that code size, for want of what `why` names.
  void skip(std::uint16_t form, core::CodeSize code, char const* why);

  /// Everything, in a few lines per code size.
  void print() const;
  /// Rows, code sizes and operand sizes that should have been run and were not, one line each.
  [[nodiscard]] std::vector<std::string> missing() const;

 private:
  static constexpr std::size_t code_count = 3;
  static constexpr std::size_t size_count = 6;  ///< 1 to 32 bytes
  struct Cell {
    std::array<std::uint64_t, size_count> by_size{};
    char const* skipped{};
  };

  [[nodiscard]] static std::vector<std::size_t> sizes_of(core::OpcodeForm const& form,
                                                         core::CodeSize code);

  std::array<std::array<Cell, code_count>, core::opcode_forms.size()> cells_{};
  std::uint64_t locked_{};
  std::uint64_t repeated_{};
  std::array<std::uint64_t, 32> faults_{};
};

}  // namespace acrn::tests
