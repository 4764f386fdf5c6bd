// SPDX-License-Identifier: BSD-3-Clause
// A write that the hypervisor makes in the guest's name, by the same route, without an exit.
#pragma once

#include <cstdint>
#include <type_traits>

#include "core/access.hpp"
#include "core/emulate/emulate_io.hpp"
#include "core/emulate/route.hpp"
#include "core/emulate/split.hpp"
#include "core/emulate/vcpu_io.hpp"
#include "core/profile.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// What a synthetic write touches. `slot` is the own one of the vCPU that caused it: any other may
/// hold a request in flight.
template <SlotEnd Slot>
struct SyntheticEnvironment {
  VmState& vm;
  Profile const& profile;
  Slot& slot;
  Effects& effects;
};

/// One write from its start to its end, as VcpuIo is for an exit: routed by the maps and the
/// profile, cut if the profile cuts, forwarded if it is the device model's. No register changes,
/// and instead of an exception there is an outcome. Example: a guest's triple fault is told to the
/// device model as a write of SLP_EN | SLP_TYP to the PM1a control port (acrn-io-model.md, 1.11).
class SyntheticWrite {
 public:
  /// Starts a write; `access.direction` is write. The caller holds the VM's turn. Answers: done;
  /// fault, if the router refuses it (route() says how) or the slot can never take it; waiting or
  /// busy, then resume() goes on; cancelled and violation as for an exit.
  template <SlotEnd Slot>
  Progress begin(Access const& access, SyntheticEnvironment<Slot> const& env, Turn turn,
                 Ticks now) {
    check(access.direction == Direction::write, "SyntheticWrite::begin() needs a write");
    whole_ = access;
    current_ = access;
    cutting_ = false;
    return drive(env, turn, now);
  }

  /// Goes on with a write that was waiting or busy; answers the same again if nothing has changed.
  template <SlotEnd Slot>
  Progress resume(SyntheticEnvironment<Slot> const& env, Turn turn, Ticks now) {
    switch (phase_) {
      case Phase::routing:
        return drive(env, turn, now);
      case Phase::submitting:
        return submit(env);
      case Phase::polling: {
        Poll::Kind const kind = env.slot.poll(ticket_).kind;
        if (kind == Poll::Kind::waiting) {
          return Progress::waiting;
        }
        if (kind != Poll::Kind::value) {
          phase_ = Phase::idle;
          return kind == Poll::Kind::cancelled ? Progress::cancelled : Progress::violation;
        }
        return take_next(env.vm) ? drive(env, turn, now) : end(Progress::done);
      }
      case Phase::idle:
        break;
    }
    check(false, "SyntheticWrite::resume() needs a write in flight");
    return Progress::cancelled;
  }

  /// Withdraws a write that is in flight, if any.
  template <SlotEnd Slot>
  void cancel(Slot& slot) {
    if (phase_ == Phase::polling) {
      slot.cancel(ticket_);
    }
    phase_ = Phase::idle;
  }

  /// How the write, or its last piece, was routed.
  [[nodiscard]] Route route() const noexcept { return route_; }
  /// After busy, or a fault because the slot can take no request: the slot's reason.
  [[nodiscard]] Busy busy() const noexcept { return busy_; }

 private:
  enum class Phase : std::uint8_t { idle, routing, submitting, polling };

  template <SlotEnd Slot>
  Progress drive(SyntheticEnvironment<Slot> const& env, Turn turn, Ticks now) {
    for (;;) {
      route_ = emulate_io(env.vm, turn, env.profile, current_, now, env.effects);
      SpanRule const span = span_rule(env.profile, whole_.space);
      switch (after_route(route_, span, env.vm.device_model)) {
        case AfterRoute::finish:
          if (!take_next(env.vm)) {
            return end(Progress::done);
          }
          break;
        case AfterRoute::submit:
          return submit(env);
        case AfterRoute::retry:
          phase_ = Phase::routing;
          return Progress::busy;
        case AfterRoute::cut:
          check(!cutting_, "a piece of an access spans ranges");
          cutting_ = true;
          split_ = Splitter{whole_};
          current_ = split_.next(env.vm);
          break;
        case AfterRoute::fault:
          return end(Progress::fault);
      }
    }
  }

  template <SlotEnd Slot>
  Progress submit(SyntheticEnvironment<Slot> const& env) {
    auto const ticket = env.slot.submit(current_);
    if (!ticket.has_value()) {
      busy_ = ticket.error();
      phase_ = Phase::submitting;
      return is_temporary(busy_) ? Progress::busy : end(Progress::fault);
    }
    ticket_ = *ticket;
    phase_ = Phase::polling;
    env.effects.want_upcall();
    return Progress::waiting;
  }

  /// After a piece is over: whether there is another, which is then current_.
  bool take_next(VmState const& vm) {
    if (!cutting_) {
      return false;
    }
    split_.done(current_);
    if (split_.is_finished()) {
      return false;
    }
    current_ = split_.next(vm);
    return true;
  }

  Progress end(Progress progress) noexcept {
    phase_ = Phase::idle;
    return progress;
  }

  Access whole_{};
  Access current_{};
  Phase phase_{};
  Route route_{};
  Busy busy_{};
  bool cutting_{};
  Ticket ticket_{};
  Splitter split_{};
};

static_assert(std::is_trivially_copyable_v<SyntheticWrite>, "a write in flight can be snapshot");

}  // namespace acrn::core
