// SPDX-License-Identifier: BSD-3-Clause
// Tests of numbers, ranges and durations as users write and read them.
#include "sim/cli/text_units.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "sim/cli/exit_code.hpp"

namespace acrn::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr OptionSpec port{"--port", "--port 0x3f8-0x3ff", 0xffff};

std::string refusal(std::string_view text) {
  try {
    parse_ranges(port, text);
  } catch (UsageError const& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Numbers, AreDecimalOrHexadecimal) {
  EXPECT_EQ(parse_number("0"), 0U);
  EXPECT_EQ(parse_number("1016"), 1016U);
  EXPECT_EQ(parse_number("0x3F8"), 0x3f8U);
  EXPECT_EQ(parse_number("0xffffffffffffffff"), std::numeric_limits<std::uint64_t>::max());
}

TEST(Numbers, RefuseAnythingElse) {
  for (std::string_view const text :
       {"", "0x", "x3f8", "3f8", " 1", "1 ", "-1", "+1", "1.5", "0x10000000000000000"}) {
    EXPECT_EQ(parse_number(text), std::nullopt) << text;
  }
}

TEST(Ranges, TakeSinglesRangesAndLists) {
  EXPECT_THAT(parse_ranges(port, "0x60"), ElementsAre(Range{0x60, 0x60}));
  EXPECT_THAT(parse_ranges(port, "0x3f8-0x3ff,0x60"),
              ElementsAre(Range{0x3f8, 0x3ff}, Range{0x60, 0x60}));
  EXPECT_THAT(parse_ranges(port, "0-65535"), ElementsAre(Range{0, 0xffff}));
}

TEST(Ranges, ReversedNameOptionTextRemedyAndExample) {
  EXPECT_THAT(refusal("0x3ff-0x3f8"),
              AllOf(HasSubstr("--port '0x3ff-0x3f8'"), HasSubstr("reversed"),
                    HasSubstr("0x3f8-0x3ff"), HasSubstr("for example: --port 0x3f8-0x3ff")));
}

TEST(Ranges, MalformedOnesNameThePart) {
  EXPECT_THAT(refusal("0x60,"), HasSubstr("'' is neither"));
  EXPECT_THAT(refusal("0x60-"), HasSubstr("'0x60-' is neither"));
  EXPECT_THAT(refusal("-0x60"), HasSubstr("'-0x60' is neither"));
  EXPECT_THAT(refusal("1-2-3"), HasSubstr("'1-2-3' is neither"));
  EXPECT_THAT(refusal("serial"), HasSubstr("'serial' is neither"));
}

TEST(Ranges, AboveTheLargestAreRefused) {
  EXPECT_THAT(refusal("0x10000"), HasSubstr("above the largest, 0xffff"));
  EXPECT_THAT(refusal("0xffff"), testing::StrEq("accepted"));
}

TEST(Durations, HaveUnitsOrAreSeconds) {
  EXPECT_EQ(parse_duration_ns("2"), 2'000'000'000U);
  EXPECT_EQ(parse_duration_ns("2s"), 2'000'000'000U);
  EXPECT_EQ(parse_duration_ns("10us"), 10'000U);
  EXPECT_EQ(parse_duration_ns("10µs"), 10'000U);
  EXPECT_EQ(parse_duration_ns("1.5ms"), 1'500'000U);
  EXPECT_EQ(parse_duration_ns("250ns"), 250U);
  EXPECT_EQ(parse_duration_ns("0.000000001"), 1U);
  EXPECT_EQ(parse_duration_ns("12.345678901"), 12'345'678'901U);
  EXPECT_EQ(parse_duration_ns("1.0ns"), 1U);
}

TEST(Durations, RefuseWhatTheyCannotHold) {
  for (std::string_view const text : {"", "s", ".5", "1.", "1.5ns", "0.0000000001", "-1", "1 s",
                                      "1e3", "ten", "9223372037", "99999999999999999999999s"}) {
    EXPECT_EQ(parse_duration_ns(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_duration_ns("9223372036"), 9'223'372'036'000'000'000U);
}

TEST(ClockConversion, IsExactAndRoundsDown) {
  traces::Clock const tsc{.kind = "tsc", .hz_numerator = 3'000'000'000};
  EXPECT_EQ(ticks_to_ns(tsc, 3'000'000'000), 1'000'000'000U);
  EXPECT_EQ(ticks_to_ns(tsc, 2), 0U);
  EXPECT_EQ(ns_to_ticks(tsc, 1), 3U);
  traces::Clock const micro{.kind = "trace", .hz_numerator = 1'000'000};
  EXPECT_EQ(ticks_to_ns(micro, 7), 7'000U);
  EXPECT_EQ(ns_to_ticks(micro, 7'999), 7U);
  traces::Clock const thirds{.kind = "third", .hz_numerator = 1, .hz_denominator = 3};
  EXPECT_EQ(ticks_to_ns(thirds, 2), 6'000'000'000U);
}

TEST(ClockConversion, Saturates) {
  traces::Clock const slow{.kind = "slow", .hz_numerator = 1};
  EXPECT_EQ(ticks_to_ns(slow, ~std::uint64_t{0}), ~std::uint64_t{0});
}

TEST(Texts, ShowDurationsWithThreeDigits) {
  EXPECT_EQ(duration_text(0), "0 ns");
  EXPECT_EQ(duration_text(999), "999 ns");
  EXPECT_EQ(duration_text(1'000), "1.00 us");
  EXPECT_EQ(duration_text(12'900), "12.9 us");
  EXPECT_EQ(duration_text(999'499), "999 us");
  EXPECT_EQ(duration_text(999'500), "1.00 ms");
  EXPECT_EQ(duration_text(3'280'000'000), "3.28 s");
  EXPECT_EQ(duration_text(1'234'000'000'000), "1234 s");
}

TEST(Texts, ShowSecondsWithNanoseconds) {
  EXPECT_EQ(seconds_text(12'000'345'678), "12.000345678");
  EXPECT_EQ(seconds_text(1), "0.000000001");
}

TEST(Texts, GroupThousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(27'342), "27,342");
  EXPECT_EQ(grouped(1'000'000), "1,000,000");
}

}  // namespace
}  // namespace acrn::cli
