// SPDX-License-Identifier: BSD-3-Clause
// core's UART, 8259s, 8254 and RTC beside QEMU's, access by access. README.md lists where QEMU is
// known to differ; the sequences below keep clear of that and of nothing else.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "core/devices/calendar.hpp"
#include "core/devices/pic.hpp"
#include "core/devices/pit.hpp"
#include "core/devices/rtc.hpp"
#include "core/devices/uart.hpp"
#include "tests/differential/devices/qtest.hpp"

namespace acrn::differential {
namespace {

using namespace core;  // NOLINT(google-build-using-namespace)

/// The four devices wired as on a PC. One tick is one clock of the 8254.
struct Board {
  Uart uart{UartConfig{.ticks_hz = Pit::clock_hz}};
  Pic pic{PicConfig{}};
  Pit pit{PitConfig{.ticks_hz = Pit::clock_hz}};
  Rtc rtc{RtcConfig{.epoch_seconds = seconds_since_1970({2024, 2, 28, 23, 59, 58}),
                    .ticks_hz = Pit::clock_hz}};
  Effects effects{};
  Ticks now{};

  /// Calls `use` with the device that has `port`.
  template <class Use>
  auto with(std::uint16_t port, Use use) {
    if (port >= 0x3f8 && port <= 0x3ff) {
      return use(uart);
    }
    if (port == 0x70 || port == 0x71) {
      return use(rtc);
    }
    return (port >= 0x40 && port <= 0x43) || port == 0x61 ? use(pit) : use(pic);
  }
  void settle() {
    while (uart.transmit(effects)) {
    }
    for (IrqChange const& change : effects.irqs()) {
      pic.change(change);
    }
    effects.clear();
  }
  void out(std::uint16_t port, std::uint8_t value) {
    with(port, [&](auto& device) { device.write({port}, value, now, effects); });
    settle();
  }
  std::uint8_t in(std::uint16_t port) {
    std::uint8_t const value =
        with(port, [&](auto& device) { return device.read({port}, now, effects); });
    settle();
    return value;
  }
};

class DevicesAgainstQemu : public testing::Test {
 protected:
  void SetUp() override {
    if (!qemu.start()) {
      GTEST_SKIP() << "no qemu-system-x86_64 with -qtest";
    }
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    board.uart.set_modem_inputs(0xb0, board.effects);  // QEMU's null line: DCD, DSR and CTS
    out(0x3fc, 0);                                     // QEMU starts with OUT2 set
    out(0x43, 0x30);                                   // OUT0 low on both sides
    load_pit(0, 0, 0);
  }
  void out(unsigned port, unsigned value) {
    history.push_back("out " + std::to_string(port) + " " + std::to_string(value));
    qemu.out(static_cast<std::uint16_t>(port), static_cast<std::uint8_t>(value));
    board.out(static_cast<std::uint16_t>(port), static_cast<std::uint8_t>(value));
  }
  /// Reads both sides, compares the bits of `mask`, and returns ours.
  unsigned in(unsigned port, unsigned mask = 0xff) {
    unsigned const theirs = qemu.in(static_cast<std::uint16_t>(port));
    unsigned const ours = board.in(static_cast<std::uint16_t>(port));
    ++compared;
    EXPECT_EQ(ours & mask, theirs & mask) << "port " << port << " after " << tail();
    return ours;
  }
  void load_pit(unsigned channel, unsigned mode, unsigned count) {
    out(0x43, channel << 6U | 0x30 | mode << 1U);
    out(0x40 + channel, count & 0xff);
    out(0x40 + channel, count >> 8U & 0xff);
  }
  std::string tail() const {
    std::string text;
    std::size_t const from = history.size() - std::min<std::size_t>(history.size(), 12);
    for (std::size_t i = from; i < history.size(); ++i) {
      text += history[i] + "; ";
    }
    return text;
  }
  unsigned pick(unsigned below) { return static_cast<unsigned>(random() % below); }
  void TearDown() override { std::printf("%u bytes compared\n", compared); }

