// SPDX-License-Identifier: BSD-3-Clause
#include "traces/stream_buffers.hpp"

#include <algorithm>

namespace acrn::traces {

TimeRange TimeColumn::range() const {
  if (times_.empty()) return {};
  auto const [min, max] = std::minmax_element(times_.begin(), times_.end());
  return {.min = *min, .max = *max};
}

U64Column TimeColumn::finish(ChunkHead& head, Timed timed,
                             std::span<std::span<std::uint64_t>> offsets) {
  head.t0 = times_.empty() ? 0 : times_.front();
  bool const recorded = timed == Timed::yes || std::any_of(times_.begin(), times_.end(),
                                                           [](auto time) { return time != 0; });
  to_deltas(times_, head.t0);
  TimeStep step;
  step.include(times_);
  for (auto const& column : offsets) step.include(column);
  step.divide(times_);
  for (auto const& column : offsets) step.divide(column);
  head.time_step = step.step() == 1 ? 0 : step.step();
  return recorded ? shrink(U64Column{times_}) : U64Column{};
}

void SlotBuffer::add(SlotRow const& row) {
  list_.push_back(row);
  time_.add(row.time);
  access_.push_back(row.access);
  from_.push_back(row.from);
  to_.push_back(row.to);
  actor_.push_back(row.actor);
}

void SlotBuffer::view(ChunkView& chunk, Timed timed) {
  to_deltas(access_, 0);
  to_zigzag(access_);
  columns_ = {.time = time_.finish(chunk.head, timed, {}),
              .access = shrink(U64Column{access_}),
              .from = shrink(ByteColumn{from_}),
              .to = shrink(ByteColumn{to_}),
              .actor = shrink(ByteColumn{actor_})};
  chunk.slot = &columns_;
}

void SlotBuffer::clear() { clear_all(time_, access_, from_, to_, actor_, list_); }

void InjectBuffer::add(InjectRow const& row) {
  time_.add(row.time);
  after_exit_.add(row.after_exit == no_exit ? std::nullopt : std::optional{row.after_exit});
  position_.push_back(row.position);
  vector_.push_back(row.vector);
  type_.push_back(row.type);
  error_code_.add(row.error_code);
  origin_.push_back(row.origin);
}

void InjectBuffer::view(ChunkView& chunk, Timed timed) {
  to_deltas(position_, 0);
  columns_ = {.time = time_.finish(chunk.head, timed, {}),
              .after_exit = after_exit_.zigzag_deltas(0),
              .after_exit_known = after_exit_.bitmap(),
              .position = shrink(U64Column{position_}),
              .vector = shrink(ByteColumn{vector_}),
              .type = shrink(ByteColumn{type_}, std::uint8_t{0}),
              .error_code = error_code_.plain(),
              .error_code_known = error_code_.bitmap(),
              .origin = shrink(ByteColumn{origin_}, std::uint8_t{0})};
  chunk.inject = &columns_;
}

void InjectBuffer::clear() {
  clear_all(time_, after_exit_, position_, vector_, type_, error_code_, origin_);
}

void InputBuffer::add(InputRow const& row) {
  time_.add(row.time);
  position_.push_back(row.position);
  kind_.push_back(static_cast<std::uint8_t>(row.kind));
  target_.push_back(row.target);
  payload_.push_back(row.payload);
  after_exit_.add(row.after_exit == no_exit ? std::nullopt : std::optional{row.after_exit});
}

void InputBuffer::view(ChunkView& chunk, Timed timed) {
  to_deltas(position_, 0);
  columns_ = {.time = time_.finish(chunk.head, timed, {}),
              .position = shrink(U64Column{position_}),
              .kind = shrink(ByteColumn{kind_}),
              .target = shrink(U64Column{target_}),
              .payload = shrink(U64Column{payload_}),
              .after_exit = after_exit_.zigzag_deltas(0),
              .after_exit_known = after_exit_.bitmap()};
  chunk.input = &columns_;
}

void InputBuffer::clear() { clear_all(time_, position_, kind_, target_, payload_, after_exit_); }

}  // namespace acrn::traces
