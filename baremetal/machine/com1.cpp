// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/machine/com1.hpp"

#include <array>
#include <atomic>

#include "baremetal/machine/cpu.hpp"
#include "baremetal/machine/cpu_area.hpp"
#include "baremetal/machine/finish.hpp"
#include "baremetal/machine/port_io.hpp"
#include "baremetal/machine/spin_lock.hpp"

namespace acrn::baremetal {
namespace {

// Offsets from the port base.
enum class Register : std::uint16_t {
  transmit = 0,
  divisor_low = 0,   // while the divisor latch is open
  divisor_high = 1,  // while the divisor latch is open
  interrupt_enable = 1,
  fifo_control = 2,
  line_control = 3,
  modem_control = 4,
  line_status = 5,
};

constexpr std::uint8_t line_8n1 = 0x03;
constexpr std::uint8_t divisor_latch_open = 0x80;
constexpr std::uint8_t fifo_enable_and_clear = 0x07;
constexpr std::uint8_t dtr_and_rts = 0x03;
constexpr std::uint8_t transmit_holding_empty = 0x20;  // THRE
constexpr std::uint8_t transmitter_empty = 0x40;       // TEMT

// A machine without COM1 must not hang the image: an absent port reads all ones, which is "ready",
// and a stuck one is given up after this many polls.
constexpr std::uint32_t polls_max = 1U << 20U;

// A CPU that prints alone has waited this long for the others to halt.
constexpr std::uint32_t lock_attempts_max = 1U << 22U;

constinit core::Port base{0x3f8};
constinit SpinLock lock{};
constinit std::atomic<CpuArea const*> alone{};

core::Port port_of(Register which) noexcept {
  return {static_cast<std::uint16_t>(base.value + static_cast<std::uint16_t>(which))};
}

void wait_for(std::uint8_t status) noexcept {
  for (std::uint32_t poll = 0; poll < polls_max; ++poll) {
    if ((in8(port_of(Register::line_status)) & status) != 0) return;
  }
}

void send(char character) noexcept {
  wait_for(transmit_holding_empty);
  out8(port_of(Register::transmit), static_cast<std::uint8_t>(character));
}

void send(PendingLine& line) noexcept {
  for (std::size_t i = 0; i < line.size; ++i) {
    if (line.characters[i] == '\n') send('\r');
    send(line.characters[i]);
  }
  line.size = 0;
}

void put(char character) noexcept {
  PendingLine& line = this_area().line;
  line.characters[line.size++] = character;
  if (character == '\n' || line.size == line.characters.size()) print_pending();
}

}  // namespace

void com1_start(core::Port new_base) noexcept {
  base = new_base;
  out8(port_of(Register::interrupt_enable), 0);
  out8(port_of(Register::line_control), divisor_latch_open);
  out8(port_of(Register::divisor_low), 1);  // 115200 / 1 baud
  out8(port_of(Register::divisor_high), 0);
  out8(port_of(Register::line_control), line_8n1);
  out8(port_of(Register::fifo_control), fifo_enable_and_clear);
  out8(port_of(Register::modem_control), dtr_and_rts);
}

void print(std::string_view text) noexcept {
  for (char const character : text) put(character);
}

void print_pending() noexcept {
  CpuArea& area = this_area();
  if (alone.load(std::memory_order_acquire) == &area) {
    send(area.line);
    return;
  }
  if (another_cpu_ends_the_run()) halt_forever();
  LockGuard const guard{lock};
  send(area.line);
}

void print_alone() noexcept {
  CpuArea& area = this_area();
  for (std::uint32_t attempt = 0; attempt < lock_attempts_max && !lock.try_lock(); ++attempt) {
    __builtin_ia32_pause();
  }
  alone.store(&area, std::memory_order_release);
  if (area.line.size != 0) print("\n");
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
