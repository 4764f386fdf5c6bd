// SPDX-License-Identifier: BSD-3-Clause
// The subjects of `acrntb explain`, one file each. All throw UsageError for what cannot be read.
#pragma once

#include <string_view>

#include "core/insn/instruction.hpp"
#include "sim/cli/explanation.hpp"

namespace acrn::cli {

/// A state's number or name, or the 64-bit word of state and generation: more than 8 hexadecimal
/// digits, or above 32 bits.
Explanation explain_slot_state(std::string_view given);

/// An exit qualification by its exit reason: a number, or "io" and "ept".
Explanation explain_exit(std::string_view reason, std::string_view qualification);
Explanation explain_io(std::string_view qualification);
Explanation explain_ept(std::string_view qualification);

/// A hypercall's number, or its name with or without HC_.
Explanation explain_hypercall(std::string_view given);

/// The instruction at the front of the bytes.
Explanation explain_instruction(std::string_view bytes, core::CodeSize mode);

}  // namespace acrn::cli
