// SPDX-License-Identifier: BSD-3-Clause
// Collects the values of one column, row by row, and prepares them for the file. Internal to
// traces.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "traces/wire/columns.hpp"

namespace acrn::traces {

/// A column whose rows may lack a value. A missing value is kept as 0, or repeats the value before
/// it when the column is going to hold differences.
template <class T>
class OptionalColumn {
 public:
  void reserve(std::size_t rows) {
    values_.reserve(rows);
    known_.reserve(rows);
  }
  void add(std::optional<T> value) {
    values_.push_back(value.value_or(T{}));
    known_.push_back(value.has_value() ? 1 : 0);
    count_ += value.has_value() ? 1 : 0;
  }
  void clear() {
    values_.clear();
    known_.clear();
    count_ = 0;
  }

  [[nodiscard]] bool none() const { return count_ == 0; }
  [[nodiscard]] bool all() const { return count_ == values_.size(); }

  /// The bitmap column; empty when it would say the same of every row.
  ByteColumn bitmap() {
    bitmap_.clear();
    if (none() || all()) return {};
    bitmap_.resize((known_.size() + 7) / 8);
    for (std::size_t i = 0; i < known_.size(); ++i) {
      bitmap_[i / 8] = static_cast<std::uint8_t>(bitmap_[i / 8] | known_[i] << (i % 8));
    }
    return bitmap_;
  }
  /// The values themselves.
  std::span<T const> plain() const {
    return none() ? std::span<T const>{} : shrink(std::span<T const>{values_});
  }
  /// Zigzag differences of the values known, starting from `before`. Spoils the values.
  std::span<T const> zigzag_deltas(T before) {
    if (deltas(before).empty()) return {};
    to_zigzag(values_);
    return shrink(std::span<T const>{values_});
  }
  /// Differences of the values known, starting from `before`. Spoils the values.
  std::span<T const> deltas(T before) {
    if (none()) return {};
    T last = before;
    for (std::size_t i = 0; i < values_.size(); ++i) {
      if (known_[i] == 0) values_[i] = last;
      last = values_[i];
    }
    to_deltas(values_, before);
    return shrink(std::span<T const>{values_});
  }
  [[nodiscard]] std::vector<T>& values() { return values_; }
  [[nodiscard]] std::vector<std::uint8_t> const& known() const { return known_; }

 private:
  std::vector<T> values_;
  std::vector<std::uint8_t> known_;
  std::vector<std::uint8_t> bitmap_;
  std::size_t count_{};
};

/// Byte strings of varying length, as a column of sizes and one list of bytes.
class BlobColumn {
 public:
  template <class Bytes>
  void add(Bytes const& bytes) {
    sizes_.push_back(static_cast<std::uint32_t>(bytes.size()));
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  void clear() {
    sizes_.clear();
    bytes_.clear();
  }
  [[nodiscard]] U32Column sizes() const { return shrink(U32Column{sizes_}, 0U); }
  [[nodiscard]] ByteColumn bytes() const { return bytes_; }

 private:
  std::vector<std::uint32_t> sizes_;
  std::vector<std::uint8_t> bytes_;
};

/// Empties each of the columns and lists.
template <class... Columns>
void clear_all(Columns&... columns) {
  (columns.clear(), ...);
}

/// The greatest common divisor of all differences of times in a chunk, so that a clock that shows
/// microseconds in nanosecond ticks costs one byte per stamp and not two.
class TimeStep {
 public:
  /// Takes differences modulo 2^64 into account; -1000 counts like 1000.
  void include(std::span<std::uint64_t const> differences);
  /// 1 when there was nothing to divide.
  [[nodiscard]] std::uint64_t step() const { return step_ == 0 ? 1 : step_; }
  /// Divides each difference, keeping its sign.
  void divide(std::span<std::uint64_t> differences) const;

 private:
  std::uint64_t step_{};
};

}  // namespace acrn::traces
