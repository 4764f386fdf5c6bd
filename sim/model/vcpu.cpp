// SPDX-License-Identifier: BSD-3-Clause
// computing -> (wants turn ->) requesting -> computing the next, or finished.
#include "sim/model/vcpu.hpp"

#include <algorithm>

#include "core/check.hpp"

namespace acrn::model {

using core::Progress;

VcpuActor::VcpuActor(Timeline& timeline, Board& board, AccessBoard& accesses, std::uint16_t index)
    : Requester{timeline, board, index}, accesses_{accesses} {
  next_access({});
}

void VcpuActor::next_access(SimTime previous_end) {
  SimTime const gap = position_ == no_position ? SimTime{} : accesses_.gap.value_or(SimTime{});
  position_ = accesses_.turns.next_of(index_);
  if (position_ == no_position) {
    phase_ = Phase::finished;
    return;
  }
  SimTime const planned = accesses_.gap
                              ? previous_end + gap
                              : board_.scale.to_sim(accesses_.plan.accesses()[position_].time);
  SimTime const start = std::max(planned, previous_end);
  if (start > sim_time_max) throw_outgrown(accesses_.plan.info());
  board_.tally.started(start, planned);
  access_start_ = start;
  element_ = 0;
  has_turn_ = true;
  served_by_.reset();
  exit_at(start);
}

void VcpuActor::exit_at(SimTime time) {
  stamps_.clear();
  stamps_[0] = time;
  element_start_ = time;
  phase_ = Phase::computing;
  wake_by_event(built() + board_.costs[Stage::submit]);
}

/// t1, as far as it is known yet when the turn will be free.
SimTime VcpuActor::built() const {
  SimTime const decoded = stamps_[0] + board_.costs[Stage::exit];
  return std::max(decoded, accesses_.turns.free_since(position_)) + board_.costs[Stage::turn];
}

void VcpuActor::act(SimTime now) {
  if (phase_ == Phase::requesting) {
    resume(now);
  } else if (!accesses_.turns.holds(position_)) {
    phase_ = Phase::wants_turn;
  } else if (SimTime const pending = built() + board_.costs[Stage::submit]; pending > now) {
    wake(pending);
  } else {
    begin(now);
  }
}

void VcpuActor::on_turn() {
  if (phase_ != Phase::wants_turn) return;
  phase_ = Phase::computing;
  wake(built() + board_.costs[Stage::submit]);
}

void VcpuActor::begin(SimTime now) {
  stamps_[1] = built();
  core::check(accesses_.machine.may_begin(position_), "the holder of the turn may begin");
  if (accesses_.machine.begin(position_, element_, {planned().time}) == Progress::waiting) {
    phase_ = Phase::requesting;
    request(now);
    if (gives_turn_back_early()) give_turn_back(stamps_[1]);
    return;
  }
  stamps_[13] = stamps_[1] + board_.costs[Stage::emulate];
  end_element();
}

void VcpuActor::resume(SimTime now) {
  stamps_[13] = now;
  Progress const progress = accesses_.machine.resume(index_, {planned().time});
  if (progress != Progress::waiting) {
    end_element();
    return;
  }
  request_again(now);  // the access was cut at a region's edge
}

void VcpuActor::end_element() {
  stamps_[15] = stamps_[13] + board_.costs[Stage::entry];
  board_.tally.stages(stamps_);
  board_.tally.latency(stamps_[15] - element_start_);
  finish_element();
  if (!is_last_element()) {
    ++element_;
    exit_at(stamps_[15]);
    return;
  }
  if (has_turn_) give_turn_back(stamps_[13]);
  Finished const access{.position = position_, .start = access_start_, .end = stamps_[15]};
  board_.tally.finished(access, stamps_);
  tell_client(access);
  accesses_.turns.advance(index_);
  next_access(access.end);
}

void VcpuActor::finish_element() {
  if (accesses_.recording == nullptr) {
    accesses_.machine.finish(index_);
    return;
  }
  std::array<std::uint64_t, traces::stage_count> ticks{};
  for (std::size_t i = 0; i < ticks.size(); ++i) {
    ticks[i] = stamps_[i] == never ? traces::no_stamp : accesses_.recording->to_ticks(stamps_[i]);
  }
  ticks[0] = accesses_.recording->to_ticks(element_start_);
  accesses_.machine.finish(index_, ticks);
}

void VcpuActor::give_turn_back(SimTime time) {
  has_turn_ = false;
  int const next = accesses_.turns.give_back(position_, time);
  if (next >= 0) accesses_.vcpus[static_cast<std::size_t>(next)]->on_turn();
}

/// The turn is given back once core has routed the access, unless more of it will be routed later:
/// further elements, or pieces of an access over a page's edge. Accesses to the PCI configuration
/// ports keep it to their end: the HSM's address register behind them is one for all vCPUs.
bool VcpuActor::gives_turn_back_early() const {
  constexpr std::uint64_t page = core::guest_page_size_bytes;
  replay::PlannedAccess const& access = planned();
  std::uint64_t const size = access.size;
  if (access.space == core::Space::port) {
    return is_last_element() && !replay::touches_config_ports(replay::guest_access(access));
  }
  return is_last_element() && access.address % page + size <= page;
}

}  // namespace acrn::model
