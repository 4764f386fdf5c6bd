// SPDX-License-Identifier: BSD-3-Clause
// decode_access() of traces/chunk_parser.hpp: the reader's hot path.
#include <algorithm>
#include <array>

#include "core/access.hpp"
#include "traces/chunk_parser.hpp"
#include "traces/packed_column.hpp"
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

[[noreturn]] void wrong(char const* column, char const* what) {
  throw Malformed(std::string{"found the access column '"} + column + "' " + what);
}

AccessFields split_fields(Bytes message) {
  AccessFields fields;
  std::uint32_t seen = 0;
  FieldWalker walker{message};
  for (Field field; walker.next(field);) {
    if (field.number > Number::stages) continue;
    if (field.number == Number::stages) {
      if (fields.stages == stage_count) wrong("stages", "more than 16 times");
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

/// The first varint of a column and whether it is the only one.
struct First {
  std::uint64_t value{};
  bool alone{};
};

First first_of(Bytes column, char const* name) {
  First first;
  std::byte const* const end = column.data() + column.size();
  std::byte const* const at = get_varint(column.data(), end, first.value);
  if (at == nullptr) wrong(name, "cut inside a number");
  first.alone = at == end;
  return first;
}

/// Decodes a column of `rows` values, or one; `convert` maps a coded value to what is stored and
/// may keep a running sum.
template <class T, class Convert>
void decode_plain(Bytes column, std::size_t rows, char const* name, std::vector<T>& out,
                  Convert convert) {
  if (column.empty()) return out.clear();
  First const first = first_of(column, name);
  out.resize(first.alone ? 1 : rows);
  T* const data = out.data();
  bool const exact = decode_packed(column, out.size(), [&](std::size_t i, std::uint64_t coded) {
    data[i] = static_cast<T>(convert(coded));
  });
  if (!exact) wrong(name, "with neither one nor all of its values");
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
    wrong(name, "with neither one nor all of its values");
  }
  auto const* const data = reinterpret_cast<std::uint8_t const*>(column.data());
  out.assign(data, data + column.size());
  std::uint8_t bits = 0;
  for (std::uint8_t const value : out) bits = static_cast<std::uint8_t>(bits | value);
  // No value is above the union of all bits.
  if (bits > max && *std::max_element(out.begin(), out.end()) > max) {
    wrong(name, "with a value outside its range");
  }
}

/// Bit i of a bitmap that covers `rows` rows, or is empty.
bool bit(Bytes bitmap, std::size_t i) {
  return (static_cast<unsigned>(bitmap[i / 8]) >> (i % 8) & 1U) != 0;
}

void check_bitmap(Bytes bitmap, std::size_t rows, Bytes column, char const* name) {
  if (bitmap.empty()) return;
  if (column.empty() || bitmap.size() != (rows + 7) / 8) wrong(name, "with a wrong length");
  if (rows % 8 != 0 && static_cast<unsigned>(bitmap.back()) >> (rows % 8) != 0) {
    wrong(name, "with bits behind the last row");
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
  if (!batch.shape.recorded()) wrong("value", "without the column 'shape'");
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
  if (found != 0) wrong("value", "with a value wider than its access");
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

void decode_stage(Bytes message, ChunkHead const& head, AccessBatch const& batch,
                  StageColumn& out) {
  std::uint64_t stage = 0;
  std::uint64_t entries = 0;
  Bytes gaps;
  Bytes offsets;
  FieldWalker walker{message};
  for (Field field; walker.next(field);) {
    if (field.number == 1) stage = field.value;
    if (field.number == 2) entries = field.value;
    if (field.number == 3) gaps = field.bytes;
    if (field.number == 4) offsets = field.bytes;
  }
  if (walker.malformed()) wrong("stages", "that is no Protobuf message");
  if (stage >= stage_count || entries == 0 || entries > head.rows || gaps.empty() ||
      offsets.empty()) {
    wrong("stages", "with an impossible stage or count");
  }
  out.stage = static_cast<std::uint8_t>(stage);
  decode_plain(gaps, entries, "stages.gap", out.rows, [](std::uint64_t gap) { return gap; });
  decode_plain(offsets, entries, "stages.offset", out.times, &unzigzag);
  out.rows.resize(entries, out.rows.front());
  out.times.resize(entries, out.times.front());
  std::uint64_t const step = std::max<std::uint64_t>(head.time_step, 1);
  std::uint64_t row = ~std::uint64_t{0};
  for (std::size_t i = 0; i < entries; ++i) {
    row += out.rows[i];
    if (out.rows[i] == 0 || row >= head.rows) wrong("stages.gap", "with an impossible row");
    out.rows[i] = static_cast<std::uint32_t>(row);
    out.times[i] = out.times[i] * step + (batch.time.recorded() ? batch.time[row] : 0);
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
    decode_stage(fields.stage[i], head, batch, batch.stages[i]);
    if (i > 0 && batch.stages[i].stage <= batch.stages[i - 1].stage) {
      wrong("stages", "that are not ascending");
    }
  }
  return true;
}

}  // namespace acrn::traces
