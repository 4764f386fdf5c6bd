// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/hypervisor/vcpu_loop.hpp"

#include <algorithm>

#include "baremetal/hypervisor/answer_wait.hpp"
#include "baremetal/hypervisor/end_report.hpp"
#include "baremetal/hypervisor/hypervisor.hpp"
#include "baremetal/hypervisor/news.hpp"
#include "baremetal/hypervisor/trace.hpp"
#include "baremetal/machine/smp.hpp"
#include "baremetal/machine/tsc.hpp"
#include "core/vcpu/machine_exit.hpp"

namespace acrn::baremetal {
namespace {

bool is_alone(Slice const& slice) noexcept { return slice.neighbours == Slice::Neighbours::none; }

/// Performs the hypercall that waits.
template <class Trace>
[[gnu::always_inline]] inline core::Progress call(Hypervisor& hypervisor, GuestVm& vm) noexcept {
  using Kind = core::HypercallResult::Kind;
  Trace::called(vm);
  HypercallEnd const end = hypervisor.hypercall(vm);
  if (end.kind == Kind::returned) [[likely]] {
    return vm.vcpu.finish_hypercall(end.rax);
  }
  return Trace::fail_hypercall(vm, end.kind == Kind::undefined_opcode
                                       ? core::Vector::invalid_opcode
                                       : core::Vector::general_protection);
}

/// Takes the exit that is under way as far as it goes; false while it has to wait.
template <class Trace>
bool settle(Hypervisor& hypervisor, GuestVm& vm, Slice const& slice) noexcept {
  while (core::is_underway(vm.progress)) {
    if (vm.effects.upcall_wanted()) {
      hypervisor.raise_upcall();
      vm.effects.clear();
    }
    if (is_called_off(hypervisor, vm)) return false;
    vm.progress = Trace::resume(vm);
    if (vm.progress != core::Progress::waiting && vm.progress != core::Progress::busy) break;
    if (vm.effects.upcall_wanted()) continue;  // the next piece of the same access
    if (!is_alone(slice)) return false;
    wait_for_answer(hypervisor, vm);
  }
  return true;
}

[[gnu::noinline]] void conclude_badly(GuestVm& vm) noexcept {
  if (vm.progress == core::Progress::fault || vm.progress == core::Progress::unsupported) {
    tell_refusal(vm);
  }
}

/// After an exit has gone well, as all do that have a short way.
template <class Trace>
[[gnu::always_inline]] inline void conclude_well(Hypervisor& hypervisor, GuestVm& vm) noexcept {
  Trace::ended(vm);
  vm.cpu.apply(vm.vcpu.commit());
  if (vm.platform.has_output()) [[unlikely]] {
    hypervisor.show_output(vm);
  }
}

/// After an exit is over, and before the next entry is planned.
template <class Trace>
[[gnu::always_inline]] inline void conclude(Hypervisor& hypervisor, GuestVm& vm) noexcept {
  conclude_well<Trace>(hypervisor, vm);
  if (vm.progress != core::Progress::done) [[unlikely]] {
    conclude_badly(vm);
  }
}

/// Takes a port access that core answers on the spot, as most exits are; false if it is none.
template <class Trace>
[[gnu::always_inline]] inline bool take_quickly(Hypervisor& hypervisor, GuestVm& vm,
                                                core::MachineExit const& exit) noexcept {
  core::FastDevice const device = core::Vcpu::quick_device(exit, vm.platform);
  if (device == core::FastDevice::none) return false;
  Trace::exited_plainly(vm, exit);
  Trace::begin_quickly(vm, exit, device);
  vm.progress = core::Progress::done;
  conclude_well<Trace>(hypervisor, vm);
  return true;
}

/// Takes a port access that goes straight to the Service VM, as most others are; false while it has
/// to wait.
template <class Trace>
[[gnu::noinline]] bool forward_quickly(Hypervisor& hypervisor, GuestVm& vm, Slice const& slice,
                                       core::MachineExit const& exit) noexcept {
  Trace::exited_plainly(vm, exit);
  vm.progress = Trace::submit_quickly(vm, exit);
  if (vm.progress == core::Progress::waiting && is_alone(slice)) [[likely]] {
    hypervisor.raise_upcall();
    wait_for_answer(hypervisor, vm);
    vm.progress = Trace::poll_quickly(vm);
    if (vm.progress == core::Progress::done) [[likely]] {  // a path of its own: the commit is known
      conclude_well<Trace>(hypervisor, vm);
      return true;
    }
  }
  if (core::is_underway(vm.progress)) [[unlikely]] {
    if (!settle<Trace>(hypervisor, vm, slice)) return false;
  }
  conclude<Trace>(hypervisor, vm);
  return true;
}

/// Once a slice, and before a guest rests. So often is soon enough for who types, and costs an exit
/// nothing. An input is one of the exit before it, so there has to be one.
void look_for_input(GuestVm& vm) noexcept {
  if (!vm.input.is_ready() || vm.entries == 0) [[likely]] {
    return;
  }
  bool const has_room =
      vm.input.is_forwarded() ? vm.input.ring_has_room() : vm.platform.receive_room() != 0;
  if (has_room) vm.mailbox.post_input();
}

/// The guest executes HLT until something comes, and the CPU has nothing else to do.
void rest(Hypervisor& hypervisor, GuestVm& vm) noexcept {
  look_for_input(vm);
  hypervisor.rest(vm);
}

/// Takes HLT, or a hypercall.
template <class Trace>
[[gnu::noinline]] void take_pause(Hypervisor& hypervisor, GuestVm& vm, Slice const& slice,
                                  core::MachineExit const& exit) noexcept {
  Trace::exited(vm, exit);
  vm.progress = Trace::begin_pause(vm, exit);
  if (vm.progress == core::Progress::waiting) vm.progress = call<Trace>(hypervisor, vm);
  conclude<Trace>(hypervisor, vm);
  // Before an entry is planned, so that nobody takes the vCPU for being in the guest.
  if (is_alone(slice) && vm.vcpu.stays_halted(vm.platform, vm.time_in)) rest(hypervisor, vm);
}

/// Takes any other exit; false while it has to wait.
template <class Trace>
[[gnu::noinline]] bool take_exit(Hypervisor& hypervisor, GuestVm& vm, Slice const& slice) noexcept {
  core::MachineExit const& exit = vm.cpu.exit_information();
  if (exit.reason == static_cast<std::uint16_t>(core::MachineReason::external_interrupt)) {
    end_interrupt();  // the exit has taken it off the local APIC: our wake vector, or stray
  }
  Trace::exited(vm, exit);
  vm.progress = Trace::begin(vm, exit);
  if (!settle<Trace>(hypervisor, vm, slice)) return false;
  conclude<Trace>(hypervisor, vm);
  return true;
}

/// Takes an exit that take_quickly() does not; false while it has to wait. `io` is the exit if it
/// is a plain port access.
template <class Trace>
[[gnu::always_inline]] inline bool take_other(Hypervisor& hypervisor, GuestVm& vm,
                                              Slice const& slice,
                                              core::MachineExit const* io) noexcept {
  if (io != nullptr && core::Vcpu::forwards_quickly(*io, vm.platform, vm.profile)) {
    return forward_quickly<Trace>(hypervisor, vm, slice, *io);
  }
  core::MachineExit const* const pause = vm.cpu.pause_exit();
  if (pause == nullptr) return take_exit<Trace>(hypervisor, vm, slice);
  take_pause<Trace>(hypervisor, vm, slice, *pause);
  return true;
}

/// Sends what is recorded; the guest's time stands still meanwhile.
[[gnu::noinline]] void flush(Hypervisor& hypervisor, GuestVm& vm) noexcept {
  hypervisor.flush(vm);
  vm.cpu.set_tsc_offset(vm.clock.offset());
}

/// Plans an entry at which something may be injected, or none at all: false if the guest is halted.
template <class Trace>
[[gnu::noinline]] bool plan_with_event(GuestVm& vm, core::Ticks now) noexcept {
  core::EntryPlan const plan = Trace::plan(vm, now);
  if (plan.halted) {
    vm.wake_at = plan.deadline;
    return false;
  }
  vm.cpu.apply(plan);
  Trace::enter(vm, plan, now);
  return true;
}

enum class Entry : std::uint8_t { planned, called_off, slice_over, halted };

/// Plans the entry and makes the vCPU ready for it.
template <class Trace>
[[gnu::always_inline]] inline Entry plan_entry(Hypervisor& hypervisor, GuestVm& vm,
                                               Slice const& slice) noexcept {
  // Before the mailbox is looked at: whoever posts later sees that an NMI is needed.
  vm.in_guest.store(true, std::memory_order_seq_cst);
  if (vm.mailbox.has_news() && !take_news<Trace>(hypervisor, vm)) [[unlikely]] {
    return Entry::called_off;
  }
  std::uint64_t const tsc = read_tsc();
  if (tsc >= slice.end) [[unlikely]] {
    return Entry::slice_over;
  }
  core::Ticks const now = vm.clock.at(tsc);
  if (vm.vcpu.enters_quietly(vm.platform, now) && !vm.cpu.awaits_window()) [[likely]] {
    Trace::enter_quietly(vm, now);
  } else if (!plan_with_event<Trace>(vm, now)) {
    return Entry::halted;
  }
  if (Trace::wants_flush(vm)) [[unlikely]] {
    flush(hypervisor, vm);
  }
  // Both are still to come: a device that was due has acted, and was asked for its next deadline.
  std::uint64_t const until_deadline = vm.platform.next_deadline().value - now.value;
  vm.cpu.arm_preemption_timer(std::min(until_deadline, slice.end - tsc));
  ++vm.entries;
  return Entry::planned;
}

/// What a vCPU that is alone on its CPU does in place of making room; false if it has to.
bool goes_on(Hypervisor& hypervisor, GuestVm& vm, Slice& slice, Entry entry) noexcept {
  if (entry == Entry::called_off || !is_alone(slice)) return false;
  vm.in_guest.store(false, std::memory_order_relaxed);
  if (entry == Entry::halted) {
    rest(hypervisor, vm);
  } else {
    look_for_input(vm);
    slice.end = hypervisor.slice_end(vm);
  }
  return true;
}

/// Where the vCPU stands after a slice that ended so.
SliceEnd end_slice(GuestVm& vm, Entry entry) noexcept {
  vm.in_guest.store(false, std::memory_order_relaxed);
  switch (entry) {
    case Entry::slice_over:
      return SliceEnd::slice_over;
    case Entry::halted:
      return SliceEnd::halted;
    case Entry::planned:
    case Entry::called_off:
      break;
  }
  return SliceEnd::ended;
}

template <class Trace>
SliceEnd run(Hypervisor& hypervisor, GuestVm& vm, Slice slice) noexcept {
  vm.cpu.set_tsc_offset(vm.clock.offset());
  if (core::is_underway(vm.progress)) {
    if (!settle<Trace>(hypervisor, vm, slice)) return SliceEnd::waiting;
    conclude<Trace>(hypervisor, vm);
  }
  while (!vm.vcpu.is_stopped()) {
    Entry const entry = plan_entry<Trace>(hypervisor, vm, slice);
    if (entry != Entry::planned) [[unlikely]] {
      if (goes_on(hypervisor, vm, slice, entry)) continue;
      return end_slice(vm, entry);
    }
    EnterResult const result = vm.cpu.enter();
    vm.in_guest.store(false, std::memory_order_relaxed);
    if (result != EnterResult::exit) [[unlikely]] {
      tell_entry_failure(vm);
      hypervisor.end_guest(vm, {.end = GuestEnd::entry_refused});
      return SliceEnd::ended;
    }
    vm.time_in = vm.clock.at(read_tsc());
    core::MachineExit const* const exit = vm.cpu.plain_io_exit();
    if (exit != nullptr && take_quickly<Trace>(hypervisor, vm, *exit)) continue;
    if (!take_other<Trace>(hypervisor, vm, slice, exit)) return SliceEnd::waiting;
  }
  Trace::leave(vm);
  hypervisor.end_guest(vm, guest_end_of(vm.vcpu.stop()));
  return SliceEnd::ended;
}

}  // namespace

SliceEnd run_slice(Hypervisor& hypervisor, GuestVm& vm, Slice const& slice) noexcept {
  look_for_input(vm);
  return vm.recorder.is_on() ? run<FullTrace>(hypervisor, vm, slice)
                             : run<NoTrace>(hypervisor, vm, slice);
}

}  // namespace acrn::baremetal