  static constexpr std::uint64_t seed = 20260304;
  std::mt19937_64 random{seed};
  Qtest qemu;
  Board board;
  std::vector<std::string> history;
  unsigned compared{};
};

TEST_F(DevicesAgainstQemu, Uart) {
  for (int step = 0; step < 3000 && !HasFailure(); ++step) {
    bool const latch = (board.uart.state().lcr & 0x80U) != 0;
    switch (pick(9)) {
      case 0:
        out(0x3f8, pick(256));
        break;
      case 1:  // an empty register reads as its last byte in QEMU
        if (latch || board.uart.state().received.count != 0) {
          in(0x3f8);
        }
        break;
      case 2:
        out(0x3f9, latch ? pick(256) : pick(8));
        break;
      case 3:
        out(0x3fa, pick(2) == 0 ? pick(256) | 1U : pick(256) & 0xf8U);
        out(0x3fb, board.uart.state().lcr & 0x7fU);
        out(0x3f8, 0x55);  // QEMU takes a cleared transmitter for one that became empty
        break;
      case 4:
        out(0x3fb, pick(2) == 0 ? pick(128) : pick(256));
        break;
      case 5:
        out(0x3fc, pick(256));
        break;
      case 6:
        out(0x3ff, pick(256));
        break;
      default:
        for (unsigned port : {0x3f9U, 0x3faU, 0x3fbU, 0x3fcU, 0x3fdU, 0x3ffU}) {
          in(port);
        }
        in(0x3fe, 0xf0);  // QEMU has no deltas in loopback
        break;
    }
  }
  EXPECT_GT(compared, 2000U);
}

TEST_F(DevicesAgainstQemu, Pic) {
  auto const initialise = [this] {
    load_pit(0, 0, 0);
    out(0x3f9, 0);
    unsigned const icw4 = 1U | pick(2) << 1U | pick(2) << 4U;
    for (unsigned chip : {0x20U, 0xa0U}) {
      out(chip, 0x11);
      out(chip + 1, chip == 0x20 ? 0x30 : 0x38);
      out(chip + 1, chip == 0x20 ? 4 : 2);
      out(chip + 1, icw4);
    }
  };
  out(0x3fc, 8);  // OUT2: the UART's line is connected
  initialise();
  for (int step = 0; step < 4000 && !HasFailure(); ++step) {
    unsigned const chip = pick(3) == 0 ? 0xa0 : 0x20;
    switch (pick(10)) {
      case 0:
        load_pit(0, pick(2) == 0 ? 0 : 3, 0);  // OUT0 low or high: IRQ 0
        break;
      case 1:
        out(0x3f9, pick(2) * 2);  // IRQ 4 by the empty transmitter
        break;
      case 2:
        in(0x3fa);
        break;
      case 3:
        out(chip + 1, pick(2) == 0 ? 0 : pick(256));
        break;
      case 4:
      case 5: {
        unsigned const ocw2 = pick(256) & 0xe7U;
        bool const any_eoi = (ocw2 >> 5U & 3U) == 1;  // QEMU's ends a masked input's service too
        if (!any_eoi || !board.pic.state().chips[chip == 0xa0 ? 1 : 0].special_mask) {
          out(chip, ocw2);
        }
        break;
      }
      case 6:
        out(chip, 8U | pick(4) | pick(4) << 5U);  // any OCW3 without poll
        break;
      case 7:
        out(chip, 0x0c);
        in(chip);
        break;
      case 8:
        if (pick(20) == 0) {
          initialise();
        }
        break;
      default:
        for (unsigned port : {0x20U, 0x21U, 0xa0U, 0xa1U, 0x4d0U, 0x4d1U}) {
          in(port);
        }
        break;
    }
  }
  EXPECT_GT(compared, 2000U);
}

TEST_F(DevicesAgainstQemu, Pit) {
  for (int step = 0; step < 400 && !HasFailure(); ++step) {
    unsigned const channel = pick(3);
    unsigned const mode = pick(3) == 0 ? 0 : pick(2) + 2;  // the others wait for a gate
    unsigned const count = (2 + pick(0xfff0)) & 0xfffeU;   // QEMU reads N, not N - 1, in mode 3
    unsigned const format = 1 + pick(3);
    out(0x61, 1);
    out(0x43, channel << 6U | format << 4U | mode << 1U);
    if ((format & 1U) != 0) {
      out(0x40 + channel, count & 0xff);
    }
    if ((format & 2U) != 0) {
      out(0x40 + channel, count >> 8U);
    }
    ++board.now.value;  // the clock that loads the count; QEMU's is loaded when it is written
    unsigned const status_mask = mode == 2 ? 0x7f : 0xff;  // QEMU's OUT is low in mode 2
    switch (pick(3)) {
      case 0:
        out(0x43, channel << 6U);
        break;
      case 1:
        out(0x43, 0xc0U | 2U << channel);
        in(0x40 + channel, status_mask);
        break;
      default:
        out(0x43, 0xe0U | 2U << channel);
        in(0x40 + channel, status_mask);
        break;
    }
    in(0x40 + channel);
    in(0x40 + channel);
    in(0x61, channel == 2 && mode != 2 ? 0x2f : 0x0f);
  }
  EXPECT_GT(compared, 1000U);
}

TEST_F(DevicesAgainstQemu, Rtc) {
  auto const set = [this](unsigned index, unsigned value) {
    out(0x70, index);
    out(0x71, value);
  };
  auto const compare = [&](unsigned index) {
    out(0x70, index);
    in(0x71);
  };
  for (int step = 0; step < 150 && !HasFailure(); ++step) {
    unsigned const b = pick(4) << 1U | pick(2) << 5U;  // formats, alarm enable
    auto const code = [b](unsigned number) {
      return (b & 4U) != 0 ? number : number / 10 << 4U | number % 10;
    };
    set(0xa, 0x20 | pick(16));
    set(0xb, b);
    for (unsigned index : {0U, 2U, 4U, 7U, 8U, 9U, 0x32U, 0xaU, 0xbU, 0xdU}) {
      compare(index);  // in the format just chosen
    }
    set(0xb, b | 0x80U);
    set(0, code(pick(60)));
    set(2, code(pick(60)));
    unsigned const half = pick(2) << 7U;
    set(4, (b & 2U) != 0 ? code(pick(24)) : code(1 + pick(12)) | half);
    set(7, code(1 + pick(28)));
    set(8, code(1 + pick(12)));
    set(9, code(pick(100)));
    set(0x32, code(20));  // before 1970 QEMU's clock gains a fraction of a second
    for (unsigned index : {1U, 3U, 5U, 0x40U, 0x7fU}) {
      set(index, pick(256));
      compare(index);
    }
    set(0xb, b);
    set(0xd, pick(256));
    for (unsigned index : {0U, 2U, 4U, 7U, 8U, 9U, 0x32U, 0xbU, 0xdU}) {
      compare(index);
    }
  }
  EXPECT_GT(compared, 1000U);
}

}  // namespace
}  // namespace acrn::differential
