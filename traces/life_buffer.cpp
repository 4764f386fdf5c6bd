// SPDX-License-Identifier: BSD-3-Clause
#include "traces/life_buffer.hpp"

#include <algorithm>
#include <array>

namespace acrn::traces {

namespace {

bool is(SlotRow const& row, SlotRowState from, SlotRowState to, SlotRowActor actor) {
  return row.from == static_cast<std::uint8_t>(from) && row.to == static_cast<std::uint8_t>(to) &&
         row.actor == static_cast<std::uint8_t>(actor);
}

bool is_life(std::span<SlotRow const> rows) {
  using State = SlotRowState;
  using Actor = SlotRowActor;
  return rows.size() >= 4 && rows[1].access == rows[0].access && rows[2].access == rows[0].access &&
         rows[3].access == rows[0].access &&
         is(rows[0], State::free, State::pending, Actor::hypervisor) &&
         is(rows[1], State::pending, State::processing, Actor::worker) &&
         is(rows[2], State::processing, State::complete, Actor::client) &&
         is(rows[3], State::complete, State::free, Actor::hypervisor);
}

}  // namespace

std::size_t count_lives(std::span<SlotRow const> rows) {
  std::size_t count = 0;
  while (is_life(rows.subspan(count))) count += 4;
  return count;
}

std::size_t count_others(std::span<SlotRow const> rows) {
  std::size_t count = 0;
  while (count < rows.size() && !is_life(rows.subspan(count))) ++count;
  return count;
}

LifeBuffer::LifeBuffer(std::span<SlotRow const> rows) : rows_{rows} {
  for (std::size_t i = 0; i < rows.size(); i += 4) {
    pending_.add(rows[i].time);
    access_.push_back(rows[i].access);
    processing_.push_back(rows[i + 1].time - rows[i].time);
    complete_.push_back(rows[i + 2].time - rows[i + 1].time);
    free_.push_back(rows[i + 3].time - rows[i + 2].time);
  }
}

void LifeBuffer::view(ChunkView& chunk, Timed timed) {
  std::array<std::span<std::uint64_t>, 3> steps{processing_, complete_, free_};
  columns_ = {};
  columns_.pending = pending_.finish(chunk.head, timed, steps);
  // An untimed capture's column of zeros still says that these are lives.
  if (columns_.pending.empty()) columns_.pending = zero_;
  to_deltas(access_, 0);
  to_zigzag(access_);
  columns_.access = shrink(U64Column{access_});
  columns_.processing = shrink(U64Column{processing_});
  columns_.complete = shrink(U64Column{complete_});
  columns_.free = shrink(U64Column{free_});
  chunk.slot = &columns_;
}

TimeRange LifeBuffer::range() const {
  auto const earlier = [](SlotRow const& a, SlotRow const& b) { return a.time < b.time; };
  auto const [min, max] = std::minmax_element(rows_.begin(), rows_.end(), earlier);
  return {.min = min->time, .max = max->time};
}

}  // namespace acrn::traces
