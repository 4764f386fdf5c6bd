// SPDX-License-Identifier: BSD-3-Clause
// The two ways to hand an exit to core: as it is, or with everything recorded that core asks and
// answers. The vCPU's loop is the same for both.
#pragma once

#include "baremetal/hypervisor/guest_vm.hpp"

namespace acrn::baremetal {

/// What core sees of a VM whose exits are not recorded.
struct PlainView {
  static auto environment(GuestVm& vm) noexcept {
    return core::ExitEnvironment<GuestVm::Slot, VmxVcpu, VmMemory const>{
        vm.platform, vm.profile, vm.slot, vm.cpu, vm.memory, vm.effects};
  }
};

/// The same with the recorder in between.
struct RecordedView {
  static auto environment(GuestVm& vm) noexcept {
    return core::ExitEnvironment<GuestVm::RecordedSlot, GuestVm::RecordedCpu,
                                 GuestVm::RecordedMemory>{
        vm.platform, vm.profile, vm.recorded_slot, vm.recorded_cpu, vm.recorded_memory, vm.effects};
  }
};

/// core::Vcpu's functions on a VM.
template <class View>
struct Steps {
  static core::Progress begin(GuestVm& vm, core::MachineExit const& exit) noexcept {
    return vm.vcpu.begin(exit, View::environment(vm), vm.next_turn(), vm.time_in);
  }
  [[gnu::always_inline]] static void begin_quickly(GuestVm& vm, core::MachineExit const& exit,
                                                   core::FastDevice device) noexcept {
    vm.vcpu.begin_quickly(exit, device, View::environment(vm), vm.time_in);
  }
  [[gnu::always_inline]] static core::Progress submit_quickly(
      GuestVm& vm, core::MachineExit const& exit) noexcept {
    return vm.vcpu.submit_quickly(exit, View::environment(vm), vm.time_in);
  }
  [[gnu::always_inline]] static core::Progress poll_quickly(GuestVm& vm) noexcept {
    return vm.vcpu.poll_quickly(View::environment(vm));
  }
  [[gnu::always_inline]] static core::Progress begin_pause(GuestVm& vm,
                                                           core::MachineExit const& exit) noexcept {
    return vm.vcpu.begin_pause(exit, View::environment(vm), vm.time_in);
  }
  static core::Progress fail_hypercall(GuestVm& vm, core::Vector vector) noexcept {
    return vm.vcpu.fail_hypercall(vector, core::fault_state(View::environment(vm).cpu));
  }
  static core::Progress resume(GuestVm& vm) noexcept {
    return vm.vcpu.resume(View::environment(vm), vm.next_turn(), vm.time_in);
  }
  static core::EntryPlan plan(GuestVm& vm, core::Ticks now) noexcept {
    return vm.vcpu.plan_entry(View::environment(vm).cpu, vm.platform, now);
  }
};

/// Nothing is captured, and nothing is paid for it.
struct NoTrace : Steps<PlainView> {
  static void exited(GuestVm& /*vm*/, core::MachineExit const& /*exit*/) noexcept {}
  static void exited_plainly(GuestVm& /*vm*/, core::MachineExit const& /*exit*/) noexcept {}
  static void called(GuestVm& /*vm*/) noexcept {}
  static void ended(GuestVm& /*vm*/) noexcept {}
  static void input(GuestVm& /*vm*/, RecordedInput const& /*input*/) noexcept {}
  static void input(GuestVm& /*vm*/, RecordedInput const& /*input*/, core::Ticks /*now*/) noexcept {
  }
  static void enter(GuestVm& /*vm*/, core::EntryPlan const& /*plan*/,
                    core::Ticks /*now*/) noexcept {}
  static void enter_quietly(GuestVm& /*vm*/, core::Ticks /*now*/) noexcept {}
  static void leave(GuestVm& /*vm*/) noexcept {}
  static bool wants_flush(GuestVm const& /*vm*/) noexcept { return false; }
};

/// Everything goes to the VM's recorder.
struct FullTrace : Steps<RecordedView> {
  static void exited(GuestVm& vm, core::MachineExit const& exit) noexcept {
    vm.recorder.begin_exit(exit, vm.cpu.rip(), vm.time_in);
  }
  static void exited_plainly(GuestVm& vm, core::MachineExit const& exit) noexcept {
    vm.recorder.begin_plain_exit(exit, vm.cpu.rip(), vm.time_in);
  }
  /// So that every hypercall's row has what a replay needs to let it fail.
  static void called(GuestVm& vm) noexcept {
    static_cast<void>(core::fault_state(vm.recorded_cpu));
  }
  static void ended(GuestVm& vm) noexcept {
    vm.recorder.end_exit(vm.vcpu.commit(), vm.progress, vm.vcpu.stop());
  }
  static void input(GuestVm& vm, RecordedInput const& input) noexcept {
    vm.recorder.input(input, vm.clock.at(read_tsc()));
  }
  /// For inputs whose effect depends on the time: `now` is what core gets.
  static void input(GuestVm& vm, RecordedInput const& input, core::Ticks now) noexcept {
    vm.recorder.input(input, now);
  }
  static void enter(GuestVm& vm, core::EntryPlan const& plan, core::Ticks now) noexcept {
    vm.recorder.enter(plan, now);
  }
  static void enter_quietly(GuestVm& vm, core::Ticks now) noexcept {
    vm.recorder.enter_quietly(now);
  }
  static void leave(GuestVm& vm) noexcept { vm.recorder.leave(vm.clock.at(read_tsc())); }
  static bool wants_flush(GuestVm const& vm) noexcept { return vm.recorder.wants_flush(); }
};

}  // namespace acrn::baremetal
