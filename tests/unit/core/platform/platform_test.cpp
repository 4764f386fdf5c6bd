// SPDX-License-Identifier: BSD-3-Clause
#include "core/platform/platform.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "tests/unit/core/platform/pc.hpp"

namespace acrn::core {
namespace {

using fakes::Pc;

std::set<std::uint64_t> ports_of(Pc& pc) {
  std::set<std::uint64_t> ports;
  for (unsigned port = 0; port <= 0xffff; ++port) {
    if (pc.platform.state().ports.lookup({static_cast<std::uint16_t>(port)}).claimed) {
      ports.insert(port);
    }
  }
  return ports;
}

TEST(Platform, EachDeviceIsAtItsPortsAndNoOther) {
  using Ports = std::set<std::uint64_t>;
  struct Row {
    PlatformDevice device;
    Ports ports;
  };
  for (Row const& row : {
           Row{PlatformDevice::pic, {0x20, 0x21, 0xa0, 0xa1, 0x4d0, 0x4d1}},
           Row{PlatformDevice::pit, {0x40, 0x41, 0x42, 0x43}},
           Row{PlatformDevice::port61, {0x61}},
           Row{PlatformDevice::uart0, {0x3f8, 0x3f9, 0x3fa, 0x3fb, 0x3fc, 0x3fd, 0x3fe, 0x3ff}},
           Row{PlatformDevice::rtc, {0x70, 0x71}},
           Row{PlatformDevice::acpi_pm,
               {0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x608, 0x609, 0x60a, 0x60b}},
           Row{PlatformDevice::reset, {0x64, 0xcf9}},
           Row{PlatformDevice::pci_host, {0xcf8, 0xcf9, 0xcfa, 0xcfb, 0xcfc, 0xcfd, 0xcfe, 0xcff}},
           Row{PlatformDevice::test, {0xf4}},
           Row{PlatformDevice::power_off, {0x604, 0x605}},
           Row{PlatformDevice::console, {0xe8, 0xea}},
       }) {
    Pc pc{device_bit(row.device)};
    EXPECT_EQ(ports_of(pc), row.ports) << name(row.device);
  }
  Pc none{0};
  EXPECT_TRUE(ports_of(none).empty());
}

TEST(Platform, WhatIsNotThereIsTheDeviceModelsOrNobodys) {
  Pc with_model{0};
  EXPECT_EQ(with_model.out(0x3f8, 'x'), Route::forward);
  Pc alone{0, DeviceModel::absent};
  EXPECT_EQ(alone.in(0x3f8), 0xffU);
  EXPECT_EQ(alone.out(0x3f8, 'x'), Route::completed);
  EXPECT_EQ(alone.text(), "");
}

TEST(Platform, TheResetPortIsInsideOfTheHostBridgeWhereThereIsOne) {
  for (std::uint32_t const also : {0U, device_bit(PlatformDevice::pci_host)}) {
    Pc pc{device_bit(PlatformDevice::reset) | also};
    pc.out(0xcf9, 2);
    EXPECT_EQ(pc.in(0xcf9), 2U);
    EXPECT_EQ(pc.platform.stop(), VcpuStop{});
    pc.out(0xcf9, 6);
    EXPECT_EQ(pc.platform.stop(), (VcpuStop{StopKind::reset}));
  }
}

TEST(Platform, TheFirstReasonToStopStays) {
  Pc pc;
  pc.out(0xf4, 0x11);
  pc.out(0xcf9, 6);
  pc.out(0xf4, 0x22);
  EXPECT_EQ(pc.platform.stop(), (VcpuStop{StopKind::test_exit, 0x11}));
  EXPECT_EQ(pc.in(0xf4), 0xffU);
}

TEST(Platform, ThePlainPowerPortTakesSleepEnableInAnyWidth) {
  struct Row {
    std::uint64_t port;
    std::uint8_t size;
    std::uint64_t value;
    bool off;
  };
  for (Row const& row :
       {Row{0x604, 2, 0x2000, true}, Row{0x604, 2, 0x3c00, true}, Row{0x604, 2, 0xdfff, false},
        Row{0x604, 1, 0x20, false}, Row{0x605, 1, 0x20, true}, Row{0x605, 1, 0xdf, false}}) {
    Pc pc{device_bit(PlatformDevice::power_off), DeviceModel::absent};
    pc.out(row.port, row.value, row.size);
    EXPECT_EQ(pc.platform.stop().kind == StopKind::power_off, row.off)
        << std::hex << row.port << ' ' << row.value;
    EXPECT_EQ(pc.in(row.port, 1), 0U);
  }
}

TEST(Platform, KeepsTextForTheHost) {
  Pc pc;
  EXPECT_EQ(pc.in(0xe8), 0xe8U);
  pc.out(0x3f8, 'a');
  pc.out(0xe8, 'b');
  pc.out(0x3f8, 'c');
  EXPECT_EQ(pc.text(), "abc");
  pc.platform.clear_output();
  EXPECT_EQ(pc.text(), "");
  for (std::size_t i = 0; i < platform_output_size + 3; ++i) pc.out(0xe8, 'a' + i % 26);
  EXPECT_EQ(pc.text().size(), platform_output_size);
  EXPECT_EQ(pc.text().substr(0, 3), "abc") << "the newest is dropped";
}

TEST(Platform, TheUartSendsAtOnceAndInterrupts) {
  Pc pc;
  pc.start_pics(0x10);
  pc.out(0x3fc, 8);
  pc.out(0x3f9, 2);  // transmitter empty
  EXPECT_TRUE(pc.platform.interrupt_pending());
  EXPECT_EQ(pc.platform.acknowledge(), 0x34U);
  EXPECT_FALSE(pc.platform.interrupt_pending());
  pc.out(0x20, 0x20);
  pc.out(0x3f8, 'x');
  EXPECT_TRUE(pc.platform.interrupt_pending()) << "an edge of its own for each byte";
  EXPECT_EQ(pc.in(0x3fd), 0x60U);
  EXPECT_EQ(pc.text(), "x");
}

TEST(Platform, ATerminalIsConnected) {
  Pc pc;
  EXPECT_EQ(pc.in(0x3fe), 0xb0U);
}

TEST(Platform, ReceivesWhereThereIsRoom) {
  Pc pc;
  EXPECT_EQ(pc.platform.receive_room(), 1U);
  pc.out(0x3fa, 1);
  EXPECT_EQ(pc.platform.receive_room(), 16U);
  pc.platform.receive('q', pc.now);
  EXPECT_EQ(pc.platform.receive_room(), 15U);
  EXPECT_EQ(pc.in(0x3f8), std::uint64_t{'q'});
  Pc without{0};
  without.platform.receive('q', {});
  EXPECT_EQ(without.platform.receive_room(), 0U);
  EXPECT_EQ(without.platform.snapshot().uart.received.count, 0U);
}

TEST(Platform, ItsDeadlineIsTheFirstOfItsDevices) {
  Pc pc{device_bit(PlatformDevice::pit) | device_bit(PlatformDevice::rtc)};
  EXPECT_EQ(pc.platform.next_deadline(), ticks_never);
  pc.out(0x43, 0x30);
  pc.out(0x40, 0xff);
  pc.out(0x40, 0xff);
  EXPECT_EQ(pc.platform.next_deadline(), Ticks{0x10000});
  pc.out(0x70, 0xb);
  pc.out(0x71, 0x42);  // periodic, 1,024 Hz
  EXPECT_EQ(pc.platform.next_deadline(), Ticks{1166}) << "1,193,182 / 1,024, rounded up";
  pc.platform.advance({1166});
  EXPECT_EQ(pc.platform.next_deadline(), Ticks{0x10000}) << "the clock waits to be read";
  pc.platform.advance({0x10000});
  EXPECT_EQ(pc.platform.next_deadline(), ticks_never);
}

TEST(Platform, DevicesThatAreNotThereHaveNoDeadline) {
  Pc pc{device_bit(PlatformDevice::port61)};
  pc.out(0x61, 1);
  EXPECT_EQ(pc.platform.next_deadline(), ticks_never);
}

TEST(Platform, LostChangesOfLinesAreMadeGoodFromTheDevices) {
  Pc pc;
  pc.start_pics(0x11);
  pc.out(0x3fc, 8);
  Effects overflowed;
  for (std::size_t i = 0; i <= effect_irq_count_max; ++i) {
    overflowed.change_irq({{5}, i % 2 == 0 ? IrqAction::raise : IrqAction::lower});
  }
  ASSERT_TRUE(overflowed.irqs_overflowed());
  PlatformSnapshot snapshot = pc.platform.snapshot();
  snapshot.uart.ier = 2;
  snapshot.uart.transmitter_empty_pending = true;
  snapshot.uart.line = Level::high;
  pc.platform.restore(snapshot);
  EXPECT_FALSE(pc.platform.interrupt_pending());
  pc.platform.apply(overflowed);
  EXPECT_TRUE(pc.platform.interrupt_pending());
  EXPECT_EQ(pc.platform.acknowledge(), 0x34U);
}

TEST(Platform, LinesFromOutsideReachThePic) {
  Pc pc;
  pc.start_pics(1U << 5U);
  pc.platform.change_line({{5}, IrqAction::raise});
  EXPECT_TRUE(pc.platform.interrupt_pending());
  EXPECT_EQ(pc.platform.acknowledge(), 0x35U);
  Pc without{device_bit(PlatformDevice::pit)};
  without.platform.change_line({{5}, IrqAction::raise});
  EXPECT_FALSE(without.platform.interrupt_pending());
}

TEST(PlatformDeathTest, RefusesWhatValidateRefuses) {
  PlatformConfig const both{.devices = device_bit(PlatformDevice::acpi_pm) |
                                       device_bit(PlatformDevice::power_off)};
  EXPECT_DEATH(static_cast<void>(std::make_unique<Platform>(both)), "valid configuration");
  Pc pc;
  EXPECT_DEATH(pc.platform.attach(), "maps as they were made");
}

TEST(Stop, EachReasonHasAName) {
  std::set<std::string_view> names;
  for (unsigned i = 0; i <= static_cast<unsigned>(StopKind::event_delivery); ++i) {
    names.insert(name(static_cast<StopKind>(i)));
  }
  EXPECT_EQ(names.size(), static_cast<unsigned>(StopKind::event_delivery) + 1);
  EXPECT_FALSE(names.contains("?"));
  EXPECT_EQ(name(static_cast<StopKind>(99)), "?");
}

}  // namespace
}  // namespace acrn::core
