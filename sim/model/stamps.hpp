// SPDX-License-Identifier: BSD-3-Clause
// The sixteen stamps of one request's life, and the stage durations between them.
#pragma once

#include <array>
#include <cstddef>

#include "sim/model/sim_time.hpp"
#include "sim/model/timing.hpp"
#include "traces/rows.hpp"

namespace acrn::model {

/// t0 to t15 of traces::stage_count; `never` where a stage was not passed.
class Stamps {
 public:
  constexpr Stamps() { clear(); }

  constexpr void clear() { at_.fill(never); }
  constexpr SimTime& operator[](std::size_t i) { return at_[i]; }
  constexpr SimTime operator[](std::size_t i) const { return at_[i]; }

 private:
  std::array<SimTime, traces::stage_count> at_{};
};

/// Calls `sink(Stage, SimTime length)` for each stage that a request passed. A stage begins where
/// the one before it ended, so that the lengths add up to t15 - t0 whatever is absent. t1 comprises
/// two stages: `exit_cost` is that of the first, and what is left is the turn's.
template <class Sink>
constexpr void for_each_stage(Stamps const& stamps, SimTime exit_cost, Sink const& sink) {
  struct Edge {
    std::size_t stamp;
    Stage stage;
  };
  constexpr std::array<Edge, 9> forwarded{{{2, Stage::submit},
                                           {4, Stage::upcall},
                                           {5, Stage::worker_wake},
                                           {6, Stage::dispatch},
                                           {7, Stage::client_wake},
                                           {8, Stage::service},
                                           {9, Stage::complete},
                                           {11, Stage::notify},
                                           {13, Stage::resume}}};
  SimTime last = stamps[0];
  if (stamps[1] != never) {
    sink(Stage::exit, exit_cost);
    sink(Stage::turn, stamps[1] - last - exit_cost);
    last = stamps[1];
  }
  if (stamps[2] == never && stamps[13] != never) {
    sink(Stage::emulate, stamps[13] - last);
    last = stamps[13];
  } else {
    for (Edge const edge : forwarded) {
      if (stamps[edge.stamp] == never) continue;
      sink(edge.stage, stamps[edge.stamp] - last);
      last = stamps[edge.stamp];
    }
  }
  if (stamps[15] != never) sink(Stage::entry, stamps[15] - last);
}

}  // namespace acrn::model
