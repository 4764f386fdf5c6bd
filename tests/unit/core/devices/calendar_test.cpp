// SPDX-License-Identifier: BSD-3-Clause
#include "core/devices/calendar.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <random>

namespace acrn::core {
namespace {

static_assert(civil_time(0) == CivilTime{});
static_assert(civil_time(951'782'400) == CivilTime{2000, 2, 29, 0, 0, 0});
static_assert(civil_time(4'107'542'400) == CivilTime{2100, 3, 1, 0, 0, 0});
static_assert(civil_time(-1) == CivilTime{1969, 12, 31, 23, 59, 59});
static_assert(seconds_since_1970({2038, 1, 19, 3, 14, 7}) == 0x7fff'ffff);
static_assert(weekday(0) == 4 && weekday(-1) == 3, "1970-01-01 was a Thursday");
static_assert(seconds_since_1970({2023, 2, 30, 0, 0, 0}) == seconds_since_1970({2023, 3, 2}));

TEST(Calendar, AgreesWithTheCLibrary) {
  constexpr std::uint64_t seed = 1970;
  std::mt19937_64 random{seed};
  constexpr std::int64_t span = 253'402'300'799;  // to the end of 9999, and as far back
  std::uniform_int_distribution<std::int64_t> anywhere{-span / 8, span};
  for (int i = 0; i < 200'000; ++i) {
    std::time_t const seconds = anywhere(random);
    std::tm broken{};
    ASSERT_NE(gmtime_r(&seconds, &broken), nullptr);
    CivilTime const time = civil_time(seconds);
    ASSERT_EQ(time.year, broken.tm_year + 1900) << "seed " << seed << " second " << seconds;
    ASSERT_EQ(time.month, broken.tm_mon + 1) << "seed " << seed << " second " << seconds;
    ASSERT_EQ(time.day, broken.tm_mday) << "seed " << seed << " second " << seconds;
    ASSERT_EQ(time.hour, broken.tm_hour);
    ASSERT_EQ(time.minute, broken.tm_min);
    ASSERT_EQ(time.second, broken.tm_sec);
    ASSERT_EQ(weekday(seconds), broken.tm_wday);
    ASSERT_EQ(seconds_since_1970(time), seconds);
  }
}

TEST(Calendar, KnowsEveryDayOfFourCenturies) {
  std::int64_t const first = days_since_1970({2000, 1, 1});
  for (std::int64_t day = first; day < first + 146'097; ++day) {
    CivilTime const time = civil_time(day * day_seconds);
    ASSERT_EQ(days_since_1970(time), day);
  }
  EXPECT_EQ(civil_time((first + 146'097) * day_seconds), (CivilTime{2400, 1, 1}));
}

}  // namespace
}  // namespace acrn::core
