// SPDX-License-Identifier: BSD-3-Clause
// One vCPU: takes every VM exit, and plans every VM entry. Never waits, and touches no hardware.
#pragma once

#include <cstdint>
#include <span>
#include <type_traits>

#include "core/emulate/effects.hpp"
#include "core/emulate/step.hpp"
#include "core/emulate/vcpu_io.hpp"
#include "core/exit.hpp"
#include "core/platform/platform.hpp"
#include "core/platform/stop.hpp"
#include "core/profile.hpp"
#include "core/vcpu/control_write.hpp"
#include "core/vcpu/entry_plan.hpp"
#include "core/vcpu/machine_exit.hpp"
#include "core/vcpu/vcpu_cpu.hpp"

namespace acrn::core {

/// Everything that an exit of one vCPU touches. Vcpu clears `effects` at the start of each call and
/// has the platform apply them at its end: the host looks only at upcall_wanted() afterwards.
template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
struct ExitEnvironment {
  Platform& platform;
  Profile const& profile;
  Slot& slot;
  Cpu& cpu;
  Memory& memory;
  Effects& effects;
};

/// What the host writes into the CPU after an exit has ended, before plan_entry().
struct VcpuCommit {
  Commit const& commit;
  ControlWrite const& control;
};

/// What the guest asked for that is not emulated; it got #UD instead, or the VM stopped.
struct Refusal {
  Unsupported why{};
  DecodeReason decode{};                  ///< why the instruction decoder refused, if it did
  std::span<std::uint8_t const> bytes{};  ///< of the instruction, if it was decoded
};

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
  template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
  Progress begin(MachineExit const& exit, ExitEnvironment<Slot, Cpu, Memory> const& env, Turn turn,
                 Ticks now);

  /// Goes on with an exit that is waiting or busy; `now` is that of begin().
  template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
  Progress resume(ExitEnvironment<Slot, Cpu, Memory> const& env, Turn turn, Ticks now);

  /// Withdraws the exit that is in flight, if any; its commit changes nothing.
  template <SlotEnd Slot>
  void cancel(Slot& slot);

  /// What to write into the CPU, once the exit is over.
  [[nodiscard]] VcpuCommit commit() const noexcept;

  /// Plans the next entry; the commit has been applied. Lets the platform's devices act up to
  /// `now`, then: re-injects what the exit interrupted; else injects a pending exception; else, if
  /// the guest can take one, raise()d vectors (the highest first) and the PIC's. Asks
  /// `cpu.entry_state()` only if an interrupt waits and nothing else is injected. Called again
  /// while plan.halted, with `now` that grows, it ends in the same state as one call with the last.
  template <VcpuCpu Cpu>
  EntryPlan plan_entry(Cpu& cpu, Platform& platform, Ticks now);

  /// An interrupt that does not come from the PIC. Stays pending until it is injected; raising it
  /// twice is raising it once. `vector` is at least 32.
  void raise(std::uint8_t vector) noexcept;

  /// VMCALL: begin() has answered `waiting`, and the host is to perform the call and to say how it
  /// ended. Then the exit is over: done with RAX set and RIP advanced, or a fault with RIP kept.
  [[nodiscard]] bool hypercall_pending() const noexcept;
  Progress finish_hypercall(std::int64_t rax) noexcept;
  Progress fail_hypercall(Vector vector) noexcept;  ///< #UD, or #GP(0)

  /// Why the vCPU must not be entered again, if so.
  [[nodiscard]] VcpuStop stop() const noexcept;
  /// Whether the guest executes HLT and waits for an interrupt.
  [[nodiscard]] bool halted() const noexcept;

  /// After a fault or unsupported: the exception that was raised.
  [[nodiscard]] Fault fault() const noexcept;
  /// After a fault or unsupported: what was refused, if anything.
  [[nodiscard]] Refusal refusal() const noexcept;
  /// Of an I/O exit, as VcpuIo has them.
  [[nodiscard]] Access const& access() const noexcept { return io_.access(); }
  [[nodiscard]] Access const& request() const noexcept { return io_.request(); }
  [[nodiscard]] Route route() const noexcept { return io_.route(); }
  [[nodiscard]] Busy busy() const noexcept { return io_.busy(); }
  [[nodiscard]] bool in_flight() const noexcept;

 private:
  VcpuIo io_{};
};

/// Whether resume() (or the end of a hypercall) is needed.
constexpr bool is_underway(Progress progress) noexcept {
  return progress == Progress::waiting || progress == Progress::busy;
}

static_assert(std::is_trivially_copyable_v<Vcpu>);

}  // namespace acrn::core
