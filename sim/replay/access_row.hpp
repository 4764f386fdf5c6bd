// SPDX-License-Identifier: BSD-3-Clause
// From an access row of a capture to a planned access, and which rows no instruction can have made.
#pragma once

#include <string>

#include "sim/replay/plan.hpp"
#include "traces/rows.hpp"

namespace acrn::replay {

/// What makes the row impossible to replay, with what was expected; empty when nothing does.
std::string problem_of(traces::AccessRow const& row);

/// The row as a plan has it; what links it to other rows is left to the caller.
PlannedAccess plan_access(traces::AccessRow const& row);

}  // namespace acrn::replay
