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

/// Where four numbers of two bytes end in a word.
inline constexpr std::uint64_t pair_ends = 0x8000'8000'8000'8000;

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

/// The number at the start of `word`. Bit 7 of `stops` is set in bytes without successor; at least
/// one is.
constexpr std::uint64_t first_number(std::uint64_t word, std::uint64_t stops) noexcept {
  return squeeze(word & (stops ^ (stops - 1)) & ~continuation_bits);
}

/// How many bits that number takes, a multiple of 8.
constexpr unsigned first_bits(std::uint64_t stops) noexcept {
  return static_cast<unsigned>(std::countr_zero(stops)) + 1;
}

/// Eight numbers of one byte each.
template <class Emit>
void emit_bytes(std::uint64_t word, std::size_t index, Emit const& emit) noexcept {
  for (unsigned byte = 0; byte < 8; ++byte) emit(index + byte, word >> (8 * byte) & 0xFFU);
}

/// Four numbers of two bytes each.
template <class Emit>
void emit_pairs(std::uint64_t word, std::size_t index, Emit const& emit) noexcept {
  for (unsigned pair = 0; pair < 4; ++pair) {
    std::uint64_t const two = word >> (16 * pair);
    emit(index + pair, (two & 0x7FU) | (two >> 1U & 0x3F80U));
  }
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
    bool const eight_bytes_left = count - index >= 8 && end - at >= 8;
    if (stops == detail::continuation_bits && eight_bytes_left) {
      detail::emit_bytes(word, index, emit);
      index += 8;
      at += 8;
    } else if (stops == detail::pair_ends && eight_bytes_left) {
      detail::emit_pairs(word, index, emit);
      index += 4;
      at += 8;
    } else if (stops != 0) [[likely]] {
      unsigned bits = detail::first_bits(stops);
      emit(index++, detail::first_number(word, stops));
      // Mostly there is a second one in the word, which saves waiting for another load.
      std::uint64_t const more = bits == 64 ? 0 : stops >> bits;
      if (more != 0 && index < count) [[likely]] {
        emit(index++, detail::first_number(word >> bits, more));
        bits += detail::first_bits(more);
      }
      at += bits / 8;
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
