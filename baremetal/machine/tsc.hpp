// SPDX-License-Identifier: BSD-3-Clause
// The time stamp counter, and its rate.
#pragma once

#include <cstdint>
#include <optional>

namespace acrn::baremetal {

/// The counter now, in ticks; not ordered against neighbouring instructions.
inline std::uint64_t read_tsc() noexcept {
  std::uint64_t low;  // RDTSC clears the upper halves
  std::uint64_t high;
  asm volatile("rdtsc" : "=a"(low), "=d"(high));
  return high << 32U | low;
}

/// Ticks per second, measured for 50 ms against channel 2 of the PIT. Nothing when there is no PIT.
/// Documentation: Intel 8254 data sheet (1993), "Mode 0: Interrupt on Terminal Count".
std::optional<std::uint64_t> measure_tsc_hz() noexcept;

/// The rate that set_tsc_hz() was given; 0 before.
std::uint64_t tsc_hz() noexcept;
/// Once, at the start, by configuration or by measurement.
void set_tsc_hz(std::uint64_t hz) noexcept;

/// Spins for at least that long; needs tsc_hz().
void delay_us(std::uint64_t microseconds) noexcept;

}  // namespace acrn::baremetal
