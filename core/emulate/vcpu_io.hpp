// SPDX-License-Identifier: BSD-3-Clause
// One vCPU's I/O exit from start to commit: operation, router and slot put together, never waiting.
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "core/emulate/effects.hpp"
#include "core/emulate/emulate_io.hpp"
#include "core/emulate/io_op.hpp"
#include "core/emulate/route.hpp"
#include "core/emulate/split.hpp"
#include "core/emulate/step.hpp"
#include "core/emulate/vm_state.hpp"
#include "core/ioreq/hypervisor_slot.hpp"
#include "core/profile.hpp"

namespace acrn::core {

/// The hypervisor end of one vCPU's request slot, as HypervisorSlot is one.
template <class Slot>
concept SlotEnd = requires(Slot& slot, Access const& access, Ticket ticket) {
  { slot.submit(access) } -> std::same_as<Expected<Ticket, Busy>>;
  { slot.poll(ticket) } -> std::same_as<Poll>;
  slot.cancel(ticket);
};

/// How an access of an instruction was over.
enum class AccessEnd : std::uint8_t {
  answered,  ///< a read's value is in it
  failed,    ///< nobody could make it: the instruction ends in a fault
};

/// A slot end that listens, as a recorder's does: it hears of each access of the instruction once
/// that is over, whole and in order, forwarded or not. `route` is that of its last piece.
template <class Slot>
concept AccessListener = SlotEnd<Slot> &&
    requires(Slot& slot, Access const& access, Route route, AccessEnd end) {
  slot.finished(access, route, end);
};

/// Whether a slot that answers so may take the same request later. A VM without a page, or a vCPU
/// without a slot, never will.
constexpr bool is_temporary(Busy busy) noexcept {
  return busy != Busy::no_page && busy != Busy::no_such_vcpu;
}

/// How far a vCPU's exit has come.
enum class Progress : std::uint8_t {
  done,         ///< apply commit(), enter the guest
  waiting,      ///< a request is with the device model: resume() when something may have changed
  busy,         ///< no room to submit now: resume() later
  fault,        ///< inject fault(), enter the guest
  unsupported,  ///< not emulated: unsupported() says why; nothing has been done
  cancelled,    ///< the request was withdrawn; the guest's registers are as at the exit
  violation,    ///< the service VM broke the slot's protocol; likewise
};

/// The word for a message; "?" for a value outside the enumeration.
constexpr std::string_view name(Progress progress) noexcept {
  switch (progress) {
    case Progress::done:
      return "done";
    case Progress::waiting:
      return "waiting";
    case Progress::busy:
      return "busy";
    case Progress::fault:
      return "fault";
    case Progress::unsupported:
      return "unsupported";
    case Progress::cancelled:
      return "cancelled";
    case Progress::violation:
      return "violation";
  }
  return "?";
}

/// Everything that an exit of one vCPU touches. Made by the host for each call, or kept.
template <SlotEnd Slot, CpuView Cpu, GuestMemory Memory>
struct VcpuEnvironment {
  VmState& vm;
  Profile const& profile;
  Slot& slot;
  Cpu& cpu;
  Memory& memory;
  Effects& effects;
};

/// The state of one vCPU's exit between begin() and its end. Reused from exit to exit.
class VcpuIo {
 public:
  /// Takes a new exit as far as it goes. The caller holds the VM's turn. Whatever exit was in
  /// flight before is forgotten: cancel() it first.
  template <SlotEnd Slot, CpuView Cpu, GuestMemory Memory>
  Progress begin(VmExit const& exit, VcpuEnvironment<Slot, Cpu, Memory> const& env, Turn turn,
                 Ticks now) {
    if (op_.start(exit, env.profile, env.cpu, env.memory).kind != StepKind::access) {
      return end();
    }
    cutting_ = false;
    return drive(route_request(env, turn, now), env, turn, now);
  }

  /// Goes on with an exit that was waiting or busy; answers the same again if nothing has changed.
  /// The caller holds the VM's turn.
  template <SlotEnd Slot, CpuView Cpu, GuestMemory Memory>
  Progress resume(VcpuEnvironment<Slot, Cpu, Memory> const& env, Turn turn, Ticks now) {
    switch (phase_) {
      case Phase::idle:
        break;
      case Phase::routing:
        return drive(route_request(env, turn, now), env, turn, now);
      case Phase::submitting:
        return drive(AfterRoute::submit, env, turn, now);
      case Phase::polling: {
        Progress const progress = poll(env.slot);
        return progress == Progress::done ? drive(AfterRoute::finish, env, turn, now) : progress;
      }
    }
    check(false, "VcpuIo::resume() needs an exit in flight");
    return Progress::cancelled;
  }

  /// Withdraws the exit that is in flight, if any.
  template <SlotEnd Slot>
  void cancel(Slot& slot) {
    if (phase_ == Phase::polling) {
      slot.cancel(ticket_);
    }
    phase_ = Phase::idle;
  }

