// SPDX-License-Identifier: BSD-3-Clause
// Tests of which byte is blamed for a refused instruction, and what is called nearest.
#include "sim/cli/instruction_refusal.hpp"

#include <gtest/gtest.h>

#include <array>
#include <utility>

#include "core/insn/decoder.hpp"
#include "sim/cli/explain_input.hpp"

namespace acrn::cli {
namespace {

using core::CodeSize;
using core::DecodeReason;
using core::DecodeStatus;

struct Blame {
  std::size_t offset{};
  DecodeStatus status{};
  DecodeReason reason{};
  std::string nearest{};  // the first
};

Blame blame(std::string_view text, CodeSize mode = CodeSize::bits64) {
  auto const code = bytes_argument(text);
  core::Decoded const decoded = core::decode(code, mode);
  EXPECT_NE(decoded.status, DecodeStatus::decoded) << text;
  Refusal const refusal{code, mode, decoded.status, decoded.reason};
  auto const nearest = nearest_instructions(refusal);
  return {offending_offset(refusal), decoded.status, decoded.reason,
          nearest.empty() ? "" : nearest.front()};
}

TEST(Refusals, BlameThePrefix) {
  Blame const lock = blame("66 f0 8b 00");
  EXPECT_EQ(lock.reason, DecodeReason::lock);
  EXPECT_EQ(lock.offset, 1U);
  EXPECT_EQ(lock.nearest, "without the prefix f0: MOV AX, word DS:[RAX]");
  Blame const vex = blame("65 f3 c5 f8 10 00");
  EXPECT_EQ(vex.reason, DecodeReason::vex_prefix);
  EXPECT_EQ(vex.offset, 1U) << "a segment override may precede VEX";
  EXPECT_EQ(vex.nearest, "without the prefix f3: VMOVUPS XMM0, xmmword GS:[RAX]");
}

TEST(Refusals, BlameTheVexField) {
  for (auto const& [text, offset] : {std::pair{"c5 f0 10 00", 1U}, {"c4 e1 70 10 00", 2U}}) {
    Blame const found = blame(text);
    EXPECT_EQ(found.reason, DecodeReason::vex_field);
    EXPECT_EQ(found.offset, offset);
    EXPECT_EQ(found.nearest, "with vvvv 1111: VMOVUPS XMM0, xmmword DS:[RAX]");
  }
}

TEST(Refusals, BlameTheOpcode) {
  EXPECT_EQ(blame("90").offset, 0U);
  EXPECT_EQ(blame("66 90").offset, 1U);
  EXPECT_EQ(blame("0f 0b").offset, 1U);
  EXPECT_EQ(blame("0f 38 00 00").offset, 2U);
  EXPECT_EQ(blame("0f 0b").nearest, "the next opcode above, 10: MOVUPS, MOVUPD, VMOVUPS, VMOVUPD");
  EXPECT_EQ(blame("ff ff").reason, DecodeReason::opcode);
}

TEST(Refusals, BlameModRm) {
  Blame const form = blame("48 8b c0");
  EXPECT_EQ(form.reason, DecodeReason::register_form);
  EXPECT_EQ(form.offset, 2U);
  EXPECT_EQ(form.nearest, "with an operand in memory: MOV");
  Blame const extension = blame("ff 38");
  EXPECT_EQ(extension.reason, DecodeReason::opcode);
  EXPECT_EQ(extension.offset, 1U) << "FF has other extensions";
  EXPECT_EQ(extension.nearest, "supported with this opcode, ff: INC, DEC, PUSH");
}

TEST(Refusals, NameAnotherMode) {
  EXPECT_EQ(blame("63 00", CodeSize::bits32).nearest, "in 64-bit code: MOVSXD EAX, dword DS:[RAX]");
  EXPECT_EQ(blame("63 00", CodeSize::bits32).offset, 0U);
  EXPECT_EQ(blame("82 00 01").nearest, "in 32-bit code: ADD byte DS:[EAX], 0x1");
}

TEST(Refusals, SayWhatIsMissing) {
  EXPECT_EQ(blame("8b").offset, 1U);
  EXPECT_EQ(blame("8b").nearest, "with 1 more byte, were they 0: MOV EAX, dword DS:[RAX]");
  EXPECT_EQ(blame("8b 04 25 00").nearest,
            "with 3 more bytes, were they 0: MOV EAX, dword DS:[0x0]");
  EXPECT_EQ(blame("c4 00").nearest, "") << "no completion decodes";
  EXPECT_EQ(blame("66 66 66 66 66 66 66 66 66 66 66 66 66 66").nearest, "")
      << "one byte is not enough for an instruction";
}

TEST(Refusals, SayWhatIsTooMuch) {
  Blame const found = blame("66 66 66 66 66 66 66 66 66 66 66 66 66 66 66 8b");
  EXPECT_EQ(found.status, DecodeStatus::too_long);
  EXPECT_EQ(found.offset, 15U);
}

TEST(Refusals, EveryShortStringHasABlamedByteWithinItOrBehindIt) {
  for (unsigned mode = 0; mode < 3; ++mode) {
    for (unsigned first = 0; first < 256; ++first) {
      for (unsigned second = 0; second < 256; ++second) {
        std::array const code{static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(second)};
        auto const size = static_cast<CodeSize>(mode);
        core::Decoded const decoded = core::decode(code, size);
        if (decoded.status == DecodeStatus::decoded) continue;
        Refusal const refusal{code, size, decoded.status, decoded.reason};
        bool const missing = decoded.status == DecodeStatus::need_more;
        ASSERT_EQ(offending_offset(refusal) >= code.size(), missing) << first << ' ' << second;
        static_cast<void>(nearest_instructions(refusal));
      }
    }
  }
}

}  // namespace
}  // namespace acrn::cli
