// SPDX-License-Identifier: BSD-3-Clause
// Tests of the filters by vCPU, port, address and time.
#include "sim/cli/filters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/cli/exit_code.hpp"

namespace acrn::cli {
namespace {

using testing::HasSubstr;

traces::Clock const microseconds{.kind = "trace", .hz_numerator = 1'000'000};
/// Two seconds that begin at tick 5,000,000.
constexpr TimeSpan two_seconds{5'000'000, 7'000'000};

EventPlace at_time(std::uint64_t ticks) { return {.time = ticks}; }
EventPlace at_port(std::uint64_t port, std::uint8_t size = 1) {
  return {.space = core::Space::port, .address = port, .size = size};
}
EventPlace at_gpa(std::uint64_t gpa, std::uint8_t size = 4) {
  return {.space = core::Space::mmio, .address = gpa, .size = size};
}

Filters timed_filter(std::string const& window) {
  Filters filters{{.time = window}};
  filters.resolve(microseconds, two_seconds);
  return filters;
}

std::string refusal(std::string const& window) {
  try {
    timed_filter(window);
  } catch (UsageError const& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Filters, WithoutOptionsKeepEverything) {
  Filters const filters{{}};
  EXPECT_FALSE(filters.active());
  EXPECT_TRUE(filters.keep(at_port(0x60)));
  EXPECT_TRUE(filters.keep({.vcpu = {7}}));
}

TEST(Filters, ChooseByVcpu) {
  Filters const filters{{.vcpu = "0,2"}};
  EXPECT_TRUE(filters.active());
  EXPECT_TRUE(filters.keep({.vcpu = {0}}));
  EXPECT_FALSE(filters.keep({.vcpu = {1}}));
  EXPECT_TRUE(filters.keep({.vcpu = {2}}));
}

TEST(Filters, ChooseByPortIncludingAccessesThatReachInto) {
  Filters const filters{{.port = "0x3f8-0x3ff"}};
  EXPECT_FALSE(filters.keep(at_port(0x3f7)));
  EXPECT_TRUE(filters.keep(at_port(0x3f7, 2)));
  EXPECT_TRUE(filters.keep(at_port(0x3f8)));
  EXPECT_TRUE(filters.keep(at_port(0x3ff, 4)));
  EXPECT_FALSE(filters.keep(at_port(0x400)));
}

TEST(Filters, APortFilterDropsMemoryAndEventsWithoutAddress) {
  Filters const filters{{.port = "0x3f8"}};
  EXPECT_FALSE(filters.keep(at_gpa(0x3f8)));
  EXPECT_FALSE(filters.keep({}));
}

TEST(Filters, PortAndAddressTogetherKeepEither) {
  Filters const filters{{.port = "0x3f8", .gpa = "0xfed00000-0xfed003ff"}};
  EXPECT_TRUE(filters.keep(at_port(0x3f8)));
  EXPECT_TRUE(filters.keep(at_gpa(0xfed003ff)));
  EXPECT_FALSE(filters.keep(at_gpa(0xfed00400)));
}

TEST(Filters, AnAddressAtTheVeryTopDoesNotWrap) {
  Filters const filters{{.gpa = "0xffffffffffffffff"}};
  EXPECT_TRUE(filters.keep(at_gpa(0xfffffffffffffffe)));
  Filters const low{{.gpa = "0-10"}};
  EXPECT_FALSE(low.keep(at_gpa(0xfffffffffffffffe)));
}

TEST(TimeFilter, CountsFromTheStartOfTheCapture) {
  Filters const filters = timed_filter("0.5,1.5");
  EXPECT_FALSE(filters.keep(at_time(5'499'999)));
  EXPECT_TRUE(filters.keep(at_time(5'500'000)));
  EXPECT_TRUE(filters.keep(at_time(6'500'000)));
  EXPECT_FALSE(filters.keep(at_time(6'500'001)));
}

TEST(TimeFilter, TakesADurationAsItsEnd) {
  Filters const filters = timed_filter("1,+10ms");
  EXPECT_TRUE(filters.keep(at_time(6'010'000)));
  EXPECT_FALSE(filters.keep(at_time(6'010'001)));
}

TEST(TimeFilter, CountsBackFromTheEnd) {
  Filters const filters = timed_filter("end-1s,");
  EXPECT_FALSE(filters.keep(at_time(5'999'999)));
  EXPECT_TRUE(filters.keep(at_time(6'000'000)));
  EXPECT_TRUE(filters.keep(at_time(7'000'000)));
}

TEST(TimeFilter, MayBeOpenAtEitherSide) {
  EXPECT_TRUE(timed_filter(",1").keep(at_time(5'000'000)));
  EXPECT_TRUE(timed_filter("1,end").keep(at_time(7'000'000)));
  EXPECT_TRUE(timed_filter(",").keep(at_time(0xffff'ffff'ffff)));
}

TEST(TimeFilter, MoreThanTheCaptureIsAllOfIt) {
  EXPECT_TRUE(timed_filter("end-100s,").keep(at_time(5'000'000)));
  EXPECT_TRUE(timed_filter("0,100").keep(at_time(7'000'000)));
}

TEST(TimeFilter, RefusesWhatItCannotUse) {
  EXPECT_THAT(refusal("1"), HasSubstr("two times are needed"));
  EXPECT_THAT(refusal("1,2,3"), HasSubstr("two times are needed"));
  EXPECT_THAT(refusal("one,2"), HasSubstr("'one' is not a time"));
  EXPECT_THAT(refusal("+1,2"), HasSubstr("'+' is for the second"));
  EXPECT_THAT(refusal("2,1"), HasSubstr("reversed"));
  EXPECT_THAT(refusal("end-1s,end-2s"), HasSubstr("reversed"));
  EXPECT_THAT(refusal("1.5,end-1s"), HasSubstr("in this capture of 2.000000000 s"));
  EXPECT_THAT(refusal("2,1"), HasSubstr("for example: --time 0.5,1.5"));
}

TEST(TimeFilter, RefusesACaptureOfUnknownLength) {
  Filters filters{{.time = "0,1"}};
  EXPECT_THROW(filters.resolve(microseconds, std::nullopt), UsageError);
}

TEST(TimeFilter, RefusesACaptureWithoutTime) {
  Filters filters{{.time = "0,1"}};
  EXPECT_THROW(filters.resolve(traces::Clock{}, TimeSpan{}), UsageError);
  Filters without{{.vcpu = "0"}};
  EXPECT_NO_THROW(without.resolve(traces::Clock{}, std::nullopt));
}

}  // namespace
}  // namespace acrn::cli
