// SPDX-License-Identifier: BSD-3-Clause
#include "core/devices/uart.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/core/devices/fakes.hpp"

namespace acrn::core {
namespace {

using fakes::Bench;

constexpr unsigned thr = 0, ier = 1, iir = 2, fcr = 2, lcr = 3, mcr = 4, lsr = 5, msr = 6, scr = 7;

struct UartBench : Bench<Uart> {
  explicit UartBench(UartConfig const& config = {}) : Bench{Uart{config}} {}
  unsigned in(unsigned offset) { return read(0x3f8 + offset); }
  void out(unsigned offset, unsigned value) { write(0x3f8 + offset, value); }
  void receive(unsigned data, unsigned errors = 0) {
    device.receive({static_cast<std::uint8_t>(data), static_cast<std::uint8_t>(errors)}, now,
                   effects);
  }
  std::vector<unsigned> drain() {
    std::vector<unsigned> sent;
    while (auto const byte = device.transmit(effects)) {
      sent.push_back(*byte);
    }
    return sent;
  }
  bool raised() const { return device.line() == Level::high; }
  /// As a driver starts it: interrupts on at the PC's gate.
  void open_gate() { out(mcr, 0x0b); }
};

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
