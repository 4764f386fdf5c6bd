// SPDX-License-Identifier: BSD-3-Clause
// A guest's time: the CPU's time stamp counter, shifted so that it starts at 0 and can stand still.
#pragma once

#include <cstdint>

#include "core/types.hpp"

namespace acrn::baremetal {

/// The shift between the host's time stamp counter and a guest's, modulo 2^64. The VMCS holds the
/// same shift, so that the guest's RDTSC and core's `now` agree. All figures are TSC ticks.
class GuestClock {
 public:
  /// Guest time is 0 when the host's counter is `host_tsc`.
  constexpr void start(std::uint64_t host_tsc) noexcept { offset_ = 0 - host_tsc; }
  /// Guest time jumps forward.
  constexpr void skip(std::uint64_t ticks) noexcept { offset_ += ticks; }
  /// Guest time stood still for that long.
  constexpr void hide(std::uint64_t ticks) noexcept { offset_ -= ticks; }

  [[nodiscard]] constexpr core::Ticks at(std::uint64_t host_tsc) const noexcept {
    return {host_tsc + offset_};
  }
  [[nodiscard]] constexpr std::uint64_t offset() const noexcept { return offset_; }

 private:
  std::uint64_t offset_{};
};

}  // namespace acrn::baremetal
