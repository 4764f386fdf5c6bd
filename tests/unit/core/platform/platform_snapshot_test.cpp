// SPDX-License-Identifier: BSD-3-Clause
// A platform's snapshot is all that it remembers, and any snapshot can be restored.
#include <gtest/gtest.h>

#include <array>
#include <random>

#include "tests/unit/core/platform/pc.hpp"

namespace acrn::core {
namespace {

using fakes::Pc;

TEST(Platform, ASnapshotIsAllThatMatters) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937_64 random{seed};
    Pc first;
    auto const step = [](Pc& pc, std::mt19937_64& with) {
      std::array<std::uint64_t, 12> const ports{0x20, 0x21,  0x40,  0x43,  0x61,  0x70,
                                                0x71, 0x3f8, 0x3f9, 0x3fa, 0x604, 0xcf8};
      std::uint64_t const port = ports.at(with() % ports.size());
      pc.now.value += with() % 10'000;
      auto const size = static_cast<std::uint8_t>(1U << with() % 3);
      if (with() % 2 == 0) {
        pc.out(port, with(), size);
      } else {
        Access read{
            .space = Space::port, .direction = Direction::read, .size = size, .address = port};
        static_cast<void>(pc.access(read));
      }
      if (with() % 4 == 0) pc.platform.advance(pc.now);
    };
    for (int i = 0; i < 200; ++i) step(first, random);
    Pc second;
    second.platform.restore(first.platform.snapshot());
    second.now = first.now;
    ASSERT_EQ(second.platform.snapshot(), first.platform.snapshot());
    ASSERT_EQ(second.platform.next_deadline(), first.platform.next_deadline());
    std::mt19937_64 twin = random;
    for (int i = 0; i < 200; ++i) {
      step(first, random);
      step(second, twin);
      ASSERT_EQ(second.platform.snapshot(), first.platform.snapshot()) << i;
      ASSERT_EQ(second.platform.interrupt_pending(), first.platform.interrupt_pending());
    }
  }
}

TEST(Platform, ASnapshotWithoutAKnownReasonToStopHasNone) {
  Pc pc;
  PlatformSnapshot snapshot = pc.platform.snapshot();
  snapshot.stop = {static_cast<StopKind>(99), 1};
  pc.out(0xe8, 'x');
  pc.platform.restore(snapshot);
  EXPECT_EQ(pc.platform.stop(), VcpuStop{});
  EXPECT_EQ(pc.text(), "");
}

}  // namespace
}  // namespace acrn::core
