// SPDX-License-Identifier: BSD-3-Clause
// The words that users read for what the decoder found.
#pragma once

#include <string_view>

#include "core/insn/instruction.hpp"

namespace acrn::core {

/// "decoded", "need more bytes", ...; "?" for a value outside the enumeration, here and below.
std::string_view name(DecodeStatus status) noexcept;
/// A sentence's end: "the opcode is not supported", ...; "none" for DecodeReason::none.
std::string_view name(DecodeReason reason) noexcept;
/// "es" to "gs".
std::string_view name(Segment segment) noexcept;
/// The suffix of SETcc and CMOVcc: "o", "no", "b", ...
std::string_view name(Condition condition) noexcept;
/// The mnemonic of its row in opcode_forms: "MOV", "SETcc", ...
std::string_view mnemonic(Instruction const& instruction) noexcept;

}  // namespace acrn::core
