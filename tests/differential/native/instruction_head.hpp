// SPDX-License-Identifier: BSD-3-Clause
// Prefixes and opcode of an instruction drawn from a row of core's opcode table.
#pragma once

#include <cstdint>
#include <vector>

#include "core/insn/opcode_form.hpp"
#include "tests/support/numbers.hpp"

namespace acrn::tests {

/// What precedes ModRM, and what it means for the operands.
struct InstructionHead {
  std::vector<std::uint8_t> bytes{};
  unsigned operand_size{};  ///< of operands of size v: 2, 4 or 8 bytes
  unsigned address_size{};
  unsigned rex{};  ///< bits W R X B
  bool has_rex{};
  bool vector_256{};
  bool lock{};
  bool repeat{};  ///< F2 or F3 before a string operation
  bool has_segment{};
  core::Segment segment{};  ///< the override, if it counts
};

/// Whether the row exists in code of that size.
bool exists_in(core::OpcodeForm const& form, core::CodeSize code);

/// Everything but what the row demands is random.
InstructionHead draw_head(Numbers& numbers, core::OpcodeForm const& form, core::CodeSize code);

/// Bytes of an operand of that size letter behind this head.
unsigned size_of(core::OperandSize size, core::CodeSize code, InstructionHead const& head);

}  // namespace acrn::tests
