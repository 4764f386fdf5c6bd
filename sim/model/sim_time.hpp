// SPDX-License-Identifier: BSD-3-Clause
// Simulated time in integer picoseconds, and the exact way between it and a capture's ticks.
#pragma once

#include <compare>
#include <cstdint>

#include "traces/capture_info.hpp"

namespace acrn::model {

/// Picoseconds, as a point since the capture's start or as a length. 64 bits hold 213 days.
struct SimTime {
  std::uint64_t ps{};

  static constexpr SimTime from_ns(std::uint64_t ns) noexcept { return {ns * 1000}; }
  /// Whole nanoseconds, rounded down.
  [[nodiscard]] constexpr std::uint64_t ns() const noexcept { return ps / 1000; }

  // clang-tidy 14 takes the 0 of a defaulted comparison for a null pointer.
  friend constexpr auto operator<=>(SimTime, SimTime) = default;  // NOLINT(*null*)
  friend constexpr SimTime operator+(SimTime a, SimTime b) noexcept { return {a.ps + b.ps}; }
  friend constexpr SimTime operator-(SimTime a, SimTime b) noexcept { return {a.ps - b.ps}; }
};

/// No access may start later: what is left of 64 bits (26 days) is for requests under way.
inline constexpr SimTime sim_time_max{~std::uint64_t{0} - (std::uint64_t{1} << 61U)};

/// "Never": no point of simulated time.
inline constexpr SimTime never{~std::uint64_t{0}};

/// Throws traces::ContentError: simulated time has passed sim_time_max. Names the capture and what
/// to do.
[[noreturn]] void throw_outgrown(traces::CaptureInfo const& info);

/// Converts between the ticks of a capture's clock and simulated time since `base`. Both ways round
/// to the nearest, so that ticks survive the way there and back on every clock of up to 1 THz.
class TickScale {
 public:
  /// An untimed clock counts nanoseconds here.
  TickScale(traces::Clock const& clock, std::uint64_t base);

  /// `ticks` at or after base. Clamped to never where 64 bits do not hold it.
  [[nodiscard]] SimTime to_sim(std::uint64_t ticks) const;
  [[nodiscard]] std::uint64_t to_ticks(SimTime time) const;

 private:
  std::uint64_t numerator_;  // ps = ticks * numerator / denominator
  std::uint64_t denominator_;
  std::uint64_t base_;
};

/// The clock of a timed replay's recording: simulated time since the capture's first stamp, in
/// nanoseconds where the capture's ticks are whole ones (or untimed), else in picoseconds. Costs
/// are whole nanoseconds, so nothing is rounded, and replaying the recording gives it again.
traces::Clock recording_clock(traces::Clock const& captured);

}  // namespace acrn::model
