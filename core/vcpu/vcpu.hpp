// SPDX-License-Identifier: BSD-3-Clause
// One vCPU: takes every VM exit, and plans every VM entry. Never waits, and touches no hardware.
#pragma once

#include <cstdint>
#include <type_traits>

#include "core/decode/io_qualification.hpp"
#include "core/emulate/instruction_end.hpp"
#include "core/emulate/pio.hpp"
#include "core/emulate/step.hpp"
#include "core/emulate/vcpu_io.hpp"
#include "core/exit.hpp"
#include "core/platform/platform.hpp"
#include "core/platform/stop.hpp"
#include "core/vcpu/control_write.hpp"
#include "core/vcpu/entry_plan.hpp"
#include "core/vcpu/exit_environment.hpp"
#include "core/vcpu/instruction_exits.hpp"
#include "core/vcpu/machine_exit.hpp"
#include "core/vcpu/pending_events.hpp"
#include "core/vcpu/quick_port.hpp"
#include "core/vcpu/vcpu_cpu.hpp"

namespace acrn::core {

/// The loop of a host:
///
///     Progress progress = vcpu.begin(exit, env, turn, time_in);
///     while (is_underway(progress)) {               // waiting or busy
///       if (vcpu.hypercall_pending()) progress = vcpu.finish_hypercall(rax);
///       else { wait; progress = vcpu.resume(env, turn, time_in); }
///     }
///     apply(vcpu.commit());                         // whatever the progress is
///     if (vcpu.stop().kind != StopKind::none) end;
///     EntryPlan plan = vcpu.plan_entry(cpu, platform, time_out);
///     while (plan.halted) { wait for plan.deadline or an input; plan again with a later now; }
///     apply(plan); enter;
///
/// Trivially copyable and free of pointers: can be forked and checkpointed between exits.
class Vcpu {
 public:
  /// Takes a new exit as far as it goes. The caller holds the VM's turn; an exit in flight must be
  /// cancelled first. What is over (done, fault, unsupported, cancelled, violation) has a commit();
  ///  - done: handled; see stop() for those that end the VM;
  ///  - fault: an exception waits for plan_entry(); the commit sets RF and nothing else;
  ///  - unsupported: the same, with #UD; refusal() says why. Nothing was done in the guest's name;
  ///  - waiting with hypercall_pending(): see there;
  ///  - waiting, busy, cancelled, violation: as VcpuIo has them.
  /// The platform's output() is that of this exit from now on.
  template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
  Progress begin(MachineExit const& exit, ExitEnvironment<Slot, Cpu, Memory> const& env, Turn turn,
                 Ticks now) {
    bool const is_io = exit.reason == static_cast<std::uint16_t>(MachineReason::io_instruction);
    if (!is_io || exit.idt_vectoring_information != 0) [[unlikely]] {
      prepare(env, now);
      return begin_other(exit, env, turn, now);
    }
    FastDevice const device = quick_device(exit, env.platform);
    if (device != FastDevice::none) {
      begin_quickly(exit, device, env, now);
      return Progress::done;
    }
    if (forwards_quickly(exit, env.platform, env.profile)) return submit_quickly(exit, env, now);
    prepare(env, now);
    return begin_io(exit, env, turn, now);
  }

  // The short way of begin() and resume() for most exits, for hosts that count instructions:
  // inlined, it needs nothing of `env` in memory. `exit` is an I/O instruction's that has not
  // interrupted a delivery.
  /// Which of the platform's devices begin_quickly() would ask, if any.
  [[nodiscard]] static FastDevice quick_device(MachineExit const& exit,
                                               Platform const& platform) noexcept;
  /// begin() of an exit that has a quick_device(); it is done then.
  template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
  void begin_quickly(MachineExit const& exit, FastDevice device,
                     ExitEnvironment<Slot, Cpu, Memory> const& env, Ticks now);
  /// Whether an exit without a quick_device() is one that submit_quickly() can begin.
  [[nodiscard]] static bool forwards_quickly(MachineExit const& exit, Platform& platform,
                                             Profile const& profile) noexcept;
  /// begin() of such an exit: it is waiting, or busy, or a fault.
  template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
  Progress submit_quickly(MachineExit const& exit, ExitEnvironment<Slot, Cpu, Memory> const& env,
                          Ticks now);
  /// resume() while such an exit is waiting.
  template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
  Progress poll_quickly(ExitEnvironment<Slot, Cpu, Memory> const& env);

