// SPDX-License-Identifier: BSD-3-Clause
// Collects what the index says of a file's chunks. Internal to traces.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "traces/info_codec.hpp"
#include "traces/reader.hpp"
#include "traces/stream_buffers.hpp"
#include "traces/wire/columns.hpp"

namespace acrn::traces {

/// Adds one chunk to the totals of its stream.
inline void add_to_totals(StreamTotals& totals, ChunkHead const& head, TimeRange const& times) {
  bool const first = totals.rows == 0;
  if (head.rows != 0) {
    totals.first_time = first ? times.min : std::min(totals.first_time, times.min);
    totals.last_time = first ? times.max : std::max(totals.last_time, times.max);
  }
  totals.rows += head.rows;
  totals.chunks += 1;
  totals.dropped += head.dropped_before;
}

class IndexBuilder {
 public:
  /// Beyond it the index keeps totals only, so that a writer's memory stays bounded.
  static constexpr int chunk_entries_max = 500'000;

  void add(ChunkHead const& head, std::uint64_t offset, TimeRange const& times) {
    add_to_totals(totals_[head.stream], head, times);
    if (entries_.chunks_size() >= chunk_entries_max) {
      overflow_ = true;
      return;
    }
    v1::ChunkEntry& entry = *entries_.add_chunks();
    entry.set_stream(static_cast<v1::Stream>(head.stream));
    entry.set_vm(head.vm);
    entry.set_vcpu(head.vcpu);
    entry.set_offset(offset);
    entry.set_rows(head.rows);
    entry.set_first_sequence(head.first_sequence);
    entry.set_time_min(times.min);
    entry.set_time_max(times.max);
    entry.set_dropped_before(head.dropped_before);
  }

  /// Moves everything into `index`.
  void fill(v1::Index& index) {
    if (!overflow_) index.mutable_chunks()->Swap(entries_.mutable_chunks());
    for (std::size_t stream = 1; stream < totals_.size(); ++stream) {
      StreamTotals const& from = totals_[stream];
      if (from.chunks == 0) continue;
      v1::StreamTotals& to = *index.add_totals();
      to.set_stream(static_cast<v1::Stream>(stream));
      to.set_rows(from.rows);
      to.set_chunks(from.chunks);
      to.set_dropped(from.dropped);
      to.set_time_min(from.first_time);
      to.set_time_max(from.last_time);
    }
  }

 private:
  v1::Index entries_;
  std::array<StreamTotals, 6> totals_{};
  bool overflow_{};
};

}  // namespace acrn::traces
