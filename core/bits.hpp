// SPDX-License-Identifier: BSD-3-Clause
// Extraction and insertion of bit fields, written (high, low) as the Intel SDM writes them.
#pragma once

#include <cstdint>

namespace acrn::core {

/// Bits `high` to `low`, both inclusive, of `word`, shifted down to bit 0.
template <unsigned high, unsigned low>
constexpr std::uint64_t bits(std::uint64_t word) noexcept {
  static_assert(high >= low && high < 64, "bits<high, low> as the SDM writes them");
  if constexpr (high - low == 63) {
    return word;
  } else {
    return (word >> low) & ((std::uint64_t{1} << (high - low + 1)) - 1);
  }
}

/// `field` placed at bits `high` to `low`; excess high bits of `field` are dropped.
template <unsigned high, unsigned low>
constexpr std::uint64_t place(std::uint64_t field) noexcept {
  return bits<high - low, 0>(field) << low;
}

}  // namespace acrn::core
