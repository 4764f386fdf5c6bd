// SPDX-License-Identifier: BSD-3-Clause
// AccessBuffer of traces/stream_buffers.hpp.
#include <algorithm>
#include <stdexcept>

#include "traces/reader.hpp"
#include "traces/stream_buffers.hpp"

namespace acrn::traces {

void AccessBuffer::add(AccessRow const& row) {
  core::Access const& access = row.access;
  if (!core::is_access_size(core::Space::mmio, access.size) ||
      access.space > core::Space::write_protect || access.direction > core::Direction::write) {
    throw std::invalid_argument("an access to write has an impossible size, space or direction");
  }
  auto const number = static_cast<std::uint32_t>(rows());
  sequence_.push_back(row.sequence);
  time_.add(row.time);
  shape_.push_back(pack_shape(access));
  address_.push_back(access.address);
  value_.add(row.value_known ? std::optional{core::truncate(access.value, access.size)}
                             : std::nullopt);
  count_.push_back(row.count);
  handling_.push_back(static_cast<std::uint8_t>(row.handling));
  client_.push_back(row.client);
  exit_.add(row.exit == no_exit ? std::nullopt : std::optional{row.exit});
  for (std::size_t stage = 0; stage < stage_count; ++stage) {
    if (row.stages[stage] == no_stamp) continue;
    stages_[stage].rows.push_back(number);
    stages_[stage].stamps.push_back(row.stages[stage] - row.time);
  }
}

void AccessBuffer::view_stages(std::vector<std::span<std::uint64_t>>& offsets) {
  stage_views_.clear();
  for (std::size_t number = 0; number < stage_count; ++number) {
    Stage& stage = stages_[number];
    if (stage.rows.empty()) continue;
    std::uint32_t before = ~std::uint32_t{0};
    for (std::uint32_t& row : stage.rows) {
      std::uint32_t const now = row;
      row -= before;
      before = now;
    }
    offsets.emplace_back(stage.stamps);
    stage_views_.push_back({.stage = static_cast<std::uint32_t>(number),
                            .count = static_cast<std::uint32_t>(stage.rows.size()),
                            .gap = shrink(U32Column{stage.rows}),
                            .offset = {}});
  }
}

/// From the last stage to the first, so that what a step counts from is still an offset.
void AccessBuffer::finish_stages(std::span<std::span<std::uint64_t>> offsets) {
  for (std::size_t i = offsets.size(); i-- > 0;) {
    StageColumnView& view = stage_views_[i];
    bool const steps = steps_ && i > 0 && view.count == stage_views_[i - 1].count &&
                       std::ranges::equal(view.gap, stage_views_[i - 1].gap);
    for (std::size_t k = 0; steps && k < offsets[i].size(); ++k) offsets[i][k] -= offsets[i - 1][k];
    to_zigzag(offsets[i]);
    (steps ? view.step : view.offset) = shrink(U64Column{offsets[i]});
    if (steps) view.gap = {};
  }
}

void AccessBuffer::view(ChunkView& chunk, Timed timed) {
  std::vector<std::span<std::uint64_t>> offsets;
  view_stages(offsets);
  columns_ = {};
  chunk.head.first_sequence = sequence_.empty() ? 0 : sequence_.front();
  columns_.time = time_.finish(chunk.head, timed, offsets);
  finish_stages(offsets);
  to_deltas(sequence_, chunk.head.first_sequence - 1);
  to_deltas(address_, 0);
  to_zigzag(address_);
  columns_.sequence = shrink(U64Column{sequence_});
  columns_.shape = shrink(ByteColumn{shape_});
  columns_.address = shrink(U64Column{address_});
  columns_.value = value_.plain();
  columns_.value_known = value_.bitmap();
  columns_.count = shrink(U32Column{count_}, 1U);
  columns_.handling = shrink(ByteColumn{handling_}, std::uint8_t{0});
  columns_.client = shrink(U32Column{client_}, 0U);
  // A base one step before the first makes the column constant where each access has its own exit.
  columns_.exit_base = exit_.none() || exit_.known().front() == 0 ? 0 : exit_.values().front() - 1;
  columns_.exit = exit_.zigzag_deltas(columns_.exit_base);
  columns_.exit_known = exit_.bitmap();
  columns_.stages = stage_views_;
  chunk.access = &columns_;
}

void AccessBuffer::clear() {
  clear_all(sequence_, time_, shape_, address_, value_, count_, handling_, client_, exit_);
  for (Stage& stage : stages_) {
    stage.rows.clear();
    stage.stamps.clear();
  }
}

}  // namespace acrn::traces
