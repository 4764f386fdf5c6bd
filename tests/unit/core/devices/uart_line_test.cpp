// SPDX-License-Identifier: BSD-3-Clause
#include "core/devices/uart.hpp"

#include <gtest/gtest.h>
#include <vector>
#include "tests/unit/core/devices/uart_bench.hpp"

namespace acrn::core {
namespace {

using namespace fakes;  // NOLINT(google-build-using-namespace)

TEST(Uart, OverrunKeepsTheFifoAndOverwritesTheRegister) {
  UartBench one;
  one.receive('a');
  one.receive('b');
  EXPECT_EQ(one.in(lsr), 0x63U);
  EXPECT_EQ(one.in(lsr), 0x61U) << "reading LSR clears the error";
  EXPECT_EQ(one.in(thr), unsigned{'b'});
  UartBench many;
  many.out(fcr, 1);
  for (unsigned i = 0; i < 17; ++i) {
    EXPECT_EQ(many.device.room(), 16 - std::min(i, 16U));
    many.receive(i);
  }
  EXPECT_EQ(many.in(lsr), 0x63U);
  for (unsigned i = 0; i < 16; ++i) {
    EXPECT_EQ(many.in(thr), i);
  }
  EXPECT_EQ(many.in(lsr), 0x60U);
}

TEST(Uart, ErrorsTravelWithTheirByteThroughTheFifo) {
  UartBench uart;
  uart.open_gate();
  uart.out(fcr, 1);
  uart.out(ier, 4);
  uart.receive('a');
  uart.receive('b', 0x08);
  EXPECT_FALSE(uart.raised());
  EXPECT_EQ(uart.in(lsr), 0xe1U) << "an error is somewhere in the FIFO";
  uart.in(thr);
  EXPECT_TRUE(uart.raised()) << "the bad byte is the oldest now";
  EXPECT_EQ(uart.in(iir), 0xc6U);
  EXPECT_EQ(uart.in(lsr), 0xe9U);
  EXPECT_FALSE(uart.raised());
  EXPECT_EQ(uart.in(lsr), 0x61U);
}

TEST(Uart, ModemStatusTellsWhatChangedAndInterrupts) {
  UartBench uart;
  uart.open_gate();
  uart.out(ier, 8);
  uart.device.set_modem_inputs(0xff, uart.effects);
  EXPECT_TRUE(uart.raised());
  EXPECT_EQ(uart.in(iir), 0U);
  EXPECT_EQ(uart.in(msr), 0xfbU) << "RI tells when it goes away only";
  EXPECT_FALSE(uart.raised());
  EXPECT_EQ(uart.in(msr), 0xf0U);
  uart.device.set_modem_inputs(0xb0, uart.effects);
  EXPECT_EQ(uart.in(msr), 0xb4U);
}

TEST(Uart, InterruptsRankAsTheDatasheetSays) {
  UartBench uart;
  uart.open_gate();
  uart.out(ier, 0xf);
  uart.device.set_modem_inputs(0x10, uart.effects);
  uart.receive('a', 4);
  EXPECT_EQ(uart.in(iir), 6U);
  uart.in(lsr);
  EXPECT_EQ(uart.in(iir), 4U);
  uart.in(thr);
  EXPECT_EQ(uart.in(iir), 2U);
  EXPECT_EQ(uart.in(iir), 0U);
  uart.in(msr);
  EXPECT_EQ(uart.in(iir), 1U);
}

TEST(Uart, FcrClearsEachFifo) {
  UartBench uart;
  uart.out(fcr, 1);
  uart.receive('a');
  uart.out(thr, 'b');
  uart.out(fcr, 3);
  EXPECT_EQ(uart.in(lsr), 0U) << "the receiver is empty, the transmitter is not";
  uart.out(fcr, 5);
  EXPECT_EQ(uart.in(lsr), 0x60U);
  uart.receive('a');
  uart.out(thr, 'b');
  uart.out(fcr, 0);
  EXPECT_EQ(uart.in(lsr), 0x60U) << "switching the FIFOs off clears both";
  EXPECT_EQ(uart.device.next_deadline(), ticks_never);
}

TEST(Uart, WideAccessesByProfileSideBySide) {
  struct Row {
    DeviceWidthRule rule;
    std::uint64_t read;
    unsigned scratch_after;
  };
  for (Row const& row :
       {Row{architectural.device_width, 0x0003'020fU, 0x44},
        Row{acrn_today.device_width, 0x0fU, 0x99}, Row{acrn2018.device_width, 0x0fU, 0x99}}) {
    UartBench uart{{.width = row.rule}};
    uart.out(ier, 0xf);
    uart.out(lcr, 0x03);
    uart.out(scr, 0x99);
    Access access{Space::port, Direction::read, 4, 0x3f9, ~0ULL};
    EXPECT_EQ(byte_port_device(uart.device).handler(&uart.device, access, {}, uart.effects),
              HandlerResult::handled());
    EXPECT_EQ(access.value, row.read) << "IER, IIR, LCR and MCR, or IER alone";
    Access store{Space::port, Direction::write, 2, 0x3fe, 0x4433};
    EXPECT_EQ(byte_port_device(uart.device).handler(&uart.device, store, {}, uart.effects),
              HandlerResult::handled());
    EXPECT_EQ(uart.in(scr), row.scratch_after);
  }
}

TEST(Uart, ASnapshotGoesOnWhereItWasTaken) {
  UartBench uart;
  uart.open_gate();
  uart.out(fcr, 0x81);
  uart.out(ier, 3);
  uart.receive('a');
  uart.receive('b', 0x10);
  uart.out(thr, 'z');
  UartBench other;
  other.device.restore(uart.device.state());
  EXPECT_EQ(other.device.state(), uart.device.state());
  EXPECT_EQ(other.drain(), (std::vector<unsigned>{'z'}));
  EXPECT_EQ(other.in(thr), unsigned{'a'});
  EXPECT_EQ(other.in(lsr), 0xf1U);
}

TEST(Uart, AnImpossibleSnapshotIsBroughtIntoRange) {
  UartState odd{.ier = 0xff, .fcr = 0xff, .mcr = 0xff, .lsr_errors = 0xff, .inputs = 0xff};
  odd.received.count = 200;
  odd.to_transmit.count = 17;
  UartBench uart;
  uart.device.restore(odd);
  EXPECT_EQ(uart.device.state().received.count, 16);
  EXPECT_EQ(uart.drain().size(), 16U);
  EXPECT_EQ(uart.in(mcr), 0x1fU);
  odd.fcr = 0;
  uart.device.restore(odd);
  EXPECT_EQ(uart.device.state().received.count, 1) << "no FIFO, one byte";
}

TEST(Uart, StaysInRangeUnderAnySequence) {
  fakes::hostile_bytes([] { return UartBench{}; }, 0x3f0, 24,
                       [](UartBench& uart, auto& random) {
                         if (random() % 4 == 0) {
                           uart.receive(random() & 0xffU, random() & 0xffU);
                         }
                         if (random() % 4 == 0) {
                           uart.device.transmit(uart.effects);
                         }
                         ASSERT_LE(uart.device.state().received.count, uart_fifo_size);
                         ASSERT_LE(uart.device.state().to_transmit.count, uart_fifo_size);
                       });
}

}  // namespace
}  // namespace acrn::core
