// SPDX-License-Identifier: BSD-3-Clause
// What the model counts while it runs: stages, latencies, groups of accesses, lateness, stamps.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/hsm/effects.hpp"
#include "sim/model/run_histogram.hpp"
#include "sim/model/stamps.hpp"
#include "sim/model/timed.hpp"
#include "sim/replay/plan.hpp"

namespace acrn::model {

/// One access that has ended, with all its elements.
struct Finished {
  std::size_t position{};  ///< in TallySubject::accesses
  SimTime start{};         ///< t0 of its first element
  SimTime end{};           ///< t15 of its last
};

/// What is counted. The accesses and what the capture says of itself outlive the tally.
struct TallySubject {
  std::span<replay::PlannedAccess const> accesses;
  traces::CaptureInfo const& info;
  bool keep_stamps{};  ///< fill TimedResult::stamps
};

/// Collects; TimedResult is filled at the end.
class Tally {
 public:
  Tally(TallySubject const& subject, Timing const& timing, TickScale const& scale);

  /// The stages of one request, or of one access that needed none.
  void stages(Stamps const& stamps);
  /// One element, from exit to entry.
  void latency(SimTime length) { latency_.record(length.ns()); }
  /// The start of an access at `start` whose recorded time is `recorded`.
  void started(SimTime start, SimTime recorded);
  /// The end of an access: groups, comparison with the record.
  void finished(Finished const& access, Stamps const& stamps);
  /// The end of an exit that made no access.
  void finished(std::uint16_t reason, SimTime start, SimTime end);
  /// The end of an access, for the client that answered it.
  void served(core::HsmClientId client, Finished const& access, std::string const& name);

  void fill(TimedResult& result);

 private:
  /// A Group under construction.
  struct Draft {
    std::string name;
    std::uint64_t reads{};
    std::uint64_t writes{};
    RunHistogram latency;
    RunHistogram recorded;
    Group finish();
  };

  Draft& region(replay::PlannedAccess const& access);
  Draft& region(std::uint16_t reason);
  std::string region_name(replay::PlannedAccess const& access) const;
  void add(Draft& group, replay::PlannedAccess const& access, SimTime length);
  /// Recorded latency in ns, or traces::no_stamp.
  [[nodiscard]] std::uint64_t recorded_ns(replay::PlannedAccess const& access) const;

  std::span<replay::PlannedAccess const> accesses_;
  traces::CaptureInfo const& info_;
  TickScale const& scale_;
  SimTime exit_cost_;
  std::vector<RunHistogram> stages_;
  RunHistogram latency_;
  RunHistogram recorded_;
  RunHistogram compared_;
  std::uint64_t started_{};
  std::uint64_t late_{};
  std::uint64_t late_ns_max_{};
  SimTime last_end_{};
  SimTime first_start_{never};
  std::deque<Draft> regions_;  // a deque keeps the references that last_region_ needs
  std::unordered_map<std::uint64_t, Draft*> region_of_;
  std::uint64_t last_key_{~std::uint64_t{0}};
  Draft* last_region_{};
  std::vector<Draft> clients_;
  std::vector<std::uint64_t> stamps_;
};

}  // namespace acrn::model
