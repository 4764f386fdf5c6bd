// SPDX-License-Identifier: BSD-3-Clause
// The known places where Zydis 4.0 does not say what the architecture does.
#pragma once

#include "core/insn/instruction.hpp"
#include "tests/differential/zydis/reference.hpp"

namespace acrn::tests {

/// What Zydis is expected to say of an instruction.
struct Expectation {
  core::Instruction instruction{};
  char const* exception{};  ///< why it differs from what core said; null if it does not
};

/// The exceptions, each with its evidence:
///
/// - MOVSXD with an operand size of 2: the SDM (vol. 2B, "MOVSX/MOVSXD") reads a word, "MOVSXD r16,
///   r/m16"; Zydis reports a doubleword, which is what AMD's processors read. The register gets the
///   same value either way.
/// - A SIB byte with base 101 and mod 00 in 64-bit mode, with REX.B and a 67 prefix: there is no
///   base (vol. 2A, table 2-3; confirmed by LEA on a processor); Zydis names R13D and forgets the
///   displacement, which it did read. Without 67 it is right.
Expectation expected_of_zydis(core::Instruction const& ours, Reference const& theirs);

}  // namespace acrn::tests