  /// Whether the exit is HLT's or VMCALL's, after which the vCPU waits: for those, begin() in
  /// short.
  [[nodiscard]] static bool pauses(MachineExit const& exit) noexcept;
  template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
  Progress begin_pause(MachineExit const& exit, ExitEnvironment<Slot, Cpu, Memory> const& env,
                       Ticks now);

  /// Goes on with an exit that is waiting or busy; `now` is that of begin(). While a hypercall is
  /// pending it answers `waiting`.
  template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
  Progress resume(ExitEnvironment<Slot, Cpu, Memory> const& env, Turn turn, Ticks now) {
    check(in_flight(), "Vcpu::resume() needs an exit in flight");
    env.effects.clear();
    if (phase_ == Phase::hypercall) return Progress::waiting;
    if (phase_ == Phase::quick) return poll_quickly(env);
    if (phase_ == Phase::quick_refused) return send_quickly(env);
    return end_io(io_.resume(io_environment(env), turn, now), env);
  }

  /// Withdraws the exit that is in flight, if any; its commit changes nothing.
  template <SlotEnd Slot>
  void cancel(Slot& slot) {
    if (!in_flight()) return;
    if (phase_ == Phase::quick) slot.cancel(quick_.ticket);
    if (phase_ == Phase::io) io_.cancel(slot);
    Phase const over = is_quick() ? Phase::over_quick : Phase::over;
    change_nothing();
    phase_ = over;
  }

  /// What to write into the CPU, once the exit is over.
  [[nodiscard]] VcpuCommit commit() const noexcept {
    return {phase_ == Phase::over_io ? io_.commit() : commit_, control_};
  }

  /// Plans the next entry; the commit has been applied. Lets the platform's devices act up to
  /// `now`, then: re-injects what the exit interrupted; else injects a pending exception; else, if
  /// the guest can take one, raise()d vectors (the highest first) and the PIC's. Asks
  /// `cpu.entry_state()` only if an interrupt waits and nothing else is injected. Called again
  /// while plan.halted, with `now` that grows, it ends in the same state as one call with the last.
  template <VcpuCpu Cpu>
  EntryPlan plan_entry(Cpu& cpu, Platform& platform, Ticks now);

  /// Whether plan_entry() with this `now` would do nothing but name platform.next_deadline(): no
  /// device is due, nothing is injected, no window is asked for. Most entries are such.
  [[nodiscard]] bool enters_quietly(Platform const& platform, Ticks now) const noexcept {
    return !may_inject(platform) && now < platform.next_deadline();
  }
  /// Whether it would do nothing but say `halted` until platform.next_deadline().
  [[nodiscard]] bool stays_halted(Platform const& platform, Ticks now) const noexcept {
    return halted_ && !has_event(platform) && now < platform.next_deadline();
  }

  /// An interrupt that does not come from the PIC. Stays pending until it is injected; raising it
  /// twice is raising it once. `vector` is at least 32.
  void raise(std::uint8_t vector) noexcept { events_.raise_interrupt(vector); }

  /// VMCALL: begin() has answered `waiting`, and the host is to perform the call and to say how it
  /// ended. Then the exit is over: done with RAX set and RIP advanced, or a fault with RIP kept.
  [[nodiscard]] bool hypercall_pending() const noexcept { return phase_ == Phase::hypercall; }
  Progress finish_hypercall(std::int64_t rax) noexcept;
  /// #UD, or #GP(0); `state` is fault_state() of the CPU.
  Progress fail_hypercall(Vector vector, FaultState const& state) noexcept;

  /// Why the vCPU must not be entered again, if so.
  [[nodiscard]] VcpuStop const& stop() const noexcept { return stop_; }
  [[nodiscard]] bool is_stopped() const noexcept { return stop_.kind != StopKind::none; }
  /// Whether the guest has executed HLT and waits for an interrupt.
  [[nodiscard]] bool halted() const noexcept { return halted_; }

