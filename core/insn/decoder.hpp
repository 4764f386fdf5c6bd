// SPDX-License-Identifier: BSD-3-Clause
// Bytes to instruction: the decoder of trapped instructions with a memory operand.
#pragma once

#include <cstdint>
#include <span>

#include "core/insn/cursor.hpp"
#include "core/insn/instruction.hpp"
#include "core/insn/modrm.hpp"
#include "core/insn/opcode.hpp"
#include "core/insn/opcode_table.hpp"
#include "core/insn/prefixes.hpp"

namespace acrn::core {

namespace insn_detail {

/// Index that stands for "no row".
inline constexpr unsigned no_form = ~0U;

/// What the conditions of rows are matched with.
constexpr unsigned match_key(Prefixes const& prefixes, ModRm modrm) noexcept {
  unsigned key = modrm.reg;
  if (prefixes.repeat == Repeat::none) {
    key |= prefixes.operand_size ? key_66 : 0U;
  } else {
    key |= prefixes.repeat == Repeat::equal ? key_f3 : key_f2;
  }
  key |= prefixes.w() ? key_w : 0U;
  key |= prefixes.vector_256 ? key_l : 0U;
  key |= prefixes.encoding == Encoding::vex ? key_vex : 0U;
  key |= prefixes.size == CodeSize::bits64 ? key_64 : 0U;
  return key;
}

constexpr unsigned find_form(OpcodeCell cell, unsigned key) noexcept {
  for (unsigned row = cell.first; row < unsigned{cell.first} + cell.count; ++row) {
    Match const when = form_traits[row].when;
    if ((key & when.mask) == when.value) return row;
  }
  return no_form;
}

/// Bytes of an address: 67 swaps 2 and 4, or makes 8 into 4.
constexpr std::uint8_t address_size_of(Prefixes const& prefixes) noexcept {
  if (prefixes.size == CodeSize::bits64) return prefixes.address_size ? 4 : 8;
  return (prefixes.size == CodeSize::bits16) == prefixes.address_size ? 4 : 2;
}

constexpr SizeColumn size_column_of(Prefixes const& prefixes) noexcept {
  if (prefixes.encoding == Encoding::vex) {
    if (prefixes.vector_256) return SizeColumn::vector256;
    return prefixes.w() ? SizeColumn::bits64 : SizeColumn::bits32;
  }
  if (prefixes.w()) return SizeColumn::bits64;
  return (prefixes.size == CodeSize::bits16) == prefixes.operand_size ? SizeColumn::bits32
                                                                      : SizeColumn::bits16;
}

/// What precedes the operands: which row applies, and with what.
struct Head {
  Prefixes prefixes{};
  std::uint8_t opcode{};
  ModRm modrm{};
  unsigned form{no_form};
};

/// The memory operand by its place, segment override included.
constexpr void read_memory(Cursor& cursor, Head const& head, OperandKind place,
                           Instruction& out) noexcept {
  MemoryOperand& memory = out.memory;
  memory.segment = Segment::ds;
  if (place == OperandKind::memory) {
    if (out.address_size == 2) {
      read_memory16(cursor, head.modrm, memory);
    } else {
      read_memory32(cursor, head.modrm, head.prefixes, memory);
    }
  } else if (place == OperandKind::offset) {
    std::uint64_t const offset = out.address_size == 8   ? cursor.take_qword()
                                 : out.address_size == 4 ? cursor.take_dword()
                                                         : cursor.take_word();
    memory.displacement = static_cast<std::int64_t>(offset);
  } else {
    bool const source = place == OperandKind::source_string;
    memory.base = source ? Register::rsi : Register::rdi;
    memory.has_base = true;
    if (!source) {
      memory.segment = Segment::es;  // no override applies
      return;
    }
  }
  if (head.prefixes.has_segment) memory.segment = head.prefixes.segment;
}

/// Keeps the low `size` bytes; all of them for 8 and more.
constexpr std::uint64_t cut(std::int64_t value, std::uint8_t size) noexcept {
  auto const word = static_cast<std::uint64_t>(value);
  return size >= 8 ? word : word & ((std::uint64_t{1} << (8U * size)) - 1);
}

constexpr std::uint64_t read_immediate(Cursor& cursor, FormTraits const& traits, SizeColumn column,
                                       std::uint8_t operand_size) noexcept {
  if (traits.immediate == OperandKind::one) return 1;
  if (traits.immediate_size == OperandSize::b) {
    std::uint8_t const byte = cursor.take();
    if (traits.immediate == OperandKind::immediate) return byte;
    return cut(sign_extend(byte), operand_size);
  }
  if (column == SizeColumn::bits16) return cursor.take_word();
  return cut(static_cast<std::int32_t>(cursor.take_dword()), operand_size);
}

/// The operand in a register.
constexpr void set_register(FormTraits const& traits, Prefixes const& prefixes, ModRm modrm,
                            Instruction& out) noexcept {
  unsigned const number = modrm.reg | prefixes.r();
  if (traits.other == Other::vector) {
    out.vector_index = static_cast<std::uint8_t>(number);
  } else if (traits.other != Other::reg || traits.has(FormFlag::fixed_register)) {
    out.reg = Register::rax;
  } else if (traits.has(FormFlag::byte_register) && !prefixes.has_rex() && number >= 4) {
    out.other = Other::high_byte;  // AH, CH, DH, BH
    out.reg = static_cast<Register>(number - 4);
  } else {
    out.reg = static_cast<Register>(number);
  }
}

/// What the row alone says.
constexpr void start_instruction(Instruction& out, unsigned form, SizeColumn column) noexcept {
  FormTraits const& traits = form_traits[form];
  auto const index = static_cast<unsigned>(column);
  out.form = static_cast<std::uint16_t>(form);
  out.operation = traits.operation;
  out.other = traits.other;
  out.destination = traits.destination;
  out.first = traits.first;
  out.encoding = traits.encoding;
  out.memory.size = traits.memory_size[index];
  out.operand_size = traits.operand_size[index];
  out.aligned = traits.has(FormFlag::aligned_operand);
}

/// How decoding ended, and why.
struct Verdict {
  DecodeStatus status{};
  DecodeReason reason{};
};

/// Prefixes, opcode and ModRM, up to the row.
constexpr Verdict read_head(Cursor& cursor, CodeSize size, Head& head) noexcept {
  head.prefixes.size = size;
  read_prefixes(cursor, head.prefixes);
  Opcode const opcode = read_opcode(cursor, head.prefixes);
  if (cursor.exhausted()) return {cursor.exhausted_status(), DecodeReason::none};
  if (opcode.refused == DecodeReason::opcode) return {DecodeStatus::unsupported, opcode.refused};
  if (opcode.refused != DecodeReason::none) return {DecodeStatus::undefined, opcode.refused};
  OpcodeCell const cell = opcode_cells[static_cast<unsigned>(opcode.map)][opcode.byte];
  if (cell.count == 0) return {DecodeStatus::unsupported, DecodeReason::opcode};
  head.opcode = opcode.byte;
  if (cell.has_modrm) {
    head.modrm = decode_modrm(cursor.take());
    if (cursor.exhausted()) return {cursor.exhausted_status(), DecodeReason::none};
  }
  head.form = find_form(cell, match_key(head.prefixes, head.modrm));
  if (head.form == no_form) return {DecodeStatus::unsupported, DecodeReason::opcode};
  if (!head.modrm.names_memory()) {
    return {DecodeStatus::unsupported, DecodeReason::register_form};
  }
  return {DecodeStatus::decoded, DecodeReason::none};
}

/// The rest of the instruction, and what the prefixes do to it.
constexpr Verdict read_operands(Cursor& cursor, Head const& head, Instruction& out) noexcept {
  FormTraits const& traits = form_traits[head.form];
  Prefixes const& prefixes = head.prefixes;
  SizeColumn const column = size_column_of(prefixes);
  start_instruction(out, head.form, column);
  out.address_size = address_size_of(prefixes);
  read_memory(cursor, head, traits.place, out);
  set_register(traits, prefixes, head.modrm, out);
  if (traits.immediate != OperandKind::none) {
    out.immediate = read_immediate(cursor, traits, column, out.operand_size);
  }
  if (traits.has(FormFlag::conditional)) out.condition = static_cast<Condition>(head.opcode & 15U);
  if (traits.has(FormFlag::repeats)) out.repeat = prefixes.repeat;
  out.lock = prefixes.lock || traits.has(FormFlag::locks_itself);
  out.length = cursor.position();
  if (cursor.exhausted()) return {cursor.exhausted_status(), DecodeReason::none};
  if (prefixes.has_third_operand) return {DecodeStatus::undefined, DecodeReason::vex_field};
  if (prefixes.lock && !traits.has(FormFlag::lockable)) {
    return {DecodeStatus::undefined, DecodeReason::lock};
  }
  return {DecodeStatus::decoded, DecodeReason::none};
}

}  // namespace insn_detail

/// Decodes the instruction at the front of `bytes`, of which it looks at 15 at most, and at none
/// behind the instruction. A pure function: what depends on registers, segments, paging or CPU
/// features is the executor's. `need_more` comes only if `bytes` is shorter than the instruction.
/// An opcode without a row, or a register where a row has memory, is `unsupported` as soon as it is
/// seen; LOCK and VEX.vvvv are judged last.
/// Source: Intel SDM vol. 2A (Sep 2023), chapter 2, and vol. 2D, appendix A.
constexpr Decoded decode(std::span<std::uint8_t const> bytes, CodeSize size) noexcept {
  Decoded result;
  Cursor cursor{bytes};
  insn_detail::Head head;
  insn_detail::Verdict verdict = insn_detail::read_head(cursor, size, head);
  if (verdict.status == DecodeStatus::decoded) {
    verdict = insn_detail::read_operands(cursor, head, result.instruction);
  }
  result.status = verdict.status;
  result.reason = verdict.reason;
  return result;
}

}  // namespace acrn::core
