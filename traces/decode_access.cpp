// SPDX-License-Identifier: BSD-3-Clause
// decode_access() of traces/chunk_parser.hpp: the reader's hot path.
#include <algorithm>
#include <array>

#include "core/access.hpp"
#include "traces/chunk_parser.hpp"
#include "traces/decode_column.hpp"
#include "traces/decode_stage.hpp"
#include "traces/wire/field_walker.hpp"

namespace acrn::traces {

namespace {

using Bytes = std::span<std::byte const>;

/// Field numbers of AccessColumns in traces/schema/capture.proto.
enum Number : std::uint32_t {
  sequence = 1,
  time,
  shape,
  address,
  value,
  value_known,
  count,
  handling,
  client,
  exit,
  exit_known,
  exit_base,
  stages
};

struct AccessFields {
  std::array<Bytes, 14> column;
  std::uint64_t exit_base{};
  std::array<Bytes, stage_count> stage;
  std::size_t stages{};
  bool canonical{true};  ///< each field once and packed
};

AccessFields split_fields(Bytes message) {
  AccessFields fields;
  std::uint32_t seen = 0;
  FieldWalker walker{message};
  for (Field field; walker.next(field);) {
    if (field.number > Number::stages) continue;
    if (field.number == Number::stages) {
      if (fields.stages == stage_count) wrong_access("stages", "more than 16 times");
      fields.stage[fields.stages++] = field.bytes;
      fields.canonical = fields.canonical && field.type == WireType::length;
      continue;
    }
    WireType const expected =
        field.number == Number::exit_base ? WireType::varint : WireType::length;
    bool const again = (seen >> field.number & 1U) != 0;
    fields.canonical = fields.canonical && field.type == expected && !again;
    seen |= 1U << field.number;
    fields.column[field.number] = field.bytes;
    if (field.number == Number::exit_base) fields.exit_base = field.value;
  }
  if (walker.malformed()) throw Malformed("found access columns that are no Protobuf message");
  return fields;
}

struct DeltaRule {
  std::uint64_t before{};
  std::uint64_t step{1};
  bool zigzag{};
};

template <bool is_zigzag>
void decode_sums(Bytes column, std::size_t rows, DeltaRule const& rule, char const* name,
                 std::vector<std::uint64_t>& out) {
  std::uint64_t sum = rule.before;
  std::uint64_t const step = rule.step;
  decode_plain(column, rows, name, out, [&sum, step](std::uint64_t coded) {
    sum += step * (is_zigzag ? unzigzag(coded) : coded);
    return sum;
  });
}

/// A column of differences. A constant difference of 0 stays one value; any other becomes a ramp.
void decode_deltas(Bytes column, std::size_t rows, DeltaRule const& rule, char const* name,
                   std::vector<std::uint64_t>& out) {
  if (rule.zigzag) {
    decode_sums<true>(column, rows, rule, name, out);
  } else {
    decode_sums<false>(column, rows, rule, name, out);
  }
  if (out.size() != 1 || rows == 1 || out.front() == rule.before) return;
  std::uint64_t const difference = out.front() - rule.before;
  out.resize(rows);
  for (std::size_t i = 1; i < rows; ++i) out[i] = out[i - 1] + difference;
}

void decode_bytes(Bytes column, std::size_t rows, std::uint8_t max, char const* name,
                  std::vector<std::uint8_t>& out) {
  if (column.size() > 1 && column.size() != rows) {
    wrong_access(name, "with neither one nor all of its values");
  }
  auto const* const data = reinterpret_cast<std::uint8_t const*>(column.data());
  out.assign(data, data + column.size());
  std::uint8_t bits = 0;
  for (std::uint8_t const value : out) bits = static_cast<std::uint8_t>(bits | value);
  // No value is above the union of all bits.
  if (bits > max && *std::max_element(out.begin(), out.end()) > max) {
    wrong_access(name, "with a value outside its range");
  }
}

/// Bit i of a bitmap that covers `rows` rows, or is empty.
bool bit(Bytes bitmap, std::size_t i) {
  return (static_cast<unsigned>(bitmap[i / 8]) >> (i % 8) & 1U) != 0;
}

void check_bitmap(Bytes bitmap, std::size_t rows, Bytes column, char const* name) {
  if (bitmap.empty()) return;
  if (column.empty() || bitmap.size() != (rows + 7) / 8) wrong_access(name, "with a wrong length");
  if (rows % 8 != 0 && static_cast<unsigned>(bitmap.back()) >> (rows % 8) != 0) {
    wrong_access(name, "with bits behind the last row");
  }
}

void decode_value_known(AccessFields const& fields, std::size_t rows, AccessBatch& batch) {
  Bytes const bitmap = fields.column[Number::value_known];
  check_bitmap(bitmap, rows, fields.column[Number::value], "value_known");
  auto& known = batch.value_known.data();
  if (bitmap.empty()) {
    known.assign(1, fields.column[Number::value].empty() ? 0 : 1);
    return;
  }
  known.resize(rows);
  for (std::size_t i = 0; i < rows; ++i) known[i] = bit(bitmap, i) ? 1 : 0;
}

/// A value must fit its access; consumers rely on it.
void check_values(AccessBatch const& batch) {
  constexpr std::array<std::uint64_t, 4> excess{~core::size_mask(1), ~core::size_mask(2),
                                                ~core::size_mask(4), ~core::size_mask(8)};
  if (!batch.value.recorded()) return;
  if (!batch.shape.recorded()) wrong_access("value", "without the column 'shape'");
  std::size_t const rows = batch.info.rows;
  std::uint64_t found = 0;
  if (!batch.value.constant() && !batch.shape.constant()) [[likely]] {
    std::uint64_t const* const values = batch.value.data().data();
    std::uint8_t const* const shapes = batch.shape.data().data();
    for (std::size_t i = 0; i < rows; ++i) found |= values[i] & excess[shapes[i] >> 3U & 3U];
  } else {
    for (std::size_t i = 0; i < rows; ++i) {
      found |= batch.value[i] & excess[batch.shape[i] >> 3U & 3U];
    }
  }
  if (found != 0) wrong_access("value", "with a value wider than its access");
}

void decode_exits(AccessFields const& fields, std::size_t rows, std::vector<std::uint64_t>& out) {
  DeltaRule const rule{.before = fields.exit_base, .step = 1, .zigzag = true};
  Bytes const bitmap = fields.column[Number::exit_known];
  decode_deltas(fields.column[Number::exit], rows, rule, "exit", out);
  check_bitmap(bitmap, rows, fields.column[Number::exit], "exit_known");
  if (bitmap.empty()) return;
  out.resize(rows, out.front());
  for (std::size_t i = 0; i < rows; ++i) {
    if (!bit(bitmap, i)) out[i] = no_exit;
  }
}

}  // namespace

bool decode_access(ChunkHead const& head, Bytes columns, AccessBatch& batch) {
  AccessFields const fields = split_fields(columns);
  if (!fields.canonical) return false;
  std::size_t const rows = head.rows;
  auto const& column = fields.column;
  auto const same = [](std::uint64_t coded) { return coded; };
  decode_deltas(column[Number::sequence], rows, {.before = head.first_sequence - 1}, "sequence",
                batch.sequence.data());
  decode_deltas(column[Number::time], rows,
                {.before = head.t0, .step = std::max<std::uint64_t>(head.time_step, 1)}, "time",
                batch.time.data());
  decode_bytes(column[Number::shape], rows, 0x1F, "shape", batch.shape.data());
  decode_deltas(column[Number::address], rows, {.zigzag = true}, "address", batch.address.data());
  decode_plain(column[Number::value], rows, "value", batch.value.data(), same);
  decode_value_known(fields, rows, batch);
  decode_plain(column[Number::count], rows, "count", batch.count.data(), same);
  decode_bytes(column[Number::handling], rows, static_cast<std::uint8_t>(Handling::unclaimed),
               "handling", batch.handling.data());
  decode_plain(column[Number::client], rows, "client", batch.client.data(), same);
  decode_exits(fields, rows, batch.exit.data());
  if (!batch.sequence.recorded() || !batch.shape.recorded() || !batch.address.recorded()) {
    throw Malformed("found accesses without sequence, shape or address");
  }
  check_values(batch);
  batch.stages.resize(fields.stages);
  for (std::size_t i = 0; i < fields.stages; ++i) {
    StageColumn const* const before = i == 0 ? nullptr : &batch.stages[i - 1];
    decode_stage({head, batch, before}, fields.stage[i], batch.stages[i]);
    if (i > 0 && batch.stages[i].stage <= batch.stages[i - 1].stage) {
      wrong_access("stages", "that are not ascending");
    }
  }
  return true;
}

}  // namespace acrn::traces
