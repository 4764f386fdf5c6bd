// SPDX-License-Identifier: BSD-3-Clause
#include "traces/wire/raw_accesses.hpp"

#include <algorithm>

namespace acrn::traces {

namespace {

/// Replaces ascending row numbers by their gaps; -1 precedes the first.
void to_gaps(std::span<std::uint32_t> rows) noexcept {
  std::uint32_t before = ~std::uint32_t{0};
  for (std::uint32_t& row : rows) {
    std::uint32_t const now = row;
    row -= before;
    before = now;
  }
}

core::Access access_of(RawAccess const& raw) noexcept {
  return {.space = static_cast<core::Space>(raw.space),
          .direction = static_cast<core::Direction>(raw.direction),
          .size = raw.size,
          .address = raw.address,
          .value = raw.value};
}

}  // namespace

std::size_t RawAccesses::take(RawCursor& cursor, ChunkHead& head) noexcept {
  for (Stage& stage : stages_) stage.count = 0;
  std::size_t row = 0;
  RawRequest const* request = nullptr;
  while (row < raw_rows_max && !cursor.at_end()) {
    if (cursor.kind() == RawKind::exit) request = nullptr;
    if (cursor.kind() == RawKind::request) request = &cursor.as<RawRequest>();
    if (cursor.kind() != RawKind::access) {
      cursor.next();
      continue;
    }
    if (row == 0) {
      head.first_sequence = cursor.numbers().accesses;
      head.t0 = cursor.exit_time();
    }
    add(row, cursor);
    if (request != nullptr) add_stamps(row, *request);
    request = nullptr;
    cursor.next();
    add_stamps(row, cursor);
    ++row;
  }
  finish(row, head);
  return row;
}

void RawAccesses::add(std::size_t row, RawCursor const& cursor) noexcept {
  RawAccess const& raw = cursor.as<RawAccess>();
  core::Access const access = access_of(raw);
  sequence_[row] = cursor.numbers().accesses;
  time_[row] = cursor.exit_time();
  shape_[row] = pack_shape(access);
  address_[row] = access.address;
  value_[row] = core::truncate(access.value, access.size);
  handling_[row] = raw.handling;
  client_[row] = raw.client;
  exit_[row] = cursor.exit();
}

/// A second stamp of the same stage is left out.
void RawAccesses::add_stamp(std::size_t row, unsigned number, std::uint64_t time) noexcept {
  Stage& stage = stages_[number % stage_count];
  if (stage.count != 0 && stage.row[stage.count - 1] == row) return;
  stage.row[stage.count] = static_cast<std::uint32_t>(row);
  stage.offset[stage.count] = time - time_[row];
  ++stage.count;
}

/// Without those that the slot's rows tell.
void RawAccesses::add_stamps(std::size_t row, RawRequest const& request) noexcept {
  bool const has_life = life_of(request).has_value();
  for (unsigned stage = service_stage_first; stage <= service_stage_last; ++stage) {
    bool const told = has_life && (stage == processing_stage || stage == complete_stage);
    std::optional<std::uint64_t> const time = stamp_of(request, stage);
    if (time && !told) add_stamp(row, stage, *time);
  }
}

void RawAccesses::add_stamps(std::size_t row, RawCursor& cursor) noexcept {
  for (; !cursor.at_end() && cursor.kind() == RawKind::stamp; cursor.next()) {
    RawStamp const& stamp = cursor.as<RawStamp>();
    add_stamp(row, stamp.head.small[0], stamp.time);
  }
}

void RawAccesses::finish(std::size_t rows, ChunkHead const& head) noexcept {
  // A base one step before the first makes the column constant where each access has its own exit.
  std::uint64_t const exit_base = rows == 0 ? 0 : exit_[0] - 1;
  to_deltas(first_rows(sequence_, rows), head.first_sequence - 1);
  to_deltas(first_rows(time_, rows), head.t0);
  to_deltas(first_rows(address_, rows), 0);
  to_zigzag(first_rows(address_, rows));
  to_deltas(first_rows(exit_, rows), exit_base);
  to_zigzag(first_rows(exit_, rows));
  columns_ = {.sequence = shrunk(sequence_, rows),
              .time = shrunk(time_, rows),
              .shape = shrunk(shape_, rows),
              .address = shrunk(address_, rows),
              .value = shrunk(value_, rows),
              .value_known = {},
              .count = {},
              .handling = shrunk(handling_, rows, std::uint8_t{0}),
              .client = shrunk(client_, rows, 0U),
              .exit = shrunk(exit_, rows),
              .exit_known = {},
              .exit_base = exit_base,
              .stages = finish_stages()};
}

/// Stamps of the same rows as the stage before them become steps from there: from the last stage to
/// the first, so that what is subtracted is still an offset.
std::span<StageColumnView const> RawAccesses::finish_stages() noexcept {
  std::array<std::uint8_t, stage_count> present{};
  std::size_t count = 0;
  for (std::uint8_t number = 0; number < stage_count; ++number) {
    if (stages_[number].count != 0) present[count++] = number;
  }
  for (std::size_t i = count; i-- > 0;) {
    Stage& stage = stages_[present[i]];
    std::span<std::uint64_t> const offsets = first_rows(stage.offset, stage.count);
    std::span<std::uint32_t> const rows = first_rows(stage.row, stage.count);
    StageColumnView view{.stage = present[i], .count = static_cast<std::uint32_t>(stage.count)};
    Stage const* const before = i == 0 ? nullptr : &stages_[present[i - 1]];
    bool const steps = before != nullptr && before->count == stage.count &&
                       std::equal(rows.begin(), rows.end(), before->row.begin());
    for (std::size_t k = 0; steps && k < stage.count; ++k) offsets[k] -= before->offset[k];
    to_zigzag(offsets);
    if (steps) {
      view.step = shrink(U64Column{offsets});
    } else {
      to_gaps(rows);
      view.gap = shrink(U32Column{rows});
      view.offset = shrink(U64Column{offsets});
    }
    views_[i] = view;
  }
  return std::span{views_}.first(count);
}

}  // namespace acrn::traces
