// SPDX-License-Identifier: BSD-3-Clause
#include "core/devices/rtc.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <optional>
#include <vector>

#include "core/devices/calendar.hpp"
#include "core/devices/rtc_format.hpp"
#include "tests/unit/core/devices/fakes.hpp"

namespace acrn::core {
namespace {

using fakes::Bench;

constexpr std::uint64_t second = 32'768;  // one tick is one clock of the RTC
constexpr std::int64_t start = seconds_since_1970({2024, 2, 28, 23, 59, 58});

struct RtcBench : Bench<Rtc> {
  RtcBench() : Bench{Rtc{RtcConfig{.epoch_seconds = start, .ticks_hz = second}}} {}
  unsigned get(unsigned index) {
    write(0x70, index);
    return read(0x71);
  }
  void set(unsigned index, unsigned value) {
    write(0x70, index);
    write(0x71, value);
  }
  std::vector<unsigned> time() {
    std::vector<unsigned> fields;
    for (unsigned index : {0x32U, 9U, 8U, 7U, 4U, 2U, 0U}) {
      fields.push_back(get(index));
    }
    return fields;
  }
};
using Fields = std::vector<unsigned>;

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

TEST(Rtc, UpdateInProgressIsSeenAroundEachSecond) {
  struct Row {
    std::uint64_t clock;
    bool updating;
  };
  for (Row const& row :
       {Row{0, false}, Row{second - 9, false}, Row{second - 8, true}, Row{second, true},
        Row{second + 64, true}, Row{second + 65, false}, Row{7 * second - 1, true}}) {
    RtcBench rtc;
    rtc.now = {row.clock};
    EXPECT_EQ((rtc.get(0xa) & 0x80U) != 0, row.updating) << row.clock;
    rtc.set(0xb, 0x82);
    EXPECT_EQ(rtc.get(0xa) & 0x80U, 0U) << "SET aborts an update";
  }
}

TEST(Rtc, UpdateEndedInterruptsOnceASecondAtTheEndOfTheUpdate) {
  RtcBench rtc;
  rtc.set(5, 0x12);  // no alarm at midnight
  rtc.set(0xb, 0x12);
  for (std::uint64_t n = 1; n <= 3; ++n) {
    EXPECT_EQ(rtc.device.next_deadline(), Ticks{n * second + 65});
    rtc.advance(n * second + 64);
    EXPECT_EQ(rtc.device.line(), Level::low);
    rtc.advance(n * second + 65);
    EXPECT_EQ(rtc.device.line(), Level::high);
    EXPECT_EQ(rtc.device.next_deadline(), ticks_never) << "until C is read";
    EXPECT_EQ(rtc.get(0xc), 0xd0U);
    EXPECT_EQ(rtc.device.line(), Level::low);
  }
}

TEST(Rtc, PeriodicFlagsComeAtEachRate) {
  struct Row {
    unsigned rate;
    std::uint64_t clocks;
  };
  for (Row const& row : {Row{1, 128}, Row{2, 256}, Row{3, 4}, Row{6, 32}, Row{15, 16'384}}) {
    RtcBench rtc;
    rtc.set(0xa, 0x20 | row.rate);
    rtc.set(0xb, 0x42);
    EXPECT_EQ(rtc.device.next_deadline(), Ticks{row.clocks}) << row.rate;
    rtc.advance(row.clocks - 1);
    EXPECT_EQ(rtc.device.line(), Level::low);
    rtc.advance(row.clocks);
    EXPECT_EQ(rtc.changes(), (std::vector<IrqChange>{{{8}, IrqAction::raise}}));
    EXPECT_EQ(rtc.get(0xc), 0xc0U);
    EXPECT_EQ(rtc.changes(), (std::vector<IrqChange>{{{8}, IrqAction::lower}}));
    EXPECT_EQ(rtc.device.next_deadline(), Ticks{2 * row.clocks});
  }
  RtcBench off;
  off.set(0xa, 0x20);
  off.set(0xb, 0x42);
  EXPECT_EQ(off.device.next_deadline(), ticks_never);
}

TEST(Rtc, FlagsAreSetWithoutBeingEnabled) {
  RtcBench rtc;
  rtc.now = {3 * second};
  EXPECT_EQ(rtc.get(0xc), 0x70U) << "no bit 7: nothing is enabled; the alarm was at midnight";
  EXPECT_EQ(rtc.get(0xc), 0U);
  EXPECT_TRUE(rtc.changes().empty());
}

TEST(Rtc, TheAlarmComesAtItsTime) {
  struct Row {
    unsigned hour, minute, sec;
    std::uint64_t after_seconds;
  };
  for (Row const& row :
       {Row{0x23, 0x59, 0x59, 1}, Row{0x00, 0x00, 0x00, 2}, Row{0xff, 0xff, 0xff, 1},
        Row{0xff, 0xff, 0x10, 12}, Row{0xff, 0x30, 0x00, 1802}, Row{0xc0, 0x00, 0x57, 59},
        Row{0x23, 0x59, 0x58, 86'400}, Row{0x12, 0xff, 0xff, 43'202}}) {
    RtcBench rtc;
    rtc.set(5, row.hour);
    rtc.set(3, row.minute);
    rtc.set(1, row.sec);
    rtc.set(0xb, 0x22);
    Ticks const due{row.after_seconds * second + 65};
    EXPECT_EQ(rtc.device.next_deadline(), due);
    rtc.advance(due.value - 1);
    EXPECT_EQ(rtc.device.line(), Level::low);
    rtc.advance(due.value);
    EXPECT_EQ(rtc.device.line(), Level::high);
    EXPECT_EQ(rtc.get(0xc) & 0xa0U, 0xa0U);
  }
}

TEST(Rtc, AnAlarmThatNoTimeMatchesNeverComes) {
  for (unsigned impossible : {0x99U, 0x7aU, 0x61U}) {
    RtcBench rtc;
    rtc.set(3, impossible);
    rtc.set(0xb, 0x22);
    EXPECT_EQ(rtc.device.next_deadline(), ticks_never) << impossible;
    rtc.advance(200'000 * second);
    EXPECT_EQ(rtc.device.line(), Level::low);
  }
}

TEST(Rtc, AlarmsAgreeWithASearchSecondBySecond) {
  constexpr std::uint64_t seed = 146818;
  std::mt19937_64 random{seed};
  for (int i = 0; i < 150; ++i) {
    std::array<std::uint8_t, 128> memory{};
    memory[rtc::reg_b] = static_cast<std::uint8_t>(random() % 4 * 2);
    std::uint8_t const b = memory[rtc::reg_b];
    auto const field = [&](std::uint8_t value) { return random() % 3 == 0 ? 0xc7 : value; };
    auto const number = [&](unsigned below) { return static_cast<unsigned>(random() % below); };
    memory[1] = static_cast<std::uint8_t>(field(rtc::encode(number(60), b)));
    memory[3] = static_cast<std::uint8_t>(field(rtc::encode(number(60), b)));
    memory[5] = static_cast<std::uint8_t>(field(rtc::encode_hour(number(24), b)));
    std::int64_t const after = static_cast<std::int64_t>(random() % 4'000'000'000) - 1'000'000'000;
    std::optional<std::uint64_t> expected;
    for (std::uint64_t in = 1; in <= 86'400 && !expected; ++in) {
      CivilTime const time = civil_time(after + static_cast<std::int64_t>(in));
      auto const is = [](std::uint8_t alarm, std::uint8_t shown) {
        return alarm >= 0xc0 || alarm == shown;
      };
      if (is(memory[1], rtc::encode(time.second, b)) &&
          is(memory[3], rtc::encode(time.minute, b)) &&
          is(memory[5], rtc::encode_hour(time.hour, b))) {
        expected = in;
      }
    }
    ASSERT_EQ(rtc::alarm_in(memory, after), expected) << "seed " << seed << " case " << i;
  }
}

TEST(Rtc, SetDropsTheUpdateInterruptsEnable) {
  RtcBench rtc;
  rtc.set(0xb, 0x92);
  EXPECT_EQ(rtc.get(0xb), 0x82U);
}

TEST(Rtc, RegistersCAndDCannotBeWrittenAndTheRestIsMemory) {
  RtcBench rtc;
  rtc.set(0xc, 0xff);
  rtc.set(0xd, 0x00);
  EXPECT_EQ(rtc.get(0xc), 0U);
  EXPECT_EQ(rtc.get(0xd), 0x80U);
  for (unsigned index = 0x0e; index < 0x80; ++index) {
    if (index != 0x32) {
      rtc.set(index, index ^ 0xa5U);
      EXPECT_EQ(rtc.get(index), index ^ 0xa5U);
    }
  }
  rtc.set(0x8f, 0x11);
  EXPECT_EQ(rtc.get(0x0f), 0x11U) << "bit 7 of the index is the NMI mask";
  rtc.device.set_memory(0x15, 0x80);
  rtc.device.set_memory(0x0b, 0x80);
  rtc.device.set_memory(0xff, 0x80);
  EXPECT_EQ(rtc.get(0x15), 0x80U);
  EXPECT_EQ(rtc.get(0x0b), 0x02U);
}

TEST(Rtc, ASnapshotGoesOnWithStoppedOrRunningClock) {
  RtcBench rtc;
  rtc.set(0xb, 0xc2);
  rtc.set(8, 0x07);
  rtc.now = {77'777};
  RtcBench other;
  other.device.restore(rtc.device.state());
  other.now = rtc.now;
  for (RtcBench* each : {&rtc, &other}) {
    each->set(0xb, 0x42);
    each->now.value += 10 * second;
  }
  EXPECT_EQ(other.time(), rtc.time());
  EXPECT_EQ(other.device.state(), rtc.device.state());
  EXPECT_EQ(other.device.next_deadline(), rtc.device.next_deadline());
}

TEST(Rtc, AnImpossibleSnapshotIsBroughtIntoRange) {
  RtcState odd{.base_seconds = std::numeric_limits<std::int64_t>::max(),
               .origin = 5,
               .synced = 4,
               .index = 0xff,
               .weekday_offset = 255};
  odd.memory.fill(0xff);
  RtcBench rtc;
  rtc.device.restore(odd);
  for (unsigned index = 0; index < 256; ++index) {
    rtc.get(index);
  }
  EXPECT_LT(rtc.device.state().weekday_offset, 7);
  EXPECT_EQ(rtc.get(0xd), 0x80U);
}

TEST(Rtc, StaysInRangeUnderAnySequence) {
  fakes::hostile_bytes([] { return RtcBench{}; }, 0x6f, 4,
                       [](RtcBench& rtc, auto& random) {
                         rtc.set(random() % 16, random() & 0xff);
                         ASSERT_GE(rtc.device.next_deadline(), Ticks{});
                         ASSERT_LT(rtc.device.state().weekday_offset, 7);
                       });
}

}  // namespace
}  // namespace acrn::core
