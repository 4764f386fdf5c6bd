// SPDX-License-Identifier: BSD-3-Clause
#include "core/devices/reset_ports.hpp"

#include <gtest/gtest.h>

#include "tests/unit/core/devices/fakes.hpp"

namespace acrn::core {
namespace {

TEST(ResetControl, ResetsWhenBitTwoRises) {
  fakes::Bench<ResetControl> bench;
  bench.write(0xcf9, 0xf2);
  EXPECT_EQ(bench.effects.power(), PowerEvent::none);
  EXPECT_EQ(bench.read(0xcf9), 0x02U);
  bench.write(0xcf9, 0x06);
  EXPECT_EQ(bench.effects.power(), PowerEvent::reset);
  bench.effects.clear();
  bench.write(0xcf9, 0x0e);
  EXPECT_EQ(bench.effects.power(), PowerEvent::none) << "it was 1 already";
  bench.write(0xcf9, 0x00);
  bench.write(0xcf9, 0x0e);
  EXPECT_EQ(bench.effects.power(), PowerEvent::reset);
}

TEST(ResetControl, IsAtItsPortOnly) {
  fakes::Bench<ResetControl> bench;
  bench.write(0xcf8, 0x06);
  EXPECT_EQ(bench.effects.power(), PowerEvent::none);
  EXPECT_EQ(bench.read(0xcf8), 0xffU);
}

TEST(ResetControl, ASnapshotKeepsItsBits) {
  ResetControl reset;
  reset.restore({.value = 0xff});
  EXPECT_EQ(reset.state().value, 0x0e);
  fakes::hostile_bytes(
      [] { return fakes::Bench<ResetControl>{}; }, 0xcf7, 5,
      [](auto& bench, auto& /*random*/) { ASSERT_EQ(bench.device.state().value & ~0x0eU, 0U); });
}

TEST(KeyboardReset, PulsesTheResetLine) {
  for (unsigned value = 0; value < 256; ++value) {
    Effects effects;
    KeyboardReset::write({0x64}, static_cast<std::uint8_t>(value), {}, effects);
    bool const resets = value >= 0xf0 && value % 2 == 0;
    EXPECT_EQ(effects.power() == PowerEvent::reset, resets) << value;
  }
  Effects effects;
  KeyboardReset::write({0x60}, 0xfe, {}, effects);
  EXPECT_EQ(effects.power(), PowerEvent::none);
}

TEST(KeyboardReset, ShowsNoController) {
  KeyboardReset keyboard;
  Effects effects;
  Access access{Space::port, Direction::read, 1, 0x64, 0};
  Device const device = byte_port_device(keyboard);
  EXPECT_EQ(device.handler(device.context, access, {}, effects), HandlerResult::handled());
  EXPECT_EQ(access.value, 0xffU);
}

}  // namespace
}  // namespace acrn::core
