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
