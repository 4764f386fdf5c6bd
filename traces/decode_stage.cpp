// SPDX-License-Identifier: BSD-3-Clause
#include "traces/decode_stage.hpp"

#include <algorithm>

#include "traces/decode_column.hpp"
#include "traces/wire/field_walker.hpp"

namespace acrn::traces {

namespace {

/// The columns of one stage as they are in the file.
struct StageFields {
  std::uint64_t stage{};
  std::uint64_t entries{};
  std::span<std::byte const> gaps;
  std::span<std::byte const> offsets;
  std::span<std::byte const> steps;
};

StageFields split_stage(std::span<std::byte const> message) {
  StageFields fields;
  FieldWalker walker{message};
  for (Field field; walker.next(field);) {
    if (field.number == 1) fields.stage = field.value;
    if (field.number == 2) fields.entries = field.value;
    if (field.number == 3) fields.gaps = field.bytes;
    if (field.number == 4) fields.offsets = field.bytes;
    if (field.number == 5) fields.steps = field.bytes;
  }
  if (walker.malformed()) wrong_access("stages", "that is no Protobuf message");
  return fields;
}

/// A stage whose rows are those of the stage before it, and whose stamps count from there.
void decode_steps(StageFields const& fields, StagePlace const& place, StageColumn& out) {
  StageColumn const* const before = place.before;
  if (before == nullptr || before->rows.size() != fields.entries) {
    wrong_access("stages.step", "without a stage before it that has as many stamps");
  }
  decode_plain(fields.steps, fields.entries, "stages.step", out.times, &unzigzag);
  out.times.resize(fields.entries, out.times.front());
  out.rows = before->rows;
  std::uint64_t const step = std::max<std::uint64_t>(place.head.time_step, 1);
  for (std::size_t i = 0; i < out.times.size(); ++i) {
    out.times[i] = before->times[i] + step * out.times[i];
  }
}

}  // namespace

void decode_stage(StagePlace const& place, std::span<std::byte const> message, StageColumn& out) {
  StageFields const fields = split_stage(message);
  bool const has_steps = !fields.steps.empty();
  bool const whole = has_steps ? fields.gaps.empty() && fields.offsets.empty()
                               : !fields.gaps.empty() && !fields.offsets.empty();
  if (fields.stage >= stage_count || fields.entries == 0 || fields.entries > place.head.rows ||
      !whole) {
    wrong_access("stages", "with an impossible stage or count");
  }
  out.stage = static_cast<std::uint8_t>(fields.stage);
  if (has_steps) return decode_steps(fields, place, out);
  std::uint64_t const entries = fields.entries;
  decode_plain(fields.gaps, entries, "stages.gap", out.rows, [](std::uint64_t gap) { return gap; });
  decode_plain(fields.offsets, entries, "stages.offset", out.times, &unzigzag);
  out.rows.resize(entries, out.rows.front());
  out.times.resize(entries, out.times.front());
  std::uint64_t const step = std::max<std::uint64_t>(place.head.time_step, 1);
  std::uint64_t row = ~std::uint64_t{0};
  for (std::size_t i = 0; i < entries; ++i) {
    row += out.rows[i];
    if (out.rows[i] == 0 || row >= place.head.rows)
      wrong_access("stages.gap", "with an impossible row");
    out.rows[i] = static_cast<std::uint32_t>(row);
    out.times[i] = out.times[i] * step + (place.batch.time.recorded() ? place.batch.time[row] : 0);
  }
}

}  // namespace acrn::traces
