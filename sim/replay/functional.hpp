// SPDX-License-Identifier: BSD-3-Clause
// The functional replayer: feeds each planned exit to core as fast as the machine allows.
#pragma once

#include "core/profile.hpp"
#include "sim/replay/plan.hpp"
#include "sim/replay/result.hpp"
#include "traces/writer.hpp"

namespace acrn::replay {

struct FunctionalOptions {
  core::Profile const* profile{&core::architectural};
  traces::Writer* record{};  ///< when set, everything replayed is written there (not finished)
};

/// Replays the plan. Throws std::invalid_argument for options that contradict the plan, and for a
/// plan of more VMs than the service module serves; what the guest or the capture does never
/// throws.
ReplayResult replay_functional(Plan const& plan, FunctionalOptions const& options = {});

}  // namespace acrn::replay
