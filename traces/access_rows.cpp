// SPDX-License-Identifier: BSD-3-Clause
// From decoded columns of accesses to rows: AccessBatch::row() and to_rows().
#include <algorithm>

#include "traces/chunk_parser.hpp"

namespace acrn::traces {

AccessRow AccessBatch::row(std::size_t i) const {
  AccessRow row;
  row.sequence = sequence[i];
  row.time = time.recorded() ? time[i] : 0;
  row.access = {.space = shape_space(shape[i]),
                .direction = shape_direction(shape[i]),
                .size = shape_size(shape[i]),
                .address = address[i],
                .value = value.recorded() ? value[i] : 0};
  row.value_known = value.recorded() && (!value_known.recorded() || value_known[i] != 0);
  row.count = count.recorded() ? count[i] : 1;
  row.handling = handling.recorded() ? static_cast<Handling>(handling[i]) : Handling::unknown;
  row.client = client.recorded() ? client[i] : 0;
  row.exit = exit.recorded() ? exit[i] : no_exit;
  for (StageColumn const& stage : stages) {
    auto const found = std::lower_bound(stage.rows.begin(), stage.rows.end(), i);
    if (found == stage.rows.end() || *found != i) continue;
    row.stages[stage.stage] = stage.times[static_cast<std::size_t>(found - stage.rows.begin())];
  }
  return row;
}

void to_rows(AccessBatch const& batch, std::vector<AccessRow>& rows) {
  rows.clear();
  rows.reserve(batch.info.rows);
  for (std::size_t i = 0; i < batch.info.rows; ++i) rows.push_back(batch.row(i));
}

}  // namespace acrn::traces
