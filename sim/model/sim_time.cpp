// SPDX-License-Identifier: BSD-3-Clause
// 128-bit products: a tick count times 10^12 needs more than 64 bits.
#include "sim/model/sim_time.hpp"

#include <fmt/format.h>

#include <numeric>

#include "traces/error.hpp"

namespace acrn::model {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t ps_per_second = 1'000'000'000'000;

std::uint64_t scale(std::uint64_t value, std::uint64_t numerator, std::uint64_t denominator) {
  Wide const product = Wide{value} * numerator + denominator / 2;
  Wide const result = product / denominator;
  return result > never.ps ? never.ps : static_cast<std::uint64_t>(result);
}

}  // namespace

void throw_outgrown(traces::CaptureInfo const& info) {
  constexpr std::uint64_t days = sim_time_max.ps / ps_per_second / 86'400;
  throw traces::ContentError{fmt::format(
      "{}: simulated time outgrows 64 bits of picoseconds ({} days); replay a slice of the "
      "capture, or with smaller stage costs",
      info.source.file.empty() ? "the capture" : info.source.file, days)};
}

TickScale::TickScale(traces::Clock const& clock, std::uint64_t base) : base_{base} {
  std::uint64_t const hz = clock.timed() ? clock.hz_numerator : 1'000'000'000;
  std::uint64_t const per = clock.timed() && clock.hz_denominator != 0 ? clock.hz_denominator : 1;
  // ps per tick = 10^12 * per / hz. Reduced first, so that the product usually fits; a clock whose
  // period in seconds is beyond 18 million is no clock, and saturates.
  std::uint64_t const common = std::gcd(ps_per_second, hz);
  std::uint64_t const factor = ps_per_second / common;
  numerator_ = per > never.ps / factor ? never.ps : factor * per;
  denominator_ = hz / common;
}

SimTime TickScale::to_sim(std::uint64_t ticks) const {
  return {scale(ticks - base_, numerator_, denominator_)};
}

std::uint64_t TickScale::to_ticks(SimTime time) const {
  return base_ + scale(time.ps, denominator_, numerator_);
}

traces::Clock recording_clock(traces::Clock const& captured) {
  constexpr std::uint64_t ns_per_second = 1'000'000'000;
  Wide const ns_per_period = Wide{ns_per_second} * captured.hz_denominator;
  bool const whole = !captured.timed() || ns_per_period % captured.hz_numerator == 0;
  traces::Clock clock;
  clock.kind = "simulated";
  clock.hz_numerator = whole ? ns_per_second : ps_per_second;
  return clock;
}

}  // namespace acrn::model
