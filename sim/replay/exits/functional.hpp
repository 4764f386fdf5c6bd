// SPDX-License-Identifier: BSD-3-Clause
// The functional engine of exit-exact replay: as fast as the machine allows.
#pragma once

#include "sim/replay/exits/machine.hpp"
#include "sim/replay/exits/plan.hpp"
#include "sim/replay/exits/result.hpp"

namespace acrn::replay::exits {

/// Replays the plan, vCPU after vCPU. Throws std::invalid_argument as Machine's constructor does;
/// what the guest or the capture does never throws.
Result replay_functional(Plan const& plan, MachineOptions const& options = {});

}  // namespace acrn::replay::exits