  /// After a fault or unsupported: the exception that was raised.
  [[nodiscard]] Fault fault() const noexcept { return fault_; }
  /// After a fault or unsupported: what was refused, if anything. The bytes are part of the vCPU.
  [[nodiscard]] Refusal refusal() const noexcept;
  /// Of an I/O exit, as VcpuIo has them.
  [[nodiscard]] Access access() const noexcept {
    return is_quick() ? quick_.access() : io_.access();
  }
  [[nodiscard]] Access request() const noexcept {
    return is_quick() ? quick_.access() : io_.request();
  }
  [[nodiscard]] Route route() const noexcept { return is_quick() ? quick_.route : io_.route(); }
  [[nodiscard]] Busy busy() const noexcept { return is_quick() ? quick_.busy : io_.busy(); }
  /// Whether an exit is waiting or busy.
  [[nodiscard]] bool in_flight() const noexcept {
    return phase_ == Phase::io || phase_ == Phase::hypercall || phase_ == Phase::quick ||
           phase_ == Phase::quick_refused;
  }

 private:
  /// Whether an exit is over, and whose commit counts, or what it waits for.
  enum class Phase : std::uint8_t {
    over,
    over_quick,
    over_io,
    io,
    quick,          ///< a request of quick_ is with the device model
    quick_refused,  ///< the slot has refused it for now
    hypercall
  };

  /// Whether quick_ is the access of this exit.
  [[nodiscard]] bool is_quick() const noexcept {
    return phase_ == Phase::over_quick || phase_ == Phase::quick || phase_ == Phase::quick_refused;
  }

  /// Before an exit is taken.
  template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
  void prepare(ExitEnvironment<Slot, Cpu, Memory> const& env, Ticks now) {
    env.effects.clear();
    env.platform.clear_output();
    if (now >= env.platform.next_deadline()) [[unlikely]] {
      env.platform.advance(now);
    }
  }

  template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
  Progress send_quickly(ExitEnvironment<Slot, Cpu, Memory> const& env);
  template <SlotEnd Slot, VcpuCpu Cpu>
  Progress refuse_quickly(Busy busy, Slot& slot, Cpu& cpu);
  template <VcpuCpu Cpu>
  Progress pause(MachineExit const& exit, Cpu& cpu);
  template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
  void end_quickly(ExitEnvironment<Slot, Cpu, Memory> const& env, std::uint8_t length);

  void apply_effects(Platform& platform, Effects const& effects) noexcept {
    platform.apply(effects);
    if (platform.stop().kind != StopKind::none) [[unlikely]] {
      stop_ = platform.stop();
    }
  }

  template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
  Progress begin_io(MachineExit const& exit, ExitEnvironment<Slot, Cpu, Memory> const& env,
                    Turn turn, Ticks now);
  template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
  Progress end_io(Progress progress, ExitEnvironment<Slot, Cpu, Memory> const& env);
  template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
  Progress begin_other(MachineExit const& exit, ExitEnvironment<Slot, Cpu, Memory> const& env,
                       Turn turn, Ticks now);
  template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
  Progress begin_instruction(MachineExit const& exit, ExitEnvironment<Slot, Cpu, Memory> const& env,
                             Ticks now);

  [[nodiscard]] bool has_event(Platform const& platform) const noexcept {
    return events_.any() || platform.interrupt_pending();
  }
  [[nodiscard]] bool may_inject(Platform const& platform) const noexcept {
    return halted_ || has_event(platform);
  }

  template <VcpuCpu Cpu>
  void plan_event(Cpu& cpu, Platform& platform, EntryPlan& plan);
  void plan_interrupt(EntryState const& state, Platform& platform, EntryPlan& plan) noexcept;

  void change_nothing() noexcept;
  Progress take_exception(MachineExit const& exit, FaultState const& state) noexcept;
  Progress raise_exception(PendingException const& exception) noexcept;
  Progress fault_with(Fault const& fault, FaultState const& state) noexcept;
  Progress stop_with(StopKind kind, std::uint16_t code) noexcept;
  Progress end_io_badly(Progress progress, FaultState const& state) noexcept;

  VcpuIo io_{};
  Phase phase_{};
  bool halted_{};
  bool io_refused_{};  // io_ knows why the last fault came
  VcpuStop stop_{};
  Unsupported unsupported_{};
  PendingEvents events_{};
  QuickPort quick_{};
  Fault fault_{};
  Commit commit_{};
  ControlWrite control_{};
  VirtualRegisters registers_{};
};

static_assert(std::is_trivially_copyable_v<Vcpu>, "a vCPU can be forked and checkpointed");

}  // namespace acrn::core

#include "core/vcpu/vcpu_entry.hpp"
#include "core/vcpu/vcpu_exits.hpp"
#include "core/vcpu/vcpu_quick.hpp"
