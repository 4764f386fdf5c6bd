// SPDX-License-Identifier: BSD-3-Clause
// Two kinds of activation: a pass begins, or the dispatch of one slot has taken its time.
#include "sim/model/hsm_worker.hpp"

#include <algorithm>

#include "sim/model/client.hpp"
#include "sim/model/requester.hpp"

namespace acrn::model {

HsmWorker::HsmWorker(Timeline& timeline, Board& board, std::size_t vcpu_count)
    : Actor{"hsm_worker", timeline}, board_{board}, pending_(vcpu_count) {}

void HsmWorker::start_at(SimTime time) {
  start_ = time;
  if (pass_ == never) wake(std::max(start_, free_));
}

void HsmWorker::act(SimTime now) {
  if (pass_ == never) {
    board_.line.acknowledge();
    start_ = never;
    pass_ = now;
    cursor_ = 0;
    scan_on(now);
  } else {
    scan_on(dispatch(now));
  }
}

/// Answers when the worker can go on.
SimTime HsmWorker::dispatch(SimTime now) {
  using Kind = core::SlotEffects::Kind;
  auto const vcpu = static_cast<std::uint16_t>(cursor_ - 1);
  core::SlotEffects const slot = board_.service.dispatch(vcpu);
  SimTime const free = slot.notify ? now + board_.costs[Stage::notify] : now;
  busy_ = busy_ + board_.costs[Stage::dispatch] + (free - now);
  ++requests_;
  // An unclaimed request stays PENDING, for the next pass.
  pending_[vcpu] = slot.kind == Kind::unclaimed ? 1 : 0;
  if (slot.kind == Kind::dispatched || slot.kind == Kind::settled) {
    board_.vcpus[vcpu]->on_dispatched(pass_, now);
  }
  if (slot.kind == Kind::settled) {
    board_.vcpus[vcpu]->on_complete(now, slot.notify ? Notice::hypercall : Notice::none);
  } else if (slot.kind == Kind::dispatched) {
    board_.clients[slot.client.value]->on_request(now);
  }
  return free;
}

void HsmWorker::scan_on(SimTime now) {
  auto const next = std::find(pending_.begin() + static_cast<std::ptrdiff_t>(cursor_),
                              pending_.end(), std::uint8_t{1});
  if (next != pending_.end()) {
    cursor_ = static_cast<std::size_t>(next - pending_.begin()) + 1;
    wake(now + board_.costs[Stage::dispatch]);
    return;
  }
  pass_ = never;
  free_ = now;
  if (start_ != never) wake(std::max(start_, free_));
}

}  // namespace acrn::model
