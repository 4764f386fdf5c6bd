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

/// How many bits of `word` are ones. std::popcount would call the compiler's runtime library, which
/// the bare machine does not have, wherever the CPU's instruction may not be assumed.
constexpr unsigned count_ones(std::uint64_t word) noexcept {
  word -= word >> 1U & 0x5555'5555'5555'5555U;                                     // of 2 bits
  word = (word & 0x3333'3333'3333'3333U) + (word >> 2U & 0x3333'3333'3333'3333U);  // of 4
  word = (word + (word >> 4U)) & 0x0f0f'0f0f'0f0f'0f0fU;                           // of 8
  return static_cast<unsigned>(word * 0x0101'0101'0101'0101U >> 56U);              // of all
}

}  // namespace acrn::core
