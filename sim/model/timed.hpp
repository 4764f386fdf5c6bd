// SPDX-License-Identifier: BSD-3-Clause
// The timed replay: the plan on a SystemC model of vCPUs, upcall line, HSM worker and clients.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/profile.hpp"
#include "sim/model/hops.hpp"
#include "sim/model/sim_time.hpp"
#include "sim/model/timing.hpp"
#include "sim/replay/functional.hpp"
#include "sim/replay/histogram.hpp"
#include "sim/replay/plan.hpp"

namespace acrn::model {

struct TimedOptions {
  core::Profile const* profile{&core::architectural};
  std::optional<std::uint64_t> assume_gap_ns;  ///< guest time between accesses of untimed captures
  bool keep_stamps{false};                     ///< fill TimedResult::stamps
  /// When set, everything replayed is written there with simulated stamps (not finished). Its clock
  /// must be recording_clock() of the capture's.
  traces::Writer* record{};
  Hops hops{Hops::direct};
};

/// Latency of a group of accesses: how many, and the distribution of exit-to-entry time. A row of
/// the capture that stands for several elements counts once, with the time of all of them.
struct Group {
  std::string name;  ///< "port 0x3f8", "mmio 0xfed00000 hpet", "client acrndm" ...
  std::uint64_t reads{};
  std::uint64_t writes{};
  replay::Histogram latency_ns;   ///< simulated, exit to entry
  replay::Histogram recorded_ns;  ///< recorded, where the capture has both ends
};

/// Busy time of one worker or client.
struct Utilisation {
  std::string name;
  std::uint64_t busy_ns{};
  std::uint64_t requests{};
};

struct TimedResult {
  replay::ReplayResult replay;   ///< the same digest as the functional engine, or it is a bug
  std::uint64_t simulated_ns{};  ///< from the first exit to the last entry
  std::uint64_t recorded_ns{};   ///< between the capture's first and last stamp
  std::uint64_t started{};       ///< accesses; of an exit-exact capture, exits
  std::uint64_t late{};          ///< of these: those that started after their recorded time
  std::uint64_t late_ns_max{};
  std::uint64_t upcalls_raised{};     ///< interrupts; replay.upcalls counts who wanted one
  std::uint64_t upcalls_coalesced{};  ///< requests that an upcall already on its way announced
  std::vector<replay::Histogram> stages_ns;  ///< one per Stage
  replay::Histogram latency_ns;              ///< exit to entry of every access
  replay::Histogram recorded_latency_ns;     ///< of the accesses whose end the capture holds
  replay::Histogram compared_latency_ns;     ///< simulated latency of exactly those
  std::vector<Group> regions;  ///< per port, or per 4-KiB page or named region of MMIO
  std::vector<Group> clients;
  std::vector<Utilisation> utilisation;
  std::uint64_t kernel_activations{};  ///< how often SystemC's kernel called an actor
  /// With keep_stamps: stage_count stamps (ns since the first exit, traces::no_stamp when absent)
  /// per access, row after row.
  std::vector<std::uint64_t> stamps;
};

/// Runs one simulation. The plan's order of turns is kept whatever the timing: an access waits
/// until all earlier ones of its VM have been routed. Throws std::invalid_argument when the capture
/// is untimed and no gap is assumed, or a figure is out of range; traces::ContentError when
/// simulated time outgrows 64 bits of picoseconds (186 days; replay a slice); and what the writer
/// throws. One simulation at a time per process; each call makes a fresh simulation context.
TimedResult replay_timed(replay::Plan const& plan, Timing const& timing,
                         TimedOptions const& options = {});

}  // namespace acrn::model
