// SPDX-License-Identifier: BSD-3-Clause
// The functional replayer: feeds each planned exit to core as fast as the machine allows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/profile.hpp"
#include "sim/replay/plan.hpp"
#include "traces/writer.hpp"

namespace acrn::replay {

/// How much of the compared output was backed by evidence.
struct FieldCounts {
  std::uint64_t checked{};  ///< the capture holds independent evidence, and it was compared
  std::uint64_t echoed{};   ///< it came from the capture itself, so equality proves nothing
  std::uint64_t unknown{};  ///< not recorded
};

/// The first output that differed from the capture.
struct Divergence {
  std::uint64_t position{};  ///< index in Plan::accesses()
  PlannedVcpu vcpu{};
  std::string field;  ///< "value", "handling", "exit.port" ...
  std::uint64_t expected{};
  std::uint64_t actual{};
};

/// Outcome of a replay by either engine, without time.
struct ReplayResult {
  std::uint64_t accesses{};   ///< planned accesses replayed
  std::uint64_t elements{};   ///< single accesses made (count expanded)
  std::uint64_t handled{};    ///< answered in the hypervisor
  std::uint64_t forwarded{};  ///< sent through a request slot and the HSM
  std::uint64_t faulted{};    ///< ended in a fault to the guest
  std::uint64_t upcalls{};
  std::uint64_t divergences{};
  FieldCounts fields;
  std::optional<Divergence> first_divergence;
  std::vector<std::uint32_t> vcpu_digests;  ///< one per Plan::vcpus(), CRC-32C
  std::uint32_t digest{};                   ///< over vcpu_digests in order
};

struct FunctionalOptions {
  core::Profile const* profile{&core::architectural};
  traces::Writer* record{};  ///< when set, everything replayed is written there (not finished)
};

/// Replays the plan. Throws std::invalid_argument for options that contradict the plan; what the
/// guest or the capture does never throws.
ReplayResult replay_functional(Plan const& plan, FunctionalOptions const& options = {});

}  // namespace acrn::replay
