// SPDX-License-Identifier: BSD-3-Clause
// Fits any number of ranges into a table of fixed size, by letting neighbours grow together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace acrn::replay {

/// `first` to `last`, both included.
struct AddressRange {
  std::uint64_t first{};
  std::uint64_t last{};
  friend bool operator==(AddressRange const&, AddressRange const&) = default;
};

/// At most `count_max` (at least 1) ranges that cover `ranges`, which are disjoint and ascending:
/// the smallest gaps are filled first, of equal ones the lowest.
std::vector<AddressRange> coalesce(std::vector<AddressRange> const& ranges, std::size_t count_max);

}  // namespace acrn::replay
