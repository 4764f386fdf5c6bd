// SPDX-License-Identifier: BSD-3-Clause
// What every simulation consists of besides its vCPUs: timeline, board, worker, clients.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "sim/model/board.hpp"
#include "sim/model/client.hpp"
#include "sim/model/hops.hpp"
#include "sim/model/hsm_worker.hpp"
#include "sim/model/timed.hpp"
#include "sim/model/timeline.hpp"
#include "sim/model/timing.hpp"
#include "sim/replay/service_side.hpp"
#include "traces/capture_info.hpp"

namespace acrn::model {

/// All of it outlives the assembly.
struct AssemblyOptions {
  replay::ServiceSide& service;
  std::span<replay::MachineClient const> clients;
  std::size_t vcpu_count{};
  bool several_vms{};  ///< clients are named with their VM
  TickScale const& scale;
  Timing const& timing;
  TallySubject subject;
  Hops hops{};
};

/// Each simulation has one. Actors of vCPUs are made on timeline() and board(), and added.
class Assembly {
 public:
  /// Throws std::invalid_argument for figures of `options.timing` that are out of range.
  explicit Assembly(AssemblyOptions const& options);
  Assembly(Assembly const&) = delete;
  Assembly& operator=(Assembly const&) = delete;

  [[nodiscard]] Timeline& timeline() { return timeline_; }
  [[nodiscard]] Board& board() { return board_; }
  /// vCPUs are added in the order of the plan.
  void add(Requester& vcpu) { board_.vcpus.push_back(&vcpu); }

  /// Runs until nothing is left to do. Exceptions of actors come out.
  void run() { timeline_.run(); }
  /// What was counted; result.replay is the caller's.
  void fill(TimedResult& result);

 private:
  Timeline timeline_;
  Board board_;
  HsmWorker worker_;
  std::vector<std::unique_ptr<ClientActor>> clients_;
};

/// The guest time to assume between exits; nothing where the capture is timed. Throws
/// std::invalid_argument for an untimed capture without one, and for one that is out of range.
std::optional<SimTime> gap_of(traces::CaptureInfo const& info,
                              std::optional<std::uint64_t> assume_gap_ns);

}  // namespace acrn::model
