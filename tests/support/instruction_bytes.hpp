// SPDX-License-Identifier: BSD-3-Clause
// Bytes of instructions for tests: from a list, and from a row of the opcode table.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "core/insn/decoder.hpp"

namespace acrn::tests {

using Bytes = std::vector<std::uint8_t>;

/// Decodes exactly these bytes, from a heap block of that size, so that a sanitizer sees a read
/// behind them.
inline core::Decoded decode_exactly(Bytes const& bytes, core::CodeSize size) {
  return core::decode(Bytes{bytes}, size);
}

/// Decodes these bytes and whatever follows them in memory.
inline core::Decoded decode_padded(Bytes bytes, core::CodeSize size) {
  bytes.resize(core::instruction_size_max + 1, 0xCC);
  return core::decode(bytes, size);
}

/// Mandatory prefix, REX or VEX, and opcode of a row: of the first opcode if it has several. What
/// follows is ModRM with `form.when`'s extension, or the address.
inline Bytes opcode_bytes(core::OpcodeForm const& form) {
  auto const wants = [&](unsigned bit) { return (form.when.value & bit) != 0; };
  unsigned const mandatory = wants(core::key_66) ? 1 : wants(core::key_f3) ? 2 : 0;
  Bytes bytes;
  if (wants(core::key_vex)) {
    auto const map = static_cast<std::uint8_t>(0xE0U | static_cast<unsigned>(form.opcode.map));
    auto const last = static_cast<std::uint8_t>((wants(core::key_w) ? 0x80U : 0U) | 0x78U |
                                                (wants(core::key_l) ? 4U : 0U) | mandatory);
    return {0xC4, map, last, form.opcode.first};
  }
  if (mandatory == 1) bytes.push_back(0x66);
  if (mandatory == 2) bytes.push_back(0xF3);
  if (wants(core::key_w)) bytes.push_back(0x48);
  if (form.opcode.map != core::OpcodeMap::one_byte) bytes.push_back(0x0F);
  if (form.opcode.map == core::OpcodeMap::three_byte_38) bytes.push_back(0x38);
  bytes.push_back(form.opcode.first);
  return bytes;
}

/// ModRM for a row: its extension, or register 1, and `mod_rm` (mod in bits 7 and 6, rm below 3).
inline std::uint8_t modrm_byte(core::OpcodeForm const& form, unsigned mod_rm) {
  bool const extended = (form.when.mask & core::key_reg) != 0;
  unsigned const reg = extended ? form.when.value & core::key_reg : 1U;
  return static_cast<std::uint8_t>(mod_rm | (reg << 3U));
}

}  // namespace acrn::tests
