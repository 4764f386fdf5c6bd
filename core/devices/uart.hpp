// SPDX-License-Identifier: BSD-3-Clause
// A 16550A UART, as a PC has them at COM1 to COM4: registers, both FIFOs, interrupts, loopback.
//
// Missing features: the baud rate paces nothing but the receiver's time-out (the transmitter is
//   drained by the host, at the host's pace); the half-empty transmitter of the 16550's successors;
//   DMA signalling (RXRDY, TXRDY); automatic flow control.
// Ignored bits: FCR bits 3 to 5; LCR bit 6 (break) outside of loopback; MCR and IER bits that a
//   16550A does not have read as 0. Parity and framing are whatever the host says of a byte.
// Documentation: National Semiconductor PC16550D, "Universal Asynchronous Receiver/Transmitter with
//   FIFOs" (June 1995), section 8 "Registers"; on a PC, OUT2 gates the interrupt (IBM PC/AT
//   Technical Reference, "Serial/Parallel Adapter").
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <type_traits>

#include "core/devices/clock.hpp"
#include "core/devices/interrupt_line.hpp"
#include "core/emulate/effects.hpp"
#include "core/profile.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// Whether MCR.OUT2 has to be 1 for an interrupt to reach the line, as on a PC.
enum class Out2Rule : std::uint8_t { gates_interrupt, ignored };

struct UartConfig {
  Port base{0x3f8};
  IrqLine irq{4};
  std::uint64_t ticks_hz{1'000'000'000};
  Out2Rule out2{Out2Rule::gates_interrupt};
  DeviceWidthRule width{DeviceWidthRule::each_byte};
};

/// A byte on the line, with what was wrong with it in the bits of LSR.
struct UartByte {
  std::uint8_t data{};
  std::uint8_t errors{};  ///< LSR bits 2 (parity), 3 (framing), 4 (break)
  friend constexpr bool operator==(UartByte const&, UartByte const&) = default;
};

inline constexpr std::uint8_t uart_fifo_size = 16;

/// Bytes in the order of their arrival, the oldest first.
struct UartFifo {
  std::array<UartByte, uart_fifo_size> bytes{};
  std::uint8_t count{};
  friend constexpr bool operator==(UartFifo const&, UartFifo const&) = default;
};

/// Everything that a UART remembers. The default is the state after a reset.
struct UartState {
  UartFifo received{};
  UartFifo to_transmit{};
  std::uint8_t ier{};
  std::uint8_t fcr{};  ///< bits 0 (FIFOs on) and 7:6 (trigger level)
  std::uint8_t lcr{};
  std::uint8_t mcr{};
  std::uint8_t lsr_errors{};  ///< LSR bits 1 to 4 that wait to be read
  std::uint8_t inputs{};      ///< CTS, DSR, RI, DCD from outside, in MSR bits 7:4
  std::uint8_t msr_deltas{};  ///< MSR bits 3:0
  std::uint8_t scratch{};
  std::uint16_t divisor{12};  ///< 9600 baud; undefined on hardware
  bool transmitter_empty_pending{};
  bool timed_out{};
  Level line{};
  Ticks time_out_at{ticks_never};  ///< when waiting bytes below the trigger level interrupt
  friend constexpr bool operator==(UartState const&, UartState const&) = default;
};
static_assert(std::is_trivially_copyable_v<UartState>);

class Uart {
 public:
  explicit constexpr Uart(UartConfig const& config) noexcept
      : config_{config}, baud_clock_{config.ticks_hz, baud_hz} {}

  /// The guest's side: config.base to config.base + 7.
  std::uint8_t read(Port port, Ticks now, Effects& effects) noexcept;
  void write(Port port, std::uint8_t value, Ticks now, Effects& effects) noexcept;

  /// The line's side. A byte that arrives while there is no room is an overrun, as on hardware;
  /// room() says how many fit. In loopback nothing is received from outside.
  void receive(UartByte byte, Ticks now, Effects& effects) noexcept;
  [[nodiscard]] std::uint8_t room() const noexcept;
  /// Takes the next byte that the guest sent, if any. The guest is told that there is room again
  /// when the last has been taken: a host that takes all after each exit is infinitely fast.
  std::optional<std::uint8_t> transmit(Effects& effects) noexcept;
  /// The modem's signals CTS, DSR, RI and DCD, in MSR bits 7:4 (1: active).
  void set_modem_inputs(std::uint8_t inputs, Effects& effects) noexcept;

  /// Lets time pass; needed at next_deadline(), harmless at any other time.
  void advance(Ticks now, Effects& effects) noexcept;
  [[nodiscard]] Ticks next_deadline() const noexcept { return state_.time_out_at; }

  [[nodiscard]] Level line() const noexcept { return state_.line; }
  [[nodiscard]] DeviceWidthRule width_rule() const noexcept { return config_.width; }
  [[nodiscard]] UartConfig const& config() const noexcept { return config_; }
  [[nodiscard]] UartState const& state() const noexcept { return state_; }
  /// Takes over a snapshot. What no UART can be in (a FIFO of 200 bytes) is brought into range.
  void restore(UartState const& state) noexcept;

 private:
  static constexpr std::uint64_t baud_hz = 115'200;  // 1.8432 MHz / 16

  [[nodiscard]] bool fifos_on() const noexcept { return (state_.fcr & 1U) != 0; }
  [[nodiscard]] bool loopback() const noexcept { return (state_.mcr & 0x10U) != 0; }
  [[nodiscard]] bool divisor_latch() const noexcept { return (state_.lcr & 0x80U) != 0; }
  [[nodiscard]] std::uint8_t capacity() const noexcept { return fifos_on() ? uart_fifo_size : 1; }
  [[nodiscard]] std::uint8_t trigger_level() const noexcept;
  [[nodiscard]] bool data_available() const noexcept;
  [[nodiscard]] std::uint8_t line_status() const noexcept;
  [[nodiscard]] std::uint8_t modem_lines() const noexcept;
  [[nodiscard]] std::uint8_t interrupt_source() const noexcept;

  std::uint8_t read_register(std::uint8_t offset, Ticks now) noexcept;
  void write_register(std::uint8_t offset, std::uint8_t value, Ticks now) noexcept;
  std::uint8_t read_data(Ticks now) noexcept;
  void write_data(std::uint8_t value, Ticks now) noexcept;
  void write_ier(std::uint8_t value) noexcept;
  void write_fcr(std::uint8_t value) noexcept;
  void write_mcr(std::uint8_t value) noexcept;
  void take_in(UartByte byte, Ticks now) noexcept;
  void expose_errors() noexcept;
  void restart_time_out(Ticks now) noexcept;
  void change_modem_lines(std::uint8_t before) noexcept;
  void update_line(Effects& effects) noexcept;

  UartConfig config_;
  DeviceClock baud_clock_;
  UartState state_{};
};
static_assert(std::is_trivially_copyable_v<Uart>);

}  // namespace acrn::core
