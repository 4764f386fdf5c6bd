// SPDX-License-Identifier: BSD-3-Clause
#include "core/insn/modrm.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/insn/names.hpp"
#include "tests/support/instruction_bytes.hpp"

namespace acrn::core {
namespace {

using tests::Bytes;
using tests::decode_padded;

/// "ds:[r3 + r6*1 + 16]": a memory operand in one line.
std::string show(MemoryOperand const& memory) {
  std::string text = std::string{name(memory.segment)} + ":[";
  if (memory.rip_relative) text += "rip ";
  if (memory.has_base) text += "r" + std::to_string(static_cast<unsigned>(memory.base)) + " ";
  if (memory.has_index) {
    text += "+ r" + std::to_string(static_cast<unsigned>(memory.index)) + "*" +
            std::to_string(memory.scale) + " ";
  }
  return text + (memory.displacement < 0 ? "- " : "+ ") +
         std::to_string(memory.displacement < 0 ? -memory.displacement : memory.displacement) + "]";
}

struct Case {
  CodeSize size;
  Bytes bytes;
  std::string operand;
};

void expect_operand(Case const& row) {
  Decoded const result = decode_padded(row.bytes, row.size);
  ASSERT_EQ(result.status, DecodeStatus::decoded) << row.operand;
  EXPECT_EQ(show(result.instruction.memory), row.operand);
  EXPECT_EQ(result.instruction.length, row.bytes.size()) << row.operand;
}

TEST(ModRm, HasAllSixteenBitForms) {
  constexpr CodeSize size = CodeSize::bits16;
  for (Case const& row : {
           Case{size, {0x89, 0x00}, "ds:[r3 + r6*1 + 0]"},
           Case{size, {0x89, 0x01}, "ds:[r3 + r7*1 + 0]"},
           Case{size, {0x89, 0x02}, "ss:[r5 + r6*1 + 0]"},
           Case{size, {0x89, 0x03}, "ss:[r5 + r7*1 + 0]"},
           Case{size, {0x89, 0x04}, "ds:[r6 + 0]"},
           Case{size, {0x89, 0x05}, "ds:[r7 + 0]"},
           Case{size, {0x89, 0x06, 0xFE, 0xFF}, "ds:[- 2]"},
           Case{size, {0x89, 0x07}, "ds:[r3 + 0]"},
           Case{size, {0x89, 0x46, 0x80}, "ss:[r5 - 128]"},
           Case{size, {0x89, 0x42, 0x7F}, "ss:[r5 + r6*1 + 127]"},
           Case{size, {0x89, 0x86, 0x00, 0x80}, "ss:[r5 - 32768]"},
           Case{size, {0x89, 0x87, 0xFF, 0x7F}, "ds:[r3 + 32767]"},
       }) {
    expect_operand(row);
  }
  expect_operand({CodeSize::bits32, {0x67, 0x89, 0x43, 0x01}, "ss:[r5 + r7*1 + 1]"});
}

TEST(ModRm, HasAllThirtyTwoBitForms) {
  constexpr CodeSize size = CodeSize::bits32;
  for (Case const& row : {
           Case{size, {0x89, 0x00}, "ds:[r0 + 0]"},
           Case{size, {0x89, 0x05, 0, 0, 0, 0x80}, "ds:[- 2147483648]"},
           Case{size, {0x89, 0x45, 0xFF}, "ss:[r5 - 1]"},
           Case{size, {0x89, 0x04, 0x24}, "ss:[r4 + 0]"},
           Case{size, {0x89, 0x04, 0x25, 1, 0, 0, 0}, "ds:[+ 1]"},
           Case{size, {0x89, 0x04, 0xB5, 1, 0, 0, 0}, "ds:[+ r6*4 + 1]"},
           Case{size, {0x89, 0x44, 0xEC, 8}, "ss:[r4 + r5*8 + 8]"},
           Case{size, {0x89, 0x84, 0x45, 0, 1, 0, 0}, "ss:[r5 + r0*2 + 256]"},
           Case{size, {0x89, 0x04, 0x68}, "ds:[r0 + r5*2 + 0]"},
       }) {
    expect_operand(row);
  }
  expect_operand({CodeSize::bits16, {0x67, 0x89, 0x04, 0x24}, "ss:[r4 + 0]"});
}

TEST(ModRm, T56_SpecialCodesInSixtyFourBitMode) {
  constexpr CodeSize size = CodeSize::bits64;
  for (Case const& row : {
           Case{size, {0x89, 0x05, 0x10, 0, 0, 0}, "ds:[rip + 16]"},
           Case{size, {0x41, 0x89, 0x05, 0x10, 0, 0, 0}, "ds:[rip + 16]"},
           Case{size, {0x67, 0x89, 0x05, 0xF0, 0xFF, 0xFF, 0xFF}, "ds:[rip - 16]"},
           // mod 01 and 10 have RBP and R13, the latter in DS.
           Case{size, {0x89, 0x45, 0}, "ss:[r5 + 0]"},
           Case{size, {0x41, 0x89, 0x45, 0}, "ds:[r13 + 0]"},
           // SIB without base, whatever REX.B says; without index, but REX.X makes it R12.
           Case{size, {0x89, 0x04, 0x25, 0, 0, 0xE0, 0xFE}, "ds:[- 18874368]"},
           Case{size, {0x41, 0x89, 0x04, 0x25, 1, 0, 0, 0}, "ds:[+ 1]"},
           Case{size, {0x67, 0x41, 0x89, 0x04, 0x25, 1, 0, 0, 0}, "ds:[+ 1]"},
           Case{size, {0x42, 0x89, 0x04, 0x25, 1, 0, 0, 0}, "ds:[+ r12*1 + 1]"},
           Case{size, {0x42, 0x89, 0x04, 0x64}, "ss:[r4 + r12*2 + 0]"},
           Case{size, {0x41, 0x89, 0x04, 0x24}, "ds:[r12 + 0]"},
           Case{size, {0x41, 0x89, 0x44, 0x25, 0}, "ds:[r13 + 0]"},
           Case{size, {0x43, 0x89, 0x84, 0xFF, 0, 0, 0, 0x80}, "ds:[r15 + r15*8 - 2147483648]"},
       }) {
    expect_operand(row);
  }
}

TEST(ModRm, RipRelativeComesBeforeTheImmediateAndCountsIt) {
  Decoded const result =
      decode_padded({0x81, 0x3D, 4, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF}, CodeSize::bits64);
  ASSERT_EQ(result.status, DecodeStatus::decoded);
  EXPECT_TRUE(result.instruction.memory.rip_relative);
  EXPECT_EQ(result.instruction.memory.displacement, 4);
  EXPECT_EQ(result.instruction.immediate, 0xFFFF'FFFFU);
  EXPECT_EQ(result.instruction.length, 10);  // what RIP is relative to
}

TEST(ModRm, AddressSizeFollowsTheCodeSizeAndThePrefix) {
  EXPECT_EQ(decode_padded({0x89, 0x07}, CodeSize::bits16).instruction.address_size, 2);
  EXPECT_EQ(decode_padded({0x67, 0x89, 0x07}, CodeSize::bits16).instruction.address_size, 4);
  EXPECT_EQ(decode_padded({0x89, 0x07}, CodeSize::bits32).instruction.address_size, 4);
  EXPECT_EQ(decode_padded({0x67, 0x89, 0x07}, CodeSize::bits32).instruction.address_size, 2);
  EXPECT_EQ(decode_padded({0x89, 0x07}, CodeSize::bits64).instruction.address_size, 8);
  EXPECT_EQ(decode_padded({0x67, 0x89, 0x07}, CodeSize::bits64).instruction.address_size, 4);
}

TEST(ModRm, MoffsIsAsLongAsTheAddress) {
  for (Case const& row : {
           Case{CodeSize::bits16, {0xA1, 0xFE, 0xFF}, "ds:[+ 65534]"},
           Case{CodeSize::bits16, {0x67, 0xA0, 1, 0, 0, 0x80}, "ds:[+ 2147483649]"},
           Case{CodeSize::bits32, {0xA2, 0, 0, 0xD0, 0xFE}, "ds:[+ 4275044352]"},
           Case{CodeSize::bits32, {0x67, 0xA3, 0, 0x80}, "ds:[+ 32768]"},
           Case{CodeSize::bits64, {0xA1, 1, 2, 3, 4, 5, 6, 7, 0}, "ds:[+ 1976943448883713]"},
           Case{CodeSize::bits64, {0x64, 0x67, 0xA3, 0, 0, 0, 0xF0}, "fs:[+ 4026531840]"},
       }) {
    expect_operand(row);
  }
}

TEST(ModRm, StringsHaveFixedRegisters) {
  EXPECT_EQ(show(decode_padded({0x65, 0xA5}, CodeSize::bits32).instruction.memory), "gs:[r6 + 0]");
  EXPECT_EQ(show(decode_padded({0x65, 0xAB}, CodeSize::bits32).instruction.memory), "es:[r7 + 0]");
  EXPECT_EQ(show(decode_padded({0x65, 0xAF}, CodeSize::bits64).instruction.memory), "es:[r7 + 0]");
  EXPECT_EQ(show(decode_padded({0xA6}, CodeSize::bits16).instruction.memory), "ds:[r6 + 0]");
}

}  // namespace
}  // namespace acrn::core
