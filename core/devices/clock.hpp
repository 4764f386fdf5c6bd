// SPDX-License-Identifier: BSD-3-Clause
// How a device counts its own clock in the host's ticks: integers only, so that nothing drifts.
#pragma once

#include <cstdint>
#include <limits>

#include "core/check.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// A deadline that never comes.
inline constexpr Ticks ticks_never{std::numeric_limits<std::uint64_t>::max()};

constexpr Ticks earlier(Ticks a, Ticks b) noexcept { return a < b ? a : b; }

/// The clock of a device beside the host's: both start at 0 together, and clock n of the device is
/// at exactly n / device_hz seconds. Each conversion starts from zero, so errors never add up.
class DeviceClock {
 public:
  static constexpr std::uint64_t ticks_hz_max = std::uint64_t{1} << 38U;   // 274 GHz
  static constexpr std::uint64_t device_hz_max = std::uint64_t{1} << 25U;  // 33 MHz

  /// `ticks_hz` is the frequency of core's Ticks; both are at least 1 and at most their maximum, so
  /// that products of a remainder and a frequency fit 64 bits.
  constexpr DeviceClock(std::uint64_t ticks_hz, std::uint64_t device_hz) noexcept
      : ticks_hz_{ticks_hz}, device_hz_{device_hz} {
    check(ticks_hz >= 1 && ticks_hz <= ticks_hz_max, "DeviceClock needs 1 Hz to 274 GHz ticks");
    check(device_hz >= 1 && device_hz <= device_hz_max, "DeviceClock needs a device below 33 MHz");
  }

  [[nodiscard]] constexpr std::uint64_t ticks_hz() const noexcept { return ticks_hz_; }
  [[nodiscard]] constexpr std::uint64_t device_hz() const noexcept { return device_hz_; }

  /// How many clocks of the device are complete at `now`. Modulo 2^64 if the device is faster than
  /// the ticks.
  [[nodiscard]] constexpr std::uint64_t count_at(Ticks now) const noexcept {
    return now.value / ticks_hz_ * device_hz_ + now.value % ticks_hz_ * device_hz_ / ticks_hz_;
  }

  /// The first tick at which count_at() is `count` or more; ticks_never if no tick is that late.
  [[nodiscard]] constexpr Ticks ticks_at(std::uint64_t count) const noexcept {
    std::uint64_t const seconds = count / device_hz_;
    std::uint64_t const rest = (count % device_hz_ * ticks_hz_ + device_hz_ - 1) / device_hz_;
    if (seconds > (ticks_never.value - rest) / ticks_hz_) {
      return ticks_never;
    }
    return {seconds * ticks_hz_ + rest};
  }

 private:
  std::uint64_t ticks_hz_;
  std::uint64_t device_hz_;
};

}  // namespace acrn::core
