// SPDX-License-Identifier: BSD-3-Clause
// The timed replay of exits: an exit-exact plan on the SystemC model.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/model/timed.hpp"
#include "sim/replay/exits/plan.hpp"
#include "sim/replay/exits/result.hpp"

namespace acrn::model {

struct TimedExitOptions {
  core::Profile const* profile{};  ///< nullptr: the one that each VM's configuration names
  std::optional<std::uint64_t> assume_gap_ns{};  ///< guest time between exits without time stamps
  Hops hops{Hops::direct};
};

/// `timed.replay` is `exits.replay`.
struct TimedExits {
  replay::exits::Result exits;
  TimedResult timed;
};

/// Runs one simulation. Each vCPU starts with the simulation, computes for the guest time that was
/// recorded between its exits, and waits for the model's worker and clients; what core does is that
/// of the functional engine, or it is a bug. Throws as replay_timed() of accesses does.
TimedExits replay_timed(replay::exits::Plan const& plan, Timing const& timing,
                        TimedExitOptions const& options = {});

}  // namespace acrn::model
