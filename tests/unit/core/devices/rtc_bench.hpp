// SPDX-License-Identifier: BSD-3-Clause
// A clock one tick of which is one of its own 32,768 Hz.
#pragma once

#include <cstdint>
#include <vector>

#include "core/devices/calendar.hpp"
#include "core/devices/rtc.hpp"
#include "tests/unit/core/devices/fakes.hpp"

namespace acrn::core::fakes {

inline constexpr std::uint64_t second = 32'768;  // one tick is one clock of the RTC
inline constexpr std::int64_t start = seconds_since_1970({2024, 2, 28, 23, 59, 58});

struct RtcBench : fakes::Bench<Rtc> {
  RtcBench() : fakes::Bench<Rtc>{Rtc{RtcConfig{.epoch_seconds = start, .ticks_hz = second}}} {}
  unsigned get(unsigned index) {
    write(0x70, index);
    return read(0x71);
  }
  void set(unsigned index, unsigned value) {
    write(0x70, index);
    write(0x71, value);
  }
  std::vector<unsigned> time() {
    std::vector<unsigned> fields;
    for (unsigned index : {0x32U, 9U, 8U, 7U, 4U, 2U, 0U}) {
      fields.push_back(get(index));
    }
    return fields;
  }
};
using Fields = std::vector<unsigned>;

}  // namespace acrn::core::fakes
