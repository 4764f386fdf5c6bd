// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/hypervisor/vcpu_loop.hpp"

#include <algorithm>

#include "baremetal/hypervisor/end_report.hpp"
#include "baremetal/hypervisor/hypervisor.hpp"
#include "baremetal/hypervisor/trace.hpp"
#include "baremetal/machine/smp.hpp"
#include "baremetal/machine/tsc.hpp"
#include "core/vcpu/machine_exit.hpp"

namespace acrn::baremetal {
namespace {

/// Of the UART that is typed into, as captures name it.
constexpr std::uint32_t com1_port = 0x3f8;

/// What the host has to do for an exit before core hears of it.
void serve_host(core::MachineExit const& exit) noexcept {
  // The exit has taken the interrupt off the local APIC: this is our wake vector, or stray.
  if (exit.reason == static_cast<std::uint16_t>(core::MachineReason::external_interrupt)) {
    end_interrupt();
  }
}

template <class Trace>
core::Progress take_exit(GuestVm& vm, Trace& trace) noexcept {
  vm.time_in = vm.clock.at(read_tsc());
  core::MachineExit const& exit = vm.cpu.exit_information();
  serve_host(exit);
  return trace.begin(exit);
}

/// Waits on the spot for what the Service VM on another CPU does.
void wait_a_moment(Hypervisor& hypervisor, GuestVm& vm) noexcept {
  if (vm.wait_mode == WaitMode::polling) {
    __builtin_ia32_pause();
  } else if (!hypervisor.is_over() && !vm.stop_asked.load(std::memory_order_acquire)) {
    wait_for_wake();
  }
}

/// Takes the exit that is under way as far as it goes; false while it has to wait.
template <class Trace>
bool settle(Hypervisor& hypervisor, GuestVm& vm, Slice const& slice, Trace& trace) noexcept {
  while (core::is_underway(vm.progress)) {
    if (vm.vcpu.hypercall_pending()) {
      vm.progress = hypervisor.hypercall(vm);
      continue;
    }
    if (vm.effects.upcall_wanted()) {
      hypervisor.raise_upcall();
      vm.effects.clear();
    }
    if (hypervisor.is_over() || vm.stop_asked.load(std::memory_order_acquire)) return false;
    vm.progress = trace.resume();
    if (vm.progress != core::Progress::waiting && vm.progress != core::Progress::busy) break;
    if (vm.effects.upcall_wanted()) continue;  // the next piece of the same access
    if (slice.neighbours == Slice::Neighbours::some) return false;
    wait_a_moment(hypervisor, vm);
  }
  return true;
}

/// After an exit is over, and before the next entry is planned.
template <class Trace>
void conclude(Hypervisor& hypervisor, GuestVm& vm, Trace& trace) noexcept {
  trace.ended();
  vm.cpu.apply(vm.vcpu.commit());
  if (!vm.platform.output().empty()) [[unlikely]] {
    hypervisor.show_output(vm);
  }
  if (vm.progress == core::Progress::fault || vm.progress == core::Progress::unsupported)
      [[unlikely]] {
    tell_refusal(vm);
  }
}

/// Types as much as the VM's UART takes.
template <class Trace>
void type_input(Hypervisor& hypervisor, GuestVm& vm, Trace& trace) noexcept {
  if (vm.input.is_forwarded()) {
    if (vm.input.fill_ring()) hypervisor.raise_upcall();
    return;
  }
  while (vm.input.is_ready() && vm.platform.receive_room() != 0) {
    std::uint8_t const byte = vm.input.take();
    core::Ticks const now = vm.clock.at(read_tsc());
    trace.input({.kind = traces::InputKind::received_byte, .target = com1_port, .payload = byte},
                now);
    vm.platform.receive(byte, now);
  }
}

/// Hands over what was posted.
template <class Trace>
void drain_mailbox(Hypervisor& hypervisor, GuestVm& vm, Trace& trace) noexcept {
  while (auto const change = vm.mailbox.take()) {
    trace.input({.kind = traces::InputKind::irq_line,
                 .target = change->line.value,
                 .payload = static_cast<std::uint64_t>(change->action)});
    vm.platform.change_line(*change);
  }
  if (vm.mailbox.take_upcall()) {
    std::uint8_t const upcall_vector = hypervisor.upcall_vector();
    trace.input({.kind = traces::InputKind::ipi, .payload = upcall_vector});
    vm.vcpu.raise(upcall_vector);
  }
  if (vm.mailbox.take_input()) type_input(hypervisor, vm, trace);
}

enum class Entry : std::uint8_t { exited, halted, refused };

/// Plans the entry, runs the guest, and comes back with its next exit.
template <class Trace>
Entry enter(Hypervisor& hypervisor, GuestVm& vm, Slice const& slice, Trace& trace) noexcept {
  // Before the mailbox is looked at: whoever posts later sees that an NMI is needed.
  vm.in_guest.store(true, std::memory_order_seq_cst);
  if (!vm.mailbox.is_empty()) drain_mailbox(hypervisor, vm, trace);
  std::uint64_t const tsc = read_tsc();
  core::Ticks const now = vm.clock.at(tsc);
  core::EntryPlan const plan = trace.plan(now);
  if (plan.halted) {
    vm.in_guest.store(false, std::memory_order_relaxed);
    vm.wake_at = plan.deadline;
    return Entry::halted;
  }
  vm.cpu.apply(plan);
  trace.enter(plan, now);
  if (trace.wants_flush()) [[unlikely]] {
    hypervisor.flush(vm);
  }
  if (vm.applied_offset != vm.clock.offset()) {
    vm.applied_offset = vm.clock.offset();
    vm.cpu.set_tsc_offset(vm.applied_offset);
  }
  std::uint64_t const until_deadline = plan.deadline > now ? plan.deadline.value - now.value : 0;
  std::uint64_t const until_end = slice.end > tsc ? slice.end - tsc : 0;
  vm.cpu.arm_preemption_timer(std::min(until_deadline, until_end));
  ++vm.entries;
  EnterResult const result = vm.cpu.enter();
  vm.in_guest.store(false, std::memory_order_relaxed);
  return result == EnterResult::exit ? Entry::exited : Entry::refused;
}

template <class Trace>
SliceEnd run(Hypervisor& hypervisor, GuestVm& vm, Slice const& slice) noexcept {
  Trace trace{vm};
  for (;;) {
    if (core::is_underway(vm.progress)) {
      if (!settle(hypervisor, vm, slice, trace)) return SliceEnd::waiting;
      conclude(hypervisor, vm, trace);
    }
    if (vm.vcpu.stop().kind != core::StopKind::none) {
      trace.leave();
      hypervisor.end_guest(vm, guest_end_of(vm.vcpu.stop()));
      return SliceEnd::ended;
    }
    if (hypervisor.is_over() || vm.stop_asked.load(std::memory_order_acquire)) {
      return SliceEnd::ended;
    }
    if (read_tsc() >= slice.end) return SliceEnd::slice_over;
    switch (enter(hypervisor, vm, slice, trace)) {
      case Entry::exited:
        break;
      case Entry::halted:
        return SliceEnd::halted;
      case Entry::refused:
        tell_entry_failure(vm);
        hypervisor.end_guest(vm, {.end = GuestEnd::entry_refused});
        return SliceEnd::ended;
    }
    vm.progress = take_exit(vm, trace);
    if (!core::is_underway(vm.progress)) conclude(hypervisor, vm, trace);
  }
}

}  // namespace

SliceEnd run_slice(Hypervisor& hypervisor, GuestVm& vm, Slice const& slice) noexcept {
  // So often is soon enough for who types, and costs an exit nothing. An input is one of the exit
  // before it, so there has to be one.
  if (vm.input.is_ready() && vm.entries != 0) vm.mailbox.post_input();
  return vm.recorder.is_on() ? run<FullTrace>(hypervisor, vm, slice)
                             : run<NoTrace>(hypervisor, vm, slice);
}

}  // namespace acrn::baremetal
