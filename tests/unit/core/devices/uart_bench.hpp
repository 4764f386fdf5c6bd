// SPDX-License-Identifier: BSD-3-Clause
// A UART at COM1 with short names for its registers.
#pragma once

#include <cstdint>
#include <vector>

#include "core/devices/uart.hpp"
#include "tests/unit/core/devices/fakes.hpp"

namespace acrn::core::fakes {

inline constexpr unsigned thr = 0, ier = 1, iir = 2, fcr = 2, lcr = 3, mcr = 4, lsr = 5, msr = 6,
                          scr = 7;

struct UartBench : fakes::Bench<Uart> {
  explicit UartBench(UartConfig const& config = {}) : fakes::Bench<Uart>{Uart{config}} {}
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

}  // namespace acrn::core::fakes
