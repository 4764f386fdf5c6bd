// SPDX-License-Identifier: BSD-3-Clause
// The part of a vCPU that has requests in flight: it rings for the worker and hears of the answer.
#pragma once

#include <cstdint>
#include <optional>

#include "core/hsm/effects.hpp"
#include "sim/model/board.hpp"
#include "sim/model/stamps.hpp"
#include "sim/model/timeline.hpp"

namespace acrn::model {

/// How a completed request is made known.
enum class Notice : std::uint8_t { hypercall, none };

/// An actor whose request is in a slot from request() until act() is called at t13 of its stamps.
class Requester : public Actor {
 public:
  /// `index` is the vCPU's in the plan.
  Requester(Timeline& timeline, Board& board, std::uint16_t index);

  /// The worker's pass that began at `pass` has dispatched the slot.
  void on_dispatched(SimTime pass, SimTime now);
  /// A client took the request and has its answer.
  void on_served(core::HsmClientId client, SimTime taken, SimTime served);
  /// The slot is COMPLETE.
  void on_complete(SimTime now, Notice notice);

 protected:
  ~Requester() override = default;

  /// The slot has become PENDING: t2, and t3 and t4 if an upcall is raised.
  void request(SimTime now);
  /// The slot's answer was the last piece's, and another piece is in the slot already.
  void request_again(SimTime now);
  /// Tells the tally of the access's client, if one served it, and forgets it.
  void tell_client(Finished const& access);

  Board& board_;
  std::uint16_t const index_;
  std::optional<core::HsmClientId> served_by_;
  Stamps stamps_;
};

}  // namespace acrn::model
