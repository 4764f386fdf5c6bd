// SPDX-License-Identifier: BSD-3-Clause
// From records of accesses and their stamps to the columns of one chunk of accesses.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "traces/wire/columns.hpp"
#include "traces/wire/raw_cursor.hpp"
#include "traces/wire/raw_limits.hpp"

namespace acrn::traces {

class RawAccesses {
 public:
  /// Takes as many accesses as one chunk may hold, with their stamps; returns how many. Sets
  /// head.first_sequence and head.t0.
  std::size_t take(RawCursor& cursor, ChunkHead& head) noexcept;
  /// Of what take() took; valid until the next take().
  [[nodiscard]] AccessColumns const& columns() const noexcept { return columns_; }

 private:
  struct Stage {
    RawRows<std::uint32_t> row;
    RawRows<std::uint64_t> offset;
    std::size_t count;
  };

  void add(std::size_t row, RawCursor const& cursor) noexcept;
  void add_stamp(std::size_t row, unsigned number, std::uint64_t time) noexcept;
  void add_stamps(std::size_t row, RawRequest const& request) noexcept;
  void add_stamps(std::size_t row, RawCursor& cursor) noexcept;
  void finish(std::size_t rows, ChunkHead const& head) noexcept;
  std::span<StageColumnView const> finish_stages() noexcept;

  RawRows<std::uint64_t> sequence_;
  RawRows<std::uint64_t> time_;
  RawRows<std::uint8_t> shape_;
  RawRows<std::uint64_t> address_;
  RawRows<std::uint64_t> value_;
  RawRows<std::uint8_t> handling_;
  RawRows<std::uint32_t> client_;
  RawRows<std::uint64_t> exit_;
  std::array<Stage, stage_count> stages_;
  std::array<StageColumnView, stage_count> views_;
  AccessColumns columns_;
};

}  // namespace acrn::traces
