// SPDX-License-Identifier: BSD-3-Clause
#include "core/devices/pit.hpp"

#include <gtest/gtest.h>
#include <string>
#include <vector>
#include "tests/unit/core/devices/pit_bench.hpp"

namespace acrn::core {
namespace {

using namespace fakes;  // NOLINT(google-build-using-namespace)

TEST(Pit, StatusTellsWhetherTheCountIsLoaded) {
  PitBench pit;
  EXPECT_EQ(pit.status(0) & 0x40, 0x40U) << "nothing written yet";
  pit.load(0, 2, 100);
  EXPECT_EQ(pit.status(0), 0xf4U) << "loaded with the next clock";
  pit.at(1);
  EXPECT_EQ(pit.status(0), 0xb4U);
  pit.write(0x40, 50);
  pit.write(0x40, 0);
  EXPECT_EQ(pit.status(0), 0xf4U) << "a new count waits for the end of the period";
  pit.at(101);
  EXPECT_EQ(pit.status(0), 0xb4U);
  EXPECT_EQ(pit.latched(0), 50U);
}

TEST(Pit, ANewCountInModeTwoWaitsForThePeriodAndInModeThreeForTheHalf) {
  PitBench two;
  two.gate2(true);
  two.load(2, 2, 4);
  two.at(2);
  two.write(0x42, 2);
  two.write(0x42, 0);
  EXPECT_EQ(two.wave(7), "-_-_-_-");
  PitBench three;
  three.gate2(true);
  three.load(2, 3, 6);
  three.at(2);
  three.write(0x42, 4);
  three.write(0x42, 0);
  EXPECT_EQ(three.wave(8), "-__--__-") << "the low half is the new count's";
}

TEST(Pit, ACountOfOneCountsAsTwoInThePeriodicModes) {
  for (unsigned mode : {2U, 3U}) {
    PitBench pit;
    pit.gate2(true);
    pit.load(2, mode, 1);
    EXPECT_EQ(pit.wave(6), "-_-_-_") << "mode " << mode;
  }
}

TEST(Pit, TheFirstByteOfACountStopsModeZero) {
  PitBench pit;
  pit.gate2(true);
  pit.load(2, 0, 2);
  pit.at(10);
  EXPECT_TRUE(pit.out2());
  pit.write(0x42, 5);
  EXPECT_FALSE(pit.out2());
  pit.at(100);
  EXPECT_FALSE(pit.out2());
  pit.write(0x42, 0);
  pit.at(106);
  EXPECT_TRUE(pit.out2());
}

TEST(Pit, Port61ReadsBackItsControlsAndTogglesRefresh) {
  PitBench pit;
  pit.write(0x61, 0xff);
  EXPECT_EQ(pit.read(0x61) & 0xcfU, 0x0fU);
  unsigned toggles = 0;
  unsigned last = pit.read(0x61) & 0x10U;
  for (std::uint64_t clock = 0; clock < 1800; ++clock) {
    pit.at(clock);
    unsigned const bit = pit.read(0x61) & 0x10U;
    toggles += bit != last ? 1 : 0;
    last = bit;
  }
  EXPECT_EQ(toggles, 99U);
}

TEST(Pit, TheControlPortAndForeignPortsReadAllOnes) {
  PitBench pit;
  EXPECT_EQ(pit.read(command), 0xffU);
  EXPECT_EQ(pit.read(0x44), 0xffU);
  EXPECT_EQ(pit.read(0x3f), 0xffU);
}

TEST(Pit, EachPeriodIsOneEdgeOnTheInterruptLine) {
  for (unsigned mode : {2U, 3U}) {
    PitBench pit;
    pit.load(0, mode, 100);
    pit.changes();
    for (std::uint64_t period = 1; period <= 5; ++period) {
      EXPECT_EQ(pit.device.next_deadline(), Ticks{1 + period * 100}) << "mode " << mode;
      pit.advance(period * 100);
      EXPECT_EQ(pit.device.line(), Level::low);
      pit.changes();
      pit.advance(1 + period * 100);
      ASSERT_EQ(pit.changes(), (std::vector<IrqChange>{{{0}, IrqAction::raise}}));
    }
  }
}

TEST(Pit, LateCallsMergeEdgesAndLeaveTheLineAtItsLevel) {
  struct Row {
    unsigned mode;
    std::uint64_t from, to;
    std::vector<IrqAction> actions;
  };
  for (Row const& row :
       {Row{2, 50, 150, {IrqAction::falling_pulse}}, Row{2, 50, 5050, {IrqAction::falling_pulse}},
        Row{3, 20, 190, {IrqAction::falling_pulse, IrqAction::lower}},
        Row{3, 60, 170, {IrqAction::raising_pulse}}, Row{3, 60, 120, {IrqAction::raise}},
        Row{3, 60, 320, {IrqAction::falling_pulse, IrqAction::raise}}, Row{3, 20, 40, {}}}) {
    PitBench pit;
    pit.load(0, row.mode, 100);
    pit.advance(row.from);
    pit.changes();
    pit.advance(row.to);
    std::vector<IrqAction> actions;
    for (IrqChange const& change : pit.changes()) {
      actions.push_back(change.action);
    }
    EXPECT_EQ(actions, row.actions) << "mode " << row.mode << " " << row.from << " " << row.to;
  }
}

TEST(Pit, OneShotsOfLinuxInterruptOnce) {
  PitBench pit;
  pit.load(0, 4, 1000);  // clockevents' one-shot: software-triggered strobe
  pit.changes();
  EXPECT_EQ(pit.device.next_deadline(), Ticks{1002});
  pit.advance(1001);
  EXPECT_EQ(pit.changes(), (std::vector<IrqChange>{{{0}, IrqAction::lower}}));
  pit.advance(1002);
  EXPECT_EQ(pit.changes(), (std::vector<IrqChange>{{{0}, IrqAction::raise}}));
  EXPECT_EQ(pit.device.next_deadline(), ticks_never);
  pit.load(0, 0, 0);  // shutdown: mode 0
  EXPECT_EQ(pit.device.line(), Level::low);
}

TEST(Pit, LinuxCalibratesAgainstChannelTwo) {
  PitBench pit;
  pit.write(0x61, (pit.read(0x61) & ~2U) | 1U);
  pit.write(command, 0xb0);
  constexpr unsigned latch = Pit::clock_hz / 100;
  pit.write(0x42, latch & 0xff);
  pit.write(0x42, latch >> 8U);
  unsigned polls = 0;
  while (!pit.out2()) {
    ++pit.now.value;
    ++polls;
  }
  EXPECT_EQ(polls, latch + 1);
}

TEST(Pit, KeepsTimeExactlyForADay) {
  PitConfig const config{.ticks_hz = 2'995'200'000};
  Pit pit{config};
  Effects effects;
  pit.write({0x43}, 0x34, {}, effects);
  pit.write({0x40}, 0xa9, {}, effects);
  pit.write({0x40}, 0x04, {}, effects);  // 1193: Linux at 1000 Hz
  std::uint64_t edges = 0;
  Ticks now{};
  Ticks const day{86'400ULL * config.ticks_hz};
  while ((now = pit.next_deadline()) < day && edges < 200'000) {
    pit.advance(now, effects);
    effects.clear();
    ++edges;
  }
  EXPECT_EQ(edges, 200'000U);
  EXPECT_EQ(now, DeviceClock(config.ticks_hz, Pit::clock_hz).ticks_at(1 + 200'001ULL * 1193));
}

TEST(Pit, ASnapshotGoesOnInTheMiddleOfACountAndOfAByte) {
  PitBench pit;
  pit.load(0, 3, 1000);
  pit.at(300);
  pit.read(0x40);
  pit.write(command, 0);
  pit.write(0x40, 0x77);  // the first of two bytes
  PitBench other;
  other.device.restore(pit.device.state());
  other.at(400);
  pit.at(400);
  EXPECT_EQ(other.device.state(), pit.device.state());
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(other.read(0x40), pit.read(0x40));
  }
  other.write(0x40, 0x01);
  EXPECT_EQ(other.device.state().channels[0].next, 0x177U);
}

TEST(Pit, AnImpossibleSnapshotIsBroughtIntoRange) {
  PitState odd;
  for (PitChannelState& channel : odd.channels) {
    channel = {.period = 0, .next = 0xffff'ffff, .mode = 0xff, .access = 0};
    channel.phase = PitPhase::counting;
  }
  odd.control_61 = 0xff;
  PitBench pit;
  pit.device.restore(odd);
  for (unsigned channel = 0; channel < 3; ++channel) {
    pit.latched(channel);
    pit.status(channel);
  }
  EXPECT_EQ(pit.device.next_deadline(), ticks_never);
  EXPECT_EQ(pit.read(0x61) & 0xcfU, 0x0fU);
}

TEST(Pit, StaysInRangeUnderAnySequence) {
  for (unsigned first : {0x3eU, 0x60U}) {
    fakes::hostile_bytes([] { return PitBench{}; }, first, first == 0x3e ? 7 : 2,
                         [](PitBench& pit, auto& random) {
                           pit.gate2(random() % 2 == 0);
                           pit.write(0x40 + random() % 4, random() & 0xff);
                           for (auto const& channel : pit.device.state().channels) {
                             ASSERT_LE(channel.period, 0x10000U);
                             ASSERT_LE(channel.mode, 5);
                           }
                           ASSERT_GE(pit.device.next_deadline(), Ticks{});
                         });
  }
}

}  // namespace
}  // namespace acrn::core
