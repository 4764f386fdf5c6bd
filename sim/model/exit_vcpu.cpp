// SPDX-License-Identifier: BSD-3-Clause
// computing -> (requesting ->) computing the next, or finished.
#include "sim/model/exit_vcpu.hpp"

#include <algorithm>

namespace acrn::model {

using core::Progress;

ExitVcpuActor::ExitVcpuActor(Timeline& timeline, Board& board, ExitBoard& exits,
                             std::uint16_t index)
    : Requester{timeline, board, index}, exits_{exits} {
  next_exit({});
}

SimTime ExitVcpuActor::between(std::uint64_t from, std::uint64_t to) const {
  if (to < from) return {};
  return board_.scale.to_sim(exits_.first_ticks + (to - from));
}

SimTime ExitVcpuActor::planned_time(std::uint64_t ticks) const {
  return between(exits_.plan.exits()[stream().first].time_in, ticks);
}

void ExitVcpuActor::next_exit(SimTime previous_end) {
  if (done_ == stream().count) {
    phase_ = Phase::finished;
    return;
  }
  start_ = previous_end;
  if (done_ != 0) {
    replay::exits::PlannedExit const& before = exits_.plan.exits()[stream().first + done_ - 1];
    start_ = start_ + exits_.gap.value_or(between(before.time_out, exit().time_in));
  }
  if (start_ > sim_time_max) throw_outgrown(exits_.plan.info());
  board_.tally.started(start_, exits_.gap ? start_ : planned_time(exit().time_in));
  stamps_.clear();
  stamps_[0] = start_;
  stamps_[1] = start_ + board_.costs[Stage::exit] + board_.costs[Stage::turn];
  phase_ = Phase::computing;
  wake_by_event(stamps_[1] + board_.costs[Stage::submit]);
}

void ExitVcpuActor::act(SimTime now) {
  if (phase_ == Phase::requesting) {
    resume(now);
  } else {
    begin(now);
  }
}

void ExitVcpuActor::begin(SimTime now) {
  if (exits_.machine.begin(stream().first + done_) == Progress::waiting) {
    phase_ = Phase::requesting;
    request(now);
    return;
  }
  stamps_[13] = stamps_[1] + board_.costs[Stage::emulate];
  end();
}

void ExitVcpuActor::resume(SimTime now) {
  stamps_[13] = now;
  if (exits_.machine.resume(index_) == Progress::waiting) {
    request_again(now);
    return;
  }
  end();
}

void ExitVcpuActor::end() {
  stamps_[15] = stamps_[13] + board_.costs[Stage::entry];
  board_.tally.stages(stamps_);
  board_.tally.latency(stamps_[15] - start_);
  exits_.machine.finish(index_);
  tell_tally();
  SimTime end = stamps_[15];
  if (exits_.machine.was_halted(index_) && !exits_.gap) {
    end = std::max(end, start_ + between(exit().time_in, exit().time_out));
  }
  ++done_;
  next_exit(end);
}

/// An exit counts once, under its first access.
void ExitVcpuActor::tell_tally() {
  replay::exits::PlannedExit const& planned = exit();
  if (planned.accesses.count == 0) {
    board_.tally.finished(planned.exit.reason, start_, stamps_[15]);
    return;
  }
  Finished const access{.position = planned.accesses.first, .start = start_, .end = stamps_[15]};
  board_.tally.finished(access, stamps_);
  tell_client(access);
}

}  // namespace acrn::model
