// SPDX-License-Identifier: BSD-3-Clause
// What a replay by either engine found, without time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/replay/plan.hpp"

namespace acrn::replay {

/// How much of the compared output was backed by evidence.
struct FieldCounts {
  std::uint64_t checked{};  ///< the capture holds independent evidence, and it was compared
  std::uint64_t echoed{};   ///< it came from the capture itself, so equality proves nothing
  std::uint64_t unknown{};  ///< not recorded
  friend bool operator==(FieldCounts const&, FieldCounts const&) = default;
};

/// The first output that differed from the capture. Fields: "exit.port", "exit.size" and
/// "exit.direction" (the access row against its exit's qualification), "fault" (vector + 1 of an
/// exception where the guest got none), "handling" (0 in the hypervisor, 1 forwarded), "value",
/// "register" (what the instruction left in its destination), "slots" (see append_slot_path()).
struct Divergence {
  std::uint64_t position{};  ///< index in Plan::accesses()
  PlannedVcpu vcpu{};
  std::string field;
  std::uint64_t expected{};
  std::uint64_t actual{};
  friend bool operator==(Divergence const&, Divergence const&) = default;
};

/// Outcome of a replay by either engine, without time.
struct ReplayResult {
  std::uint64_t accesses{};   ///< planned accesses replayed
  std::uint64_t elements{};   ///< single accesses made (count expanded)
  std::uint64_t handled{};    ///< elements answered in the hypervisor
  std::uint64_t forwarded{};  ///< elements sent through a request slot and the HSM
  std::uint64_t faulted{};    ///< elements that ended in a fault to the guest
  std::uint64_t upcalls{};    ///< requests that asked for an upcall; pieces count apart
  std::uint64_t divergences{};
  FieldCounts fields;
  std::optional<Divergence> first_divergence;
  std::vector<std::uint32_t> vcpu_digests;  ///< one per Plan::vcpus(), CRC-32C
  std::uint32_t digest{};                   ///< over vcpu_digests in order
};

}  // namespace acrn::replay
