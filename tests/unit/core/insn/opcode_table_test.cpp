// SPDX-License-Identifier: BSD-3-Clause
#include "core/insn/opcode_table.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/insn/names.hpp"
#include "tests/support/instruction_bytes.hpp"

namespace acrn::core {
namespace {

using tests::Bytes;

std::string show(std::size_t row) {
  return "row " + std::to_string(row) + ", " + std::string{opcode_forms[row].mnemonic};
}

bool allowed_in(OpcodeForm const& form, CodeSize size) {
  bool const only64 = (form.when.mask & form.when.value & key_64) != 0;
  bool const not64 = (form.when.mask & key_64) != 0 && !only64;
  bool const needs_w = (form.when.value & key_w) != 0;
  return size == CodeSize::bits64 ? !not64 : !only64 && !needs_w;
}

/// Whole instructions of a row: with each way of addressing that differs in length.
std::vector<Bytes> instructions_of(OpcodeForm const& form, CodeSize size) {
  FormTraits const traits = traits_of(form);
  std::vector<Bytes> tails{{}};
  if (traits.place == OperandKind::memory) {
    tails.clear();
    for (unsigned const mod_rm : {0x00U, 0x04U, 0x05U, 0x06U, 0x40U, 0x44U, 0x80U, 0x84U}) {
      tails.push_back({tests::modrm_byte(form, mod_rm), 0x25});
    }
  }
  std::vector<Bytes> all;
  for (Bytes const& tail : tails) {
    for (Bytes const& prefixes : {Bytes{}, Bytes{0x67}, Bytes{0x64}}) {
      Bytes bytes = prefixes;
      Bytes const opcode = tests::opcode_bytes(form);
      bytes.insert(bytes.end(), opcode.begin(), opcode.end());
      bytes.insert(bytes.end(), tail.begin(), tail.end());
      Decoded const whole = tests::decode_padded(bytes, size);
      EXPECT_EQ(whole.status, DecodeStatus::decoded) << form.mnemonic;
      bytes.resize(whole.instruction.length, 0xCC);
      all.push_back(bytes);
    }
  }
  return all;
}

TEST(OpcodeTable, RowsOfOneOpcodeStandTogetherAndExcludeEachOther) {
  for (std::size_t a = 0; a < opcode_forms.size(); ++a) {
    for (std::size_t b = a + 1; b < opcode_forms.size(); ++b) {
      OpcodeForm const& x = opcode_forms[a];
      OpcodeForm const& y = opcode_forms[b];
      if (x.opcode.map != y.opcode.map) continue;
      bool const apart = x.opcode.first + x.opcode.count <= y.opcode.first ||
                         y.opcode.first + y.opcode.count <= x.opcode.first;
      if (apart) continue;
      EXPECT_EQ(x.opcode.first, y.opcode.first) << show(a) << " and " << show(b);
      for (std::size_t i = a; i < b; ++i) {
        EXPECT_EQ(opcode_forms[i].opcode.first, x.opcode.first) << show(i);
      }
      Match const p = form_traits[a].when;
      Match const q = form_traits[b].when;
      unsigned const both = p.mask & q.mask;
      EXPECT_NE(p.value & both, q.value & both) << show(a) << " and " << show(b);
    }
  }
}

TEST(OpcodeTable, ARowsValueLiesWithinItsMask) {
  for (std::size_t row = 0; row < opcode_forms.size(); ++row) {
    Match const when = form_traits[row].when;
    EXPECT_EQ(when.value & ~unsigned{when.mask}, 0U) << show(row);
  }
}

TEST(OpcodeTable, EachRowHasExactlyOneDescribedMemoryOperand) {
  for (std::size_t row = 0; row < opcode_forms.size(); ++row) {
    EXPECT_TRUE(is_memory(form_traits[row].place)) << show(row);
    EXPECT_GT(form_traits[row].memory_size[1], 0) << show(row);
    EXPECT_GT(form_traits[row].operand_size[1], 0) << show(row);
  }
}

TEST(OpcodeTable, EveryRowIsReachedByItsOwnBytes) {
  for (std::size_t row = 0; row < opcode_forms.size(); ++row) {
    unsigned modes = 0;
    for (CodeSize const size : {CodeSize::bits16, CodeSize::bits32, CodeSize::bits64}) {
      if (!allowed_in(opcode_forms[row], size)) continue;
      ++modes;
      for (Bytes const& bytes : instructions_of(opcode_forms[row], size)) {
        Instruction const instruction = tests::decode_exactly(bytes, size).instruction;
        EXPECT_EQ(instruction.form, row) << show(row);
        EXPECT_EQ(instruction.operation, opcode_forms[row].operation) << show(row);
        EXPECT_EQ(instruction.length, bytes.size()) << show(row);
      }
    }
    EXPECT_GT(modes, 0U) << show(row);
  }
}

TEST(OpcodeTable, T54_EveryProperPrefixNeedsMoreAndNothingBehindIsRead) {
  std::size_t cuts = 0;
  for (std::size_t row = 0; row < opcode_forms.size(); ++row) {
    for (CodeSize const size : {CodeSize::bits16, CodeSize::bits32, CodeSize::bits64}) {
      if (!allowed_in(opcode_forms[row], size)) continue;
      for (Bytes const& bytes : instructions_of(opcode_forms[row], size)) {
        for (std::size_t count = 0; count < bytes.size(); ++count) {
          Bytes const cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
          EXPECT_EQ(tests::decode_exactly(cut, size).status, DecodeStatus::need_more)
              << show(row) << " after " << count << " bytes";
          ++cuts;
        }
        EXPECT_EQ(tests::decode_exactly(bytes, size).status, DecodeStatus::decoded) << show(row);
      }
    }
  }
  EXPECT_GT(cuts, 10'000U);
}

TEST(OpcodeTable, LockIsDecidedByTheRowForEveryRow) {
  for (std::size_t row = 0; row < opcode_forms.size(); ++row) {
    OpcodeForm const& form = opcode_forms[row];
    CodeSize const size = allowed_in(form, CodeSize::bits64) ? CodeSize::bits64 : CodeSize::bits32;
    Bytes bytes = instructions_of(form, size).front();
    bytes.insert(bytes.begin(), 0xF0);
    Decoded const result = tests::decode_exactly(bytes, size);
    if (form_traits[row].has(FormFlag::lockable)) {
      EXPECT_EQ(result.status, DecodeStatus::decoded) << show(row);
      EXPECT_TRUE(result.instruction.lock) << show(row);
    } else {
      EXPECT_EQ(result.status, DecodeStatus::undefined) << show(row) << name(result.reason);
    }
  }
}

}  // namespace
}  // namespace acrn::core
