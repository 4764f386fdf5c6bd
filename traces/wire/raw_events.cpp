// SPDX-License-Identifier: BSD-3-Clause
#include "traces/wire/raw_events.hpp"

#include <algorithm>
#include <optional>

#include "core/check.hpp"

namespace acrn::traces {

namespace {

void set_bit(std::span<std::uint8_t> bitmap, std::size_t row) noexcept {
  bitmap[row / 8] = static_cast<std::uint8_t>(bitmap[row / 8] | 1U << (row % 8));
}

/// A column of times, and t0 with it.
U64Column times(RawRows<std::uint64_t>& time, std::size_t rows, std::uint64_t t0) noexcept {
  to_deltas(first_rows(time, rows), t0);
  return shrunk(time, rows);
}

U64Column differences(RawRows<std::uint64_t>& values, std::size_t rows) noexcept {
  to_deltas(first_rows(values, rows), 0);
  return shrunk(values, rows);
}

U64Column zigzags(RawRows<std::uint64_t>& values, std::size_t rows) noexcept {
  to_deltas(first_rows(values, rows), 0);
  to_zigzag(first_rows(values, rows));
  return shrunk(values, rows);
}

/// The life that the record here tells, if it does.
std::optional<RawLife> life_at(RawCursor const& cursor) noexcept {
  if (cursor.kind() == RawKind::life) return cursor.as<RawLife>();
  return cursor.kind() == RawKind::request ? life_of(cursor.as<RawRequest>()) : std::nullopt;
}

/// Whether the record here tells of transitions that are no life.
bool has_transitions(RawCursor const& cursor) noexcept {
  return cursor.kind() == RawKind::slot ||
         (cursor.kind() == RawKind::request && !life_of(cursor.as<RawRequest>()));
}

RawSlot transition(SlotRowState from, SlotRowState to, std::uint64_t time) noexcept {
  return {.head = {.small = {static_cast<std::uint8_t>(from), static_cast<std::uint8_t>(to),
                             static_cast<std::uint8_t>(SlotRowActor::hypervisor)}},
          .time = time};
}

}  // namespace

void RawExitNumbers::add(std::size_t row, std::uint64_t exit) noexcept {
  if (row == 0) unknown_ = 0;
  bool const unknown = exit == no_exit;
  core::check(!unknown || unknown_ == row, "only rows before the first exit have none");
  if (unknown) ++unknown_;
  exit_[row] = unknown ? 0 : exit;
}

void RawExitNumbers::finish(std::size_t rows) noexcept {
  column_ = {};
  known_ = {};
  if (rows == 0 || unknown_ == rows) return;
  column_ = zigzags(exit_, rows);
  if (unknown_ == 0) return;
  std::size_t const bytes = (rows + 7) / 8;
  std::fill_n(bitmap_.begin(), bytes, std::uint8_t{0});
  for (std::size_t row = unknown_; row < rows; ++row) set_bit(bitmap_, row);
  known_ = std::span{bitmap_}.first(bytes);
}

std::size_t RawSlots::take(RawCursor& cursor, ChunkHead& head) noexcept {
  while (!cursor.at_end() && !life_at(cursor) && !has_transitions(cursor)) cursor.next();
  if (cursor.at_end()) return 0;
  head.first_sequence = cursor.numbers().slots;
  return life_at(cursor) ? take_lives(cursor, head) : take_transitions(cursor, head);
}

std::size_t RawSlots::take_lives(RawCursor& cursor, ChunkHead& head) noexcept {
  std::size_t row = 0;
  for (; !cursor.at_end() && !has_transitions(cursor) && row < raw_rows_max; cursor.next()) {
    std::optional<RawLife> const life = life_at(cursor);
    if (!life) continue;
    if (row == 0) head.t0 = life->pending;
    time_[row] = life->pending;
    access_[row] = cursor.numbers().accesses;
    processing_[row] = life->processing - life->pending;
    complete_[row] = life->complete - life->processing;
    free_[row] = life->free - life->complete;
    ++row;
  }
  columns_ = {.time = {},
              .access = zigzags(access_, row),
              .from = {},
              .to = {},
              .actor = {},
              .pending = times(time_, row, head.t0),
              .processing = shrunk(processing_, row),
              .complete = shrunk(complete_, row),
              .free = shrunk(free_, row)};
  return 4 * row;
}

std::size_t RawSlots::take_transitions(RawCursor& cursor, ChunkHead& head) noexcept {
  std::size_t row = 0;
  for (; !cursor.at_end() && !life_at(cursor) && row + 2 <= raw_rows_max; cursor.next()) {
    if (!has_transitions(cursor)) continue;
    std::uint64_t const access = cursor.numbers().accesses;
    if (cursor.kind() == RawKind::slot) {
      add(row++, cursor.as<RawSlot>(), access);
      continue;
    }
    using State = SlotRowState;
    auto const& request = cursor.as<RawRequest>();
    add(row++, transition(State::free, State::pending, request.pending), access);
    add(row++, transition(State::complete, State::free, request.free), access);
  }
  head.t0 = time_[0];
  columns_ = {.time = times(time_, row, head.t0),
              .access = zigzags(access_, row),
              .from = shrunk(from_, row),
              .to = shrunk(to_, row),
              .actor = shrunk(actor_, row),
              .pending = {},
              .processing = {},
              .complete = {},
              .free = {}};
  return row;
}

void RawSlots::add(std::size_t row, RawSlot const& slot, std::uint64_t access) noexcept {
  time_[row] = slot.time;
  access_[row] = access;
  from_[row] = slot.head.small[0];
  to_[row] = slot.head.small[1];
  actor_[row] = slot.head.small[2];
}

std::size_t RawInjects::take(RawCursor& cursor, ChunkHead& head) noexcept {
  constexpr std::uint32_t has_error_code = 1U << 11U;
  std::size_t row = 0;
  std::size_t errors = 0;
  error_code_known_ = {};
  for (; row < raw_rows_max && cursor.seek(RawKind::inject); cursor.next(), ++row) {
    RawInject const& inject = cursor.as<RawInject>();
    if (row == 0) {
      head.first_sequence = cursor.numbers().injects;
      head.t0 = inject.time;
    }
    bool const error = (inject.information & has_error_code) != 0;
    time_[row] = inject.time;
    exits_.add(row, cursor.exit());
    position_[row] = cursor.numbers().accesses;
    vector_[row] = static_cast<std::uint8_t>(inject.information & 0xFFU);
    type_[row] = static_cast<std::uint8_t>(inject.information >> 8U & 7U);
    error_code_[row] = error ? inject.error_code : 0;
    origin_[row] = inject.head.small[0];
    if (error) set_bit(error_code_known_, row);
    errors += error ? 1 : 0;
  }
  finish(row, head.t0, errors);
  return row;
}

void RawInjects::finish(std::size_t rows, std::uint64_t t0, std::size_t errors) noexcept {
  exits_.finish(rows);
  bool const some = errors != 0 && errors != rows;
  columns_ = {
      .time = times(time_, rows, t0),
      .after_exit = exits_.column(),
      .after_exit_known = exits_.known(),
      .position = differences(position_, rows),
      .vector = shrunk(vector_, rows),
      .type = shrunk(type_, rows, std::uint8_t{0}),
      .error_code = errors == 0 ? U32Column{} : shrunk(error_code_, rows),
      .error_code_known = some ? ByteColumn{error_code_known_}.first((rows + 7) / 8) : ByteColumn{},
      .origin = shrunk(origin_, rows, std::uint8_t{0})};
}

std::size_t RawInputs::take(RawCursor& cursor, ChunkHead& head) noexcept {
  std::size_t row = 0;
  for (; row < raw_rows_max && cursor.seek(RawKind::input); cursor.next(), ++row) {
    RawInput const& input = cursor.as<RawInput>();
    if (row == 0) {
      head.first_sequence = cursor.numbers().inputs;
      head.t0 = input.time;
    }
    time_[row] = input.time;
    position_[row] = cursor.numbers().accesses;
    kind_[row] = input.head.small[0];
    target_[row] = input.target;
    payload_[row] = input.payload;
    exits_.add(row, cursor.exit());
  }
  exits_.finish(row);
  columns_ = {.time = times(time_, row, head.t0),
              .position = differences(position_, row),
              .kind = shrunk(kind_, row),
              .target = shrunk(target_, row),
              .payload = shrunk(payload_, row),
              .after_exit = exits_.column(),
              .after_exit_known = exits_.known()};
  return row;
}

}  // namespace acrn::traces
