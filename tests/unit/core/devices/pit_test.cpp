// SPDX-License-Identifier: BSD-3-Clause
#include "core/devices/pit.hpp"

#include <gtest/gtest.h>
#include <string>
#include <vector>
#include "tests/unit/core/devices/pit_bench.hpp"

namespace acrn::core {
namespace {

using namespace fakes;  // NOLINT(google-build-using-namespace)

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

}  // namespace
}  // namespace acrn::core
