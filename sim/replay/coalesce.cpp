// SPDX-License-Identifier: BSD-3-Clause
#include "sim/replay/coalesce.hpp"

#include <algorithm>
#include <numeric>

namespace acrn::replay {

std::vector<AddressRange> coalesce(std::vector<AddressRange> const& ranges, std::size_t count_max) {
  if (ranges.size() <= count_max) return ranges;
  // Gap i lies between range i and range i + 1; the count_max - 1 widest ones stay.
  std::vector<std::size_t> gaps(ranges.size() - 1);
  std::iota(gaps.begin(), gaps.end(), std::size_t{0});
  auto const width = [&](std::size_t i) { return ranges[i + 1].first - ranges[i].last; };
  auto const wider = [&](std::size_t a, std::size_t b) {
    return width(a) != width(b) ? width(a) > width(b) : a > b;
  };
  auto const kept = gaps.begin() + static_cast<std::ptrdiff_t>(count_max - 1);
  std::nth_element(gaps.begin(), kept, gaps.end(), wider);
  std::sort(gaps.begin(), kept);
  std::vector<AddressRange> result;
  std::size_t from = 0;
  for (auto gap = gaps.begin(); gap != kept; ++gap) {
    result.push_back({ranges[from].first, ranges[*gap].last});
    from = *gap + 1;
  }
  result.push_back({ranges[from].first, ranges.back().last});
  return result;
}

}  // namespace acrn::replay
