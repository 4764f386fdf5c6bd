// SPDX-License-Identifier: BSD-3-Clause
#include "core/devices/pit.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/core/devices/fakes.hpp"

namespace acrn::core {
namespace {

using fakes::Bench;

constexpr unsigned command = 0x43;

/// One tick is one clock of the timer.
struct PitBench : Bench<Pit> {
  PitBench() : Bench{Pit{PitConfig{.ticks_hz = Pit::clock_hz}}} {}
  void at(std::uint64_t clock) { now = {clock}; }
  void load(unsigned channel, unsigned mode, unsigned count) {
    write(command, channel << 6U | 0x30 | mode << 1U);
    write(0x40 + channel, count & 0xff);
    write(0x40 + channel, count >> 8U & 0xff);
  }
  void gate2(bool open) { write(0x61, open ? 1 : 0); }
  bool out2() { return (read(0x61) & 0x20) != 0; }
  unsigned count(unsigned channel) {
    unsigned const low = read(0x40 + channel);
    return low | read(0x40 + channel) << 8U;
  }
  unsigned latched(unsigned channel) {
    write(command, channel << 6U);
    return count(channel);
  }
  unsigned status(unsigned channel) {
    write(command, 0xe0 | 2U << channel);
    return read(0x40 + channel);
  }
  /// OUT2 as text, from the clock after this one on.
  std::string wave(unsigned clocks) {
    std::string text;
    for (unsigned i = 0; i < clocks; ++i) {
      ++now.value;
      text += out2() ? '-' : '_';
    }
    return text;
  }
};

struct Wave {
  unsigned mode, count;
  char const* out;
};

TEST(Pit, OutFollowsTheDatasheetsTimingDiagrams) {
  for (Wave const& row :
       {Wave{0, 4, "____-------"},   // low for N + 1 clocks after the write
        Wave{2, 3, "--_--_--_--_"},  // low in the last clock of N
        Wave{3, 4, "--__--__--__"}, Wave{3, 5, "---__---__---__"}, Wave{4, 3, "---_-------"}}) {
    PitBench pit;
    pit.gate2(true);
    pit.load(2, row.mode, row.count);
    EXPECT_EQ(pit.wave(1), row.mode == 0 ? "_" : "-") << "the clock that loads the count";
    pit.now.value -= 1;
    EXPECT_EQ(pit.wave(static_cast<unsigned>(std::string(row.out).size())), row.out)
        << "mode " << row.mode;
  }
}

TEST(Pit, ModeOneIsTriggeredAndRetriggeredByTheGate) {
  PitBench pit;
  pit.load(2, 1, 3);
  EXPECT_EQ(pit.wave(3), "---") << "no trigger";
  pit.gate2(true);
  EXPECT_EQ(pit.wave(6), "___---");
  pit.gate2(false);
  EXPECT_EQ(pit.wave(2), "--");
  pit.gate2(true);
  EXPECT_EQ(pit.wave(2), "__");
  pit.gate2(false);
  pit.gate2(true);
  EXPECT_EQ(pit.wave(5), "___--") << "a retrigger starts over";
}

TEST(Pit, ModeFiveStrobesAfterATrigger) {
  PitBench pit;
  pit.load(2, 5, 2);
  EXPECT_EQ(pit.wave(3), "---");
  pit.gate2(true);
  EXPECT_EQ(pit.wave(5), "--_--");
}

TEST(Pit, ALowGateStopsTheCount) {
  PitBench pit;
  pit.gate2(true);
  pit.load(2, 0, 10);
  pit.at(5);
  pit.gate2(false);
  EXPECT_EQ(pit.count(2), 6U);
  pit.at(100);
  EXPECT_EQ(pit.count(2), 6U);
  EXPECT_FALSE(pit.out2());
  pit.gate2(true);
  pit.at(105);
  EXPECT_EQ(pit.count(2), 1U);
  pit.at(106);
  EXPECT_TRUE(pit.out2());
}

TEST(Pit, ALowGateRaisesOutInModesTwoAndThreeAndReloadsWhenItRises) {
  for (unsigned mode : {2U, 3U}) {
    PitBench pit;
    pit.gate2(true);
    pit.load(2, mode, 10);
    pit.at(10);
    EXPECT_FALSE(pit.out2()) << "mode " << mode;
    pit.gate2(false);
    EXPECT_TRUE(pit.out2());
    pit.at(50);
    pit.gate2(true);
    pit.at(51);
    EXPECT_EQ(pit.count(2), 10U) << "loaded anew";
  }
}

TEST(Pit, CountsDownInEachMode) {
  struct Row {
    unsigned mode, count, clocks, value;
  };
  for (Row const& row : {Row{0, 5, 1, 5}, Row{0, 5, 6, 0}, Row{0, 5, 7, 0xffff}, Row{0, 0, 1, 0},
                         Row{0, 0, 2, 0xffff}, Row{2, 5, 1, 5}, Row{2, 5, 5, 1}, Row{2, 5, 6, 5},
                         Row{2, 0, 2, 0xffff}, Row{3, 6, 1, 6}, Row{3, 6, 2, 4}, Row{3, 6, 3, 2},
                         Row{3, 6, 4, 6}, Row{3, 5, 1, 4}, Row{3, 5, 3, 0}, Row{3, 5, 4, 4},
                         Row{3, 5, 5, 2}, Row{3, 5, 6, 4}, Row{4, 5, 8, 0xfffe}}) {
    PitBench pit;
    pit.load(0, row.mode, row.count);
    pit.at(row.clocks);
    EXPECT_EQ(pit.latched(0), row.value)
        << "mode " << row.mode << " N " << row.count << " after " << row.clocks;
  }
}

TEST(Pit, CountsInDecimal) {
  PitBench pit;
  pit.write(command, 0x35);  // mode 2, BCD
  pit.write(0x40, 0x00);
  pit.write(0x40, 0x10);  // 1000
  pit.at(2);
  EXPECT_EQ(pit.latched(0), 0x0999U);
  pit.at(1001);
  EXPECT_EQ(pit.latched(0), 0x1000U);
  pit.write(command, 0x31);  // mode 0, BCD
  pit.write(0x40, 0);
  pit.write(0x40, 0);  // 10,000
  pit.at(1003);
  EXPECT_EQ(pit.latched(0), 0x9999U);
}

TEST(Pit, ReadsAndWritesInEachByteFormat) {
  PitBench pit;
  pit.write(command, 0x14);  // channel 0, low byte only, mode 2
  pit.write(0x40, 0x20);
  pit.at(1);
  EXPECT_EQ(pit.read(0x40), 0x20U);
  pit.at(2);
  EXPECT_EQ(pit.read(0x40), 0x1fU);
  pit.write(command, 0x24);  // high byte only
  pit.write(0x40, 0x12);
  pit.at(3);
  EXPECT_EQ(pit.read(0x40), 0x12U);
  pit.at(4);
  EXPECT_EQ(pit.read(0x40), 0x11U);
  pit.load(0, 2, 0x1234);
  pit.at(5);
  EXPECT_EQ(pit.read(0x40), 0x34U);
  EXPECT_EQ(pit.read(0x40), 0x12U);
}

TEST(Pit, ALatchHoldsUntilItIsRead) {
  PitBench pit;
  pit.load(0, 2, 1000);
  pit.at(11);
  pit.write(command, 0);
  pit.at(500);
  pit.write(command, 0);
  EXPECT_EQ(pit.count(0), 990U) << "the second latch was ignored";
  EXPECT_EQ(pit.count(0), 501U) << "live again";
}

TEST(Pit, ReadBackLatchesStatusBeforeCountOfEachChannel) {
  PitBench pit;
  pit.load(0, 2, 1000);
  pit.load(1, 3, 18);
  pit.at(11);
  pit.write(command, 0xc0 | 0x06);
  pit.at(100);
  EXPECT_EQ(pit.read(0x40), 0xb4U) << "OUT high, loaded, both bytes, mode 2";
  EXPECT_EQ(pit.count(0), 990U);
  EXPECT_EQ(pit.read(0x41), 0x36U) << "OUT low";
  EXPECT_EQ(pit.count(1), 16U);
}

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
