// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/machine/com1.hpp"

#include <array>

#include "baremetal/machine/port_io.hpp"

namespace acrn::baremetal {
namespace {

constexpr std::uint16_t com1_base = 0x3f8;
constexpr core::Port transmit{com1_base + 0};
constexpr core::Port divisor_low{com1_base + 0};   // while the divisor latch is open
constexpr core::Port divisor_high{com1_base + 1};  // while the divisor latch is open
constexpr core::Port interrupt_enable{com1_base + 1};
constexpr core::Port fifo_control{com1_base + 2};
constexpr core::Port line_control{com1_base + 3};
constexpr core::Port modem_control{com1_base + 4};
constexpr core::Port line_status{com1_base + 5};

constexpr std::uint8_t line_8n1 = 0x03;
constexpr std::uint8_t divisor_latch_open = 0x80;
constexpr std::uint8_t fifo_enable_and_clear = 0x07;
constexpr std::uint8_t dtr_and_rts = 0x03;
constexpr std::uint8_t transmit_holding_empty = 0x20;  // THRE
constexpr std::uint8_t transmitter_empty = 0x40;       // TEMT

// A machine without COM1 must not hang the image: an absent port reads all ones, which is "ready",
// and a stuck one is given up after this many polls.
constexpr std::uint32_t polls_max = 1U << 20U;

void wait_for(std::uint8_t status) noexcept {
  for (std::uint32_t poll = 0; poll < polls_max; ++poll) {
    if ((in8(line_status) & status) != 0) return;
  }
}

void put(char character) noexcept {
  wait_for(transmit_holding_empty);
  out8(transmit, static_cast<std::uint8_t>(character));
}

}  // namespace

void com1_start() noexcept {
  out8(interrupt_enable, 0);
  out8(line_control, divisor_latch_open);
  out8(divisor_low, 1);  // 115200 / 1 baud
  out8(divisor_high, 0);
  out8(line_control, line_8n1);
  out8(fifo_control, fifo_enable_and_clear);
  out8(modem_control, dtr_and_rts);
}

void print(std::string_view text) noexcept {
  for (char const character : text) {
    if (character == '\n') put('\r');
    put(character);
  }
}

void print_decimal(std::uint64_t value) noexcept {
  std::array<char, 20> digits{};
  std::size_t count = 0;
  do {
    digits[count++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  while (count != 0) put(digits[--count]);
}

void print_hex(std::uint64_t value, unsigned digits) noexcept {
  print("0x");
  for (unsigned digit = digits; digit-- > 0;) {
    put("0123456789abcdef"[value >> (4 * digit) & 0xfU]);
  }
}

void com1_drain() noexcept { wait_for(transmitter_empty); }

}  // namespace acrn::baremetal
