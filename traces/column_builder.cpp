// SPDX-License-Identifier: BSD-3-Clause
#include "traces/column_builder.hpp"

#include <numeric>

namespace acrn::traces {

namespace {

bool negative(std::uint64_t difference) { return difference >> 63U != 0; }

}  // namespace

void TimeStep::include(std::span<std::uint64_t const> differences) {
  for (std::uint64_t const difference : differences) {
    if (step_ == 1) return;
    std::uint64_t const magnitude = negative(difference) ? 0 - difference : difference;
    if (step_ == 0 || magnitude % step_ != 0) step_ = std::gcd(step_, magnitude);
  }
}

void TimeStep::divide(std::span<std::uint64_t> differences) const {
  if (step() == 1) return;
  for (std::uint64_t& difference : differences) {
    difference = negative(difference) ? 0 - (0 - difference) / step_ : difference / step_;
  }
}

}  // namespace acrn::traces
