// SPDX-License-Identifier: BSD-3-Clause
#include "core/devices/clock.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace acrn::core {
namespace {

constexpr std::uint64_t pit_hz = 1'193'182;

static_assert(DeviceClock{1'000'000'000, pit_hz}.count_at({1'000'000'000}) == pit_hz);
static_assert(DeviceClock{1'000'000'000, pit_hz}.count_at({999'999'999}) == pit_hz - 1);
static_assert(DeviceClock{1'000'000'000, pit_hz}.ticks_at(1) == Ticks{839});  // 838.095 ns
static_assert(DeviceClock{1, 1}.ticks_at(7) == Ticks{7});

TEST(DeviceClock, IsExactAfterAYear) {
  constexpr std::uint64_t year_seconds = 365ULL * 86'400;
  for (std::uint64_t ticks_hz : {1'000'000'000ULL, 2'995'200'000ULL, 3ULL, 38'400'000ULL}) {
    DeviceClock const clock{ticks_hz, pit_hz};
    EXPECT_EQ(clock.count_at({year_seconds * ticks_hz}), year_seconds * pit_hz);
    EXPECT_EQ(clock.ticks_at(year_seconds * pit_hz), Ticks{year_seconds * ticks_hz});
  }
}

TEST(DeviceClock, SaysTheFirstTickOfEachClock) {
  constexpr std::uint32_t seed = 20260302;
  std::mt19937_64 random{seed};
  std::array<std::uint64_t, 5> const rates{1'000, 1'193'181, 32'768, 3'579'545, 2'400'000'000};
  for (std::uint64_t ticks_hz : rates) {
    DeviceClock const clock{ticks_hz, pit_hz};
    for (int i = 0; i < 2000; ++i) {
      std::uint64_t const count = 1 + random() % (std::uint64_t{1} << (1 + random() % 50));
      Ticks const at = clock.ticks_at(count);
      ASSERT_GE(clock.count_at(at), count) << "seed " << seed << " hz " << ticks_hz;
      ASSERT_LT(clock.count_at({at.value - 1}), count) << "seed " << seed << " hz " << ticks_hz;
    }
  }
}

TEST(DeviceClock, AClockPastTheEndOfTicksNeverComes) {
  DeviceClock const clock{DeviceClock::ticks_hz_max, 1};
  EXPECT_EQ(clock.ticks_at(std::numeric_limits<std::uint64_t>::max()), ticks_never);
  EXPECT_EQ(clock.ticks_at(std::uint64_t{1} << 26U), ticks_never);
  EXPECT_LT(clock.ticks_at((std::uint64_t{1} << 26U) - 1), ticks_never);
}

TEST(DeviceClock, RefusesRatesThatItCannotBeExactFor) {
  EXPECT_DEATH((DeviceClock{0, 1}), "1 Hz to 274 GHz");
  EXPECT_DEATH((DeviceClock{1, 0}), "below 33 MHz");
  EXPECT_DEATH((DeviceClock{DeviceClock::ticks_hz_max + 1, 1}), "1 Hz to 274 GHz");
  EXPECT_DEATH((DeviceClock{1, DeviceClock::device_hz_max + 1}), "below 33 MHz");
}

}  // namespace
}  // namespace acrn::core
