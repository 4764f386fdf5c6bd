// SPDX-License-Identifier: BSD-3-Clause
// A vCPU of an exit-exact replay: computes for its recorded guest time, exits, is entered again.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/model/requester.hpp"
#include "sim/replay/exits/machine.hpp"
#include "sim/replay/exits/plan.hpp"

namespace acrn::model {

/// What the vCPUs of one replay of exits share besides the board.
struct ExitBoard {
  replay::exits::Plan const& plan;
  replay::exits::Machine& machine;
  std::optional<SimTime> gap;   ///< guest time between exits, of captures without time stamps
  std::uint64_t first_ticks{};  ///< what the board's scale counts from
};

/// One kernel activation per exit, at the time at which its request would become PENDING (t2): then
/// core takes it. Core's own time stays the recorded one. Between an entry and the next exit the
/// guest takes as long as it took when it was recorded; so does a halted one until it was woken.
class ExitVcpuActor : public Requester {
 public:
  ExitVcpuActor(Timeline& timeline, Board& board, ExitBoard& exits, std::uint16_t index);

  /// Whether all its exits have ended.
  [[nodiscard]] bool is_finished() const { return phase_ == Phase::finished; }

 private:
  enum class Phase : std::uint8_t { computing, requesting, finished };

  void act(SimTime now) override;
  void next_exit(SimTime previous_end);
  void begin(SimTime now);
  void resume(SimTime now);
  void end();
  void tell_tally();
  /// Simulated time of a stamp of this vCPU, as if it had begun with the capture.
  [[nodiscard]] SimTime planned_time(std::uint64_t ticks) const;
  /// From one stamp to a later one; none where they run backwards.
  [[nodiscard]] SimTime between(std::uint64_t from, std::uint64_t to) const;
  [[nodiscard]] replay::exits::PlannedStream const& stream() const {
    return exits_.plan.vcpus()[index_];
  }
  [[nodiscard]] replay::exits::PlannedExit const& exit() const {
    return exits_.plan.exits()[stream().first + done_];
  }

  ExitBoard& exits_;
  Phase phase_{Phase::computing};
  std::size_t done_{};  // exits before the one at hand
  SimTime start_{};     // of the exit at hand
};

}  // namespace acrn::model
