// SPDX-License-Identifier: BSD-3-Clause
// From records of slot transitions, injections and inputs to the columns of one chunk of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "traces/wire/columns.hpp"
#include "traces/wire/raw_cursor.hpp"
#include "traces/wire/raw_limits.hpp"

namespace acrn::traces {

/// Numbers of exits, where rows before the first exit have none.
class RawExitNumbers {
 public:
  /// Rows are added in their order, from 0.
  void add(std::size_t row, std::uint64_t exit) noexcept;
  void finish(std::size_t rows) noexcept;
  [[nodiscard]] U64Column column() const noexcept { return column_; }
  [[nodiscard]] ByteColumn known() const noexcept { return known_; }

 private:
  RawRows<std::uint64_t> exit_;
  std::array<std::uint8_t, raw_rows_max / 8> bitmap_;
  std::size_t unknown_;  ///< the first so many rows
  U64Column column_;
  ByteColumn known_;
};

/// As RawExits: take() takes as many rows as one chunk may hold, and sets first_sequence and t0.
class RawSlots {
 public:
  /// Takes lives or single transitions, whichever the next one is, up to one of the other kind;
  /// returns the number of rows, four for a life.
  std::size_t take(RawCursor& cursor, ChunkHead& head) noexcept;
  [[nodiscard]] SlotColumns const& columns() const noexcept { return columns_; }

 private:
  std::size_t take_lives(RawCursor& cursor, ChunkHead& head) noexcept;
  std::size_t take_transitions(RawCursor& cursor, ChunkHead& head) noexcept;
  void add(std::size_t row, RawSlot const& slot, std::uint64_t access) noexcept;

  RawRows<std::uint64_t> time_;
  RawRows<std::uint64_t> access_;
  RawRows<std::uint64_t> processing_;
  RawRows<std::uint64_t> complete_;
  RawRows<std::uint64_t> free_;
  RawRows<std::uint8_t> from_;
  RawRows<std::uint8_t> to_;
  RawRows<std::uint8_t> actor_;
  SlotColumns columns_;
};

class RawInjects {
 public:
  std::size_t take(RawCursor& cursor, ChunkHead& head) noexcept;
  [[nodiscard]] InjectColumns const& columns() const noexcept { return columns_; }

 private:
  void finish(std::size_t rows, std::uint64_t t0, std::size_t errors) noexcept;

  RawRows<std::uint64_t> time_;
  RawExitNumbers exits_;
  RawRows<std::uint64_t> position_;
  RawRows<std::uint8_t> vector_;
  RawRows<std::uint8_t> type_;
  RawRows<std::uint32_t> error_code_;
  std::array<std::uint8_t, raw_rows_max / 8> error_code_known_;
  RawRows<std::uint8_t> origin_;
  InjectColumns columns_;
};

class RawInputs {
 public:
  std::size_t take(RawCursor& cursor, ChunkHead& head) noexcept;
  [[nodiscard]] InputColumns const& columns() const noexcept { return columns_; }

 private:
  RawRows<std::uint64_t> time_;
  RawRows<std::uint64_t> position_;
  RawRows<std::uint8_t> kind_;
  RawRows<std::uint64_t> target_;
  RawRows<std::uint64_t> payload_;
  RawExitNumbers exits_;
  InputColumns columns_;
};

}  // namespace acrn::traces
