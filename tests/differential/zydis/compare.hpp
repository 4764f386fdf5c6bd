// SPDX-License-Identifier: BSD-3-Clause
// Compares an instruction that core decoded with what Zydis says about the same bytes.
#pragma once

#include <string>

#include "core/insn/instruction.hpp"
#include "tests/differential/zydis/reference.hpp"

namespace acrn::tests {

/// The mnemonic Zydis is expected to use: lower case, with the condition and the string's size.
std::string expected_mnemonic(core::Instruction const& instruction);

/// Where the two differ: length, mnemonic, memory operand, other operand, immediate, lock, repeat.
/// Empty if nowhere. Known exceptions have to be applied to `ours` before.
std::string difference(core::Instruction const& ours, Reference const& theirs);

}  // namespace acrn::tests
