// SPDX-License-Identifier: BSD-3-Clause
// The columns that libprotobuf has parsed, one value per row. Internal to the reader.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "traces/malformed.hpp"
#include "traces/wire/columns.hpp"

namespace acrn::traces {

[[noreturn]] inline void wrong(char const* column, char const* what) {
  throw Malformed(std::string{"found the column '"} + column + "' " + what);
}

/// A column as libprotobuf gives it: absent, constant or full.
template <class Source>
class Cells {
 public:
  Cells(Source const& source, std::size_t rows, char const* name)
      : source_{source}, size_{static_cast<std::size_t>(source.size())} {
    if (size_ > 1 && size_ != rows) wrong(name, "with neither one nor all of its values");
  }
  [[nodiscard]] bool recorded() const { return size_ != 0; }
  /// 0 where the column is absent.
  [[nodiscard]] std::uint64_t operator[](std::size_t row) const {
    if (size_ == 0) return 0;
    std::size_t const index = size_ == 1 ? 0 : row;
    auto const value = *(source_.begin() + static_cast<std::ptrdiff_t>(index));
    if constexpr (sizeof(value) == 1) return static_cast<std::uint8_t>(value);
    return static_cast<std::uint64_t>(value);
  }

 private:
  Source const& source_;
  std::size_t size_;
};

/// Cells with the bitmap that says which rows have one.
template <class Source>
class OptionalCells {
 public:
  OptionalCells(Source const& source, std::string const& known, std::size_t rows, char const* name)
      : cells_{source, rows, name}, known_{known} {
    if (known.empty()) return;
    auto const last = static_cast<std::uint8_t>(known.back());
    if (!cells_.recorded() || known.size() != (rows + 7) / 8 ||
        (rows % 8 != 0 && last >> (rows % 8) != 0)) {
      wrong(name, "with a bitmap that does not fit it");
    }
  }
  [[nodiscard]] bool has(std::size_t row) const {
    if (known_.empty()) return cells_.recorded();
    return (static_cast<unsigned char>(known_[row / 8]) >> (row % 8) & 1U) != 0;
  }
  [[nodiscard]] std::uint64_t operator[](std::size_t row) const { return cells_[row]; }
  template <class T>
  [[nodiscard]] std::optional<T> get(std::size_t row) const {
    return has(row) ? std::optional{static_cast<T>(cells_[row])} : std::nullopt;
  }

 private:
  Cells<Source> cells_;
  std::string const& known_;
};

inline std::uint64_t step_of(ChunkHead const& head) {
  return std::max<std::uint64_t>(head.time_step, 1);
}

/// A column of differences, summed row by row.
template <class Source>
class Sum {
 public:
  Sum(Source const& source, std::size_t rows, char const* name) : cells_{source, rows, name} {}
  /// Times: they start from the chunk's t0 and count its steps.
  Sum(Source const& source, ChunkHead const& head, char const* name)
      : cells_{source, head.rows, name}, sum_{head.t0}, step_{step_of(head)} {}
  /// To be called for each row, ascending.
  std::uint64_t at(std::size_t row) { return sum_ += step_ * cells_[row]; }

 private:
  Cells<Source> cells_;
  std::uint64_t sum_{};
  std::uint64_t step_{1};
};

/// The same, where rows may lack a value; their difference is 0.
template <class Source>
class OptionalSum {
 public:
  OptionalSum(Source const& source, std::string const& known, std::size_t rows, char const* name)
      : cells_{source, known, rows, name} {}
  /// To be called for each row, ascending.
  std::optional<std::uint64_t> at(std::size_t row) {
    sum_ += cells_[row];
    return cells_.has(row) ? std::optional{sum_} : std::nullopt;
  }

 private:
  OptionalCells<Source> cells_;
  std::uint64_t sum_{};
};

/// Hands out the entries of a list, so many per row.
template <class List>
class Cutter {
 public:
  Cutter(List const& list, char const* name) : list_{list}, name_{name} {}
  template <class Container>
  void take(std::uint64_t count, Container& to) {
    if (count > static_cast<std::uint64_t>(list_.size()) - at_)
      wrong(name_, "with too few entries");
    auto const first = list_.begin() + static_cast<std::ptrdiff_t>(at_);
    to.assign(first, first + static_cast<std::ptrdiff_t>(count));
    at_ += count;
  }
  void finish() const {
    if (at_ != static_cast<std::uint64_t>(list_.size())) wrong(name_, "with too many entries");
  }

 private:
  List const& list_;
  char const* name_;
  std::uint64_t at_{};
};

template <class Message>
Message parse(std::span<std::byte const> columns) {
  Message message;
  if (!message.ParseFromArray(columns.data(), static_cast<int>(columns.size()))) {
    throw Malformed("found columns that are no Protobuf message");
  }
  return message;
}

template <class Source>
std::uint8_t byte_of(Cells<Source> const& cells, std::size_t row) {
  return static_cast<std::uint8_t>(cells[row]);
}

}  // namespace acrn::traces
