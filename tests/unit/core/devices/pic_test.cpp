// SPDX-License-Identifier: BSD-3-Clause
#include "core/devices/pic.hpp"

#include <gtest/gtest.h>
#include <optional>
#include <vector>
#include "tests/unit/core/devices/pic_bench.hpp"

namespace acrn::core {
namespace {

using namespace fakes;  // NOLINT(google-build-using-namespace)

TEST(Pic, LinuxInitialisationLeavesWhatItProbesFor) {
  PicBench pic;
  pic.initialise();
  pic.write(slave_data, 0xff);
  pic.write(master_data, 0xfb);  // probe_8259A(): the mask must read back
  EXPECT_EQ(pic.read(master_data), 0xfbU);
  EXPECT_EQ(pic.read(slave_data), 0xffU);
  EXPECT_EQ(pic.read(master_command), 0U);
}

TEST(Pic, DeliversEachLineAtItsVector) {
  for (unsigned line = 0; line < 16; ++line) {
    if (line == 2) {
      continue;
    }
    PicBench pic = ready();
    EXPECT_FALSE(pic.asks());
    EXPECT_EQ(pic.device.pending_vector(), std::nullopt);
    pic.raise(line);
    EXPECT_TRUE(pic.asks());
    EXPECT_EQ(pic.device.pending_vector(), 0x30 + line);
    EXPECT_EQ(pic.acknowledge(), 0x30 + line);
    EXPECT_FALSE(pic.asks());
    pic.write(line < 8 ? master_command : slave_command, 0x0b);
    EXPECT_EQ(pic.read(line < 8 ? master_command : slave_command), 1U << line % 8) << "ISR";
    pic.end(line);
    EXPECT_FALSE(pic.asks()) << "an edge interrupts once";
    pic.lower(line);
    pic.raise(line);
    EXPECT_TRUE(pic.asks());
  }
}

TEST(Pic, LinesThatAreNotConnectedDoNothing) {
  PicBench pic = ready();
  pic.raise(2);
  pic.raise(16);
  pic.raise(0xffff);
  EXPECT_FALSE(pic.asks());
}

TEST(Pic, PrioritiesNestAcrossTheCascade) {
  PicBench pic = ready();
  pic.raise(5);
  EXPECT_EQ(pic.acknowledge(), 0x35U);
  pic.raise(6);
  EXPECT_FALSE(pic.asks()) << "lower than what is in service";
  pic.raise(12);
  EXPECT_EQ(pic.acknowledge(), 0x3cU) << "the slave is IR2, above IR5";
  pic.raise(8);
  EXPECT_FALSE(pic.asks()) << "IR2 is in service until the master's EOI";
  pic.write(master_command, 0x20);
  EXPECT_EQ(pic.acknowledge(), 0x38U) << "above the slave's IR4";
  pic.raise(0);
  EXPECT_EQ(pic.acknowledge(), 0x30U);
  pic.write(master_command, 0x20);
  pic.write(slave_command, 0x20);
  pic.write(master_command, 0x20);
  pic.write(slave_command, 0x20);
  EXPECT_FALSE(pic.asks());
  pic.write(master_command, 0x20);
  EXPECT_EQ(pic.acknowledge(), 0x36U);
}

TEST(Pic, SpecialFullyNestedModeLetsTheSlaveNest) {
  PicBench pic;
  pic.initialise(0x11);
  pic.raise(12);
  EXPECT_EQ(pic.acknowledge(), 0x3cU);
  pic.raise(8);
  EXPECT_TRUE(pic.asks());
  EXPECT_EQ(pic.acknowledge(), 0x38U);
}

TEST(Pic, MaskingHoldsARequestBack) {
  PicBench pic = ready();
  pic.write(master_data, 0x10);
  pic.raise(4);
  EXPECT_FALSE(pic.asks());
  EXPECT_EQ(pic.read(master_command), 0x10U) << "IRR has it";
  pic.write(master_data, 0);
  EXPECT_EQ(pic.acknowledge(), 0x34U);
  PicBench slave = ready();
  slave.write(master_data, 4);
  slave.raise(10);
  EXPECT_FALSE(slave.asks()) << "the cascade is masked";
  slave.write(master_data, 0);
  EXPECT_EQ(slave.acknowledge(), 0x3aU);
}

TEST(Pic, LevelTriggeredLinesInterruptAsLongAsTheyAreHigh) {
  PicBench pic = ready();
  pic.write(0x4d0, 0xff);
  pic.write(0x4d1, 0xff);
  EXPECT_EQ(pic.read(0x4d0), 0xf8U) << "IRQ 0 to 2 have no level mode";
  EXPECT_EQ(pic.read(0x4d1), 0xdeU) << "nor have IRQ 8 and 13";
  for (unsigned line : {5U, 9U}) {
    pic.raise(line);
    EXPECT_EQ(pic.acknowledge(), 0x30 + line);
    pic.end(line);
    EXPECT_TRUE(pic.asks());
    pic.lower(line);
    EXPECT_FALSE(pic.asks()) << "withdrawn";
  }
}

TEST(Pic, AnEdgeThatFellStaysRequested) {
  PicBench pic = ready();
  pic.pulse(3);
  EXPECT_EQ(pic.acknowledge(), 0x33U);
  pic.raise(0);
  EXPECT_EQ(pic.acknowledge(), 0x30U);
  pic.write(master_command, 0x20);
  pic.set(0, IrqAction::falling_pulse);
  EXPECT_EQ(pic.acknowledge(), 0x30U) << "one more edge of a line that is high";
}

}  // namespace
}  // namespace acrn::core
