// SPDX-License-Identifier: BSD-3-Clause
// What an exit-exact replay by either engine found, without time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/platform/stop.hpp"
#include "sim/replay/plan.hpp"
#include "sim/replay/result.hpp"

namespace acrn::replay::exits {

/// How far the replay of one vCPU came.
struct VcpuResult {
  PlannedVcpu id;
  std::uint64_t exits{};    ///< replayed
  std::uint64_t skipped{};  ///< rows behind a gap
  std::uint64_t lost{};     ///< rows that the recorder dropped
  std::string gap{};        ///< what is missing; empty: nothing is
  core::VcpuStop stop{};    ///< why the vCPU ended, if the capture holds its end
};

/// Outcome of a replay of exits. In `replay`, an access is one that an instruction made, positions
/// of divergences are rows of their vCPU's exit stream, and digests are in the order of `vcpus`.
struct Result {
  ReplayResult replay;
  std::uint64_t exits{};
  std::uint64_t skipped{};
  std::uint64_t injected{};      ///< events put into the guest
  std::uint64_t inputs{};        ///< what reached the VM from outside and was applied
  std::uint16_t first_reason{};  ///< basic reason of the exit that diverged first
  std::vector<VcpuResult> vcpus;
};

}  // namespace acrn::replay::exits
