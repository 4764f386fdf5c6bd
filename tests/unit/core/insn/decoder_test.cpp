// SPDX-License-Identifier: BSD-3-Clause
#include "core/insn/decoder.hpp"

#include <gtest/gtest.h>

#include <array>

#include "core/insn/names.hpp"
#include "tests/support/instruction_bytes.hpp"

namespace acrn::core {
namespace {

using tests::Bytes;
using tests::decode_exactly;
using tests::decode_padded;

// The decoder runs at compile time.
constexpr std::array<std::uint8_t, 6> mov_rip{0x89, 0x05, 0x10, 0, 0, 0};
static_assert(decode(mov_rip, CodeSize::bits64).status == DecodeStatus::decoded);
static_assert(decode(mov_rip, CodeSize::bits64).instruction.memory.rip_relative);
static_assert(!decode(mov_rip, CodeSize::bits32).instruction.memory.rip_relative);
static_assert(decode({}, CodeSize::bits64).status == DecodeStatus::need_more);

Instruction decoded(Bytes const& bytes, CodeSize size = CodeSize::bits64) {
  Decoded const result = decode_padded(bytes, size);
  EXPECT_EQ(result.status, DecodeStatus::decoded) << name(result.reason);
  EXPECT_EQ(result.instruction.length, bytes.size());
  return result.instruction;
}

TEST(Decoder, ByteRegistersFiveToEightAreHighOnesWithoutRex) {
  for (std::uint8_t number = 4; number < 8; ++number) {
    auto const modrm = static_cast<std::uint8_t>(number << 3U);
    Instruction const high = decoded({0x88, modrm});
    EXPECT_EQ(high.other, Other::high_byte);
    EXPECT_EQ(static_cast<unsigned>(high.reg), number - 4U);
    Instruction const low = decoded({0x40, 0x88, modrm});
    EXPECT_EQ(low.other, Other::reg);
    EXPECT_EQ(static_cast<unsigned>(low.reg), number);
  }
  EXPECT_EQ(decoded({0x44, 0x84, 0x00}).reg, Register::r8);
  EXPECT_EQ(decoded({0x89, 0x20}).other, Other::reg);  // ESP: not a byte
}

TEST(Decoder, AHighByteThatAVoidRexLeavesIsHigh) {
  EXPECT_EQ(decoded({0x40, 0x66, 0x88, 0x20}).other, Other::high_byte);
}

TEST(Decoder, OperandSizeFollowsPrefixes) {
  EXPECT_EQ(decoded({0x89, 0x07}, CodeSize::bits16).operand_size, 2);
  EXPECT_EQ(decoded({0x66, 0x89, 0x07}, CodeSize::bits16).operand_size, 4);
  EXPECT_EQ(decoded({0x66, 0x89, 0x07}, CodeSize::bits32).operand_size, 2);
  EXPECT_EQ(decoded({0x66, 0x48, 0x89, 0x07}).operand_size, 8);
  EXPECT_EQ(decoded({0x66, 0x88, 0x07}).operand_size, 1);
}

TEST(Decoder, ImmediatesAreExtendedAndCutToTheOperand) {
  EXPECT_EQ(decoded({0x48, 0xC7, 0x00, 0xFE, 0xFF, 0xFF, 0xFF}).immediate, ~std::uint64_t{1});
  EXPECT_EQ(decoded({0xC7, 0x00, 0xFE, 0xFF, 0xFF, 0xFF}).immediate, 0xFFFF'FFFEU);
  EXPECT_EQ(decoded({0x66, 0xC7, 0x00, 0xFE, 0xFF}).immediate, 0xFFFEU);
  EXPECT_EQ(decoded({0xC6, 0x00, 0xFE}).immediate, 0xFEU);
  EXPECT_EQ(decoded({0x48, 0x83, 0x08, 0x80}).immediate, 0xFFFF'FFFF'FFFF'FF80U);
  EXPECT_EQ(decoded({0x83, 0x08, 0x80}).immediate, 0xFFFF'FF80U);
  EXPECT_EQ(decoded({0x66, 0x83, 0x08, 0x80}).immediate, 0xFF80U);
  EXPECT_EQ(decoded({0x80, 0x08, 0x80}).immediate, 0x80U);
  EXPECT_EQ(decoded({0x0F, 0xBA, 0x28, 0xFF}).immediate, 0xFFU);  // a bit number: as it is
  EXPECT_EQ(decoded({0x48, 0xC1, 0x20, 0xFF}).immediate, 0xFFU);  // a count: as it is
  EXPECT_EQ(decoded({0xD1, 0x20}).immediate, 1U);
}

TEST(Decoder, T62_TestWithImmediateTakesItsImmediate) {
  for (std::uint8_t const extension : Bytes{0x00, 0x08}) {  // /1 is an alias of /0
    EXPECT_EQ(decoded({0xF6, extension, 0x80}).operation, Operation::test);
    EXPECT_EQ(decoded({0xF7, extension, 1, 2, 3, 4}).immediate, 0x0403'0201U);
    EXPECT_EQ(decoded({0x66, 0xF7, extension, 1, 2}).immediate, 0x0201U);
  }
  EXPECT_EQ(decoded({0xF7, 0x10}).operation, Operation::bit_not);
  EXPECT_EQ(decoded({0xF7, 0x18}).operation, Operation::neg);
}

TEST(Decoder, MovesThatExtendKeepBothSizes) {
  Instruction const movzx = decoded({0x0F, 0xB6, 0x07});
  EXPECT_EQ(movzx.memory.size, 1);
  EXPECT_EQ(movzx.operand_size, 4);
  Instruction const movsx = decoded({0x48, 0x0F, 0xBF, 0x07});
  EXPECT_EQ(movsx.memory.size, 2);
  EXPECT_EQ(movsx.operand_size, 8);
  Instruction const movsxd = decoded({0x48, 0x63, 0x07});
  EXPECT_EQ(movsxd.operation, Operation::movsx);
  EXPECT_EQ(movsxd.memory.size, 4);
  EXPECT_EQ(decoded({0x66, 0x63, 0x07}).memory.size, 2);
  EXPECT_EQ(decode_padded({0x63, 0x07}, CodeSize::bits32).status, DecodeStatus::unsupported);
}

TEST(Decoder, CmpAndTestSayTheOrderAndWriteNothing) {
  Instruction const memory_first = decoded({0x39, 0x07});
  EXPECT_EQ(memory_first.first, First::memory);
  EXPECT_EQ(memory_first.destination, Destination::none);
  Instruction const register_first = decoded({0x3B, 0x07});
  EXPECT_EQ(register_first.first, First::other);
  EXPECT_EQ(register_first.destination, Destination::none);
  EXPECT_EQ(decoded({0x2B, 0x07}).destination, Destination::other);
  EXPECT_EQ(decoded({0x29, 0x07}).destination, Destination::memory);
  EXPECT_EQ(decoded({0x0F, 0xC1, 0x07}).destination, Destination::both);
}

TEST(Decoder, CompareExchangeOfEightAndSixteenBytes) {
  Instruction const eight = decoded({0x0F, 0xC7, 0x0F});
  EXPECT_EQ(eight.operation, Operation::cmpxchg8b);
  EXPECT_EQ(eight.memory.size, 8);
  EXPECT_FALSE(eight.aligned);
  Instruction const sixteen = decoded({0xF0, 0x48, 0x0F, 0xC7, 0x0F});
  EXPECT_EQ(sixteen.operation, Operation::cmpxchg16b);
  EXPECT_EQ(sixteen.memory.size, 16);
  EXPECT_TRUE(sixteen.aligned);
  EXPECT_TRUE(sixteen.lock);
}

TEST(Decoder, ConditionsAreTheOpcodesLowBits) {
  for (std::uint8_t low = 0; low < 16; ++low) {
    EXPECT_EQ(static_cast<unsigned>(
                  decoded({0x0F, static_cast<std::uint8_t>(0x90 + low), 0x07}).condition),
              low);
    EXPECT_EQ(static_cast<unsigned>(
                  decoded({0x0F, static_cast<std::uint8_t>(0x40 + low), 0x07}).condition),
              low);
  }
}

TEST(Decoder, PushAndPopAreEightBytesInSixtyFourBitMode) {
  EXPECT_EQ(decoded({0xFF, 0x37}).memory.size, 8);
  EXPECT_EQ(decoded({0x66, 0x8F, 0x07}).memory.size, 2);
  EXPECT_EQ(decoded({0xFF, 0x37}, CodeSize::bits32).memory.size, 4);
  EXPECT_EQ(decoded({0x8F, 0x07}, CodeSize::bits16).memory.size, 2);
  EXPECT_EQ(decoded({0xFF, 0x37}).destination, Destination::none);
  EXPECT_EQ(decoded({0x8F, 0x07}).destination, Destination::memory);
}

TEST(Decoder, VectorMovesSaySizeAlignmentAndEncoding) {
  Instruction const movd = decoded({0x66, 0x0F, 0x6E, 0x0F});
  EXPECT_EQ(movd.operation, Operation::vector_load);
  EXPECT_EQ(movd.memory.size, 4);
  EXPECT_EQ(decoded({0x66, 0x48, 0x0F, 0x7E, 0x0F}).memory.size, 8);
  EXPECT_TRUE(decoded({0x66, 0x0F, 0x6F, 0x0F}).aligned);
  EXPECT_FALSE(decoded({0xF3, 0x0F, 0x7F, 0x0F}).aligned);
  EXPECT_TRUE(decoded({0x0F, 0x2B, 0x0F}).aligned);
  EXPECT_EQ(decoded({0x44, 0x0F, 0x10, 0x0F}).vector_index, 9);
  Instruction const wide = decoded({0xC5, 0xFD, 0xE7, 0x0F});
  EXPECT_EQ(wide.operation, Operation::vector_store);
  EXPECT_EQ(wide.memory.size, 32);
  EXPECT_TRUE(wide.aligned);
  EXPECT_EQ(wide.encoding, Encoding::vex);
  EXPECT_EQ(decode_padded({0x0F, 0x6F, 0x0F}, CodeSize::bits64).status,
            DecodeStatus::unsupported);  // an MMX register
}

TEST(Decoder, LockIsForReadModifyWriteOfMemory) {
  for (Bytes const& bytes : {Bytes{0xF0, 0x01, 0x07}, Bytes{0xF0, 0x83, 0x27, 0x01},
                             Bytes{0xF0, 0xFF, 0x07}, Bytes{0xF0, 0x0F, 0xB1, 0x07},
                             Bytes{0xF0, 0x0F, 0xAB, 0x07}, Bytes{0xF2, 0xF0, 0x87, 0x07}}) {
    EXPECT_TRUE(decoded(bytes).lock);
  }
  for (Bytes const& bytes :
       {Bytes{0xF0, 0x89, 0x07}, Bytes{0xF0, 0x03, 0x07}, Bytes{0xF0, 0x39, 0x07},
        Bytes{0xF0, 0x83, 0x3F, 0x01}, Bytes{0xF0, 0xD1, 0x27}, Bytes{0xF0, 0x0F, 0xA3, 0x07},
        Bytes{0xF0, 0xA5}, Bytes{0xF0, 0xFF, 0x37}, Bytes{0xF0, 0x0F, 0x11, 0x07}}) {
    Decoded const result = decode_padded(bytes, CodeSize::bits64);
    EXPECT_EQ(result.status, DecodeStatus::undefined);
    EXPECT_EQ(result.reason, DecodeReason::lock);
  }
}

TEST(Decoder, ExchangeLocksItself) {
  EXPECT_TRUE(decoded({0x86, 0x07}).lock);
  EXPECT_FALSE(decoded({0x0F, 0xC1, 0x07}).lock);
}

TEST(Decoder, RegisterFormsAreUnsupported) {
  Decoded const result = decode_padded({0x89, 0xC0}, CodeSize::bits64);
  EXPECT_EQ(result.status, DecodeStatus::unsupported);
  EXPECT_EQ(result.reason, DecodeReason::register_form);
}

TEST(Decoder, T61_UnknownOpcodesAndExtensionsAreUnsupported) {
  for (Bytes const& bytes :
       {Bytes{0x90}, Bytes{0x0F, 0x0B}, Bytes{0x0F, 0x3A, 0x00}, Bytes{0x8F, 0x08},
        Bytes{0xFE, 0x10}, Bytes{0x62, 0xF1}, Bytes{0xC0, 0x10}, Bytes{0xC4, 0xE3, 0x79, 0x6F}}) {
    Decoded const result = decode_padded(bytes, CodeSize::bits64);
    EXPECT_EQ(result.status, DecodeStatus::unsupported) << int{bytes.front()};
    EXPECT_EQ(result.reason, DecodeReason::opcode) << int{bytes.front()};
  }
  EXPECT_EQ(decoded({0x82, 0x07, 0x01}, CodeSize::bits32).operation, Operation::add);
  EXPECT_EQ(decode_padded({0x82, 0x07, 0x01}, CodeSize::bits64).status, DecodeStatus::unsupported);
}

TEST(Decoder, T53_FifteenBytesAreFineAndSixteenAreTooLong) {
  Bytes longest{0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66};
  longest.insert(longest.end(), {0x89, 0x07});
  ASSERT_EQ(longest.size(), 15U);
  EXPECT_EQ(decode_exactly(longest, CodeSize::bits64).instruction.length, 15);
  Bytes too_long = longest;
  too_long.insert(too_long.begin(), 0x66);
  EXPECT_EQ(decode_exactly(too_long, CodeSize::bits64).status, DecodeStatus::too_long);
  too_long.pop_back();  // 15 bytes, and not complete
  EXPECT_EQ(decode_exactly(too_long, CodeSize::bits64).status, DecodeStatus::too_long);
  too_long.pop_back();  // 14 bytes: the fifteenth could have made it
  EXPECT_EQ(decode_exactly(too_long, CodeSize::bits64).status, DecodeStatus::need_more);
  EXPECT_EQ(decode_exactly(Bytes(20, 0x66), CodeSize::bits64).status, DecodeStatus::too_long);
}

TEST(Decoder, TheLastImmediateByteMayBeTheSixteenth) {
  Bytes bytes(5, 0x66);  // 5 + opcode, ModRM, SIB, disp32, imm16 = 14; one more prefix makes 15
  bytes.insert(bytes.end(), {0x81, 0x84, 0x24, 0, 0, 0, 0, 0, 0});
  EXPECT_EQ(decode_exactly(bytes, CodeSize::bits32).instruction.length, 14);
  bytes.insert(bytes.begin(), 0x2E);
  EXPECT_EQ(decode_exactly(bytes, CodeSize::bits32).instruction.length, 15);
  bytes.insert(bytes.begin(), 0x2E);
  EXPECT_EQ(decode_exactly(bytes, CodeSize::bits32).status, DecodeStatus::too_long);
}

TEST(Decoder, NamesItsVerdicts) {
  EXPECT_EQ(name(DecodeStatus::too_long), "longer than 15 bytes");
  EXPECT_EQ(name(static_cast<DecodeStatus>(99)), "?");
  EXPECT_EQ(name(DecodeReason::lock), "LOCK is not allowed here");
  EXPECT_EQ(name(DecodeReason::vex_field),
            "VEX.vvvv names a register, but there is no third operand");
  EXPECT_EQ(name(static_cast<DecodeReason>(99)), "?");
  EXPECT_EQ(name(Segment::gs), "gs");
  EXPECT_EQ(name(Condition::greater), "g");
  EXPECT_EQ(mnemonic(decoded({0x0F, 0xB6, 0x07})), "MOVZX");
  EXPECT_EQ(mnemonic({.form = 9999}), "?");
}

}  // namespace
}  // namespace acrn::core
