// SPDX-License-Identifier: BSD-3-Clause
// An 8254 one tick of which is one clock.
#pragma once

#include <cstdint>
#include <string>

#include "core/devices/pit.hpp"
#include "tests/unit/core/devices/fakes.hpp"

namespace acrn::core::fakes {

inline constexpr unsigned command = 0x43;

/// One tick is one clock of the timer.
struct PitBench : fakes::Bench<Pit> {
  PitBench() : fakes::Bench<Pit>{Pit{PitConfig{.ticks_hz = Pit::clock_hz}}} {}
  void at(std::uint64_t clock) { now = {clock}; }
  void load(unsigned channel, unsigned mode, unsigned count) {
    write(command, channel << 6U | 0x30 | mode << 1U);
    write(0x40 + channel, count & 0xff);
    write(0x40 + channel, count >> 8U & 0xff);
  }
  void gate2(bool open) { write(0x61, open ? 1 : 0); }
  bool out2() { return (read(0x61) & 0x20) != 0; }
  unsigned count(unsigned channel) {
    unsigned const low = read(0x40 + channel);
    return low | read(0x40 + channel) << 8U;
  }
  unsigned latched(unsigned channel) {
    write(command, channel << 6U);
    return count(channel);
  }
  unsigned status(unsigned channel) {
    write(command, 0xe0 | 2U << channel);
    return read(0x40 + channel);
  }
  /// OUT2 as text, from the clock after this one on.
  std::string wave(unsigned clocks) {
    std::string text;
    for (unsigned i = 0; i < clocks; ++i) {
      ++now.value;
      text += out2() ? '-' : '_';
    }
    return text;
  }
};

}  // namespace acrn::core::fakes
