// SPDX-License-Identifier: BSD-3-Clause
// Runs the replay of one exit-exact capture.
#pragma once

#include "sim/cli/capture_input.hpp"
#include "sim/cli/filters.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/replay_job.hpp"

namespace acrn::cli {

/// As run_replay(), which calls it for captures whose header has a platform. Throws UsageError for
/// options that such a replay cannot have: filters, since what is left out would be missing in the
/// devices' state, and a recording, since the capture is the recording.
ReplayOutcome run_exit_replay(ReplayJob const& job, Filters const& filters, CaptureInput& capture,
                              Talk const& talk);

}  // namespace acrn::cli
