// SPDX-License-Identifier: BSD-3-Clause
// How much of the exit path's records goes into one chunk, and the arrays that hold it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "traces/wire/columns.hpp"
#include "traces/wire/row_codes.hpp"

namespace acrn::traces {

/// Most rows of one chunk that is made from records; of slots in lives, four times as many.
inline constexpr std::size_t raw_rows_max = 4096;
/// Most values, and bytes of guest memory or of state, of one chunk of exits.
inline constexpr std::size_t raw_values_max = 4 * raw_rows_max;
inline constexpr std::size_t raw_bytes_max = std::size_t{64} << 10U;
/// Most bytes that one exit may log as `ram` and `state`; the recorder drops exits with more.
inline constexpr std::size_t exit_log_max = std::size_t{16} << 10U;

/// An upper bound of chunk_size() of what is made from records: a number of 64 bits takes at most
/// ten bytes, of 32 bits five; accesses with all stages have the longest rows, exits have the
/// lists.
inline constexpr std::size_t raw_chunk_size_max =
    raw_rows_max * (6 * 10 + 6 * 5 + 4 + stage_count * (10 + 5)) + 2 * raw_values_max * 10 +
    2 * raw_bytes_max + 8192;

/// One column before it is shrunk.
template <class T>
using RawRows = std::array<T, raw_rows_max>;

/// A list that grows up to its capacity, which its user watches.
template <class T, std::size_t capacity>
class RawList {
 public:
  void clear() noexcept { size_ = 0; }
  void add(T value) noexcept { values_[size_++] = value; }
  void add(std::span<T const> values) noexcept {
    std::ranges::copy(values, std::span{values_}.subspan(size_).begin());
    size_ += values.size();
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t room() const noexcept { return capacity - size_; }
  [[nodiscard]] std::span<T const> view() const noexcept { return std::span{values_}.first(size_); }

 private:
  std::array<T, capacity> values_;
  std::size_t size_;
};

/// The first rows of a column, to be changed in place.
template <class T>
constexpr std::span<T> first_rows(RawRows<T>& column, std::size_t rows) noexcept {
  return std::span{column}.first(rows);
}

/// The first rows of a column, shrunk.
template <class T>
constexpr std::span<T const> shrunk(RawRows<T> const& column, std::size_t rows) noexcept {
  return shrink(std::span<T const>{column}.first(rows));
}
/// The same, and nothing where all are `implied`.
template <class T>
constexpr std::span<T const> shrunk(RawRows<T> const& column, std::size_t rows,
                                    T implied) noexcept {
  return shrink(std::span<T const>{column}.first(rows), implied);
}

}  // namespace acrn::traces
