// SPDX-License-Identifier: BSD-3-Clause
// A pair of 8259As, initialised as Linux does.
#pragma once

#include <cstdint>

#include "core/devices/pic.hpp"
#include "tests/unit/core/devices/fakes.hpp"

namespace acrn::core::fakes {

inline constexpr unsigned master_command = 0x20, master_data = 0x21;
inline constexpr unsigned slave_command = 0xa0, slave_data = 0xa1;

struct PicBench : fakes::Bench<Pic> {
  PicBench() : fakes::Bench<Pic>{Pic{PicConfig{}}} {}
  void set(unsigned line, IrqAction action) {
    device.change({{static_cast<std::uint16_t>(line)}, action});
  }
  void raise(unsigned line) { set(line, IrqAction::raise); }
  void lower(unsigned line) { set(line, IrqAction::lower); }
  void pulse(unsigned line) { set(line, IrqAction::raising_pulse); }
  bool asks() const { return device.output() == Level::high; }
  unsigned acknowledge() { return device.acknowledge(); }
  /// As Linux' init_8259A() does, then with every line open.
  void initialise(unsigned icw4 = 1) {
    write(master_data, 0xff);
    write(master_command, 0x11);
    write(master_data, 0x30);
    write(master_data, 4);
    write(master_data, icw4);
    write(slave_command, 0x11);
    write(slave_data, 0x38);
    write(slave_data, 2);
    write(slave_data, icw4);
    write(master_data, 0);
    write(slave_data, 0);
  }
  void end(unsigned line) {
    if (line >= 8) {
      write(slave_command, 0x60 | (line & 7U));
      write(master_command, 0x62);
    } else {
      write(master_command, 0x60 | line);
    }
  }
};

inline PicBench ready() {
  PicBench pic;
  pic.initialise();
  return pic;
}

}  // namespace acrn::core::fakes
