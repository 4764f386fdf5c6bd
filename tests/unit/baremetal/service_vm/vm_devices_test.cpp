// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/service_vm/vm_devices.hpp"

#include <gmock/gmock.h>

#include "tests/unit/baremetal/service_vm/bench.hpp"

namespace acrn::service_vm {
namespace {

using core::LineOperation;
using fakes::LineCall;
using testing::ElementsAre;
using testing::IsEmpty;

class ServedDevices : public fakes::ServiceBench {};

TEST_F(ServedDevices, WhatNobodyServesReadsAllOnes) {
  start_with_one(0);
  EXPECT_EQ(in(0x3fd), 0xffU);
  EXPECT_EQ(in(0x1234, 2), 0xffffU);
  EXPECT_EQ(in(0xcfc, 4), 0xffff'ffffU) << "configuration data: nothing is selected";
  EXPECT_EQ(request({.space = core::Space::mmio, .size = 8, .address = 0xfe00'0000}), ~0ULL);
  out(0x80, 7);
  EXPECT_EQ(status().counters.requests, 4U);
  EXPECT_EQ(status().counters.settled, 1U) << "the configuration port needed no client";
  out(0xcf8, 0x8000'0000, 4);
  EXPECT_EQ(in(0xcfc, 4), 0xffff'ffffU) << "configuration data: there is no such device";
  EXPECT_EQ(status().counters.requests, 5U);
  EXPECT_THAT(hypervisor_.lines, IsEmpty());
}

TEST_F(ServedDevices, TextOfTheUartIsOutBeforeTheGuestGoesOn) {
  start_with_one();
  for (char const c : std::string_view{"hello\n"}) {
    auto const ticket = hypervisor_.submit(1, {.direction = core::Direction::write,
                                               .size = 1,
                                               .address = 0x3f8,
                                               .value = static_cast<std::uint8_t>(c)});
    service_->run_once();
    EXPECT_EQ(hypervisor_.text[1].back(), c);
    EXPECT_EQ(hypervisor_.poll(1, ticket).kind, Kind::value);
  }
  EXPECT_EQ(hypervisor_.text[1], "hello\n");
  EXPECT_EQ(in(0x3fd) & 0x60U, 0x60U) << "the transmitter is empty again";
}

TEST_F(ServedDevices, TheUartsInterruptIsALineOfItsVm) {
  start_with_one();
  out(0x3fc, 0x08);  // OUT2 lets interrupts through
  out(0x3f9, 0x02);  // transmitter empty
  EXPECT_THAT(hypervisor_.lines, ElementsAre(LineCall{1, 4, LineOperation::high}));
  EXPECT_EQ(in(0x3fa), 0x02U) << "that is what it is, and reading it ends it";
  EXPECT_THAT(hypervisor_.lines,
              ElementsAre(LineCall{1, 4, LineOperation::high}, LineCall{1, 4, LineOperation::low}));
  EXPECT_EQ(status().counters.irq_calls, 2U);
  EXPECT_EQ(status().counters.refused_calls, 0U);
}

TEST_F(ServedDevices, ALineThatTheHypervisorRefusesIsCounted) {
  start_with_one();
  hypervisor_.refusals[core::abi::Hypercall::set_irqline] = -1;
  out(0x3fc, 0x08);
  out(0x3f9, 0x02);
  EXPECT_EQ(status().counters.irq_calls, 1U);
  EXPECT_EQ(status().counters.refused_calls, 1U);
}

TEST_F(ServedDevices, ReceivedBytesReachTheUartAsFarAsItHasRoom) {
  start_with_one();
  out(0x3fa, 0x01);  // FIFOs on: 16 bytes
  out(0x3fc, 0x08);
  out(0x3f9, 0x01);  // received data
  std::string const bytes = "0123456789abcdefgh";
  type(bytes);
  hypervisor_.upcall();
  EXPECT_EQ(service_->run_once(), 0U);
  EXPECT_EQ(boot_->received[0].taken, 16U);
  EXPECT_THAT(hypervisor_.lines, ElementsAre(LineCall{1, 4, LineOperation::high}));
  std::string read;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_EQ(in(0x3fd) & 1U, 1U);
    read += static_cast<char>(in(0x3f8));
  }
  EXPECT_EQ(read, bytes);
  EXPECT_EQ(boot_->received[0].taken, 18U);
  EXPECT_EQ(in(0x3fd) & 1U, 0U);
}

TEST_F(ServedDevices, TheRingsCountersMayWrap) {
  boot_->received[0].written = boot_->received[0].taken = 0xffff'fffe;
  start_with_one();
  out(0x3fa, 0x01);
  type("wrap");
  service_->run_once();
  std::string read;
  for (int i = 0; i < 4; ++i) read += static_cast<char>(in(0x3f8));
  EXPECT_EQ(read, "wrap");
  EXPECT_EQ(boot_->received[0].taken, 2U);
}

TEST_F(ServedDevices, BytesForAUartThatIsNotForwardedStay) {
  start_with_one(forwarded_rtc);
  type("x");
  EXPECT_EQ(service_->run_once(), 0U);
  EXPECT_EQ(boot_->received[0].taken, 0U);
}

TEST_F(ServedDevices, AByteBelowTheTriggerLevelInterruptsWhenItIsDue) {
  start_with_one();
  out(0x3fa, 0xc1);  // FIFOs on, interrupt from 14 bytes on
  out(0x3fc, 0x08);
  out(0x3f9, 0x01);
  EXPECT_EQ(status().next_deadline, ~0ULL);
  type("x");
  service_->run_once();
  EXPECT_THAT(hypervisor_.lines, IsEmpty());
  ASSERT_NE(status().next_deadline, ~0ULL);
  EXPECT_GT(status().next_deadline, hypervisor_.time);
  hypervisor_.time = status().next_deadline - 100;
  service_->run_once();
  EXPECT_THAT(hypervisor_.lines, IsEmpty());
  hypervisor_.time = status().next_deadline;
  service_->run_once();
  EXPECT_THAT(hypervisor_.lines, ElementsAre(LineCall{1, 4, LineOperation::high}));
  EXPECT_EQ(status().next_deadline, ~0ULL);
}

TEST_F(ServedDevices, TheClockShowsTheEpochAndRunsByTheTsc) {
  start_with_one();
  auto const clock = [&](std::uint8_t index) {
    out(0x70, index);
    return in(0x71);
  };
  EXPECT_EQ(clock(0x32) << 8U | clock(9), 0x2023U);
  EXPECT_EQ(clock(8), 0x11U);
  EXPECT_EQ(clock(7), 0x14U);
  EXPECT_EQ(clock(4), 0x22U);
  EXPECT_EQ(clock(2), 0x13U);
  EXPECT_EQ(clock(0), 0x20U);
  hypervisor_.time += 61 * fakes::tsc_hz;
  EXPECT_EQ(clock(0), 0x21U);
  EXPECT_EQ(clock(2), 0x14U);
}

TEST_F(ServedDevices, AnAlarmOfTheClockTellsWhenItIsDue) {
  start_with_one();
  out(0x70, 0x0b);
  out(0x71, 0x12);  // 24 hours, update-ended interrupt
  ASSERT_NE(status().next_deadline, ~0ULL);
  hypervisor_.time = status().next_deadline;
  service_->run_once();
  EXPECT_THAT(hypervisor_.lines, ElementsAre(LineCall{1, 8, LineOperation::high}));
}

TEST_F(ServedDevices, TheTestDeviceAnswersAtPortsAndInMemory) {
  start_with_one();
  EXPECT_EQ(in(0x52c, 4), 0x5453'4554U);
  core::Access access{.space = core::Space::mmio,
                      .direction = core::Direction::write,
                      .size = 8,
                      .address = 0xfeb0'0ff8,
                      .value = 0x1122'3344'5566'7788};
  request(access);
  access.direction = core::Direction::read;
  EXPECT_EQ(request(access), 0x1122'3344'5566'7788U);
  EXPECT_EQ(in(0x530, 4), 0U);
  EXPECT_EQ(in(0x530, 4), 1U) << "each read once, and once only";
  out(0x528, 0);
  out(0x528, 3);
  EXPECT_THAT(hypervisor_.lines, ElementsAre(LineCall{1, 10, LineOperation::high},
                                             LineCall{1, 10, LineOperation::falling_pulse}));
}

TEST_F(ServedDevices, ADeviceThatIsNotForwardedIsNotThere) {
  start_with_one(forwarded_known & ~forwarded_test);
  EXPECT_EQ(in(0x52c, 4), 0xffff'ffffU);
  EXPECT_EQ(request({.space = core::Space::mmio, .size = 4, .address = 0xfeb0'0000}), 0xffff'ffffU);
  EXPECT_EQ(in(0x544, 4), 128U);
}

TEST_F(ServedDevices, EachVmHasDevicesOfItsOwn) {
  want("left");
  want("right");
  ASSERT_TRUE(service_->start());
  out(0x3ff, 0x11, 1, 1);
  out(0x3ff, 0x22, 1, 2);
  out(0x3f8, 'L', 1, 1);
  out(0x3f8, 'R', 1, 2);
  out(0x540, 5, 4, 2);
  out(0x550, 0xabcd, 2, 2);
  EXPECT_EQ(in(0x3ff, 1, 1), 0x11U);
  EXPECT_EQ(in(0x3ff, 1, 2), 0x22U);
  EXPECT_EQ(hypervisor_.text[1], "L");
  EXPECT_EQ(hypervisor_.text[2], "R");
  EXPECT_EQ(hypervisor_.text[0], "");
  EXPECT_EQ(in(0x540, 4, 1), 0U);
  EXPECT_EQ((*memories_)[0].disk[5 * 512], 0);
  EXPECT_EQ((*memories_)[1].disk[5 * 512], 0xcd);
}

}  // namespace
}  // namespace acrn::service_vm
