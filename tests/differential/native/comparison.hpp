// SPDX-License-Identifier: BSD-3-Clause
// Whether the CPU and core agree on what became of an instruction.
#pragma once

#include <string>

#include "tests/differential/native/instruction_case.hpp"

namespace acrn::tests {

/// What differs, one item after the other; empty if nothing does. Vectors are compared in their low
/// `vector_bytes`.
std::string difference(InstructionCase const& test, Outcome const& native, Outcome const& model,
                       unsigned vector_bytes);

/// The case in one line: mnemonic, code size and bytes.
std::string describe(InstructionCase const& test);

}  // namespace acrn::tests
