// SPDX-License-Identifier: BSD-3-Clause
// Tests of numbers, bytes and names as `acrntb explain` is given them.
#include "sim/cli/explain_input.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/cli/exit_code.hpp"

namespace acrn::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

template <class Work>
std::string refusal(Work&& work) {
  try {
    work();
  } catch (UsageError const& error) {
    return error.what();
  }
  return "accepted";
}

std::string refused_bytes(std::string_view text) {
  return refusal([&] { static_cast<void>(bytes_argument(text)); });
}

std::string refused_number(std::string_view text) {
  return refusal([&] { static_cast<void>(number_argument("word", text, "0x12")); });
}

TEST(Bytes, MayBeApartOrTogether) {
  auto const wanted = ElementsAre(0x8b, 0x04, 0xfe);
  for (std::string_view text : {"8b 04 fe", "8b04fe", "8B,04,FE", " 8b\t04\nfe ", "0x8b 0x04 0xfe",
                                "0x8b04fe", "0X8b,04fe"}) {
    EXPECT_THAT(bytes_argument(text), wanted) << text;
  }
}

TEST(Bytes, AreRefusedByPosition) {
  EXPECT_THAT(refused_bytes("8b 0g"), AllOf(HasSubstr("position 4: 'g'"), HasSubstr("8b 04 25")));
  EXPECT_THAT(refused_bytes("8b x4"), HasSubstr("position 3: 'x' is not a hexadecimal digit"));
  EXPECT_THAT(refused_bytes("8b 0"), HasSubstr("position 3: '0' has no second digit; give two"));
  EXPECT_THAT(refused_bytes("8 b"), HasSubstr("position 0: '8' has no second digit"));
  EXPECT_THAT(refused_bytes("8b 0x"), HasSubstr("position 5: digits are missing behind 0x"));
  EXPECT_THAT(refused_bytes("8b0x04"), HasSubstr("position 3: 'x'")) << "0x begins a group only";
  EXPECT_THAT(refused_bytes(""), HasSubstr("there is no byte"));
  EXPECT_THAT(refused_bytes(" , "), HasSubstr("there is no byte"));
  EXPECT_THAT(refused_bytes("8b \xc3\xa4"), AllOf(HasSubstr("the byte 0xc3"), HasSubstr("'8b ?")));
}

TEST(NumberArguments, AreRefusedByPosition) {
  EXPECT_EQ(number_argument("word", "0x12", ""), 0x12U);
  EXPECT_EQ(number_argument("word", "18446744073709551615", ""), ~std::uint64_t{0});
  EXPECT_THAT(refused_number("0x1g"), HasSubstr("position 3: 'g' is not a hexadecimal digit"));
  EXPECT_THAT(refused_number("3f8"),
              AllOf(HasSubstr("position 1: 'f'"), HasSubstr("begin with 0x")));
  EXPECT_THAT(refused_number("-1"), HasSubstr("position 0: '-'"));
  EXPECT_THAT(refused_number("0x"), HasSubstr("position 2: a digit is missing"));
  EXPECT_THAT(refused_number(""), HasSubstr("position 0: a digit is missing"));
  EXPECT_THAT(refused_number("18446744073709551616"), HasSubstr("above the largest"));
}

TEST(Names, TheNearestAreFound) {
  std::vector<std::string> const names{"PENDING", "COMPLETE", "PROCESSING", "FREE"};
  EXPECT_THAT(nearest_names("pendng", names), ElementsAre("PENDING"));
  EXPECT_THAT(nearest_names("processed", names), ElementsAre("PROCESSING"));
  EXPECT_THAT(nearest_names("tree", names), ElementsAre("FREE"));
  EXPECT_THAT(nearest_names("banana", names), IsEmpty());
  EXPECT_THAT(nearest_names("ab", {"AC", "AD", "XY"}), ElementsAre("AC", "AD")) << "a tie";
}

TEST(SetBits, AreNumbersAndRuns) {
  EXPECT_EQ(set_bits_text(1), "bit 0");
  EXPECT_EQ(set_bits_text(1ULL << 63U), "bit 63");
  EXPECT_EQ(set_bits_text(0x1088), "bits 3, 7, 12");
  EXPECT_EQ(set_bits_text(0xff80), "bits 7-15");
  EXPECT_EQ(set_bits_text(~0ULL), "bits 0-63");
}

}  // namespace
}  // namespace acrn::cli
