// SPDX-License-Identifier: BSD-3-Clause
// Send a capture out of the machine byte by byte: by a serial port, a printer port, or port E9H.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include "baremetal/capture/frame_sink.hpp"
#include "core/types.hpp"

namespace acrn::baremetal {

/// The machine's ports, or a test's.
template <class T>
concept PortAccess = requires(T& ports, core::Port port, std::uint8_t value) {
  ports.out8(port, value);
  { ports.in8(port) } -> std::same_as<std::uint8_t>;
};

namespace detail {
/// The register at this offset of a device.
constexpr core::Port register_at(core::Port base, unsigned offset) noexcept {
  return {static_cast<std::uint16_t>(base.value + offset)};
}
}  // namespace detail

/// A 16550 at 115,200 baud, 8 data bits, no parity, 1 stop bit; polled.
/// Documentation: National Semiconductor PC16550D, table II "Summary of Registers".
template <PortAccess Ports>
class ComSink final : public FrameSink {
 public:
  ComSink(Ports& ports, core::Port base) noexcept : ports_{ports}, base_{base} {
    ports_.out8(detail::register_at(base_, 1), 0x00);  // no interrupts
    ports_.out8(detail::register_at(base_, 3), 0x80);  // the divisor's latch: 1
    ports_.out8(detail::register_at(base_, 0), 0x01);
    ports_.out8(detail::register_at(base_, 1), 0x00);
    ports_.out8(detail::register_at(base_, 3), 0x03);  // 8N1
    ports_.out8(detail::register_at(base_, 2), 0x07);  // FIFOs on and empty
    ports_.out8(detail::register_at(base_, 4), 0x03);  // DTR, RTS
  }

  /// False from the first byte on that the port does not take: there is no port, or nobody reads.
  bool write(std::span<std::byte const> bytes) noexcept override {
    for (std::byte const byte : bytes) {
      if (stuck_ || !wait_for_room()) return false;
      ports_.out8(base_, static_cast<std::uint8_t>(byte));
    }
    return !stuck_;
  }

 private:
  /// A byte takes 87 microseconds; an IN takes a microsecond or less.
  static constexpr unsigned attempts_max = 1U << 20U;
  static constexpr std::uint8_t transmitter_holding_empty = 0x20;

  bool wait_for_room() noexcept {
    for (unsigned i = 0; i < attempts_max; ++i) {
      std::uint8_t const status = ports_.in8(detail::register_at(base_, 5));
      if (status != 0xFF && (status & transmitter_holding_empty) != 0) return true;
    }
    stuck_ = true;
    return false;
  }

  Ports& ports_;
  core::Port base_;
  bool stuck_{};
};

/// A printer port in compatibility mode: the byte, then a pulse of STROBE. Needs three OUTs per
/// byte, and is the fast way out of Bochs, whose printer never keeps one waiting.
/// Documentation: IEEE 1284-1994, "Compatibility Mode".
template <PortAccess Ports>
class PrinterSink final : public FrameSink {
 public:
  PrinterSink(Ports& ports, core::Port base) noexcept : ports_{ports}, base_{base} {
    ports_.out8(detail::register_at(base_, 2), idle);
  }

  bool write(std::span<std::byte const> bytes) noexcept override {
    for (std::byte const byte : bytes) {
      ports_.out8(base_, static_cast<std::uint8_t>(byte));
      ports_.out8(detail::register_at(base_, 2), idle | strobe);
      ports_.out8(detail::register_at(base_, 2), idle);
    }
    return true;
  }

 private:
  static constexpr std::uint8_t strobe = 0x01;
  static constexpr std::uint8_t idle = 0x0C;  ///< not INIT, SELECT IN

  Ports& ports_;
  core::Port base_;
};

/// The debug port of Bochs and QEMU.
template <PortAccess Ports>
class DebugPortSink final : public FrameSink {
 public:
  explicit DebugPortSink(Ports& ports) noexcept : ports_{ports} {}

  bool write(std::span<std::byte const> bytes) noexcept override {
    for (std::byte const byte : bytes) ports_.out8({0xE9}, static_cast<std::uint8_t>(byte));
    return true;
  }

 private:
  Ports& ports_;
};

}  // namespace acrn::baremetal