  /// Whether an exit is waiting or busy.
  [[nodiscard]] bool in_flight() const noexcept { return phase_ != Phase::idle; }
  /// After Progress::done.
  [[nodiscard]] Commit const& commit() const noexcept { return op_.step().commit; }
  /// After Progress::fault.
  [[nodiscard]] Fault fault() const noexcept { return op_.step().fault; }
  /// After Progress::unsupported.
  [[nodiscard]] Unsupported unsupported() const noexcept { return op_.step().unsupported; }
  /// After Progress::busy, or a fault because the slot can take no request: the slot's reason.
  [[nodiscard]] Busy busy() const noexcept { return busy_; }
  /// The operation itself: the bytes of an instruction that was refused, whether it locks.
  [[nodiscard]] IoOp const& operation() const noexcept { return op_; }
  /// How the last access or piece was routed.
  [[nodiscard]] Route route() const noexcept { return route_; }
  /// The instruction's last access, whole. Once it is answered, a read's value is there.
  [[nodiscard]] Access const& access() const noexcept { return op_.step().access; }
  /// What was routed last, and is waiting or busy if anything is: that access, or a piece of it.
  [[nodiscard]] Access const& request() const noexcept {
    return cutting_ ? piece_ : op_.step().access;
  }

 private:
  enum class Phase : std::uint8_t { idle, routing, submitting, polling };

  /// Follows the instruction on from a request that was routed: `action` is what follows that.
  template <SlotEnd Slot, CpuView Cpu, GuestMemory Memory>
  [[gnu::always_inline]] Progress drive(AfterRoute action,
                                        VcpuEnvironment<Slot, Cpu, Memory> const& env, Turn turn,
                                        Ticks now) {
    for (;;) {
      switch (action) {
        case AfterRoute::finish:
          if (cutting_) [[unlikely]] {
            take_piece(env.vm);
          }
          if (!cutting_) tell(env.slot, AccessEnd::answered);
          if (!cutting_ && op_.next(access().value, env.cpu, env.memory).kind != StepKind::access) {
            return end();
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
          split_ = Splitter{access()};
          piece_ = split_.next(env.vm);
          break;
        case AfterRoute::fault:
          tell(env.slot, AccessEnd::failed);
          op_.fail();
          return end();
      }
      action = route_request(env, turn, now);
    }
  }

  template <SlotEnd Slot, CpuView Cpu, GuestMemory Memory>
  AfterRoute route_request(VcpuEnvironment<Slot, Cpu, Memory> const& env, Turn turn, Ticks now) {
    Access& access = current();
    route_ = emulate_io(env.vm, turn, env.profile, access, now, env.effects);
    return after_route(route_, span_rule(env.profile, access.space), env.vm.device_model);
  }

  template <SlotEnd Slot, CpuView Cpu, GuestMemory Memory>
  Progress submit(VcpuEnvironment<Slot, Cpu, Memory> const& env) {
    auto const ticket = env.slot.submit(current());
    if (!ticket.has_value()) [[unlikely]] {
      busy_ = ticket.error();
      if (!is_temporary(busy_)) {
        tell(env.slot, AccessEnd::failed);
        op_.fail();
        return end();
      }
      phase_ = Phase::submitting;
      return Progress::busy;
    }
    ticket_ = *ticket;
    phase_ = Phase::polling;
    env.effects.want_upcall();
    return Progress::waiting;
  }

  template <SlotEnd Slot>
  void tell(Slot& slot, AccessEnd end) const {
    if constexpr (AccessListener<Slot>) slot.finished(access(), route_, end);
  }

  /// Progress::done says that what was submitted is answered.
  template <SlotEnd Slot>
  Progress poll(Slot& slot) {
    Poll const answer = slot.poll(ticket_);
    switch (answer.kind) {
      case Poll::Kind::waiting:
        return Progress::waiting;
      case Poll::Kind::value: {
        Access& access = current();
        if (access.direction == Direction::read) {
          access.value = truncate(answer.value, access.size);
        }
        return Progress::done;
      }
      case Poll::Kind::cancelled:
        phase_ = Phase::idle;
        return Progress::cancelled;
      case Poll::Kind::violation:
        break;
    }
    phase_ = Phase::idle;
    return Progress::violation;
  }

  /// After a piece was answered: the next one is in piece_, or, after the last one, the step's
  /// access has the value of all of them and cutting_ is over.
  void take_piece(VmState const& vm) {
    split_.done(piece_);
    cutting_ = !split_.is_finished();
    if (cutting_) {
      piece_ = split_.next(vm);
    } else {
      op_.step().access.value = split_.value();
    }
  }

  Progress end() noexcept {
    phase_ = Phase::idle;
    switch (op_.step().kind) {
      case StepKind::done:
        return Progress::done;
      case StepKind::fault:
        return Progress::fault;
      case StepKind::access:
      case StepKind::unsupported:
        break;
    }
    return Progress::unsupported;
  }

  Access& current() noexcept { return cutting_ ? piece_ : op_.step().access; }

  IoOp op_{};
  Phase phase_{};
  Route route_{};
  bool cutting_{};
  Busy busy_{};
  Ticket ticket_{};
  Access piece_{};    // while cutting_
  Splitter split_{};  // while cutting_
};

static_assert(std::is_trivially_copyable_v<VcpuIo>, "an exit in flight can be checkpointed");

}  // namespace acrn::core
