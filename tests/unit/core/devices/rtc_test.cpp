// SPDX-License-Identifier: BSD-3-Clause
#include "core/devices/rtc.hpp"

#include <gtest/gtest.h>
#include <array>
#include <limits>
#include <optional>
#include <vector>
#include "core/devices/calendar.hpp"
#include "core/devices/rtc_format.hpp"
#include "tests/unit/core/devices/rtc_bench.hpp"

namespace acrn::core {
namespace {

using namespace fakes;  // NOLINT(google-build-using-namespace)

TEST(Rtc, ShowsTheConfiguredTimeAsItPasses) {
  RtcBench rtc;
  EXPECT_EQ(rtc.time(), (Fields{0x20, 0x24, 0x02, 0x28, 0x23, 0x59, 0x58}));
  EXPECT_EQ(rtc.get(6), 4U) << "a Wednesday";
  rtc.now = {2 * second - 1};
  EXPECT_EQ(rtc.get(0), 0x59U);
  rtc.now = {2 * second};
  EXPECT_EQ(rtc.time(), (Fields{0x20, 0x24, 0x02, 0x29, 0x00, 0x00, 0x00}));
  EXPECT_EQ(rtc.get(6), 5U);
}

TEST(Rtc, IsAsLinuxExpectsIt) {
  RtcBench rtc;
  EXPECT_EQ(rtc.get(0xd), 0x80U) << "valid RAM and time";
  EXPECT_EQ(rtc.get(0xa), 0x26U);
  EXPECT_EQ(rtc.get(0xb), 0x02U) << "24 hours, BCD";
  EXPECT_EQ(rtc.get(0xc), 0U);
  EXPECT_EQ(rtc.read(0x70), 0xffU) << "the index cannot be read";
  EXPECT_EQ(rtc.read(0x72), 0xffU);
}

TEST(Rtc, HasEachFormat) {
  struct Row {
    unsigned b, hour_at_23, hour_at_0, minute;
  };
  for (Row const& row : {Row{2, 0x23, 0x00, 0x59}, Row{6, 23, 0, 59}, Row{0, 0x91, 0x12, 0x59},
                         Row{4, 0x8b, 12, 59}}) {
    RtcBench rtc;
    rtc.set(0xb, row.b);
    EXPECT_EQ(rtc.get(4), row.hour_at_23) << row.b;
    EXPECT_EQ(rtc.get(2), row.minute) << row.b;
    rtc.now = {2 * second};
    EXPECT_EQ(rtc.get(4), row.hour_at_0) << row.b;
  }
}

TEST(Rtc, HoursOfBothFormatsReadBackAsThemselves) {
  for (std::uint8_t const b : std::array<std::uint8_t, 4>{0, 2, 4, 6}) {
    for (unsigned hour = 0; hour < 24; ++hour) {
      EXPECT_EQ(rtc::decode_hour(rtc::encode_hour(hour, b), b), hour) << unsigned{b};
    }
  }
}

TEST(Rtc, TheGuestSetsTheTimeWhileSetHoldsUpdates) {
  RtcBench rtc;
  rtc.now = {100};
  rtc.set(0xb, 0x82);
  rtc.now = {100 + 10 * second};
  EXPECT_EQ(rtc.get(0), 0x58U) << "stands still";
  unsigned const values[][2] = {{0x32, 0x19}, {9, 0x99}, {8, 0x12}, {7, 0x31},
                                {4, 0x23},    {2, 0x59}, {0, 0x59}, {6, 0x06}};
  for (auto const& [index, value] : values) {
    rtc.set(index, value);
  }
  rtc.set(0xb, 0x02);
  EXPECT_EQ(rtc.time(), (Fields{0x19, 0x99, 0x12, 0x31, 0x23, 0x59, 0x59}));
  rtc.now = {11 * second};
  EXPECT_EQ(rtc.time(), (Fields{0x20, 0x00, 0x01, 0x01, 0x00, 0x00, 0x00}))
      << "the seconds' phase did not change";
  EXPECT_EQ(rtc.get(6), 7U) << "the guest's day of the week goes on from what it wrote";
}

TEST(Rtc, AReleasedDividerUpdatesAfterHalfASecond) {
  RtcBench rtc;
  rtc.now = {20'000};
  rtc.set(0xa, 0x76);
  rtc.now = {20'000 + 5 * second};
  EXPECT_EQ(rtc.get(0), 0x58U);
  EXPECT_EQ(rtc.get(0xa), 0x76U) << "no update in progress";
  rtc.set(0xa, 0x26);
  rtc.now.value += second / 2 - 1;
  EXPECT_EQ(rtc.get(0), 0x58U);
  ++rtc.now.value;
  EXPECT_EQ(rtc.get(0), 0x59U);
}

TEST(Rtc, AFieldWrittenWhileTheClockRunsCounts) {
  RtcBench rtc;
  rtc.set(7, 0x15);
  EXPECT_EQ(rtc.time(), (Fields{0x20, 0x24, 0x02, 0x15, 0x23, 0x59, 0x58}));
  rtc.now = {2 * second};
  EXPECT_EQ(rtc.time(), (Fields{0x20, 0x24, 0x02, 0x16, 0x00, 0x00, 0x00}));
}

TEST(Rtc, ImpossibleFieldsAreBroughtIntoRange) {
  RtcBench rtc;
  rtc.set(0xb, 0x82);
  for (unsigned index : {0U, 2U, 4U, 6U, 7U, 8U, 9U, 0x32U}) {
    rtc.set(index, 0xff);
  }
  EXPECT_EQ(rtc.get(8), 0xffU) << "kept as written while the clock stands";
  rtc.set(0xb, 0x02);
  EXPECT_EQ(rtc.time(), (Fields{0x99, 0x99, 0x12, 0x31, 0x23, 0x59, 0x59}));
  rtc.now = {second};
  EXPECT_EQ(rtc.time(), (Fields{0x00, 0x00, 0x01, 0x01, 0x00, 0x00, 0x00}));
  rtc.set(0xb, 0x82);
  rtc.set(7, 0);
  rtc.set(8, 0);
  rtc.set(0xb, 0x02);
  EXPECT_EQ(rtc.get(7), 1U);
  EXPECT_EQ(rtc.get(8), 1U);
}

}  // namespace
}  // namespace acrn::core
