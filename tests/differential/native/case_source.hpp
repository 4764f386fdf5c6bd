// SPDX-License-Identifier: BSD-3-Clause
// Draws instructions by the grammar of core's opcode table, with registers, flags and memory.
#pragma once

#include <cstdint>
#include <optional>

#include "core/insn/opcode_form.hpp"
#include "tests/differential/native/instruction_case.hpp"
#include "tests/differential/native/region.hpp"

namespace acrn::tests {

/// Each case follows from the seed and its number alone, so that one can be repeated by itself.
class CaseSource {
 public:
  CaseSource(Region const& region, std::uint64_t seed) : region_{region}, seed_{seed} {}

  /// A case of that row and code size, in which the row must exist. Nothing if after many tries no
  /// operand was in the arena.
  [[nodiscard]] std::optional<InstructionCase> draw(std::uint64_t number, std::uint16_t form,
                                                    core::CodeSize code) const;

 private:
  Region const& region_;
  std::uint64_t seed_;
};

}  // namespace acrn::tests
