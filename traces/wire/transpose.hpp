// SPDX-License-Identifier: BSD-3-Clause
// Turns the exit path's records into the chunks of a capture, a few thousand rows at a time.
#pragma once

#include <cstddef>
#include <span>

#include "traces/wire/chunk.hpp"
#include "traces/wire/raw_accesses.hpp"
#include "traces/wire/raw_cursor.hpp"
#include "traces/wire/raw_events.hpp"
#include "traces/wire/raw_exits.hpp"

namespace acrn::traces {

/// The memory that a Transposer works in: some megabytes, and without initial value.
struct TransposeScratch {
  RawExits exits;
  RawAccesses accesses;
  RawSlots slots;
  RawInjects injects;
  RawInputs inputs;
};

/// Gives the chunks of a run of records, stream by stream. Exits come last: where a capture was
/// cut, every exit that is there has all its rows of the other streams.
class Transposer {
 public:
  /// `records` holds whole records of one vCPU and begins with an exit, or with what precedes all
  /// exits. `numbers` are those of its first rows. Everything outlives the transposer.
  Transposer(std::span<std::byte const> records, RowNumbers const& numbers,
             TransposeScratch& scratch) noexcept
      : records_{records}, numbers_{numbers}, cursor_{records, numbers}, scratch_{scratch} {}

  /// The next chunk: stream, first_sequence, rows, t0 and columns are set, the rest of `chunk` is
  /// left alone. Valid until the next call. False when every row has been given.
  bool next(ChunkView& chunk) noexcept;

  /// After next() has answered false: the numbers of the rows that follow.
  [[nodiscard]] RowNumbers const& numbers() const noexcept { return numbers_; }

 private:
  std::size_t take(ChunkView& chunk) noexcept;

  std::span<std::byte const> records_;
  RowNumbers numbers_;
  RawCursor cursor_;
  TransposeScratch& scratch_;
  Stream stream_{Stream::access};
  bool finished_{};
};

}  // namespace acrn::traces
