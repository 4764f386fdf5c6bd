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

/// Whether the vCPU has to stand still, or everything is over. Both ring the vCPU's mailbox.
[[gnu::always_inline]] inline bool is_called_off(Hypervisor const& hypervisor,
                                                 GuestVm const& vm) noexcept {
  return hypervisor.is_over() || vm.stop_asked.load(std::memory_order_acquire);
}

/// Until the Service VM, on another CPU, has done something about the request.
[[gnu::always_inline]] inline void spin(Hypervisor const& hypervisor, GuestVm& vm) noexcept {
  do {
    __builtin_ia32_pause();
  } while (vm.slot.is_unanswered() && !is_called_off(hypervisor, vm));
}

/// Waits on the spot until the Service VM, on another CPU, may have done something.
void wait_for_answer(Hypervisor const& hypervisor, GuestVm& vm) noexcept {
  if (vm.wait_mode == WaitMode::polling) {
    spin(hypervisor, vm);
  } else if (!is_called_off(hypervisor, vm)) {
    wait_for_wake();
  }
}

/// Takes the exit that is under way as far as it goes; false while it has to wait.
template <class Trace>
bool settle(Hypervisor& hypervisor, GuestVm& vm, Slice const& slice) noexcept {
  while (core::is_underway(vm.progress)) {
    if (vm.vcpu.hypercall_pending()) {
      vm.progress = hypervisor.hypercall(vm);
      continue;
    }
    if (vm.effects.upcall_wanted()) {
      hypervisor.raise_upcall();
      vm.effects.clear();
    }
    if (is_called_off(hypervisor, vm)) return false;
    vm.progress = Trace::resume(vm);
    if (vm.progress != core::Progress::waiting && vm.progress != core::Progress::busy) break;
    if (vm.effects.upcall_wanted()) continue;  // the next piece of the same access
    if (slice.neighbours == Slice::Neighbours::some) return false;
    wait_for_answer(hypervisor, vm);
  }
  return true;
}

[[gnu::noinline]] void conclude_badly(GuestVm& vm) noexcept {
  if (vm.progress == core::Progress::fault || vm.progress == core::Progress::unsupported) {
    tell_refusal(vm);
  }
}

/// After an exit is over, and before the next entry is planned.
template <class Trace>
[[gnu::always_inline]] inline void conclude(Hypervisor& hypervisor, GuestVm& vm) noexcept {
  Trace::ended(vm);
  vm.cpu.apply(vm.vcpu.commit());
  if (vm.platform.has_output()) [[unlikely]] {
    hypervisor.show_output(vm);
  }
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
  conclude<Trace>(hypervisor, vm);
  return true;
}

/// Whether the vCPU's CPU has nothing better to do than to look for the answer to a request.
bool spins(GuestVm const& vm, Slice const& slice) noexcept {
  return vm.wait_mode == WaitMode::polling && slice.neighbours == Slice::Neighbours::none;
}

/// Takes a port access that goes straight to the Service VM, as most others are; false while it has
/// to wait.
template <class Trace>
[[gnu::noinline]] bool forward_quickly(Hypervisor& hypervisor, GuestVm& vm, Slice const& slice,
                                       core::MachineExit const& exit) noexcept {
  Trace::exited_plainly(vm, exit);
  vm.progress = Trace::submit_quickly(vm, exit);
  if (vm.progress == core::Progress::waiting && spins(vm, slice)) [[likely]] {
    hypervisor.raise_upcall();
    spin(hypervisor, vm);
    vm.progress = Trace::poll_quickly(vm);
  }
  if (core::is_underway(vm.progress)) [[unlikely]] {
    if (!settle<Trace>(hypervisor, vm, slice)) return false;
  }
  conclude<Trace>(hypervisor, vm);
  return true;
}

/// Takes any exit; false while it has to wait.
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

/// Types as much as the VM's UART takes.
template <class Trace>
void type_input(Hypervisor& hypervisor, GuestVm& vm) noexcept {
  if (vm.input.is_forwarded()) {
    if (vm.input.fill_ring()) hypervisor.raise_upcall();
    return;
  }
  while (vm.input.is_ready() && vm.platform.receive_room() != 0) {
    std::uint8_t const byte = vm.input.take();
    core::Ticks const now = vm.clock.at(read_tsc());
    Trace::input(
        vm, {.kind = traces::InputKind::received_byte, .target = com1_port, .payload = byte}, now);
    vm.platform.receive(byte, now);
  }
}

/// Hands over what was posted; false if the vCPU must not be entered.
template <class Trace>
[[gnu::noinline]] bool take_news(Hypervisor& hypervisor, GuestVm& vm) noexcept {
  static_cast<void>(vm.mailbox.take_news());
  while (auto const change = vm.mailbox.take()) {
    Trace::input(vm, {.kind = traces::InputKind::irq_line,
                      .target = change->line.value,
                      .payload = static_cast<std::uint64_t>(change->action)});
    vm.platform.change_line(*change);
  }
  if (vm.mailbox.take_upcall()) {
    std::uint8_t const vector = hypervisor.upcall_vector();
    Trace::input(vm, {.kind = traces::InputKind::ipi, .payload = vector});
    vm.vcpu.raise(vector);
  }
  if (vm.mailbox.take_input()) type_input<Trace>(hypervisor, vm);
  return !is_called_off(hypervisor, vm);
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
SliceEnd run(Hypervisor& hypervisor, GuestVm& vm, Slice const& slice) noexcept {
  vm.cpu.set_tsc_offset(vm.clock.offset());
  if (core::is_underway(vm.progress)) {
    if (!settle<Trace>(hypervisor, vm, slice)) return SliceEnd::waiting;
    conclude<Trace>(hypervisor, vm);
  }
  while (!vm.vcpu.is_stopped()) {
    Entry const entry = plan_entry<Trace>(hypervisor, vm, slice);
    if (entry != Entry::planned) return end_slice(vm, entry);
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
    bool const forwards =
        exit != nullptr && core::Vcpu::forwards_quickly(*exit, vm.platform, vm.profile);
    bool const over = forwards ? forward_quickly<Trace>(hypervisor, vm, slice, *exit)
                               : take_exit<Trace>(hypervisor, vm, slice);
    if (!over) return SliceEnd::waiting;
  }
  Trace::leave(vm);
  hypervisor.end_guest(vm, guest_end_of(vm.vcpu.stop()));
  return SliceEnd::ended;
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
