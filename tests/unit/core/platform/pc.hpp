// SPDX-License-Identifier: BSD-3-Clause
// A platform with accesses of its own: what a guest would do with it.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "core/emulate/emulate_io.hpp"
#include "core/platform/platform.hpp"
#include "core/profile.hpp"

namespace acrn::core::fakes {

inline constexpr std::uint32_t all_but_power_off =
    ((1U << platform_device_count) - 1) & ~device_bit(PlatformDevice::power_off);

/// One tick is one clock of the 8254.
struct Pc {
  Platform platform;
  Effects effects{};
  Ticks now{};

  explicit Pc(std::uint32_t devices = all_but_power_off, DeviceModel model = DeviceModel::present)
      : platform{{.ticks_hz = Pit::clock_hz, .devices = devices, .device_model = model}} {
    platform.attach();
  }

  Route access(Access& access) {
    effects.clear();
    Route const route = emulate_io(platform.state(), {}, architectural, access, now, effects);
    platform.apply(effects);
    return route;
  }
  Route out(std::uint64_t port, std::uint64_t value, std::uint8_t size = 1) {
    Access write{Space::port, Direction::write, size, port, value};
    return access(write);
  }
  std::uint64_t in(std::uint64_t port, std::uint8_t size = 1) {
    Access read{.space = Space::port, .direction = Direction::read, .size = size, .address = port};
    EXPECT_EQ(access(read), Route::completed) << std::hex << port;
    return read.value;
  }
  void start_pics(unsigned open) {
    for (std::uint64_t const base : {0x20U, 0xa0U}) {
      out(base, 0x11);
      out(base + 1, base == 0x20 ? 0x30 : 0x38);
      out(base + 1, base == 0x20 ? 4 : 2);
      out(base + 1, 1);
      out(base + 1, ~open >> (base == 0x20 ? 0 : 8) & 0xffU);
    }
  }
  std::string text() const {
    auto const bytes = platform.output();
    return {bytes.begin(), bytes.end()};
  }
};

}  // namespace acrn::core::fakes
