// SPDX-License-Identifier: BSD-3-Clause
// Requests' usual lives in format 2: four rows of a slot in one. Internal to the writer.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "traces/stream_buffers.hpp"

namespace acrn::traces {

/// How many of the first rows are whole lives; a multiple of 4.
std::size_t count_lives(std::span<SlotRow const> rows);
/// How many of the first rows come before the next life.
std::size_t count_others(std::span<SlotRow const> rows);

/// One chunk of lives.
class LifeBuffer {
 public:
  /// `rows` are whole lives, and outlive the buffer.
  explicit LifeBuffer(std::span<SlotRow const> rows);
  void view(ChunkView& chunk, Timed timed);
  [[nodiscard]] TimeRange range() const;

 private:
  std::span<SlotRow const> rows_;
  TimeColumn pending_;
  std::vector<std::uint64_t> access_;
  std::vector<std::uint64_t> processing_;
  std::vector<std::uint64_t> complete_;
  std::vector<std::uint64_t> free_;
  std::array<std::uint64_t, 1> const zero_{};
  SlotColumns columns_;
};

}  // namespace acrn::traces
