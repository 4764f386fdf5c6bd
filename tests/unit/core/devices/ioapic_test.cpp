// SPDX-License-Identifier: BSD-3-Clause
#include "core/devices/ioapic.hpp"

#include <gtest/gtest.h>

#include <random>

namespace acrn::core {
namespace {

constexpr std::uint64_t base = 0xfec0'0000;

struct IoapicBench {
  Ioapic device;
  explicit IoapicBench(IoapicConfig const& config = {}) : device{config} {}

  std::uint32_t load(std::uint64_t offset) {
    Access access{Space::mmio, Direction::read, 4, base + offset, 0xffff'ffff};
    EXPECT_EQ(device.access(access), HandlerResult::handled());
    return static_cast<std::uint32_t>(access.value);
  }
  void store(std::uint64_t offset, std::uint32_t value) {
    Access access{Space::mmio, Direction::write, 4, base + offset, value};
    EXPECT_EQ(device.access(access), HandlerResult::handled());
  }
  std::uint32_t get(std::uint32_t index) {
    store(0, index);
    return load(0x10);
  }
  void set(std::uint32_t index, std::uint32_t value) {
    store(0, index);
    store(0x10, value);
  }
  void entry(unsigned pin, std::uint64_t value) {
    set(0x11 + 2 * pin, static_cast<std::uint32_t>(value >> 32U));
    set(0x10 + 2 * pin, static_cast<std::uint32_t>(value));
  }
  void line(unsigned number, IrqAction action) {
    device.change({{static_cast<std::uint16_t>(number)}, action});
  }
  void raise(unsigned number) { line(number, IrqAction::raise); }
  void lower(unsigned number) { line(number, IrqAction::lower); }
};

constexpr std::uint64_t level = 0x8000, masked = 0x1'0000;

TEST(Ioapic, AfterAResetIsMaskedAndTellsItsSize) {
  IoapicBench ioapic;
  EXPECT_EQ(ioapic.get(1), 0x0017'0020U);
  for (std::uint32_t pin = 0; pin < 24; ++pin) {
    EXPECT_EQ(ioapic.get(0x10 + 2 * pin), 0x1'0000U);
    EXPECT_EQ(ioapic.get(0x11 + 2 * pin), 0U);
  }
  ioapic.set(0, 0xffff'ffff);
  EXPECT_EQ(ioapic.get(0), 0x0f00'0000U);
  EXPECT_EQ(ioapic.get(2), 0x0f00'0000U) << "the arbitration id follows";
  EXPECT_EQ(ioapic.load(0), 2U);
}

TEST(Ioapic, KeepsTheBitsThatEntriesHave) {
  IoapicBench ioapic;
  ioapic.entry(5, ~0ULL);
  EXPECT_EQ(ioapic.get(0x1a), 0x0001'afffU);
  EXPECT_EQ(ioapic.get(0x1b), 0xff00'0000U);
  EXPECT_EQ(ioapic.get(0x40), 0U) << "past the last entry";
  ioapic.set(0x40, 5);
  ioapic.set(1, 5);
  EXPECT_EQ(ioapic.get(1), 0x0017'0020U);
  EXPECT_EQ(ioapic.load(0x20), 0U);
}

TEST(Ioapic, AnEdgeIsOneMessage) {
  IoapicBench ioapic;
  ioapic.entry(4, 0x0300'0000'0000'0034);
  ioapic.raise(4);
  EXPECT_EQ(ioapic.get(0x18), 0x1034U) << "delivery pending";
  EXPECT_EQ(ioapic.device.take_message(),
            (ApicMessage{.vector = 0x34, .destination = 3, .pin = 4}));
  EXPECT_EQ(ioapic.device.take_message(), std::nullopt);
  EXPECT_EQ(ioapic.get(0x18), 0x34U);
  ioapic.raise(4);
  EXPECT_FALSE(ioapic.device.has_message()) << "still high: no edge";
  ioapic.line(4, IrqAction::falling_pulse);
  EXPECT_TRUE(ioapic.device.take_message().has_value());
  ioapic.lower(4);
  ioapic.line(4, IrqAction::raising_pulse);
  EXPECT_TRUE(ioapic.device.take_message().has_value());
}

TEST(Ioapic, AnEdgeOnAMaskedPinIsLostAndALevelIsNot) {
  IoapicBench edge;
  edge.entry(4, 0x34 | masked);
  edge.raise(4);
  edge.entry(4, 0x34);
  EXPECT_FALSE(edge.device.has_message());
  IoapicBench high;
  high.entry(4, 0x34 | level | masked);
  high.raise(4);
  EXPECT_FALSE(high.device.has_message());
  high.entry(4, 0x34 | level);
  EXPECT_TRUE(high.device.has_message());
  high.entry(4, 0x34 | level | masked);
  EXPECT_FALSE(high.device.has_message());
}

TEST(Ioapic, ALevelWaitsForItsEoi) {
  IoapicBench ioapic;
  ioapic.entry(9, 0x59 | level);
  ioapic.raise(9);
  EXPECT_TRUE(ioapic.device.take_message()->level);
  EXPECT_EQ(ioapic.get(0x22), 0xc059U) << "remote IRR";
  EXPECT_FALSE(ioapic.device.has_message());
  ioapic.device.end_of_interrupt(0x58);
  EXPECT_FALSE(ioapic.device.has_message()) << "another vector";
  ioapic.device.end_of_interrupt(0x59);
  EXPECT_TRUE(ioapic.device.take_message().has_value()) << "still asserted";
  ioapic.lower(9);
  ioapic.device.end_of_interrupt(0x59);
  EXPECT_FALSE(ioapic.device.has_message());
  EXPECT_EQ(ioapic.get(0x22), 0x8059U);
}

TEST(Ioapic, RemoteIrrIsReadOnlyAndClearedByEdgeMode) {
  IoapicBench ioapic;
  ioapic.entry(9, 0x59 | level);
  ioapic.raise(9);
  ioapic.device.take_message();
  ioapic.set(0x22, 0x8059);
  EXPECT_EQ(ioapic.get(0x22), 0xc059U);
  ioapic.set(0x22, 0x1'0059);
  ioapic.set(0x22, 0x1'8059);
  EXPECT_EQ(ioapic.get(0x22), 0x1'8059U) << "as Linux clears it without an EOI register";
}

TEST(Ioapic, TheEoiRegisterIsOfVersion20) {
  for (unsigned version : {0x11U, 0x20U}) {
    IoapicBench ioapic{{.version = static_cast<std::uint8_t>(version)}};
    ioapic.entry(9, 0x59 | level);
    ioapic.raise(9);
    ioapic.device.take_message();
    ioapic.store(0x40, 0x59);
    EXPECT_EQ(ioapic.device.has_message(), version == 0x20);
    EXPECT_EQ(ioapic.get(1) & 0xff, version);
  }
}

TEST(Ioapic, TheTimerIsAtPinTwo) {
  IoapicBench ioapic;
  ioapic.entry(0, 0x30);
  ioapic.entry(2, 0x32);
  ioapic.raise(2);
  EXPECT_FALSE(ioapic.device.has_message()) << "IRQ 2 is the PIC's cascade";
  ioapic.raise(0);
  EXPECT_EQ(ioapic.device.take_message()->vector, 0x32);
  IoapicBench plain{{.timer_pin = 0}};
  plain.entry(2, 0x32);
  plain.raise(2);
  EXPECT_TRUE(plain.device.has_message());
  plain.raise(24);
  plain.raise(0xffff);
  EXPECT_EQ(plain.device.state().lines, 4U);
}

TEST(Ioapic, MessagesCarryModeAndDestination) {
  IoapicBench ioapic;
  ioapic.entry(1, 0xab00'0000'0000'0f11);
  ioapic.entry(0x17, 0x0100'0000'0000'0441);
  ioapic.raise(0x17);
  ioapic.raise(1);
  EXPECT_EQ(ioapic.device.take_message(), (ApicMessage{.vector = 0x11,
                                                       .mode = DeliveryMode::external,
                                                       .destination = 0xab,
                                                       .logical = true,
                                                       .pin = 1}));
  EXPECT_EQ(ioapic.device.take_message()->mode, DeliveryMode::nmi);
}

TEST(Ioapic, OtherWidthsByProfileSideBySide) {
  struct Row {
    Profile const* profile;
    HandlerResult result;
  };
  for (Row const& row :
       {Row{&architectural, HandlerResult::handled()}, Row{&acrn_today, HandlerResult::failed(-22)},
        Row{&acrn2018, HandlerResult::failed(-22)}}) {
    for (std::uint8_t size : std::array<std::uint8_t, 3>{1, 2, 8}) {
      IoapicBench ioapic{{.width = row.profile->ioapic_width}};
      Device const device = ioapic_device(ioapic.device);
      Effects effects;
      Access read{Space::mmio, Direction::read, size, base, 0};
      EXPECT_EQ(device.handler(device.context, read, {}, effects), row.result);
      EXPECT_EQ(read.value, size_mask(size));
      Access write{Space::mmio, Direction::write, size, base, 1};
      EXPECT_EQ(device.handler(device.context, write, {}, effects), row.result);
      EXPECT_EQ(ioapic.load(0), 0U) << "the write did nothing";
    }
  }
}

TEST(Ioapic, ASnapshotGoesOnAndAnImpossibleOneLosesItsBits) {
  IoapicBench ioapic;
  ioapic.entry(9, 0x59 | level);
  ioapic.raise(9);
  IoapicBench other;
  other.device.restore(ioapic.device.state());
  EXPECT_EQ(other.device.state(), ioapic.device.state());
  EXPECT_TRUE(other.device.take_message().has_value());
  IoapicState odd{.lines = ~0U, .pending = ~0U, .select = 0xff, .id = 0xff};
  odd.entries.fill(~0ULL);
  other.device.restore(odd);
  EXPECT_EQ(other.device.state().pending, 0U) << "all are masked";
  EXPECT_EQ(other.load(0x10), 0U);
  EXPECT_EQ(other.device.state().id, 15);
}

TEST(Ioapic, StaysInRangeUnderAnySequence) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937_64 random{seed};
    IoapicBench ioapic;
    for (int step = 0; step < 5000; ++step) {
      Access access{Space::mmio, random() % 2 == 0 ? Direction::read : Direction::write,
                    static_cast<std::uint8_t>(1U << random() % 4),
                    base + (random() % 4 != 0 ? random() % 8 * 16 : random() % 4096), random()};
      ASSERT_EQ(ioapic.device.access(access).status, HandlerStatus::handled);
      ioapic.line(static_cast<unsigned>(random() % 30), static_cast<IrqAction>(random() % 4));
      ioapic.device.end_of_interrupt(static_cast<std::uint8_t>(random()));
      Ioapic copy = ioapic.device;
      copy.restore(ioapic.device.state());
      ASSERT_EQ(copy.state(), ioapic.device.state()) << "step " << step;
      while (random() % 3 != 0 && ioapic.device.has_message()) {
        auto const message = ioapic.device.take_message();
        ASSERT_TRUE(message.has_value());
        ASSERT_LT(message->pin, ioapic_pin_count);
        ASSERT_EQ(ioapic.device.state().entries[message->pin] & masked, 0U);
      }
    }
  }
}

}  // namespace
}  // namespace acrn::core
