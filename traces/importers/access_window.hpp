// SPDX-License-Identifier: BSD-3-Clause
// Accesses that wait for their last stamps, kept in order so that a capture's sequence ascends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "traces/importers/row_sink.hpp"

namespace acrn::traces {

/// Numbers accesses in the order of open() and hands them to the sink in that order, each once it
/// is closed and all before it are. A vCPU that stays away for long would hold up all others;
/// beyond `rows_max` waiting rows the oldest is closed as it is, and counted.
class AccessWindow {
 public:
  static constexpr std::size_t rows_max = 1U << 16U;

  explicit AccessWindow(RowSink& sink) : sink_(sink) {}

  /// Takes in a row and returns its sequence number.
  std::uint64_t open(std::uint16_t vcpu, AccessRow const& row);
  /// The waiting row `sequence`; nullptr once it has gone to the sink.
  AccessRow* find(std::uint64_t sequence);
  void close(std::uint64_t sequence);
  void close_all();

  /// Sequence number of the next access, which is the number of accesses so far.
  [[nodiscard]] std::uint64_t next_sequence() const { return first_ + rows_.size(); }
  [[nodiscard]] std::uint64_t closed_early() const { return closed_early_; }

 private:
  struct Waiting {
    AccessRow row;
    std::uint16_t vcpu{};
    bool closed{};
  };
  void hand_over_closed();

  RowSink& sink_;
  std::deque<Waiting> rows_;
  std::uint64_t first_{};  ///< sequence of rows_.front()
  std::uint64_t closed_early_{};
};

}  // namespace acrn::traces
