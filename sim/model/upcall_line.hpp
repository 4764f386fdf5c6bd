// SPDX-License-Identifier: BSD-3-Clause
// The edge that tells the service VM of requests: one is on its way at most.
#pragma once

#include <cstdint>

#include "sim/model/sim_time.hpp"
#include "sim/model/timing.hpp"

namespace acrn::model {

/// An edge-triggered interrupt that coalesces: while one is pending, and that is until the HSM's
/// worker has started and so acknowledged it, another changes nothing.
class UpcallLine {
 public:
  explicit UpcallLine(Timing const& timing)
      : upcall_{SimTime::from_ns(timing.ns(Stage::upcall))},
        wake_{SimTime::from_ns(timing.ns(Stage::worker_wake))} {}

  /// When an edge raised now reaches its ends.
  struct Edge {
    bool coalesced{};
    SimTime handler{};  ///< the service VM's interrupt handler runs (t4)
    SimTime worker{};   ///< the worker may start (t5 at the earliest)
  };

  Edge raise(SimTime now) {
    if (pending_) {
      ++coalesced_;
      return {.coalesced = true};
    }
    pending_ = true;
    ++raised_;
    return {.coalesced = false, .handler = now + upcall_, .worker = now + upcall_ + wake_};
  }
  /// The worker has started: it will see all that was announced so far.
  void acknowledge() { pending_ = false; }

  [[nodiscard]] std::uint64_t raised() const { return raised_; }
  [[nodiscard]] std::uint64_t coalesced() const { return coalesced_; }

 private:
  SimTime upcall_;
  SimTime wake_;
  bool pending_{false};
  std::uint64_t raised_{};
  std::uint64_t coalesced_{};
};

}  // namespace acrn::model
