// SPDX-License-Identifier: BSD-3-Clause
// The two ways to hand an exit to core: as it is, or with everything recorded that core asks and
// answers. The vCPU's loop is the same for both.
#pragma once

#include "baremetal/capture/recording_cpu.hpp"
#include "baremetal/capture/recording_memory.hpp"
#include "baremetal/hypervisor/guest_vm.hpp"

namespace acrn::baremetal {

/// Nothing is captured, and nothing is paid for it.
class NoTrace {
 public:
  explicit NoTrace(GuestVm& vm) noexcept : vm_{vm} {}

  core::Progress begin(core::MachineExit const& exit) noexcept {
    return vm_.vcpu.begin(exit, environment(), vm_.next_turn(), vm_.time_in);
  }
  core::Progress resume() noexcept {
    return vm_.vcpu.resume(environment(), vm_.next_turn(), vm_.time_in);
  }
  void ended() noexcept {}
  void input(RecordedInput const& /*input*/) noexcept {}
  void input(RecordedInput const& /*input*/, core::Ticks /*now*/) noexcept {}
  core::EntryPlan plan(core::Ticks now) noexcept {
    return vm_.vcpu.plan_entry(vm_.cpu, vm_.platform, now);
  }
  void enter(core::EntryPlan const& /*plan*/, core::Ticks /*now*/) noexcept {}
  void leave() noexcept {}
  [[nodiscard]] static bool wants_flush() noexcept { return false; }

 private:
  using Environment = core::ExitEnvironment<GuestVm::Slot, VmxVcpu, VmMemory const>;
  Environment environment() noexcept {
    return {vm_.platform, vm_.profile, vm_.slot, vm_.cpu, vm_.memory, vm_.effects};
  }

  GuestVm& vm_;
};

/// Everything goes to the VM's recorder.
class FullTrace {
 public:
  explicit FullTrace(GuestVm& vm) noexcept
      : vm_{vm}, cpu_{vm.cpu, vm.recorder}, memory_{vm.memory, vm.recorder} {}

  core::Progress begin(core::MachineExit const& exit) noexcept {
    vm_.recorder.begin_exit(exit, vm_.cpu.rip(), vm_.time_in);
    return vm_.vcpu.begin(exit, environment(), vm_.next_turn(), vm_.time_in);
  }
  core::Progress resume() noexcept {
    return vm_.vcpu.resume(environment(), vm_.next_turn(), vm_.time_in);
  }
  void ended() noexcept { vm_.recorder.end_exit(vm_.vcpu.commit(), vm_.progress, vm_.vcpu.stop()); }
  void input(RecordedInput const& input) noexcept {
    vm_.recorder.input(input, vm_.clock.at(read_tsc()));
  }
  /// For inputs whose effect depends on the time: `now` is what core gets.
  void input(RecordedInput const& input, core::Ticks now) noexcept {
    vm_.recorder.input(input, now);
  }
  core::EntryPlan plan(core::Ticks now) noexcept {
    return vm_.vcpu.plan_entry(cpu_, vm_.platform, now);
  }
  void enter(core::EntryPlan const& plan, core::Ticks now) noexcept {
    vm_.recorder.enter(plan, now);
  }
  void leave() noexcept { vm_.recorder.leave(vm_.clock.at(read_tsc())); }
  [[nodiscard]] bool wants_flush() const noexcept { return vm_.recorder.wants_flush(); }

 private:
  using Environment = core::ExitEnvironment<GuestVm::RecordedSlot, RecordingCpu<VmxVcpu>,
                                            RecordingMemory<VmMemory const>>;
  Environment environment() noexcept {
    return {vm_.platform, vm_.profile, vm_.recorded_slot, cpu_, memory_, vm_.effects};
  }

  GuestVm& vm_;
  RecordingCpu<VmxVcpu> cpu_;
  RecordingMemory<VmMemory const> memory_;
};

}  // namespace acrn::baremetal
