// SPDX-License-Identifier: BSD-3-Clause
#include "core/devices/test_device.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace acrn::core {
namespace {

struct Bench {
  TestDevice device{};
  Effects effects{};

  std::uint64_t read(Space space, std::uint64_t address, std::uint8_t size) {
    Access access{space, Direction::read, size, address, size_mask(size)};
    EXPECT_EQ(device.access(access, effects), HandlerResult::handled());
    return access.value;
  }
  void write(Space space, std::uint64_t address, std::uint8_t size, std::uint64_t value) {
    Access access{space, Direction::write, size, address, value};
    EXPECT_EQ(device.access(access, effects), HandlerResult::handled());
  }
  std::uint64_t in(std::uint64_t port, std::uint8_t size) { return read(Space::port, port, size); }
  void out(std::uint64_t port, std::uint8_t size, std::uint64_t value) {
    write(Space::port, port, size, value);
  }
};

TEST(TestDevice, CountsBySpaceDirectionAndSize) {
  struct Row {
    Space space;
    Direction direction;
    std::uint8_t size;
    std::uint8_t counter;
  };
  constexpr std::array rows{
      Row{Space::port, Direction::read, 1, 0},   Row{Space::port, Direction::read, 2, 1},
      Row{Space::port, Direction::read, 4, 2},   Row{Space::port, Direction::write, 1, 4},
      Row{Space::port, Direction::write, 2, 5},  Row{Space::port, Direction::write, 4, 6},
      Row{Space::mmio, Direction::read, 1, 8},   Row{Space::mmio, Direction::read, 2, 9},
      Row{Space::mmio, Direction::read, 4, 10},  Row{Space::mmio, Direction::read, 8, 11},
      Row{Space::mmio, Direction::write, 1, 12}, Row{Space::mmio, Direction::write, 2, 13},
      Row{Space::mmio, Direction::write, 4, 14}, Row{Space::mmio, Direction::write, 8, 15}};
  Bench bench;
  std::uint32_t times = 0;
  for (Row const& row : rows) {
    EXPECT_EQ(TestDevice::counter_index(row.space, row.direction, row.size), row.counter);
    ++times;
    for (std::uint32_t i = 0; i < times; ++i) {
      std::uint64_t const at = row.space == Space::mmio ? 0xfeb0'0010 : 0x510;
      if (row.direction == Direction::read) {
        bench.read(row.space, at, row.size);
      } else {
        bench.write(row.space, at, row.size, 0);
      }
    }
  }
  times = 0;
  for (Row const& row : rows) {
    bench.out(0x520, 1, row.counter);
    EXPECT_EQ(bench.in(0x524, 4), ++times) << int{row.counter};
  }
}

TEST(TestDevice, ControlAccessesAreNotCounted) {
  Bench bench;
  bench.out(0x520, 1, 4);
  bench.in(0x524, 4);
  bench.in(0x52c, 1);
  for (auto const count : bench.device.state().counters) EXPECT_EQ(count, 0U);
  EXPECT_EQ(bench.in(0x52a, 2), 0U);
}

TEST(TestDevice, ScratchKeepsWhatWasWrittenInAnyWidth) {
  Bench bench;
  bench.write(Space::mmio, 0xfeb0'0801, 8, 0x1122'3344'5566'7788);
  EXPECT_EQ(bench.read(Space::mmio, 0xfeb0'0801, 8), 0x1122'3344'5566'7788U);
  EXPECT_EQ(bench.read(Space::mmio, 0xfeb0'0803, 2), 0x5566U);
  bench.out(0x51c, 4, 0xa1b2'c3d4);
  EXPECT_EQ(bench.in(0x51d, 2), 0xb2c3U);
}

TEST(TestDevice, ItsPageRepeatsThe256Bytes) {
  Bench bench;
  bench.write(Space::mmio, 0xfeb0'01fe, 4, 0x4433'2211);
  EXPECT_EQ(bench.read(Space::mmio, 0xfeb0'0efe, 4), 0x4433'2211U);
  EXPECT_EQ(bench.read(Space::mmio, 0xfeb0'0000, 2), 0x4433U);
}

TEST(TestDevice, BytesBeyondItsEndsAreOnesAndLost) {
  Bench bench;
  bench.write(Space::mmio, 0xfeb0'0ffe, 4, 0x1234'5678);
  EXPECT_EQ(bench.read(Space::mmio, 0xfeb0'0ffe, 4), 0xffff'5678U);
  bench.out(0x51f, 2, 0xbeef);
  EXPECT_EQ(bench.in(0x51f, 2), 0xffefU);
  EXPECT_EQ(bench.in(0x53f, 2), 0xff12U) << "the first log entry, and what is beyond";
  EXPECT_EQ(bench.in(0x4ff, 1), 0xffU);
  EXPECT_EQ(bench.read(Space::mmio, 0xfeb0'1000, 8), ~std::uint64_t{0});
  bench.write(Space::mmio, 0xfeb0'1000, 1, 7);
  EXPECT_EQ(bench.in(0x52a, 2), 4U) << "what begins outside is not counted";
}

TEST(TestDevice, SequenceNumbersReadsAndSumsWritesInOrder) {
  Bench bench;
  for (std::uint64_t i = 0; i < 300; ++i) EXPECT_EQ(bench.in(0x530, 2), i);
  EXPECT_EQ(bench.in(0x530, 1), 300U & 0xffU);
  bench.out(0x530, 1, 1);
  bench.out(0x530, 4, 0x8000'0002);
  EXPECT_EQ(bench.in(0x520, 4), (1U << 5U) ^ 0x8000'0002U);
  EXPECT_EQ(bench.in(0x531, 2), 0xffffU) << "only its first port answers";
}

TEST(TestDevice, LogKeepsTheFirstAccesses) {
  Bench bench;
  bench.write(Space::mmio, 0xfeb0'0ff8, 8, 0x1111'2222'3333'4444);
  bench.in(0x501, 2);
  bench.out(0x520, 1, 0x80);
  EXPECT_EQ(bench.in(0x534, 4), 0x0001'0108U);
  EXPECT_EQ(bench.in(0x538, 4), 0xff8U);
  EXPECT_EQ(bench.in(0x53c, 4), 0x1111'2222U);
  bench.out(0x520, 1, 0);
  EXPECT_EQ(bench.in(0x53c, 4), 0x3333'4444U);
  bench.out(0x520, 1, 1);
  EXPECT_EQ(bench.in(0x534, 4), 0x0000'0002U);
  for (int i = 0; i < 100; ++i) bench.out(0x500, 1, 0);
  EXPECT_EQ(bench.in(0x52a, 2), test_log_size);
  EXPECT_EQ(bench.in(0x538, 4), 1U);
  bench.out(0x529, 1, 0);
  EXPECT_EQ(bench.in(0x52a, 2), 0U);
  EXPECT_EQ(bench.in(0x534, 4), 0U);
}

TEST(TestDevice, ForgettingKeepsTheScratch) {
  Bench bench;
  bench.out(0x500, 1, 0x5a);
  bench.in(0x530, 1);
  bench.out(0x530, 1, 9);
  bench.out(0x529, 1, 0xff);
  EXPECT_EQ(bench.in(0x520, 4), 0U);
  EXPECT_EQ(bench.in(0x530, 1), 0U);
  EXPECT_EQ(bench.in(0x500, 1), 0x5aU);
}

TEST(TestDevice, DrivesItsLineOnRequest) {
  Bench bench;
  bench.out(0x528, 1, 0);  // raise
  EXPECT_EQ(bench.in(0x528, 1), 1U);
  bench.out(0x528, 1, 0);
  bench.out(0x528, 1, 3);
  bench.out(0x528, 1, 1);  // lower
  bench.out(0x528, 1, 2);
  EXPECT_EQ(bench.device.line(), Level::low);
  std::array const expected{
      IrqChange{{10}, IrqAction::raise}, IrqChange{{10}, IrqAction::falling_pulse},
      IrqChange{{10}, IrqAction::lower}, IrqChange{{10}, IrqAction::raising_pulse}};
  ASSERT_EQ(bench.effects.irqs().size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(bench.effects.irqs()[i], expected[i]);
  }
}

TEST(TestDevice, IdentifiesItselfByteByByte) {
  Bench bench;
  std::string text;
  for (std::uint64_t i = 0; i < 4; ++i) text += static_cast<char>(bench.in(0x52c + i, 1));
  EXPECT_EQ(text, "TEST");
  EXPECT_EQ(bench.in(0x52e, 4), 0xffff'5453U);
}

TEST(TestDevice, AWideReadOfRegistersIsTheirBytesAtAnyPlace) {
  Bench bench;
  bench.out(0x510, 4, 0x1122'3344);  // counted, and in the log
  bench.in(0x530, 2);
  bench.out(0x530, 4, 0x5566'7788);
  bench.out(0x528, 1, 0);
  for (unsigned const selector : {0U, 6U, 0x80U}) {
    bench.out(0x520, 1, selector);
    for (std::uint64_t port = 0x520; port < 0x540; ++port) {
      if (port >= 0x530 && port < 0x534) continue;  // no register: it counts
      for (auto const size : std::array<std::uint8_t, 2>{2, 4}) {
        std::uint64_t bytes = 0;
        for (std::uint64_t i = 0; i < size; ++i) {
          bool const none = port + i >= 0x540 || (port + i >= 0x530 && port + i < 0x534);
          bytes |= (none ? 0xff : bench.in(port + i, 1)) << 8 * i;
        }
        EXPECT_EQ(bench.in(port, size), bytes) << std::hex << port << ' ' << int{size};
      }
    }
  }
}

TEST(TestDevice, ASnapshotIsBroughtIntoRange) {
  Bench bench;
  bench.out(0x500, 4, 77);
  TestDeviceState state = bench.device.state();
  TestDevice other;
  other.restore(state);
  EXPECT_EQ(other.state(), state);
  state.logged = 0xffff;
  other.restore(state);
  EXPECT_EQ(other.state().logged, test_log_size);
}

TEST(TestDevice, IsADeviceForATable) {
  TestDevice device;
  Device const entry = test_device(device);
  Effects effects;
  Access access{Space::port, Direction::write, 1, 0x507, 3};
  EXPECT_EQ(entry.handler(entry.context, access, {}, effects), HandlerResult::handled());
  EXPECT_EQ(device.state().port_scratch[7], 3);
}

}  // namespace
}  // namespace acrn::core
