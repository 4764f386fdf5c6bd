// SPDX-License-Identifier: BSD-3-Clause
// A client of the HSM: one thread that answers its requests one after the other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/hsm/request.hpp"
#include "sim/model/board.hpp"
#include "sim/model/timeline.hpp"

namespace acrn::model {

/// Sleeps until a request comes; that costs the wake-up. Then takes requests, lowest vCPU id first,
/// until none is left, and sleeps again. It notifies by a hypercall that it makes itself, and so is
/// busy until the hypervisor has signalled.
class ClientActor : public Actor {
 public:
  ClientActor(Timeline& timeline, Board& board, core::HsmClientId id, std::string label);

  /// The worker has queued one more request for this client.
  void on_request(SimTime now);

  [[nodiscard]] std::string const& label() const { return label_; }
  /// Time between taking a request and being ready for the next, and how many were answered.
  [[nodiscard]] SimTime busy() const { return busy_; }
  [[nodiscard]] std::uint64_t requests() const { return requests_; }

 private:
  enum class State : std::uint8_t { asleep, about_to_take, serving };

  void act(SimTime now) override;
  void take(SimTime now);
  void complete(SimTime now);

  Board& board_;
  core::HsmClientId id_;
  std::string label_;
  State state_{State::asleep};
  std::uint32_t queued_{};  // requests not taken yet
  SimTime free_{};          // the last request, with its notification, ended
  SimTime taken_{};
  core::Request request_{};
  SimTime busy_{};
  std::uint64_t requests_{};
};

}  // namespace acrn::model
