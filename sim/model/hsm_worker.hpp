// SPDX-License-Identifier: BSD-3-Clause
// The HSM's worker: one pass over all VMs and slots per upcall, one slot after the other.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/model/board.hpp"
#include "sim/model/timeline.hpp"

namespace acrn::model {

/// Scans slots in the order of VMs and vCPU ids. A slot that is not pending costs nothing; a
/// pending one takes the dispatch stage, at whose end core decides what becomes of it. A slot that
/// becomes pending ahead of the scan is found by the same pass; one that does so behind it, by the
/// next. What core completes without a client the worker announces itself, by a hypercall.
class HsmWorker : public Actor {
 public:
  HsmWorker(Timeline& timeline, Board& board, std::size_t vcpu_count);

  /// The upcall's handler has queued the worker, which may start a pass at `time`.
  void start_at(SimTime time);
  /// A slot has become PENDING.
  void on_pending(std::uint16_t vcpu) { pending_[vcpu] = 1; }

  /// Time spent dispatching, and how many slots were dispatched.
  [[nodiscard]] SimTime busy() const { return busy_; }
  [[nodiscard]] std::uint64_t requests() const { return requests_; }

 private:
  void act(SimTime now) override;
  SimTime dispatch(SimTime now);
  void scan_on(SimTime now);

  Board& board_;
  std::vector<std::uint8_t> pending_;  // by vCPU; what a scan would find, without scanning
  std::size_t cursor_{};               // next slot to look at; the one before it is in work
  SimTime pass_{never};                // start of the pass under way
  SimTime start_{never};               // start of the next pass
  SimTime free_{};                     // end of the last pass
  SimTime busy_{};
  std::uint64_t requests_{};
};

}  // namespace acrn::model
