// SPDX-License-Identifier: BSD-3-Clause
// computing -> (wants turn ->) requesting -> computing the next, or finished.
#include "sim/model/vcpu.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "sim/model/client.hpp"
#include "sim/model/hsm_worker.hpp"

namespace acrn::model {

using core::Progress;

VcpuActor::VcpuActor(Timeline& timeline, Board& board, std::uint16_t index,
                     std::optional<SimTime> gap)
    : Actor{sc_core::sc_gen_unique_name("vcpu"), timeline},
      board_{board},
      index_{index},
      gap_{gap} {
  next_access({});
}

void VcpuActor::next_access(SimTime previous_end) {
  SimTime const gap = position_ == no_position ? SimTime{} : gap_.value_or(SimTime{});
  position_ = board_.turns.next_of(index_);
  if (position_ == no_position) {
    phase_ = Phase::finished;
    return;
  }
  SimTime const planned =
      gap_ ? previous_end + gap : board_.scale.to_sim(board_.plan.accesses()[position_].time);
  SimTime const start = std::max(planned, previous_end);
  if (start > sim_time_max) throw_outgrown(board_.plan.info());
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
  return std::max(decoded, board_.turns.free_since(position_)) + board_.costs[Stage::turn];
}

void VcpuActor::act(SimTime now) {
  if (phase_ == Phase::requesting) {
    resume(now);
  } else if (!board_.turns.holds(position_)) {
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
  core::check(board_.machine.may_begin(position_), "the holder of the turn may begin");
  if (board_.machine.begin(position_, element_, {planned().time}) == Progress::waiting) {
    request(now);
    if (gives_turn_back_early()) give_turn_back(stamps_[1]);
    return;
  }
  stamps_[13] = stamps_[1] + board_.costs[Stage::emulate];
  end_element();
}

void VcpuActor::request(SimTime now) {
  phase_ = Phase::requesting;
  stamps_[2] = now;
  UpcallLine::Edge const edge = board_.line.raise(now);
  board_.worker->on_pending(index_);
  if (edge.coalesced) return;
  stamps_[3] = now;
  stamps_[4] = edge.handler;
  board_.worker->start_at(edge.worker);
}

void VcpuActor::on_dispatched(SimTime pass, SimTime now) {
  // A pass that was under way finds a slot before, or without, the upcall that announced it.
  if (stamps_[4] != never && stamps_[4] > now) stamps_[4] = never;
  SimTime const told = stamps_[4] != never ? stamps_[4] : stamps_[2];
  if (pass >= told) stamps_[5] = pass;
  stamps_[6] = now;
}

void VcpuActor::on_served(core::HsmClientId client, SimTime taken, SimTime served) {
  served_by_ = client;
  stamps_[7] = taken;
  stamps_[8] = served;
}

void VcpuActor::on_complete(SimTime now, Notice notice) {
  stamps_[9] = now;
  if (notice == Notice::hypercall) stamps_[10] = now;
  stamps_[11] = board_.costs.seen(stamps_[2], now);
  wake(stamps_[11] + board_.costs[Stage::resume]);
}

void VcpuActor::resume(SimTime now) {
  stamps_[13] = now;
  Progress const progress = board_.machine.resume(index_, {planned().time});
  if (progress != Progress::waiting) {
    end_element();
    return;
  }
  // The access was cut at a region's edge: its next piece is in the slot already.
  board_.tally.stages(stamps_);
  stamps_.clear();
  stamps_[0] = now;
  request(now);
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
  if (served_by_) {
    board_.tally.served(*served_by_, access, board_.clients[served_by_->value]->label());
  }
  board_.turns.advance(index_);
  next_access(access.end);
}

void VcpuActor::finish_element() {
  if (board_.recording == nullptr) {
    board_.machine.finish(index_);
    return;
  }
  std::array<std::uint64_t, traces::stage_count> ticks{};
  for (std::size_t i = 0; i < ticks.size(); ++i) {
    ticks[i] = stamps_[i] == never ? traces::no_stamp : board_.recording->to_ticks(stamps_[i]);
  }
  ticks[0] = board_.recording->to_ticks(element_start_);
  board_.machine.finish(index_, ticks);
}

void VcpuActor::give_turn_back(SimTime time) {
  has_turn_ = false;
  int const next = board_.turns.give_back(position_, time);
  if (next >= 0) board_.vcpus[static_cast<std::size_t>(next)]->on_turn();
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
