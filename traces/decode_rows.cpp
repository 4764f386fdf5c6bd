// SPDX-License-Identifier: BSD-3-Clause
// decode_rows() of traces/chunk_parser.hpp for slots, injections and inputs.
#include "traces/chunk_parser.hpp"
#include "traces/info_codec.hpp"
#include "traces/row_cells.hpp"

namespace acrn::traces {

namespace {

/// Four rows for each of the requests' lives.
void decode_lives(ChunkHead const& head, v1::SlotColumns const& from, std::vector<SlotRow>& rows) {
  std::size_t const n = head.rows / 4;
  if (head.rows % 4 != 0) wrong("pending", "in a chunk whose rows are no multiple of 4");
  Sum pending{from.pending(), n, "pending"};
  Sum access{from.access(), n, "access"};
  Cells const processing{from.processing(), n, "processing"};
  Cells const complete{from.complete(), n, "complete"};
  Cells const free{from.free(), n, "free"};
  std::uint64_t const step = step_of(head);
  rows.clear();
  rows.reserve(head.rows);
  for (std::size_t i = 0; i < n; ++i) {
    SlotRow row{.time = head.t0 + step * pending.at(i), .access = access.at(i)};
    auto const add = [&](SlotRowState before, SlotRowState after, SlotRowActor actor) {
      row.from = static_cast<std::uint8_t>(before);
      row.to = static_cast<std::uint8_t>(after);
      row.actor = static_cast<std::uint8_t>(actor);
      rows.push_back(row);
    };
    add(SlotRowState::free, SlotRowState::pending, SlotRowActor::hypervisor);
    row.time += step * processing[i];
    add(SlotRowState::pending, SlotRowState::processing, SlotRowActor::worker);
    row.time += step * complete[i];
    add(SlotRowState::processing, SlotRowState::complete, SlotRowActor::client);
    row.time += step * free[i];
    add(SlotRowState::complete, SlotRowState::free, SlotRowActor::hypervisor);
  }
}

}  // namespace

void decode_rows(ChunkHead const& head, std::span<std::byte const> columns,
                 std::vector<SlotRow>& rows) {
  auto const from = parse<v1::SlotColumns>(columns);
  if (from.pending_size() != 0) return decode_lives(head, from, rows);
  std::size_t const n = head.rows;
  Sum time{from.time(), head, "time"};
  Sum access{from.access(), n, "access"};
  Cells const before{from.from(), n, "from"};
  Cells const after{from.to(), n, "to"};
  Cells const actor{from.actor(), n, "actor"};
  rows.assign(n, {});
  for (std::size_t i = 0; i < n; ++i) {
    rows[i] = {.time = time.at(i),
               .access = access.at(i),
               .from = byte_of(before, i),
               .to = byte_of(after, i),
               .actor = byte_of(actor, i)};
  }
}

void decode_rows(ChunkHead const& head, std::span<std::byte const> columns,
                 std::vector<InjectRow>& rows) {
  auto const from = parse<v1::InjectColumns>(columns);
  std::size_t const n = head.rows;
  Sum time{from.time(), head, "time"};
  OptionalSum exit{from.after_exit(), from.after_exit_known(), n, "after_exit"};
  Sum position{from.position(), n, "position"};
  Cells const vector{from.vector(), n, "vector"};
  Cells const type{from.type(), n, "type"};
  OptionalCells const error{from.error_code(), from.error_code_known(), n, "error_code"};
  Cells const origin{from.origin(), n, "origin"};
  rows.assign(n, {});
  for (std::size_t i = 0; i < n; ++i) {
    InjectRow& row = rows[i];
    row.time = time.at(i);
    row.after_exit = exit.at(i).value_or(no_exit);
    row.position = position.at(i);
    row.vector = byte_of(vector, i);
    row.type = byte_of(type, i);
    row.error_code = error.get<std::uint32_t>(i);
    row.origin = byte_of(origin, i);
  }
}

void decode_rows(ChunkHead const& head, std::span<std::byte const> columns,
                 std::vector<InputRow>& rows) {
  auto const from = parse<v1::InputColumns>(columns);
  std::size_t const n = head.rows;
  Sum time{from.time(), head, "time"};
  Sum position{from.position(), n, "position"};
  Cells const kind{from.kind(), n, "kind"};
  Cells const target{from.target(), n, "target"};
  Cells const payload{from.payload(), n, "payload"};
  OptionalSum exit{from.after_exit(), from.after_exit_known(), n, "after_exit"};
  rows.assign(n, {});
  for (std::size_t i = 0; i < n; ++i) {
    if (kind[i] < 1 || kind[i] > 5) wrong("kind", "with an unknown kind of input");
    rows[i] = {.time = time.at(i),
               .position = position.at(i),
               .kind = static_cast<InputKind>(kind[i]),
               .target = target[i],
               .payload = payload[i],
               .after_exit = exit.at(i).value_or(no_exit)};
  }
}

}  // namespace acrn::traces
