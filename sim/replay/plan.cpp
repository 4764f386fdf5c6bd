// SPDX-License-Identifier: BSD-3-Clause
#include "sim/replay/plan.hpp"

#include <utility>

#include "sim/replay/plan_builder.hpp"

namespace acrn::replay {

Plan Plan::load(traces::Reader& reader, PlanOptions const& options) {
  PlanBuilder builder{reader.info(), reader.path(), options};
  traces::Reader::Rows rows;
  while (reader.next(rows)) {
    builder.add(rows.info, rows.access);
    builder.add(rows.info, rows.exit);
    builder.add(rows.info, rows.slot);
  }
  return std::move(builder).build();
}

}  // namespace acrn::replay
