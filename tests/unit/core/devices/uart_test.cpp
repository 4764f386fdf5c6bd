// SPDX-License-Identifier: BSD-3-Clause
#include "core/devices/uart.hpp"

#include <gtest/gtest.h>
#include <vector>
#include "tests/unit/core/devices/uart_bench.hpp"

namespace acrn::core {
namespace {

using namespace fakes;  // NOLINT(google-build-using-namespace)

TEST(Uart, AfterAResetIsIdle) {
  UartBench uart;
  EXPECT_EQ(uart.in(ier), 0U);
  EXPECT_EQ(uart.in(iir), 1U);
  EXPECT_EQ(uart.in(lcr), 0U);
  EXPECT_EQ(uart.in(mcr), 0U);
  EXPECT_EQ(uart.in(lsr), 0x60U);
  EXPECT_EQ(uart.in(msr), 0U);
  EXPECT_EQ(uart.in(thr), 0U) << "nothing received";
  EXPECT_FALSE(uart.raised());
}

TEST(Uart, HasOnlyTheBitsOfA16550A) {
  struct Row {
    unsigned offset, written, read;
  };
  for (Row const& row : {Row{ier, 0xff, 0x0f}, Row{lcr, 0x7f, 0x7f}, Row{mcr, 0xff, 0x1f},
                         Row{scr, 0xa5, 0xa5}, Row{lsr, 0xff, 0x60}, Row{msr, 0xff, 0x00}}) {
    UartBench uart;
    uart.out(row.offset, row.written);
    EXPECT_EQ(uart.in(row.offset), row.read) << row.offset;
  }
}

TEST(Uart, ShowsTheDivisorWhileDlabIsSet) {
  UartBench uart;
  uart.out(lcr, 0x83);
  uart.out(0, 0x01);
  uart.out(1, 0x12);
  EXPECT_EQ(uart.in(0), 0x01U);
  EXPECT_EQ(uart.in(1), 0x12U);
  uart.out(lcr, 0x03);
  EXPECT_EQ(uart.in(1), 0U) << "the IER again";
  EXPECT_EQ(uart.device.state().divisor, 0x1201);
  EXPECT_TRUE(uart.drain().empty()) << "the divisor was not sent";
}

TEST(Uart, IsDetectedAsA16550ABecauseItsFifosShowInIir) {
  UartBench uart;
  uart.out(fcr, 1);
  EXPECT_EQ(uart.in(iir), 0xc1U);
  uart.out(fcr, 0);
  EXPECT_EQ(uart.in(iir), 0x01U);
  uart.out(fcr, 0xc0);
  EXPECT_EQ(uart.in(iir), 0x01U) << "bit 0 must be 1 for the others to count";
  EXPECT_EQ(uart.device.state().fcr, 0);
}

TEST(Uart, LoopbackShowsTheOutputsAsModemInputs) {
  struct Row {
    unsigned mcr, msr;
  };
  for (Row const& row : {Row{0x1a, 0x90}, Row{0x11, 0x20}, Row{0x12, 0x10}, Row{0x14, 0x40},
                         Row{0x18, 0x80}, Row{0x1f, 0xf0}}) {
    UartBench uart;
    uart.out(mcr, row.mcr);
    EXPECT_EQ(uart.in(msr)&0xf0U, row.msr) << std::hex << row.mcr;
  }
}

TEST(Uart, LoopbackReceivesWhatIsSentAndNothingFromOutside) {
  UartBench uart;
  uart.out(mcr, 0x10);
  uart.out(thr, 0x5a);
  uart.receive(0x77);
  EXPECT_EQ(uart.in(lsr), 0x61U);
  EXPECT_EQ(uart.in(thr), 0x5aU);
  EXPECT_EQ(uart.in(lsr), 0x60U);
  EXPECT_TRUE(uart.drain().empty());
}

TEST(Uart, LoopbackClosesTheInterruptGate) {
  UartBench uart;
  uart.out(mcr, 0x18);
  uart.out(ier, 2);
  EXPECT_EQ(uart.in(iir), 2U);
  uart.out(ier, 0);
  uart.out(ier, 2);
  EXPECT_FALSE(uart.raised()) << "the OUT2 pin is inactive in loopback";
}

TEST(Uart, SendsThroughAHoldingRegisterOrSixteenBytes) {
  UartBench uart;
  uart.out(thr, 1);
  EXPECT_EQ(uart.in(lsr), 0U) << "THR and shift register are full until the host takes the byte";
  uart.out(thr, 2);
  EXPECT_EQ(uart.drain(), (std::vector<unsigned>{2})) << "overwritten";
  EXPECT_EQ(uart.in(lsr), 0x60U);
  uart.out(fcr, 1);
  for (unsigned i = 0; i < 18; ++i) {
    uart.out(thr, i);
  }
  auto const sent = uart.drain();
  ASSERT_EQ(sent.size(), 16U);
  EXPECT_EQ(sent.front(), 0U);
  EXPECT_EQ(sent.back(), 17U) << "the last place is overwritten";
}

TEST(Uart, TransmitterInterruptComesGoesAndComesAgain) {
  UartBench uart;
  uart.open_gate();
  uart.out(ier, 2);
  EXPECT_TRUE(uart.raised()) << "enabling it with THR empty interrupts";
  EXPECT_EQ(uart.in(iir), 2U);
  EXPECT_FALSE(uart.raised()) << "reading IIR clears it";
  EXPECT_EQ(uart.in(iir), 1U);
  uart.out(thr, 'a');
  EXPECT_FALSE(uart.raised());
  uart.drain();
  EXPECT_TRUE(uart.raised());
  uart.out(thr, 'b');
  EXPECT_FALSE(uart.raised()) << "writing THR clears it";
  uart.drain();
  uart.out(ier, 0);
  EXPECT_FALSE(uart.raised());
}

TEST(Uart, TellsChangesOfItsLineOnly) {
  UartBench uart;
  uart.open_gate();
  uart.out(ier, 3);
  uart.receive('x');
  uart.in(thr);
  uart.in(iir);
  uart.in(iir);
  EXPECT_EQ(uart.changes(),
            (std::vector<IrqChange>{{{4}, IrqAction::raise}, {{4}, IrqAction::lower}}));
}

TEST(Uart, Out2GatesTheInterruptAsOnAPc) {
  UartBench pc;
  pc.out(ier, 2);
  EXPECT_FALSE(pc.raised());
  pc.out(mcr, 8);
  EXPECT_TRUE(pc.raised());
  pc.out(mcr, 0);
  EXPECT_FALSE(pc.raised());
  UartBench free{{.out2 = Out2Rule::ignored}};
  free.out(ier, 2);
  EXPECT_TRUE(free.raised());
}

TEST(Uart, ReceiverInterruptsAtEachTriggerLevel) {
  struct Row {
    unsigned fcr, level;
  };
  for (Row const& row : {Row{0x00, 1}, Row{0x01, 1}, Row{0x41, 4}, Row{0x81, 8}, Row{0xc1, 14}}) {
    UartBench uart;
    uart.open_gate();
    uart.out(fcr, row.fcr);
    uart.out(ier, 1);
    for (unsigned i = 1; i <= row.level; ++i) {
      EXPECT_FALSE(uart.raised()) << i;
      uart.receive(i);
    }
    EXPECT_TRUE(uart.raised());
    EXPECT_EQ(uart.in(iir)&0xfU, 4U);
    EXPECT_EQ(uart.in(thr), 1U);
    EXPECT_FALSE(uart.raised()) << "below the level again";
  }
}

TEST(Uart, BytesBelowTheTriggerLevelTimeOutAfterFourCharacters) {
  UartBench uart{{.ticks_hz = 115'200}};  // one tick is one bit at 115,200 baud
  uart.open_gate();
  uart.out(lcr, 0x83);
  uart.out(0, 1);
  uart.out(1, 0);
  uart.out(lcr, 3);  // 8n1: 10 bits
  uart.out(fcr, 0xc1);
  uart.out(ier, 1);
  uart.now = {1000};
  uart.receive('a');
  EXPECT_EQ(uart.device.next_deadline(), Ticks{1040});
  uart.now = {1039};
  uart.device.advance(uart.now, uart.effects);
  EXPECT_FALSE(uart.raised());
  uart.receive('b');
  EXPECT_EQ(uart.device.next_deadline(), Ticks{1079}) << "each byte starts it anew";
  uart.now = {1079};
  uart.device.advance(uart.now, uart.effects);
  EXPECT_TRUE(uart.raised());
  EXPECT_EQ(uart.in(iir), 0xccU);
  EXPECT_EQ(uart.in(thr), unsigned{'a'});
  EXPECT_FALSE(uart.raised());
  EXPECT_EQ(uart.device.next_deadline(), Ticks{1119}) << "a byte is left";
  uart.in(thr);
  EXPECT_EQ(uart.device.next_deadline(), ticks_never);
}

}  // namespace
}  // namespace acrn::core
