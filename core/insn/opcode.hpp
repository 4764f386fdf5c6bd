// SPDX-License-Identifier: BSD-3-Clause
// The opcode behind the prefixes, and the VEX prefix, which holds prefixes and opcode map in one.
#pragma once

#include <cstdint>

#include "core/bits.hpp"
#include "core/insn/cursor.hpp"
#include "core/insn/instruction.hpp"
#include "core/insn/prefixes.hpp"

namespace acrn::core {

/// The opcode maps that have rows here, by their number in VEX.mmmmm.
enum class OpcodeMap : std::uint8_t { one_byte, two_byte /* 0F */, three_byte_38 /* 0F 38 */ };

/// An opcode byte and its map; `refused` tells why no row can apply, none if one can.
struct Opcode {
  OpcodeMap map{};
  std::uint8_t byte{};
  DecodeReason refused{};
};

/// The fields of a VEX prefix. R, X, B and vvvv are stored inverted; here they are as meant.
struct VexFields {
  std::uint8_t rex{};  ///< W R X B, as in the low half of REX
  std::uint8_t map{};
  std::uint8_t third_operand{};  ///< vvvv
  bool vector_256{};             ///< L
  std::uint8_t mandatory{};      ///< pp: none, 66, F3, F2
};

/// Takes what follows C5 (one byte) or C4 (two). Source: Intel SDM vol. 2A (Sep 2023), figure 2-9
/// "VEX bit fields".
constexpr VexFields read_vex_fields(Cursor& cursor, std::uint8_t first) noexcept {
  VexFields fields{.rex = 0, .map = 1};
  std::uint8_t last = cursor.take();
  if (first == 0xC5) {
    fields.rex = static_cast<std::uint8_t>(place<2, 2>(~bits<7, 7>(last)));
  } else {
    fields.rex = static_cast<std::uint8_t>(bits<2, 0>(~bits<7, 5>(last)));
    fields.map = static_cast<std::uint8_t>(bits<4, 0>(last));
    last = cursor.take();
    fields.rex |= static_cast<std::uint8_t>(place<3, 3>(bits<7, 7>(last)));
  }
  fields.third_operand = static_cast<std::uint8_t>(bits<3, 0>(~bits<6, 3>(last)));
  fields.vector_256 = bits<2, 2>(last) != 0;
  fields.mandatory = static_cast<std::uint8_t>(bits<1, 0>(last));
  return fields;
}

/// Why a VEX instruction behind these prefixes is none of ours. Map 3 (0F 3A) has no moves, and the
/// others but 1 and 2 are reserved.
constexpr DecodeReason refuse_vex(Prefixes const& prefixes, VexFields const& fields) noexcept {
  if (prefixes.operand_size || prefixes.lock || prefixes.has_rex() ||
      prefixes.repeat != Repeat::none) {
    return DecodeReason::vex_prefix;
  }
  return fields.map == 1 || fields.map == 2 ? DecodeReason::none : DecodeReason::opcode;
}

/// Takes a VEX prefix, `first` being C5 or C4 and taken already, and the opcode. Outside 64-bit
/// mode there are 8 registers and W has no meaning. Source: Intel SDM vol. 2A (Sep 2023), section
/// 2.3.
constexpr Opcode read_vex(Cursor& cursor, Prefixes& prefixes, std::uint8_t first) noexcept {
  VexFields const fields = read_vex_fields(cursor, first);
  DecodeReason refused = refuse_vex(prefixes, fields);
  prefixes.rex = prefixes.size == CodeSize::bits64 ? fields.rex : std::uint8_t{0};
  prefixes.encoding = Encoding::vex;
  prefixes.vector_256 = fields.vector_256;
  prefixes.has_third_operand = fields.third_operand != 0;
  prefixes.operand_size = fields.mandatory == 1;
  if (fields.mandatory == 2) prefixes.repeat = Repeat::equal;
  if (fields.mandatory == 3) prefixes.repeat = Repeat::not_equal;
  return {static_cast<OpcodeMap>(fields.map == 2 ? 2 : 1), cursor.take(), refused};
}

/// Takes the opcode behind the prefixes. Outside 64-bit mode C4 and C5 are VEX only if the next
/// byte would name a register operand; else they are LES and LDS.
constexpr Opcode read_opcode(Cursor& cursor, Prefixes& prefixes) noexcept {
  std::uint8_t const first = cursor.take();
  if (first == 0x0F) {
    std::uint8_t const second = cursor.take();
    if (second != 0x38) return {OpcodeMap::two_byte, second, DecodeReason::none};
    return {OpcodeMap::three_byte_38, cursor.take(), DecodeReason::none};
  }
  if (first != 0xC4 && first != 0xC5) return {OpcodeMap::one_byte, first, DecodeReason::none};
  bool const vex = prefixes.size == CodeSize::bits64 || cursor.at_end() || cursor.peek() >= 0xC0;
  if (vex) return read_vex(cursor, prefixes, first);
  return {OpcodeMap::one_byte, first, DecodeReason::opcode};
}

}  // namespace acrn::core
