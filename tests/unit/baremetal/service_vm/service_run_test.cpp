// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/service_vm/service_run.hpp"

#include <gmock/gmock.h>

#include "tests/unit/baremetal/service_vm/bench.hpp"

namespace acrn::service_vm {
namespace {

using core::LineOperation;
using fakes::LineCall;
using fakes::ServiceBench;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using tests::port_read;

class ServiceRun : public ServiceBench {
 protected:
  /// Puts bytes into the ring of VM 1's UART, as the hypervisor does.
  void type(std::string_view bytes) {
    ByteRing& ring = boot_->received[0];
    for (char const byte : bytes) {
      ring.bytes[ring.written % ByteRing::size] = static_cast<std::uint8_t>(byte);
      ++ring.written;
    }
  }
};

TEST_F(ServiceRun, WhatNobodyServesReadsAllOnes) {
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

TEST_F(ServiceRun, TextOfTheUartIsOutBeforeTheGuestGoesOn) {
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

TEST_F(ServiceRun, TheUartsInterruptIsALineOfItsVm) {
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

TEST_F(ServiceRun, ALineThatTheHypervisorRefusesIsCounted) {
  start_with_one();
  hypervisor_.refusals[core::abi::Hypercall::set_irqline] = -1;
  out(0x3fc, 0x08);
  out(0x3f9, 0x02);
  EXPECT_EQ(status().counters.irq_calls, 1U);
  EXPECT_EQ(status().counters.refused_calls, 1U);
}

TEST_F(ServiceRun, ReceivedBytesReachTheUartAsFarAsItHasRoom) {
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

TEST_F(ServiceRun, TheRingsCountersMayWrap) {
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

TEST_F(ServiceRun, BytesForAUartThatIsNotForwardedStay) {
  start_with_one(forwarded_rtc);
  type("x");
  EXPECT_EQ(service_->run_once(), 0U);
  EXPECT_EQ(boot_->received[0].taken, 0U);
}

TEST_F(ServiceRun, AByteBelowTheTriggerLevelInterruptsWhenItIsDue) {
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

TEST_F(ServiceRun, TheClockShowsTheEpochAndRunsByTheTsc) {
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

TEST_F(ServiceRun, AnAlarmOfTheClockTellsWhenItIsDue) {
  start_with_one();
  out(0x70, 0x0b);
  out(0x71, 0x12);  // 24 hours, update-ended interrupt
  ASSERT_NE(status().next_deadline, ~0ULL);
  hypervisor_.time = status().next_deadline;
  service_->run_once();
  EXPECT_THAT(hypervisor_.lines, ElementsAre(LineCall{1, 8, LineOperation::high}));
}

TEST_F(ServiceRun, TheTestDeviceAnswersAtPortsAndInMemory) {
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

TEST_F(ServiceRun, ADeviceThatIsNotForwardedIsNotThere) {
  start_with_one(forwarded_known & ~forwarded_test);
  EXPECT_EQ(in(0x52c, 4), 0xffff'ffffU);
  EXPECT_EQ(request({.space = core::Space::mmio, .size = 4, .address = 0xfeb0'0000}), 0xffff'ffffU);
  EXPECT_EQ(in(0x544, 4), 128U);
}

TEST_F(ServiceRun, NotificationNamesTheVmAndItsVcpu) {
  want("left").cpu_affinity = 0b1;
  want("right").cpu_affinity = 0b111;
  ASSERT_TRUE(service_->start());
  auto const a = hypervisor_.submit(2, port_read(0x3fd), 2);
  auto const b = hypervisor_.submit(1, port_read(0x3fd));
  auto const c = hypervisor_.submit(2, port_read(0x80, 4), 1);
  hypervisor_.upcall();
  EXPECT_EQ(service_->run_once(), 3U) << "one upcall for three requests";
  EXPECT_THAT(hypervisor_.notified, ElementsAre(Pair(1U, 0), Pair(2U, 1), Pair(2U, 2)));
  EXPECT_EQ(hypervisor_.poll(2, a, 2).value, 0x60U);
  EXPECT_EQ(hypervisor_.poll(1, b).value, 0x60U);
  EXPECT_EQ(hypervisor_.poll(2, c, 1).value, 0xffff'ffffU);
  EXPECT_EQ(status().counters.notifications, 3U);
}

TEST_F(ServiceRun, PolledCompletionMakesNoHypercall) {
  start_with_one(forwarded_known, CompletionMode::polling);
  hypervisor_.calls.clear();
  EXPECT_EQ(in(0x3fd), 0x60U);
  EXPECT_THAT(hypervisor_.calls, IsEmpty());
  EXPECT_EQ(status().counters.notifications, 0U);
}

TEST_F(ServiceRun, ARefusedNotificationIsCounted) {
  start_with_one();
  hypervisor_.refusals[core::abi::Hypercall::notify_request_finish] = -1;
  EXPECT_EQ(in(0x3fd), 0x60U);
  EXPECT_EQ(status().counters.notifications, 1U);
  EXPECT_EQ(status().counters.refused_calls, 1U);
}

TEST_F(ServiceRun, EachVmHasDevicesOfItsOwn) {
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

TEST_F(ServiceRun, ASpuriousUpcallDoesNothing) {
  start_with_one();
  hypervisor_.calls.clear();
  hypervisor_.upcall();
  EXPECT_EQ(service_->run_once(), 0U);
  EXPECT_EQ(service_->run_once(), 0U);
  EXPECT_THAT(hypervisor_.calls, IsEmpty());
  EXPECT_EQ(status().counters.upcalls, 1U);
  EXPECT_EQ(status().counters.scans, 2U);
  EXPECT_EQ(status().counters.empty_scans, 2U);
  EXPECT_EQ(status().counters.requests, 0U);
}

TEST_F(ServiceRun, AMalformedRequestIsSettledWithoutAClient) {
  start_with_one();
  auto const ticket = hypervisor_.submit(1, port_read(0x3f8));
  core::AtomicMemory{*hypervisor_.vms[1].storage}.store64(core::abi::ioreq_offset::size, 3);
  EXPECT_EQ(service_->run_once(), 1U);
  EXPECT_EQ(status().counters.settled, 1U);
  EXPECT_EQ(status().counters.requests, 0U);
  EXPECT_THAT(hypervisor_.notified, ElementsAre(Pair(1U, 0)));
  EXPECT_EQ(hypervisor_.poll(1, ticket).kind, Kind::value);
}

TEST_F(ServiceRun, APollerKeepsHouseAfterARequestAndNowAndThen) {
  start_with_one();
  service_->poll_once();
  EXPECT_EQ(status().counters.scans, 0U) << "not told yet";
  type("x");
  for (std::uint32_t i = 1; i < Service<fakes::Hypervisor>::idle_scans_max; ++i) {
    EXPECT_EQ(boot_->received[0].taken, 0U);
    EXPECT_EQ(service_->poll_once(), 0U);
  }
  EXPECT_EQ(boot_->received[0].taken, 1U);
  EXPECT_EQ(status().counters.scans, 64U);
  EXPECT_EQ(status().counters.empty_scans, 64U);
  hypervisor_.submit(1, port_read(0x3f8));
  EXPECT_EQ(service_->poll_once(), 1U);
  EXPECT_EQ(status().counters.requests, 1U) << "told at once";
  EXPECT_EQ(status().counters.scans, 65U);
}

TEST_F(ServiceRun, StampsRiseFromUpcallToCompletion) {
  start_with_one();
  for (int i = 0; i < 3; ++i) {
    auto const ticket = hypervisor_.submit(1, port_read(0x3fd));
    std::uint64_t last = hypervisor_.submitted_at;
    hypervisor_.upcall();
    service_->run_once();
    for (auto const index : {StampIndex::interrupt, StampIndex::worker, StampIndex::processing,
                             StampIndex::client, StampIndex::handled, StampIndex::complete}) {
      std::uint64_t const stamp = hypervisor_.stamp(1, index);
      EXPECT_GT(stamp, last) << static_cast<int>(index);
      last = stamp;
    }
    EXPECT_LE(last, hypervisor_.time);
    EXPECT_EQ(hypervisor_.poll(1, ticket).kind, Kind::value);
  }
}

TEST_F(ServiceRun, ARequestThatNeededNoUpcallHasAnOlderStampOfIt) {
  start_with_one();
  in(0x3fd);
  hypervisor_.submit(1, port_read(0x3fd));
  service_->run_once();
  EXPECT_LT(hypervisor_.stamp(1, StampIndex::interrupt), hypervisor_.submitted_at);
  EXPECT_GT(hypervisor_.stamp(1, StampIndex::worker), hypervisor_.submitted_at);
}

TEST_F(ServiceRun, StampsAreInTheRowOfTheVcpu) {
  want("one").cpu_affinity = 0b11;
  ASSERT_TRUE(service_->start());
  hypervisor_.submit(1, port_read(0x3fd), 1);
  service_->run_once();
  EXPECT_EQ(hypervisor_.stamp(1, StampIndex::complete, 0), 0U);
  EXPECT_NE(hypervisor_.stamp(1, StampIndex::complete, 1), 0U);
}

TEST_F(ServiceRun, AResetWithdrawsARequestAndTheNextIsServed) {
  start_with_one();
  hypervisor_.submit(1, port_read(0x3f8));
  hypervisor_.vms[1].page->reset();
  EXPECT_EQ(service_->run_once(), 0U);
  EXPECT_EQ(in(0x3fd), 0x60U);
}

}  // namespace
}  // namespace acrn::service_vm
