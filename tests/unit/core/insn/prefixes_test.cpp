// SPDX-License-Identifier: BSD-3-Clause
#include "core/insn/prefixes.hpp"

#include <gtest/gtest.h>

#include "tests/support/instruction_bytes.hpp"

namespace acrn::core {
namespace {

using tests::Bytes;
using tests::decode_exactly;
using tests::decode_padded;

Instruction decoded(Bytes const& bytes, CodeSize size) {
  Decoded const result = decode_padded(bytes, size);
  EXPECT_EQ(result.status, DecodeStatus::decoded);
  EXPECT_EQ(result.instruction.length, bytes.size());
  return result.instruction;
}

TEST(Prefixes, RexCountsOnlyDirectlyBeforeTheOpcode) {
  Instruction const next = decoded({0x66, 0x4C, 0x89, 0x00}, CodeSize::bits64);
  EXPECT_EQ(next.operand_size, 8);
  EXPECT_EQ(next.reg, Register::r8);
  Instruction const apart = decoded({0x4C, 0x66, 0x89, 0x00}, CodeSize::bits64);
  EXPECT_EQ(apart.operand_size, 2);
  EXPECT_EQ(apart.reg, Register::rax);
}

TEST(Prefixes, OfSeveralRexTheLastCounts) {
  Instruction const instruction = decoded({0x4F, 0x41, 0x89, 0x00}, CodeSize::bits64);
  EXPECT_EQ(instruction.operand_size, 4);
  EXPECT_EQ(instruction.reg, Register::rax);
  EXPECT_EQ(instruction.memory.base, Register::r8);
}

TEST(Prefixes, RexBytesAreOpcodesOutsideSixtyFourBitMode) {
  for (CodeSize const size : {CodeSize::bits16, CodeSize::bits32}) {
    Decoded const result = decode_padded({0x48, 0x89, 0x00}, size);
    EXPECT_EQ(result.status, DecodeStatus::unsupported);
    EXPECT_EQ(result.reason, DecodeReason::opcode);
  }
}

TEST(Prefixes, MayRepeatAndComeInAnyOrder) {
  Bytes const plain{0x2E, 0x66, 0x67, 0x89, 0x07};
  Bytes const mixed{0x67, 0x66, 0x67, 0x36, 0x66, 0x2E, 0x89, 0x07};
  Instruction a = decoded(plain, CodeSize::bits32);
  Instruction const b = decoded(mixed, CodeSize::bits32);
  EXPECT_EQ(a.operand_size, b.operand_size);
  EXPECT_EQ(a.address_size, 2);
  EXPECT_EQ(b.address_size, 2);
  EXPECT_EQ(a.memory.segment, Segment::cs);
  EXPECT_EQ(b.memory.segment, Segment::cs);
}

TEST(Prefixes, EachSegmentOverridesOutsideSixtyFourBitMode) {
  constexpr std::array<std::uint8_t, 6> bytes{0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_EQ(decoded({bytes[i], 0x8B, 0x07}, CodeSize::bits32).memory.segment,
              static_cast<Segment>(i));
  }
}

TEST(Prefixes, OnlyFsAndGsOverrideInSixtyFourBitMode) {
  EXPECT_EQ(decoded({0x26, 0x8B, 0x07}, CodeSize::bits64).memory.segment, Segment::ds);
  EXPECT_EQ(decoded({0x3E, 0x8B, 0x45, 0}, CodeSize::bits64).memory.segment, Segment::ss);
  EXPECT_EQ(decoded({0x64, 0x8B, 0x07}, CodeSize::bits64).memory.segment, Segment::fs);
  // The others do not undo them either.
  EXPECT_EQ(decoded({0x65, 0x2E, 0x8B, 0x07}, CodeSize::bits64).memory.segment, Segment::gs);
  EXPECT_EQ(decoded({0x65, 0x64, 0x8B, 0x07}, CodeSize::bits64).memory.segment, Segment::fs);
}

TEST(Prefixes, OfRepeatPrefixesTheLastCounts) {
  EXPECT_EQ(decoded({0xF2, 0xF3, 0xA6}, CodeSize::bits64).repeat, Repeat::equal);
  EXPECT_EQ(decoded({0xF3, 0xF2, 0xA6}, CodeSize::bits64).repeat, Repeat::not_equal);
  EXPECT_EQ(decoded({0xA6}, CodeSize::bits64).repeat, Repeat::none);
}

TEST(Prefixes, RepeatMeansNothingBeforeOtherInstructions) {
  EXPECT_EQ(decoded({0xF3, 0x89, 0x07}, CodeSize::bits64).repeat, Repeat::none);
}

TEST(Prefixes, AMandatoryRepeatBeatsTheOperandSize) {
  Instruction const instruction = decoded({0x66, 0xF3, 0x0F, 0x6F, 0x07}, CodeSize::bits64);
  EXPECT_FALSE(instruction.aligned);  // MOVDQU, not MOVDQA
  Instruction const reversed = decoded({0xF3, 0x66, 0x0F, 0x6F, 0x07}, CodeSize::bits64);
  EXPECT_EQ(reversed.form, instruction.form);
  EXPECT_EQ(decode_padded({0x66, 0xF2, 0x0F, 0x6F, 0x07}, CodeSize::bits64).status,
            DecodeStatus::unsupported);
}

TEST(Prefixes, VexMustComeFirst) {
  for (std::uint8_t const before : Bytes{0x66, 0xF2, 0xF3, 0xF0, 0x48}) {
    Decoded const result = decode_padded({before, 0xC5, 0xFA, 0x6F, 0x07}, CodeSize::bits64);
    EXPECT_EQ(result.status, DecodeStatus::undefined) << int{before};
    EXPECT_EQ(result.reason, DecodeReason::vex_prefix) << int{before};
  }
  EXPECT_EQ(decoded({0x65, 0xC5, 0xFA, 0x6F, 0x07}, CodeSize::bits64).memory.segment, Segment::gs);
  EXPECT_EQ(decoded({0x67, 0xC5, 0xFA, 0x6F, 0x07}, CodeSize::bits64).address_size, 4);
}

TEST(Prefixes, VexExtendsRegistersInSixtyFourBitModeOnly) {
  // C4: R, X and B clear, which means set; map 1; W 0, no vvvv, 256 bits, F3.
  Instruction const wide = decoded({0xC4, 0x01, 0x7E, 0x6F, 0x0C, 0x91}, CodeSize::bits64);
  EXPECT_EQ(wide.vector_index, 9);
  EXPECT_EQ(wide.memory.base, Register::r9);
  EXPECT_EQ(wide.memory.index, Register::r10);
  EXPECT_EQ(wide.memory.size, 32);
  EXPECT_EQ(wide.encoding, Encoding::vex);
  Instruction const narrow = decoded({0xC4, 0xC1, 0x7E, 0x6F, 0x0C, 0x91}, CodeSize::bits32);
  EXPECT_EQ(narrow.vector_index, 1);
  EXPECT_EQ(narrow.memory.base, Register::rcx);
}

TEST(Prefixes, LesAndLdsAreNotVex) {
  for (std::uint8_t const opcode : Bytes{0xC4, 0xC5}) {
    Decoded const result = decode_padded({opcode, 0x07}, CodeSize::bits32);
    EXPECT_EQ(result.status, DecodeStatus::unsupported);
    EXPECT_EQ(result.reason, DecodeReason::opcode);
    EXPECT_EQ(decode_exactly({opcode}, CodeSize::bits32).status, DecodeStatus::need_more);
  }
}

TEST(Prefixes, AThirdVexOperandIsUndefined) {
  Decoded const result = decode_padded({0xC5, 0xB2, 0x6F, 0x07}, CodeSize::bits64);
  EXPECT_EQ(result.status, DecodeStatus::undefined);
  EXPECT_EQ(result.reason, DecodeReason::vex_field);
}

TEST(Prefixes, VexWChoosesTheSizeInSixtyFourBitModeOnly) {
  Bytes const vmovq{0xC4, 0xE1, 0xF9, 0x6E, 0x07};
  EXPECT_EQ(decoded(vmovq, CodeSize::bits64).memory.size, 8);
  EXPECT_EQ(decoded(vmovq, CodeSize::bits32).memory.size, 4);
}

}  // namespace
}  // namespace acrn::core
