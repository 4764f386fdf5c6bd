// SPDX-License-Identifier: BSD-3-Clause
// A vCPU: computes for its recorded guest time, exits, and waits for whoever answers.
#pragma once

#include <cstdint>
#include <optional>

#include "core/emulate/vcpu_io.hpp"
#include "core/hsm/effects.hpp"
#include "sim/model/board.hpp"
#include "sim/model/stamps.hpp"
#include "sim/model/timeline.hpp"

namespace acrn::model {

/// How a completed request is made known.
enum class Notice : std::uint8_t { hypercall, none };

/// One kernel activation per access, at the time at which its request would become PENDING (t2):
/// then core routes it. An access that the hypervisor handles ends there, its stamps computed.
/// The elements of a coalesced access follow each other without guest time between them.
class VcpuActor : public Actor {
 public:
  /// With `gap`, an access starts so much after the vCPU's previous one has ended, and the first
  /// one at 0; without, at its recorded time, or when the previous one has ended if that is later.
  VcpuActor(Timeline& timeline, Board& board, std::uint16_t index, std::optional<SimTime> gap);

  /// The turn of the VM has come to this vCPU's next access.
  void on_turn();
  /// The worker's pass that began at `pass` has dispatched the slot.
  void on_dispatched(SimTime pass, SimTime now);
  /// A client took the request and has its answer.
  void on_served(core::HsmClientId client, SimTime taken, SimTime served);
  /// The slot is COMPLETE.
  void on_complete(SimTime now, Notice notice);

  /// Whether all its accesses have ended.
  [[nodiscard]] bool is_finished() const { return phase_ == Phase::finished; }

 private:
  enum class Phase : std::uint8_t { computing, wants_turn, requesting, finished };

  void act(SimTime now) override;
  void next_access(SimTime previous_end);
  void exit_at(SimTime time);
  [[nodiscard]] SimTime built() const;
  void begin(SimTime now);
  void resume(SimTime now);
  void request(SimTime now);
  void end_element();
  void give_turn_back(SimTime time);
  void finish_element();
  [[nodiscard]] replay::PlannedAccess const& planned() const {
    return board_.plan.accesses()[position_];
  }
  [[nodiscard]] bool is_last_element() const { return element_ + 1 == planned().count; }
  [[nodiscard]] bool gives_turn_back_early() const;

  Board& board_;
  std::uint16_t const index_;
  std::optional<SimTime> const gap_;
  Phase phase_{Phase::computing};
  bool has_turn_{};                    // of the access at hand, and has not given it back
  std::size_t position_{no_position};  // of the access at hand
  std::uint32_t element_{};            // of the access at hand
  SimTime access_start_{};
  SimTime element_start_{};
  std::optional<core::HsmClientId> served_by_;
  Stamps stamps_;
};

}  // namespace acrn::model
