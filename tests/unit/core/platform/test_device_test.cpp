// SPDX-License-Identifier: BSD-3-Clause
// The platform's devices for tests: the test device, and the console with its source.
#include <gtest/gtest.h>

#include <optional>
#include <utility>

#include "core/emulate/emulate_io.hpp"
#include "core/platform/platform.hpp"

namespace acrn::core {
namespace {

struct Bench {
  Platform platform;
  Effects effects{};

  explicit Bench(std::uint32_t devices) : platform{PlatformConfig{.devices = devices}} {
    platform.attach();
  }
  /// The value of a read; what a write leaves otherwise. Nothing where nobody answers.
  std::optional<std::uint64_t> access(Access access) {
    effects.clear();
    if (access.direction == Direction::read) access.value = size_mask(access.size);
    Route const route = emulate_io(platform.state(), {}, architectural, access, Ticks{}, effects);
    platform.apply(effects);
    if (route != Route::completed) return std::nullopt;
    return access.value;
  }
  auto in(std::uint64_t port, std::uint8_t size) {
    return access({Space::port, Direction::read, size, port, 0});
  }
  auto out(std::uint64_t port, std::uint8_t size, std::uint64_t value) {
    return access({Space::port, Direction::write, size, port, value});
  }
};

TEST(PlatformTestDevice, AnswersAtPortsAndInItsPage) {
  Bench bench{device_bit(PlatformDevice::test_device)};
  EXPECT_EQ(bench.in(0x52c, 4), 0x5453'4554U);
  EXPECT_TRUE(bench.access({Space::mmio, Direction::write, 8, 0xfeb0'0ff0, 77}));
  EXPECT_EQ(bench.access({Space::mmio, Direction::read, 8, 0xfeb0'0ff0, 0}), 77U);
  EXPECT_TRUE(bench.out(0x520, 1, 15));
  EXPECT_EQ(bench.in(0x524, 4), 1U);
  EXPECT_FALSE(bench.in(0x540, 1));
  EXPECT_FALSE(bench.access({Space::mmio, Direction::read, 4, 0xfeb0'1000, 0}));
}

TEST(PlatformTestDevice, IsAbsentUnlessConfigured) {
  Bench bench{device_bit(PlatformDevice::pic)};
  EXPECT_FALSE(bench.in(0x52c, 4));
  EXPECT_FALSE(bench.access({Space::mmio, Direction::read, 4, 0xfeb0'0000, 0}));
}

TEST(PlatformTestDevice, ItsLineReachesThePic) {
  Bench bench{device_bit(PlatformDevice::test_device) | device_bit(PlatformDevice::pic)};
  for (auto const& [port, value] : {std::pair{0x20, 0x11},
                                    {0x21, 0x20},
                                    {0x21, 4},
                                    {0x21, 1},
                                    {0xa0, 0x11},
                                    {0xa1, 0x28},
                                    {0xa1, 2},
                                    {0xa1, 1},
                                    {0x21, 0},
                                    {0xa1, 0}}) {
    ASSERT_TRUE(bench.out(static_cast<std::uint64_t>(port), 1, static_cast<std::uint64_t>(value)));
  }
  EXPECT_FALSE(bench.platform.interrupt_pending());
  bench.out(0x528, 1, 0);
  ASSERT_TRUE(bench.platform.interrupt_pending());
  EXPECT_EQ(bench.platform.acknowledge(), 0x2a);
  bench.out(0x528, 1, 1);
  EXPECT_FALSE(bench.platform.interrupt_pending());
}

TEST(PlatformTestDevice, IsPartOfASnapshot) {
  Bench bench{device_bit(PlatformDevice::test_device) | device_bit(PlatformDevice::console)};
  PlatformSnapshot const before = bench.platform.snapshot();
  bench.out(0x500, 4, 0x1234'5678);
  bench.out(0xea, 1, 3);
  PlatformSnapshot const after = bench.platform.snapshot();
  EXPECT_NE(before, after);
  bench.platform.restore(before);
  EXPECT_EQ(bench.platform.snapshot(), before);
  EXPECT_EQ(bench.in(0x500, 4), 0U);
  EXPECT_EQ(bench.platform.console_source(), 0);
}

TEST(PlatformConsole, TellsWhoseTextFollows) {
  Bench bench{device_bit(PlatformDevice::console)};
  EXPECT_EQ(bench.platform.console_source(), 0);
  bench.out(0xea, 1, 2);
  bench.out(0xe8, 1, 'x');
  EXPECT_EQ(bench.platform.console_source(), 2);
  ASSERT_EQ(bench.platform.output().size(), 1U);
  EXPECT_EQ(bench.platform.output()[0], 'x');
  EXPECT_EQ(bench.in(0xea, 1), 0xffU) << "it is only written";
}

}  // namespace
}  // namespace acrn::core
