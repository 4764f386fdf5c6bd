// SPDX-License-Identifier: BSD-3-Clause
// A guest's time starts at 0, jumps, stands still, and wraps as the CPU's counter does.
#include "baremetal/hypervisor/guest_clock.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace acrn::baremetal {
namespace {

TEST(GuestClock, StartsAtZeroAndRunsWithTheHost) {
  GuestClock clock;
  clock.start(1'000'000);
  EXPECT_EQ(clock.at(1'000'000).value, 0U);
  EXPECT_EQ(clock.at(1'000'123).value, 123U);
}

TEST(GuestClock, OffsetIsWhatTheGuestsCounterNeeds) {
  GuestClock clock;
  clock.start(500);
  EXPECT_EQ(800 + clock.offset(), clock.at(800).value) << "modulo 2^64, as the VMCS adds it";
}

TEST(GuestClock, SkipsForwardAndHidesWhatTheGuestMustNotSee) {
  GuestClock clock;
  clock.start(100);
  clock.skip(1000);
  EXPECT_EQ(clock.at(150).value, 1050U);
  clock.hide(30);
  EXPECT_EQ(clock.at(150).value, 1020U);
}

TEST(GuestClock, AHostThatBeganBeforeItsCounterWrapsIsNoMatter) {
  GuestClock clock;
  std::uint64_t const almost = std::numeric_limits<std::uint64_t>::max() - 9;
  clock.start(almost);
  EXPECT_EQ(clock.at(5).value, 15U);
}

}  // namespace
}  // namespace acrn::baremetal
