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
    return run(op_.start(exit, env.profile, env.cpu, env.memory), env, turn, now);
  }

  /// Goes on with an exit that was waiting or busy; answers the same again if nothing has changed.
  /// The caller holds the VM's turn.
  template <SlotEnd Slot, CpuView Cpu, GuestMemory Memory>
  Progress resume(VcpuEnvironment<Slot, Cpu, Memory> const& env, Turn turn, Ticks now) {
    Progress progress = Progress::done;
    switch (phase_) {
      case Phase::idle:
        check(false, "VcpuIo::resume() needs an exit in flight");
        break;
      case Phase::routing:
        progress = make(env, turn, now);
        break;
      case Phase::submitting:
        progress = submit(env);
        break;
      case Phase::polling:
        progress = poll(env.slot);
        if (progress == Progress::done && take_piece(env.vm)) [[unlikely]] {
          progress = make(env, turn, now);
        }
        break;
    }
    return progress == Progress::done
               ? run(op_.next(access_.value, env.cpu, env.memory), env, turn, now)
               : progress;
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
  [[nodiscard]] Commit const& commit() const noexcept { return commit_; }
  /// After Progress::fault.
  [[nodiscard]] Fault fault() const noexcept { return fault_; }
  /// After Progress::unsupported.
  [[nodiscard]] Unsupported unsupported() const noexcept { return unsupported_; }
  /// After Progress::busy, or a fault because the slot can take no request: the slot's reason.
  [[nodiscard]] Busy busy() const noexcept { return busy_; }
  /// How the last access or piece was routed.
  [[nodiscard]] Route route() const noexcept { return route_; }
  /// While waiting or busy: the access or piece in question. After done: the instruction's last
  /// access, whole, with a read's value.
  [[nodiscard]] Access const& access() const noexcept { return access_; }

 private:
  enum class Phase : std::uint8_t { idle, routing, submitting, polling };

  /// Follows the instruction from `step` on.
  template <SlotEnd Slot, CpuView Cpu, GuestMemory Memory>
  Progress run(Step step, VcpuEnvironment<Slot, Cpu, Memory> const& env, Turn turn, Ticks now) {
    while (step.kind == StepKind::access) {
      access_ = step.access;
      cutting_ = false;
      Progress const progress = make(env, turn, now);
      if (progress != Progress::done) {
        return progress;
      }
      step = op_.next(access_.value, env.cpu, env.memory);
    }
    return end(step);
  }

  /// Makes access_, or what is left of its pieces. Progress::done says that it is answered.
  template <SlotEnd Slot, CpuView Cpu, GuestMemory Memory>
  Progress make(VcpuEnvironment<Slot, Cpu, Memory> const& env, Turn turn, Ticks now) {
    SpanRule const span = span_rule(env.profile, access_.space);
    for (;;) {
      route_ = emulate_io(env.vm, turn, env.profile, access_, now, env.effects);
      switch (after_route(route_, span, env.vm.device_model)) {
        case AfterRoute::finish:
          if (!take_piece(env.vm)) {
            return Progress::done;
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
          split_ = Splitter{access_};
          access_ = split_.next(env.vm);
          break;
        case AfterRoute::fault:
          return end(IoOp::refused());
      }
    }
  }

  template <SlotEnd Slot, CpuView Cpu, GuestMemory Memory>
  Progress submit(VcpuEnvironment<Slot, Cpu, Memory> const& env) {
    auto const ticket = env.slot.submit(access_);
    if (!ticket.has_value()) [[unlikely]] {
      busy_ = ticket.error();
      if (!is_temporary(busy_)) {
        return end(IoOp::refused());
      }
      phase_ = Phase::submitting;
      return Progress::busy;
    }
    ticket_ = *ticket;
    phase_ = Phase::polling;
    env.effects.want_upcall();
    return Progress::waiting;
  }

  /// Progress::done says that access_ is answered.
  template <SlotEnd Slot>
  Progress poll(Slot& slot) {
    Poll const answer = slot.poll(ticket_);
    switch (answer.kind) {
      case Poll::Kind::waiting:
        return Progress::waiting;
      case Poll::Kind::value:
        if (access_.direction == Direction::read) {
          access_.value = truncate(answer.value, access_.size);
        }
        return Progress::done;
      case Poll::Kind::cancelled:
        phase_ = Phase::idle;
        return Progress::cancelled;
      case Poll::Kind::violation:
        break;
    }
    phase_ = Phase::idle;
    return Progress::violation;
  }

  /// After access_ was answered: whether it was a piece that is followed by another, now in
  /// access_. After the last piece access_ is the whole again.
  bool take_piece(VmState const& vm) {
    if (!cutting_) [[likely]] {
      return false;
    }
    split_.done(access_);
    cutting_ = !split_.is_finished();
    access_ = cutting_ ? split_.next(vm) : split_.whole();
    return cutting_;
  }

  Progress end(Step const& step) {
    phase_ = Phase::idle;
    switch (step.kind) {
      case StepKind::done:
        commit_ = step.commit;
        return Progress::done;
      case StepKind::fault:
        fault_ = step.fault;
        return Progress::fault;
      case StepKind::access:
      case StepKind::unsupported:
        break;
    }
    unsupported_ = step.unsupported;
    return Progress::unsupported;
  }

  Access access_{};
  Ticket ticket_{};
  IoOp op_{};
  Phase phase_{};
  Route route_{};
  bool cutting_{};
  Unsupported unsupported_{};
  Busy busy_{};
  Fault fault_{};
  Commit commit_{};
  Splitter split_{};
};

static_assert(std::is_trivially_copyable_v<VcpuIo>, "an exit in flight can be checkpointed");

}  // namespace acrn::core
