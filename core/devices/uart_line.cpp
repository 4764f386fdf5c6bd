// SPDX-License-Identifier: BSD-3-Clause
// The UART's bytes and modem signals on their way in and out; uart.cpp has its registers.
#include <algorithm>

#include "core/devices/uart.hpp"
#include "core/devices/uart_registers.hpp"

namespace acrn::core {
namespace {

using namespace uart;  // NOLINT(google-build-using-namespace)

constexpr std::uint8_t byte(unsigned value) noexcept { return static_cast<std::uint8_t>(value); }

/// Adds at the end; the caller has made room.
void push(UartFifo& fifo, UartByte value) noexcept {
  fifo.bytes[fifo.count] = value;
  ++fifo.count;
}

/// Removes the oldest; the caller knows that there is one.
UartByte pop(UartFifo& fifo) noexcept {
  UartByte const first = fifo.bytes[0];
  std::copy(fifo.bytes.begin() + 1, fifo.bytes.end(), fifo.bytes.begin());
  fifo.bytes.back() = {};
  --fifo.count;
  return first;
}

}  // namespace

std::uint8_t Uart::read_data(Ticks now) noexcept {
  if (state_.received.count == 0) {
    return 0;
  }
  UartByte const taken = pop(state_.received);
  expose_errors();
  restart_time_out(now);
  return taken.data;
}

void Uart::write_data(std::uint8_t value, Ticks now) noexcept {
  state_.transmitter_empty_pending = false;
  if (loopback()) {
    take_in({.data = value}, now);
    state_.transmitter_empty_pending = true;  // the shift register has it at once
    return;
  }
  UartFifo& fifo = state_.to_transmit;
  if (fifo.count == capacity()) {
    fifo.bytes[fifo.count - std::size_t{1}] = {.data = value};  // overwritten, as THR is
    return;
  }
  push(fifo, {.data = value});
}

/// Notes in the MSR what differs from `before`. RI only tells when it goes away (TERI).
void Uart::change_modem_lines(std::uint8_t before) noexcept {
  unsigned const after = modem_lines();
  unsigned const changed = (before ^ after) & ~(after & msr_ring);
  state_.msr_deltas = byte(state_.msr_deltas | changed >> 4U);
}

void Uart::set_modem_inputs(std::uint8_t inputs, Effects& effects) noexcept {
  std::uint8_t const before = modem_lines();
  state_.inputs = inputs & 0xf0U;
  change_modem_lines(before);
  update_line(effects);
}

/// The errors of a byte show in LSR when it becomes the oldest (PC16550D, 8.4).
void Uart::expose_errors() noexcept {
  if (state_.received.count != 0) {
    UartByte& oldest = state_.received.bytes[0];
    state_.lsr_errors = byte(state_.lsr_errors | oldest.errors);
    oldest.errors = 0;
  }
}

/// Bytes below the trigger level interrupt after four characters' time without one more or one
/// read (PC16550D, 8.6.1).
void Uart::restart_time_out(Ticks now) noexcept {
  state_.timed_out = false;
  state_.time_out_at = ticks_never;
  if (!fifos_on() || state_.received.count == 0) {
    return;
  }
  unsigned const parity = state_.lcr >> 3U & 1U;
  unsigned const stop = 1U + (state_.lcr >> 2U & 1U);
  unsigned const bits = 1U + 5U + (state_.lcr & 3U) + parity + stop;
  std::uint64_t const divisor = std::max<std::uint64_t>(state_.divisor, 1);
  Ticks const wait = baud_clock_.ticks_at(4 * bits * divisor);
  state_.time_out_at =
      wait.value > ticks_never.value - now.value ? ticks_never : Ticks{now.value + wait.value};
}

void Uart::take_in(UartByte value, Ticks now) noexcept {
  value.errors &= lsr_byte_errors;
  UartFifo& fifo = state_.received;
  if (fifo.count == capacity()) {
    state_.lsr_errors |= lsr_overrun;
    if (fifos_on()) {
      return;  // the FIFO keeps what it has
    }
    fifo.count = 0;  // the receiver buffer is overwritten
  }
  push(fifo, value);
  if (fifo.count == 1) {
    expose_errors();
  }
  restart_time_out(now);
}

void Uart::receive(UartByte value, Ticks now, Effects& effects) noexcept {
  if (!loopback()) {
    take_in(value, now);
    update_line(effects);
  }
}

std::optional<std::uint8_t> Uart::transmit(Effects& effects) noexcept {
  if (state_.to_transmit.count == 0) {
    return std::nullopt;
  }
  std::uint8_t const sent = pop(state_.to_transmit).data;
  if (state_.to_transmit.count == 0) {
    state_.transmitter_empty_pending = true;
    update_line(effects);
  }
  return sent;
}

void Uart::advance(Ticks now, Effects& effects) noexcept {
  if (now >= state_.time_out_at && state_.time_out_at != ticks_never) {
    state_.time_out_at = ticks_never;
    state_.timed_out = true;
    update_line(effects);
  }
}

}  // namespace acrn::core
