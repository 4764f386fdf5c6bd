// SPDX-License-Identifier: BSD-3-Clause
// Events, direct hops, and the contexts they live in.
#include "sim/model/timeline.hpp"

#include <memory>
#include <vector>

#include "core/check.hpp"

namespace acrn::model {
namespace {

sc_core::sc_simcontext* fresh_context() {
  // Kept, and reachable for leak checkers: see the class comment.
  static std::vector<sc_core::sc_simcontext*> all;
  all.push_back(new sc_core::sc_simcontext);
  sc_core::sc_curr_simcontext = all.back();
  sc_core::sc_default_global_context = all.back();
  return all.back();
}

SimTime present() { return {sc_core::sc_time_stamp().value()}; }

}  // namespace

Actor::Actor(sc_core::sc_module_name const& name, Timeline& timeline)
    : sc_module{name}, timeline_{timeline} {
  SC_HAS_PROCESS(Actor);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wzero-as-null-pointer-constant"  // inside SystemC's macro
  SC_METHOD(on_event);
#pragma GCC diagnostic pop
  sensitive << event_;
  dont_initialize();
}

void Actor::wake(SimTime time) {
  if (time < due_) {
    due_ = time;
    timeline_.want(*this);
  }
}

void Actor::wake_by_event(SimTime time) {
  if (time < due_) {
    due_ = time;
    post();
  }
}

void Actor::post() { event_.notify(sc_core::sc_time::from_value((due_ - present()).ps)); }

// SystemC would turn an exception into a report of its own: it is kept, and all else stands still.
void Actor::on_event() {
  if (timeline_.failure_) return;
  try {
    timeline_.drive(*this);
  } catch (...) {
    timeline_.failure_ = std::current_exception();
  }
}

Timeline::Timeline(Hops hops) : context_{fresh_context()}, hops_{hops} {}

void Timeline::run() {
  if (sc_core::sc_pending_activity(context_)) sc_core::sc_start();
  if (failure_) std::rethrow_exception(failure_);
}

void Timeline::want(Actor& actor) {
  if (!acting_ || hops_ == Hops::by_event || next_ == &actor) {
    if (next_ != &actor) actor.post();
    return;
  }
  if (next_ == nullptr || actor.due_ < next_->due_) {
    if (next_ != nullptr) next_->post();
    next_ = &actor;
    return;
  }
  actor.post();
}

bool Timeline::precedes_all(SimTime time) const {
  if (sc_core::sc_pending_activity_at_current_time(context_)) return false;
  sc_core::sc_time next;
  return !context_->next_time(next) || time.ps < next.value();
}

// An event may find its actor not yet due, when an earlier wish was served by a direct hop and a
// later one could not replace the pending notification: it is posted again. Or not due at all.
void Timeline::drive(Actor& first) {
  ++activations_;
  if (first.due_ > present()) {
    if (first.due_ != never) first.post();
    return;
  }
  acting_ = true;
  for (Actor* actor = &first; actor != nullptr;) {
    SimTime const now = actor->due_;
    actor->due_ = never;
    actor->act(now);
    actor = next_;
    next_ = nullptr;
    if (actor != nullptr && !precedes_all(actor->due_)) {
      actor->post();
      actor = nullptr;
    }
  }
  acting_ = false;
}

}  // namespace acrn::model
