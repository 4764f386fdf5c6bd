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
    env.effects.clear();
    env.platform.clear_output();
    if (now >= env.platform.next_deadline()) [[unlikely]] {
      env.platform.advance(now);
    }
    control_.target = ControlRegister::none;
    bool const is_io = exit.reason == static_cast<std::uint16_t>(MachineReason::io_instruction);
    if (!is_io || exit.idt_vectoring_information != 0) [[unlikely]] {
      return begin_other(exit, env, turn, now);
    }
    if (is_plain_byte_access(exit.qualification)) {
      IoQualification const port = decode_io_qualification(exit.qualification);
      if (env.platform.is_fast(port.port)) return begin_fast(exit, port, env, now);
    }
    return begin_io(exit, env, turn, now);
  }

  /// Goes on with an exit that is waiting or busy; `now` is that of begin(). While a hypercall is
  /// pending it answers `waiting`.
  template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
  Progress resume(ExitEnvironment<Slot, Cpu, Memory> const& env, Turn turn, Ticks now) {
    check(in_flight(), "Vcpu::resume() needs an exit in flight");
    env.effects.clear();
    if (phase_ == Phase::hypercall) return Progress::waiting;
    return end_io(io_.resume(io_environment(env), turn, now), env);
  }

  /// Withdraws the exit that is in flight, if any; its commit changes nothing.
  template <SlotEnd Slot>
  void cancel(Slot& slot) {
    if (!in_flight()) return;
    io_.cancel(slot);
    change_nothing();
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
  EntryPlan plan_entry(Cpu& cpu, Platform& platform, Ticks now) {
    if (halted_ || now >= platform.next_deadline()) [[unlikely]] {
      platform.advance(now);
    }
    EntryPlan plan{.deadline = platform.next_deadline()};
    if (halted_ || events_.any() || platform.interrupt_pending()) [[unlikely]] {
      plan_event(cpu, platform, plan);
    }
    return plan;
  }

  /// An interrupt that does not come from the PIC. Stays pending until it is injected; raising it
  /// twice is raising it once. `vector` is at least 32.
  void raise(std::uint8_t vector) noexcept { events_.raise_interrupt(vector); }

  /// VMCALL: begin() has answered `waiting`, and the host is to perform the call and to say how it
  /// ended. Then the exit is over: done with RAX set and RIP advanced, or a fault with RIP kept.
  [[nodiscard]] bool hypercall_pending() const noexcept { return phase_ == Phase::hypercall; }
  Progress finish_hypercall(std::int64_t rax) noexcept;
  Progress fail_hypercall(Vector vector) noexcept;  ///< #UD, or #GP(0)

  /// Why the vCPU must not be entered again, if so.
  [[nodiscard]] VcpuStop stop() const noexcept { return stop_; }
  /// Whether the guest has executed HLT and waits for an interrupt.
  [[nodiscard]] bool halted() const noexcept { return halted_; }

  /// After a fault or unsupported: the exception that was raised.
  [[nodiscard]] Fault fault() const noexcept { return fault_; }
  /// After a fault or unsupported: what was refused, if anything. The bytes are part of the vCPU.
  [[nodiscard]] Refusal refusal() const noexcept;
  /// Of an I/O exit, as VcpuIo has them.
  [[nodiscard]] Access const& access() const noexcept {
    return phase_ == Phase::over_fast ? access_ : io_.access();
  }
  [[nodiscard]] Access const& request() const noexcept {
    return phase_ == Phase::over_fast ? access_ : io_.request();
  }
  [[nodiscard]] Route route() const noexcept {
    return phase_ == Phase::over_fast ? Route::completed : io_.route();
  }
  [[nodiscard]] Busy busy() const noexcept { return io_.busy(); }
  /// Whether an exit is waiting or busy.
  [[nodiscard]] bool in_flight() const noexcept {
    return phase_ == Phase::io || phase_ == Phase::hypercall;
  }

 private:
  /// Whether an exit is over, and whose commit counts, or what it waits for.
  enum class Phase : std::uint8_t { over, over_fast, over_io, io, hypercall };

  /// What begin_io() does for a byte at a port of the platform's own, without what it would prepare
  /// for everything else.
  template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
  Progress begin_fast(MachineExit const& exit, IoQualification const& io,
                      ExitEnvironment<Slot, Cpu, Memory> const& env, Ticks now) {
    commit_.start(exit.instruction_length);
    access_ = {Space::port, io.direction, 1, io.port.value, 0xff};
    if (io.direction == Direction::write) {
      access_.value = truncate(env.cpu.read_register(Register::rax), 1);
    }
    env.platform.fast_access(access_, now, env.effects);
    if constexpr (AccessListener<Slot>) {
      env.slot.finished(access_, Route::completed, AccessEnd::answered);
    }
    if (access_.direction == Direction::read) {
      In32Rule const rule = env.profile.in32;
      commit_.set(Register::rax, emulate_pio_complete(access_.value, 1, rule, env.cpu));
    }
    end_plain_instruction(commit_, env.cpu);
    apply_effects(env.platform, env.effects);
    phase_ = Phase::over_fast;
    return Progress::done;
  }

  void apply_effects(Platform& platform, Effects const& effects) noexcept {
    platform.apply(effects);
    if (platform.stop().kind != StopKind::none) [[unlikely]] {
      stop_ = platform.stop();
    }
  }

  template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
  [[gnu::noinline]] Progress begin_io(MachineExit const& exit,
                                      ExitEnvironment<Slot, Cpu, Memory> const& env, Turn turn,
                                      Ticks now) {
    VmExit const io{.reason = static_cast<ExitReason>(exit.reason),
                    .instruction_length = exit.instruction_length,
                    .qualification = exit.qualification,
                    .gpa = exit.guest_physical,
                    .guest_linear = exit.guest_linear,
                    .instruction_information = exit.instruction_information};
    return end_io(io_.begin(io, io_environment(env), turn, now), env);
  }

  template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
  Progress end_io(Progress progress, ExitEnvironment<Slot, Cpu, Memory> const& env) {
    apply_effects(env.platform, env.effects);
    if (progress == Progress::done) [[likely]] {
      phase_ = Phase::over_io;
      return progress;
    }
    if (is_underway(progress)) {
      phase_ = Phase::io;
      return progress;
    }
    bool const faults = progress == Progress::fault || progress == Progress::unsupported;
    return end_io_badly(progress, faults ? fault_state(env.cpu) : FaultState{});
  }

  /// Every exit that is no port access without an interrupted delivery.
  template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
  [[gnu::noinline]] Progress begin_other(MachineExit const& exit,
                                         ExitEnvironment<Slot, Cpu, Memory> const& env, Turn turn,
                                         Ticks now) {
    events_.interrupt_delivery(exit);
    switch (static_cast<MachineReason>(exit.reason)) {
      case MachineReason::io_instruction:
        return begin_io(exit, env, turn, now);
      case MachineReason::ept_violation:
        return events_.delivering()
                   ? stop_with(StopKind::event_delivery, events_.delivered_vector())
                   : begin_io(exit, env, turn, now);
      case MachineReason::exception_or_nmi:
        return take_exception(exit, fault_state(env.cpu));
      case MachineReason::external_interrupt:
      case MachineReason::interrupt_window:
      case MachineReason::preemption_timer:
        change_nothing();
        return Progress::done;
      case MachineReason::triple_fault:
        return stop_with(StopKind::triple_fault, 0);
      default:
        return begin_instruction(exit, env, now);
    }
  }

  template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
  Progress begin_instruction(MachineExit const& exit, ExitEnvironment<Slot, Cpu, Memory> const& env,
                             Ticks now) {
    phase_ = Phase::over;
    commit_.start(exit.instruction_length);
    InstructionExit<Cpu, Memory> instruction{
        exit, env.cpu, env.memory, registers_, env.platform.config().ticks_hz,
        now,  commit_, control_};
    switch (instruction.take()) {
      case InstructionEnd::done:
        return Progress::done;
      case InstructionEnd::halt:
        halted_ = true;
        return Progress::done;
      case InstructionEnd::hypercall:
        phase_ = Phase::hypercall;
        hypercall_state_ = fault_state(env.cpu);
        return Progress::waiting;
      case InstructionEnd::undefined:
        return fault_with({Vector::invalid_opcode}, fault_state(env.cpu));
      case InstructionEnd::protection:
        return fault_with({Vector::general_protection}, fault_state(env.cpu));
      case InstructionEnd::unsupported:
        break;
    }
    return stop_with(StopKind::unsupported_exit, exit.reason);
  }

  /// Something waits, or the guest is halted.
  template <VcpuCpu Cpu>
  [[gnu::noinline]] void plan_event(Cpu& cpu, Platform& platform, EntryPlan& plan) {
    if (events_.take(plan)) {
      halted_ = false;
      plan.interrupt_window = platform.interrupt_pending() || events_.interrupt_waits();
    } else if (platform.interrupt_pending() || events_.interrupt_waits()) {
      plan_interrupt(cpu.entry_state(), platform, plan);
    }
    plan.halted = halted_;
  }

  void change_nothing() noexcept;
  Progress take_exception(MachineExit const& exit, FaultState const& state) noexcept;
  Progress raise_exception(PendingException const& exception) noexcept;
  Progress fault_with(Fault const& fault, FaultState const& state) noexcept;
  Progress stop_with(StopKind kind, std::uint16_t code) noexcept;
  Progress end_io_badly(Progress progress, FaultState const& state) noexcept;
  void plan_interrupt(EntryState const& state, Platform& platform, EntryPlan& plan) noexcept;

  VcpuIo io_{};
  Phase phase_{};
  bool halted_{};
  bool io_refused_{};  // io_ knows why the last fault came
  VcpuStop stop_{};
  Unsupported unsupported_{};
  PendingEvents events_{};
  Access access_{};  // of Phase::over_fast
  Fault fault_{};
  FaultState hypercall_state_{};  // of the VMCALL that waits
  Commit commit_{};
  ControlWrite control_{};
  VirtualRegisters registers_{};
};

static_assert(std::is_trivially_copyable_v<Vcpu>, "a vCPU can be forked and checkpointed");

}  // namespace acrn::core
