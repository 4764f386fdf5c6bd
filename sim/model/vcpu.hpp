// SPDX-License-Identifier: BSD-3-Clause
// A vCPU: computes for its recorded guest time, exits, and waits for whoever answers.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/model/requester.hpp"
#include "sim/model/turns.hpp"
#include "sim/replay/machine.hpp"

namespace acrn::model {

class VcpuActor;

/// What the vCPUs of one replay of accesses share besides the board.
struct AccessBoard {
  replay::Plan const& plan;
  replay::Machine& machine;
  Turns turns;
  /// An access starts so much after the vCPU's previous one has ended, and the first one at 0;
  /// without, at its recorded time, or when the previous one has ended if that is later.
  std::optional<SimTime> gap;
  TickScale const* recording{};  ///< set if the machine was given a recorder
  std::vector<VcpuActor*> vcpus{};
};

/// One kernel activation per access, at the time at which its request would become PENDING (t2):
/// then core routes it. An access that the hypervisor handles ends there, its stamps computed.
/// The elements of a coalesced access follow each other without guest time between them.
class VcpuActor : public Requester {
 public:
  VcpuActor(Timeline& timeline, Board& board, AccessBoard& accesses, std::uint16_t index);

  /// The turn of the VM has come to this vCPU's next access.
  void on_turn();

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
  void end_element();
  void give_turn_back(SimTime time);
  void finish_element();
  [[nodiscard]] replay::PlannedAccess const& planned() const {
    return accesses_.plan.accesses()[position_];
  }
  [[nodiscard]] bool is_last_element() const { return element_ + 1 == planned().count; }
  [[nodiscard]] bool gives_turn_back_early() const;

  AccessBoard& accesses_;
  Phase phase_{Phase::computing};
  bool has_turn_{};                    // of the access at hand, and has not given it back
  std::size_t position_{no_position};  // of the access at hand
  std::uint32_t element_{};            // of the access at hand
  SimTime access_start_{};
  SimTime element_start_{};
};

}  // namespace acrn::model
