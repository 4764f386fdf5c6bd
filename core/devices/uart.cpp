// SPDX-License-Identifier: BSD-3-Clause
#include "core/devices/uart.hpp"

#include <algorithm>

#include "core/devices/uart_registers.hpp"

namespace acrn::core {
namespace {

using namespace uart;  // NOLINT(google-build-using-namespace)

constexpr std::uint8_t byte(unsigned value) noexcept { return static_cast<std::uint8_t>(value); }

}  // namespace

std::uint8_t Uart::trigger_level() const noexcept {
  constexpr std::array<std::uint8_t, 4> levels{1, 4, 8, 14};
  return fifos_on() ? levels[state_.fcr >> 6U] : std::uint8_t{1};
}

bool Uart::data_available() const noexcept { return state_.received.count >= trigger_level(); }

std::uint8_t Uart::room() const noexcept { return byte(capacity() - state_.received.count); }

std::uint8_t Uart::line_status() const noexcept {
  UartFifo const& fifo = state_.received;
  if (fifo.count == 0 && state_.lsr_errors == 0) [[likely]] {
    return state_.to_transmit.count == 0 ? lsr_transmitter_empty : std::uint8_t{0};
  }
  unsigned status = state_.lsr_errors;
  status |= fifo.count != 0 ? lsr_data_ready : 0U;
  status |= state_.to_transmit.count == 0 ? lsr_transmitter_empty : 0U;
  bool const any = std::any_of(fifo.bytes.begin(), fifo.bytes.begin() + fifo.count,
                               [](UartByte const& each) { return each.errors != 0; });
  bool const current = (state_.lsr_errors & lsr_byte_errors) != 0;
  status |= fifos_on() && (any || current) ? lsr_error_in_fifo : 0U;
  return byte(status);
}

/// CTS, DSR, RI and DCD in MSR bits 7:4: the modem's, or in loopback RTS, DTR, OUT1 and OUT2.
std::uint8_t Uart::modem_lines() const noexcept {
  if (!loopback()) {
    return state_.inputs;
  }
  unsigned const mcr = state_.mcr;
  return byte((mcr >> 1U & 1U) << 4U | (mcr & 1U) << 5U | (mcr >> 2U & 3U) << 6U);
}

/// IIR bits 3:0: the pending interrupt of the highest priority that IER lets through.
std::uint8_t Uart::interrupt_source() const noexcept {
  if ((state_.ier & ier_line) != 0 && state_.lsr_errors != 0) {
    return iir_line;
  }
  if ((state_.ier & ier_data) != 0 && data_available()) {
    return iir_data;
  }
  if ((state_.ier & ier_data) != 0 && state_.timed_out) {
    return iir_time_out;
  }
  if ((state_.ier & ier_transmitter) != 0 && state_.transmitter_empty_pending) {
    return iir_transmitter;
  }
  if ((state_.ier & ier_modem) != 0 && state_.msr_deltas != 0) {
    return iir_modem;
  }
  return iir_none;
}

void Uart::update_line(Effects& effects) noexcept {
  // In loopback the OUT2 pin is forced inactive (PC16550D, 8.7), and with it the PC's gate.
  bool const gate =
      config_.out2 == Out2Rule::ignored || (state_.mcr & (mcr_out2 | mcr_loop)) == mcr_out2;
  Level const level = to_level(gate && interrupt_source() != iir_none);
  state_.line = drive_line(config_.irq, state_.line, level, effects);
}

std::uint8_t Uart::read(Port port, Ticks now, Effects& effects) noexcept {
  unsigned const offset = unsigned{port.value} - config_.base.value;
  if (offset >= register_count) {
    return 0xff;
  }
  if (offset == offset_lsr && state_.lsr_errors == 0) [[likely]] {
    return line_status();  // what drivers poll: it changes nothing, and so not the line either
  }
  std::uint8_t const value = read_register(byte(offset), now);
  update_line(effects);
  return value;
}

void Uart::write(Port port, std::uint8_t value, Ticks now, Effects& effects) noexcept {
  unsigned const offset = unsigned{port.value} - config_.base.value;
  if (offset < register_count) {
    write_register(byte(offset), value, now);
    update_line(effects);
  }
}

std::uint8_t Uart::read_register(std::uint8_t offset, Ticks now) noexcept {
  switch (offset) {
    case offset_data:
      return divisor_latch() ? byte(state_.divisor & 0xffU) : read_data(now);
    case offset_ier:
      return divisor_latch() ? byte(state_.divisor >> 8U) : state_.ier;
    case offset_iir: {
      std::uint8_t const source = interrupt_source();
      if (source == iir_transmitter) {
        state_.transmitter_empty_pending = false;
      }
      return byte(source | (fifos_on() ? iir_fifos_on : 0U));
    }
    case offset_lcr:
      return state_.lcr;
    case offset_mcr:
      return state_.mcr;
    case offset_lsr: {
      std::uint8_t const status = line_status();
      state_.lsr_errors = 0;
      return status;
    }
    case offset_msr: {
      std::uint8_t const status = byte(modem_lines() | state_.msr_deltas);
      state_.msr_deltas = 0;
      return status;
    }
    default:
      return state_.scratch;
  }
}

void Uart::write_register(std::uint8_t offset, std::uint8_t value, Ticks now) noexcept {
  switch (offset) {
    case offset_data:
      if (divisor_latch()) {
        state_.divisor = static_cast<std::uint16_t>((state_.divisor & 0xff00U) | value);
      } else {
        write_data(value, now);
      }
      break;
    case offset_ier:
      if (divisor_latch()) {
        state_.divisor =
            static_cast<std::uint16_t>((state_.divisor & 0xffU) | unsigned{value} << 8U);
      } else {
        write_ier(value);
      }
      break;
    case offset_iir:
      write_fcr(value);
      break;
    case offset_lcr:
      state_.lcr = value;
      break;
    case offset_mcr:
      write_mcr(value);
      break;
    case offset_scratch:
      state_.scratch = value;
      break;
    default:  // LSR and MSR: writes are for factory tests (PC16550D, 8.4)
      break;
  }
}

void Uart::write_ier(std::uint8_t value) noexcept {
  bool const enabled = (value & ~state_.ier & ier_transmitter) != 0;
  state_.ier = value & 0xfU;
  if (enabled && state_.to_transmit.count == 0) {
    state_.transmitter_empty_pending = true;  // an empty THR interrupts when it is enabled
  }
}

void Uart::write_fcr(std::uint8_t value) noexcept {
  constexpr unsigned clear_receiver = 2;
  constexpr unsigned clear_transmitter = 4;
  bool const toggled = ((value ^ state_.fcr) & 1U) != 0;
  // Bit 0 must be 1 for the others to be programmed (PC16550D, 8.5), and clears both when toggled.
  unsigned const clear = toggled ? clear_receiver | clear_transmitter : value;
  if (((value & 1U) != 0 || toggled) && (clear & clear_receiver) != 0) {
    state_.received = {};
    state_.timed_out = false;
    state_.time_out_at = ticks_never;
  }
  if (((value & 1U) != 0 || toggled) && (clear & clear_transmitter) != 0 &&
      state_.to_transmit.count != 0) {
    state_.to_transmit = {};
    state_.transmitter_empty_pending = true;
  }
  state_.fcr = (value & 1U) != 0 ? value & 0xc1U : 0;
}

void Uart::write_mcr(std::uint8_t value) noexcept {
  std::uint8_t const before = modem_lines();
  state_.mcr = value & 0x1fU;
  change_modem_lines(before);
}

void Uart::restore(UartState const& state) noexcept {
  state_ = state;
  state_.fcr = (state.fcr & 1U) != 0 ? state.fcr & 0xc1U : 0;
  state_.ier &= 0xfU;
  state_.mcr &= 0x1fU;
  state_.lsr_errors &= lsr_overrun | lsr_byte_errors;
  state_.inputs &= 0xf0U;
  state_.msr_deltas &= 0xfU;
  state_.line = to_level(state.line == Level::high);
  state_.received.count = std::min(state.received.count, capacity());
  state_.to_transmit.count = std::min(state.to_transmit.count, capacity());
}

}  // namespace acrn::core
