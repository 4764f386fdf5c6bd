// SPDX-License-Identifier: BSD-3-Clause
// A timing's figures as simulated time, ready for the actors.
#pragma once

#include <array>

#include "sim/model/sim_time.hpp"
#include "sim/model/timing.hpp"

namespace acrn::model {

class Costs {
 public:
  explicit Costs(Timing const& timing)
      : poll_interval_{SimTime::from_ns(timing.poll_interval_ns)}, completion_{timing.completion} {
    for (std::size_t i = 0; i < stage_total; ++i) {
      of_[i] = SimTime::from_ns(timing.costs[i].ns);
    }
  }

  [[nodiscard]] SimTime operator[](Stage stage) const {
    return of_[static_cast<std::size_t>(stage)];
  }
  [[nodiscard]] bool polls() const { return completion_ == Completion::polling; }

  /// When the hypervisor knows of a completion at `complete` of a request submitted at `submit`:
  /// once notified, or at the first poll that is not before it. Polls are counted from `submit`.
  [[nodiscard]] SimTime seen(SimTime submit, SimTime complete) const {
    SimTime const told = complete + (*this)[Stage::notify];
    if (!polls()) return told;
    std::uint64_t const over = (told - submit).ps % poll_interval_.ps;
    return over == 0 ? told : told + SimTime{poll_interval_.ps - over};
  }

 private:
  std::array<SimTime, stage_total> of_{};
  SimTime poll_interval_;
  Completion completion_;
};

}  // namespace acrn::model
