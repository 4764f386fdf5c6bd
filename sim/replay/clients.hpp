// SPDX-License-Identifier: BSD-3-Clause
// The clients of the HSM under replay: as many, with such names, as a capture's accesses tell.
#pragma once

#include <span>
#include <vector>

#include "core/hsm/hsm.hpp"
#include "sim/replay/plan.hpp"
#include "sim/replay/service_side.hpp"
#include "sim/replay/slot_log.hpp"

namespace acrn::replay {

/// Registers the clients of a VM that `hsm` knows: a default one, and one for each name that
/// regions of the VM have. Ordered by id.
std::vector<MachineClient> make_clients(core::Hsm<LoggedMemory>& hsm, core::VmId vm,
                                        std::span<PlannedRegion const> regions,
                                        traces::CaptureInfo const& info);

}  // namespace acrn::replay
