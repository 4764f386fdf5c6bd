// SPDX-License-Identifier: BSD-3-Clause
// Plans of a few rows, as the tests of the functional replayer make and replay them.
#pragma once

#include <utility>
#include <vector>

#include "sim/replay/functional.hpp"
#include "sim/replay/plan_builder.hpp"
#include "tests/unit/sim/replay/rows.hpp"

namespace acrn::tests {

/// The rows of one vCPU, one vector per stream.
struct Source {
  std::vector<traces::AccessRow> accesses{};
  std::vector<traces::ExitRow> exits{};
  std::vector<traces::SlotRow> slots{};
};

/// A plan of them: one VM with one vCPU, captured on VMX.
inline replay::Plan plan_of(Source const& source) {
  traces::CaptureInfo info;
  info.cpu = "vmx";
  replay::PlanBuilder builder{info, "t.acap"};
  builder.add(chunk(0, 0), source.accesses);
  builder.add(chunk(0, 0), source.exits);
  builder.add(chunk(0, 0), source.slots);
  return std::move(builder).build();
}

/// Replays them, without recording.
inline replay::ReplayResult replay_of(Source const& source,
                                      core::Profile const& profile = core::architectural) {
  return replay::replay_functional(plan_of(source), {.profile = &profile, .record = nullptr});
}

/// The first access: forwarded, and otherwise as given.
inline traces::AccessRow access(std::uint16_t port, core::Direction direction, std::uint8_t size,
                                std::uint64_t value) {
  traces::AccessRow row = port_row(0, port, traces::Handling::forwarded);
  row.access.direction = direction;
  row.access.size = size;
  row.access.value = value;
  return row;
}

/// The same rows, in the order in which they stand.
inline std::vector<traces::AccessRow> numbered(std::vector<traces::AccessRow> rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].sequence = i;
  return rows;
}

}  // namespace acrn::tests
