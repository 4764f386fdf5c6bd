// SPDX-License-Identifier: BSD-3-Clause
// Decodes packed varint columns, several bytes at a step. Internal: the reader's hot loop.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "traces/wire/varint.hpp"

namespace acrn::traces {

/// Readable bytes that must follow a column's last byte, so that whole words can be loaded.
inline constexpr std::size_t column_slack = 8;

namespace detail {

inline constexpr std::uint64_t continuation_bits = 0x8080'8080'8080'8080;

inline std::uint64_t load_word(std::byte const* at) noexcept {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// Drops bit 7 of each byte and closes the gaps.
constexpr std::uint64_t squeeze(std::uint64_t word) noexcept {
  word = (word & 0x007F'007F'007F'007F) | (word & 0x7F00'7F00'7F00'7F00) >> 1U;
  word = (word & 0x0000'3FFF'0000'3FFF) | (word & 0x3FFF'0000'3FFF'0000) >> 2U;
  return (word & 0x0FFF'FFFF) | (word & 0x0FFF'FFFF'0000'0000) >> 4U;
}

}  // namespace detail

/// Gives each of the column's `count` values to `emit(index, value)`, in order. False when the
/// bytes are not exactly that many varints. Reads up to column_slack bytes behind the column.
template <class Emit>
bool decode_packed(std::span<std::byte const> column, std::size_t count,
                   Emit const& emit) noexcept {
  std::byte const* at = column.data();
  std::byte const* const end = at + column.size();
  std::size_t index = 0;
  while (index < count) {
    if (at >= end) return false;
    std::uint64_t const word = detail::load_word(at);
    std::uint64_t const stops = ~word & detail::continuation_bits;
    if (stops == detail::continuation_bits && count - index >= 8 && end - at >= 8) {
      for (unsigned byte = 0; byte < 8; ++byte) emit(index + byte, word >> (8 * byte) & 0xFFU);
      index += 8;
      at += 8;
    } else if (stops != 0) [[likely]] {
      // All bits up to the top bit of the first byte that has no successor.
      emit(index++, detail::squeeze(word & (stops ^ (stops - 1)) & ~detail::continuation_bits));
      at += (std::countr_zero(stops) + 1) / 8;
    } else {
      std::uint64_t value = 0;
      at = get_varint(at, end, value);
      if (at == nullptr) return false;
      emit(index++, value);
    }
  }
  return at == end;
}

}  // namespace acrn::traces
