// SPDX-License-Identifier: BSD-3-Clause
#include "core/devices/acpi_pm.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/core/devices/fakes.hpp"

namespace acrn::core {
namespace {

using fakes::Bench;

constexpr unsigned status = 0x400, enable = 0x402, control = 0x404, timer = 0x408;

/// One tick is one clock of the PM timer.
struct PmBench : Bench<AcpiPm> {
  explicit PmBench(AcpiPmConfig config = {})
      : Bench{AcpiPm{(config.ticks_hz = AcpiPm::clock_hz, config)}} {}
  std::uint64_t in(unsigned port, std::uint8_t size) {
    Access access{Space::port, Direction::read, size, port, ~0ULL};
    Device const handler = acpi_pm_device(device);
    EXPECT_EQ(handler.handler(handler.context, access, now, effects), HandlerResult::handled());
    return access.value;
  }
  HandlerResult out(unsigned port, std::uint8_t size, std::uint64_t value) {
    Access access{Space::port, Direction::write, size, port, value};
    Device const handler = acpi_pm_device(device);
    return handler.handler(handler.context, access, now, effects);
  }
};

TEST(AcpiPm, TheTimerCountsInItsWidthAndWraps) {
  struct Row {
    PmTimerWidth width;
    std::uint64_t at, value;
  };
  for (Row const& row :
       {Row{PmTimerWidth::bits24, 0xff'ffff, 0xff'ffff}, Row{PmTimerWidth::bits24, 0x100'0000, 0},
        Row{PmTimerWidth::bits32, 0x100'0000, 0x100'0000},
        Row{PmTimerWidth::bits32, 0xffff'ffff, 0xffff'ffff},
        Row{PmTimerWidth::bits32, 0x1'0000'0005, 5}}) {
    PmBench pm{{.timer_width = row.width}};
    pm.now = {row.at};
    EXPECT_EQ(pm.in(timer, 4), row.value);
    EXPECT_EQ(pm.in(timer + 1, 1), row.value >> 8U & 0xff) << "any byte of it";
    EXPECT_EQ(pm.out(timer, 4, 0), HandlerResult::handled());
    EXPECT_EQ(pm.in(timer, 4), row.value) << "writes do nothing";
  }
}

TEST(AcpiPm, TheTimerIsExactInHostTicks) {
  AcpiPm const pm{{.ticks_hz = 1'000'000'000}};
  EXPECT_EQ(pm.timer({999'999'999}), AcpiPm::clock_hz - 1);
  EXPECT_EQ(pm.timer({1'000'000'000}), AcpiPm::clock_hz);
  EXPECT_EQ(pm.timer({1000ULL * 1'000'000'000}), 1000 * AcpiPm::clock_hz);
}

TEST(AcpiPm, TheCarryInterruptsWhenTheHighestBitChanges) {
  PmBench pm{{.timer_width = PmTimerWidth::bits24}};
  pm.out(control, 2, 1);
  pm.out(enable, 2, 1);
  for (std::uint64_t half = 1; half <= 3; ++half) {
    EXPECT_EQ(pm.device.next_deadline(), Ticks{half << 23U});
    pm.advance((half << 23U) - 1);
    EXPECT_EQ(pm.in(status, 2), 0U);
    pm.advance(half << 23U);
    EXPECT_EQ(pm.changes(), (std::vector<IrqChange>{{{9}, IrqAction::raise}}));
    EXPECT_EQ(pm.device.next_deadline(), ticks_never);
    EXPECT_EQ(pm.in(status, 2), 1U);
    pm.out(status, 2, 1);
    EXPECT_EQ(pm.changes(), (std::vector<IrqChange>{{{9}, IrqAction::lower}}));
  }
}

TEST(AcpiPm, EventsInterruptOnlyIfEnabledAndInAcpiMode) {
  PmBench pm;
  pm.device.press_power_button(pm.effects);
  EXPECT_EQ(pm.in(status, 2), 0x100U);
  EXPECT_EQ(pm.device.line(), Level::low);
  pm.out(enable, 2, 0xffff);
  EXPECT_EQ(pm.in(enable, 2), 0x0721U) << "reserved bits read 0";
  EXPECT_EQ(pm.device.line(), Level::low);
  pm.out(control, 2, 1);
  EXPECT_EQ(pm.device.line(), Level::high);
  pm.out(status, 1, 0xff);
  EXPECT_EQ(pm.device.line(), Level::high) << "the other byte";
  pm.out(status + 1, 1, 0x01);
  EXPECT_EQ(pm.device.line(), Level::low);
  pm.device.wake(pm.effects);
  EXPECT_EQ(pm.in(status, 4), 0x0721'8000U) << "status and enable in one access";
}

TEST(AcpiPm, SleepEnableActsOnTheConfiguredTypes) {
  struct Row {
    std::uint64_t value;
    PowerEvent power;
  };
  for (Row const& row : {Row{0x3400, PowerEvent::shutdown}, Row{0x2400, PowerEvent::suspend},
                         Row{0x1400, PowerEvent::none}, Row{0x2000, PowerEvent::none},
                         Row{0x3800, PowerEvent::none}}) {
    PmBench pm;
    EXPECT_EQ(pm.out(control, 2, row.value | 1), HandlerResult::handled());
    EXPECT_EQ(pm.effects.power(), row.power) << std::hex << row.value;
    EXPECT_EQ(pm.in(control, 2), (row.value & 0x1c00) | 1) << "SLP_EN reads 0";
  }
}

TEST(AcpiPm, APeekedControlActsAndThenDeclinesSoThatTheDeviceModelSeesItToo) {
  PmBench pm{{.sleep_control = SleepControl::peeked}};
  EXPECT_EQ(pm.out(control, 2, 0x3400), HandlerResult::declined());
  EXPECT_EQ(pm.effects.power(), PowerEvent::shutdown);
  EXPECT_EQ(pm.out(enable, 2, 1), HandlerResult::handled());
  pm.in(control, 2);
}

TEST(AcpiPm, ASnapshotGoesOnAndAnImpossibleOneLosesItsBits) {
  PmBench pm;
  pm.out(control, 2, 0x1401);
  pm.out(enable, 2, 0x100);
  pm.device.press_power_button(pm.effects);
  PmBench other;
  other.device.restore(pm.device.state());
  EXPECT_EQ(other.device.state(), pm.device.state());
  other.device.restore({.status = 0xffff, .enable = 0xffff, .control = 0xffff});
  EXPECT_EQ(other.device.state().status, 0x8101);
  EXPECT_EQ(other.device.state().enable, 0x0721);
  EXPECT_EQ(other.device.state().control, 0x1c01);
}

TEST(AcpiPm, StaysInRangeUnderAnySequence) {
  fakes::hostile_bytes([] { return PmBench{}; }, 0x3fe, 16,
                       [](PmBench& pm, auto& random) {
                         if (random() % 8 == 0) {
                           pm.device.press_power_button(pm.effects);
                         }
                         ASSERT_EQ(pm.device.state().control & ~0x1c01U, 0U);
                       });
}

}  // namespace
}  // namespace acrn::core
