// SPDX-License-Identifier: BSD-3-Clause
#include "core/devices/pic.hpp"

#include <gtest/gtest.h>
#include <optional>
#include <vector>
#include "tests/unit/core/devices/pic_bench.hpp"

namespace acrn::core {
namespace {

using namespace fakes;  // NOLINT(google-build-using-namespace)

TEST(Pic, WithNothingPendingTheDefaultIr7IsAcknowledged) {
  PicBench pic = ready();
  EXPECT_EQ(pic.acknowledge(), 0x37U);
  pic.write(master_command, 0x0b);
  EXPECT_EQ(pic.read(master_command), 0U) << "nothing is in service";
}

TEST(Pic, AutomaticEoiLeavesNothingInService) {
  PicBench pic;
  pic.initialise(3);
  pic.raise(4);
  EXPECT_EQ(pic.acknowledge(), 0x34U);
  pic.write(master_command, 0x0b);
  EXPECT_EQ(pic.read(master_command), 0U);
  pic.pulse(9);
  EXPECT_EQ(pic.acknowledge(), 0x39U);
  pic.pulse(9);
  EXPECT_EQ(pic.acknowledge(), 0x39U) << "the slave's next edge";
}

TEST(Pic, RotationMakesTheServedInputTheLowest) {
  PicBench pic = ready();
  pic.write(master_command, 0xc3);  // set priority: IR3 lowest, so IR4 highest
  pic.raise(0);
  pic.raise(4);
  EXPECT_EQ(pic.acknowledge(), 0x34U);
  pic.write(master_command, 0xa0);  // rotate on non-specific EOI
  pic.lower(4);
  pic.raise(4);
  EXPECT_EQ(pic.acknowledge(), 0x30U) << "IR4 is the lowest now";
  pic.write(master_command, 0xe0);  // rotate on specific EOI of IR0
  EXPECT_EQ(pic.acknowledge(), 0x34U);
  EXPECT_EQ(pic.device.state().chips[0].lowest, 0);
}

TEST(Pic, RotationInAutomaticEoi) {
  PicBench pic;
  pic.initialise(3);
  pic.write(master_command, 0x80);
  pic.pulse(1);
  EXPECT_EQ(pic.acknowledge(), 0x31U);
  EXPECT_EQ(pic.device.state().chips[0].lowest, 1);
  pic.write(master_command, 0x00);
  pic.pulse(3);
  EXPECT_EQ(pic.acknowledge(), 0x33U);
  EXPECT_EQ(pic.device.state().chips[0].lowest, 1);
}

TEST(Pic, SpecialMaskModeOpensWhatAMaskedServiceHeldBack) {
  PicBench pic = ready();
  pic.raise(3);
  EXPECT_EQ(pic.acknowledge(), 0x33U);
  pic.raise(6);
  EXPECT_FALSE(pic.asks());
  pic.write(master_data, 8);
  EXPECT_FALSE(pic.asks());
  pic.write(master_command, 0x68);
  EXPECT_EQ(pic.device.pending_vector(), 0x36);
  pic.write(master_command, 0x20);
  pic.write(master_command, 0x0b);
  EXPECT_EQ(pic.read(master_command), 8U) << "a non-specific EOI does not end a masked input";
  pic.write(master_command, 0x48);
  EXPECT_FALSE(pic.asks());
}

TEST(Pic, PollingAcknowledges) {
  PicBench pic = ready();
  pic.write(master_command, 0x0c);
  EXPECT_EQ(pic.read(master_command), 0U);
  pic.raise(6);
  pic.write(master_command, 0x0c);
  EXPECT_EQ(pic.read(master_command), 0x86U);
  EXPECT_FALSE(pic.asks());
  pic.write(master_command, 0x0b);
  EXPECT_EQ(pic.read(master_command), 0x40U) << "one read was the poll; this one is the ISR";
}

TEST(Pic, AnInitialisationForgetsRequestsMasksAndModes) {
  PicBench pic = ready();
  pic.write(master_data, 0x55);
  pic.raise(4);
  pic.write(master_command, 0x11);
  EXPECT_EQ(pic.read(master_command), 0U) << "the edge must come anew";
  pic.write(master_data, 0x40);
  pic.write(master_data, 4);
  EXPECT_FALSE(pic.asks());
  pic.write(master_data, 1);
  EXPECT_EQ(pic.read(master_data), 0U) << "the mask is clear, and ICWs are over";
  pic.lower(4);
  pic.raise(4);
  EXPECT_EQ(pic.acknowledge(), 0x44U);
}

TEST(Pic, Icw1SaysHowManyWordsFollow) {
  struct Row {
    unsigned icw1, words;
  };
  for (Row const& row : {Row{0x10, 2}, Row{0x11, 3}, Row{0x12, 1}, Row{0x13, 2}}) {
    PicBench pic;
    pic.write(master_command, row.icw1);
    for (unsigned i = 0; i < row.words; ++i) {
      pic.write(master_data, 0x20);
    }
    pic.write(master_data, 0xa5);
    EXPECT_EQ(pic.read(master_data), 0xa5U) << std::hex << row.icw1;
  }
}

TEST(Pic, ALevelLineOfTheSlaveSurvivesLinuxReinitialisation) {
  PicBench pic = ready();
  pic.write(0x4d1, 2);
  pic.raise(9);
  pic.initialise();
  EXPECT_EQ(pic.acknowledge(), 0x39U);
}

TEST(Pic, ASnapshotGoesOnInTheMiddleOfAnInitialisation) {
  PicBench pic = ready();
  pic.write(slave_command, 0x11);
  pic.write(slave_data, 0x70);
  PicBench other;
  other.device.restore(pic.device.state());
  EXPECT_EQ(other.device.state(), pic.device.state());
  other.write(slave_data, 2);
  other.write(slave_data, 1);
  other.raise(15);
  EXPECT_EQ(other.acknowledge(), 0x77U);
}

TEST(Pic, AnImpossibleSnapshotIsBroughtIntoRange) {
  PicState odd;
  odd.chips[0] = {.level_triggered = 0xff, .vector_base = 0xff, .lowest = 200, .words_to_come = 99};
  odd.chips[1] = {.words_to_come = 1};
  PicBench pic;
  pic.device.restore(odd);
  auto const& chip = pic.device.state().chips[0];
  EXPECT_EQ(chip.level_triggered, 0xf8);
  EXPECT_EQ(chip.vector_base, 0xf8);
  EXPECT_LT(chip.lowest, 8);
  EXPECT_EQ(chip.words_to_come, 0);
  EXPECT_EQ(pic.acknowledge(), 0xffU);
}

TEST(Pic, StaysInRangeUnderAnySequence) {
  std::vector<std::pair<unsigned, unsigned>> const windows{{0x1e, 6}, {0x9e, 6}, {0x4ce, 6}};
  for (auto const& [first, count] : windows) {
    fakes::hostile_bytes([] { return ready(); }, first, count,
                         [](PicBench& pic, auto& random) {
                           pic.set(static_cast<unsigned>(random() % 20),
                                   static_cast<IrqAction>(random() % 4));
                           auto const pending = pic.device.pending_vector();
                           ASSERT_EQ(pending.has_value(), pic.asks());
                           if (random() % 2 == 0) {
                             unsigned const vector = pic.acknowledge();
                             ASSERT_EQ(vector, pending.value_or(static_cast<std::uint8_t>(vector)));
                           }
                         });
  }
}

/// What the datasheet says of priorities, written a second time and differently: the chip asks for
/// input i if i is requested, open, and no input from the highest priority down to i is in service.
std::optional<unsigned> oracle(PicChipState const& chip) {
  std::vector<unsigned> order;
  for (unsigned i = 1; i <= 8; ++i) {
    order.push_back((chip.lowest + i) % 8);
  }
  for (unsigned input : order) {
    if ((chip.in_service >> input & 1U) != 0) {
      return std::nullopt;
    }
    if (((chip.requests & ~chip.mask) >> input & 1U) != 0) {
      return input;
    }
  }
  return std::nullopt;
}

TEST(Pic, AgreesWithTheFullyNestedOracleOnEveryPriority) {
  constexpr std::uint64_t seed = 8259;
  std::mt19937_64 random{seed};
  for (int i = 0; i < 20'000; ++i) {
    PicState state;
    PicChipState& chip = state.chips[0];
    chip = {.requests = static_cast<std::uint8_t>(random() & 0xfbU),
            .in_service = static_cast<std::uint8_t>(random() & random()),
            .mask = static_cast<std::uint8_t>(random() & random()),
            .vector_base = 0x40,
            .lowest = static_cast<std::uint8_t>(random() % 8)};
    Pic pic{PicConfig{}};
    pic.restore(state);
    auto const expected = oracle(pic.state().chips[0]);
    auto const vector = pic.pending_vector();
    ASSERT_EQ(vector.has_value(), expected.has_value()) << "seed " << seed << " case " << i;
    if (expected) {
      ASSERT_EQ(*vector, 0x40 + *expected) << "seed " << seed << " case " << i;
    }
  }
}

}  // namespace
}  // namespace acrn::core
