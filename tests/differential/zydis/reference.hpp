// SPDX-License-Identifier: BSD-3-Clause
// Zydis' view of one byte string, in the words of core.
#pragma once

#include <Zydis/Zydis.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/insn/instruction.hpp"

namespace acrn::tests {

/// What Zydis says; the instruction and its operands are meaningful if `accepted`.
struct Reference {
  bool accepted{};
  bool wants_more{};  ///< refused because the bytes end
  bool too_long{};    ///< refused because of the 15-byte limit
  ZydisDecodedInstruction instruction{};
  std::array<ZydisDecodedOperand, ZYDIS_MAX_OPERAND_COUNT> operands{};

  [[nodiscard]] std::span<ZydisDecodedOperand const> all_operands() const {
    return std::span{operands}.first(accepted ? instruction.operand_count : 0);
  }
  [[nodiscard]] std::string mnemonic() const;
  /// An operand that the instruction names (PUSH's stack slot does not count) is in memory.
  [[nodiscard]] bool names_memory() const;
};

/// One Zydis decoder per code size. 16-bit code is that of a protected-mode segment, where VEX is
/// allowed; core leaves the check for real mode to its executor.
class ReferenceDecoder {
 public:
  ReferenceDecoder();
  [[nodiscard]] Reference decode(std::span<std::uint8_t const> bytes, core::CodeSize size) const;

 private:
  std::array<ZydisDecoder, 3> decoders_{};
};

}  // namespace acrn::tests
