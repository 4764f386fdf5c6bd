// SPDX-License-Identifier: BSD-3-Clause
// A decoded instruction in words like those of Intel's manuals.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/insn/instruction.hpp"

namespace acrn::cli {

/// "MOV EAX, dword DS:[RBX+RCX*4-0x10]".
std::string instruction_text(core::Instruction const& insn);
/// "DS:[RBX+RCX*4-0x10]": an address without base is cut to the address size.
std::string memory_text(core::Instruction const& insn);
/// "EAX", "AH", "XMM3", "0x10", "CL"; "" if the instruction has no such operand.
std::string other_text(core::Instruction const& insn);
/// The low `size` bytes of a register: 1, 2, 4 or 8.
std::string register_text(core::Register reg, std::uint8_t size);
/// "byte", "word", "dword", "qword", "xmmword", "ymmword".
std::string_view size_word(std::uint8_t size);
/// With the condition of SETcc and CMOVcc in place: "CMOVNE".
std::string mnemonic_text(core::Instruction const& insn);
/// "REP", "REPE", "REPNE"; "" without a repeat prefix.
std::string_view repeat_text(core::Instruction const& insn);

}  // namespace acrn::cli
