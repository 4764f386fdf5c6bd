// SPDX-License-Identifier: BSD-3-Clause
// The scheduler: the vCPUs of one CPU take turns, and the CPU idles when none of them can go on.
#include <algorithm>
#include <cstdint>

#include "baremetal/hypervisor/hypervisor.hpp"
#include "baremetal/hypervisor/vcpu_loop.hpp"
#include "baremetal/hypervisor/vm_builder.hpp"
#include "baremetal/machine/smp.hpp"
#include "baremetal/machine/tsc.hpp"

namespace acrn::baremetal {
namespace {

/// Until the bell rings.
void sleep(Doorbell& bell) noexcept {
  if (bell.lie_down()) wait_for_wake();
  bell.get_up();
}

bool is_halted(GuestVm const& vm) noexcept {
  return vm.vcpu.halted() && !core::is_underway(vm.progress);
}

/// Puts the VM, whose vCPU is loaded, back to where it was before its first entry.
bool start_anew(GuestVm& vm) noexcept {
  std::ranges::fill(vm.memory.bytes(), std::uint8_t{0});
  auto const start = vm.loader.load(vm.loader.context, vm);
  if (!start) return false;
  vm.start = *start;
  vm.cpu.start(vm.start);
  vm.vcpu = {};
  vm.progress = core::Progress::done;
  vm.platform.restore(vm.first_state);
  vm.starts_anew = false;
  return true;
}

}  // namespace

std::uint32_t Hypervisor::vms_on(CpuIndex cpu) const noexcept {
  return static_cast<std::uint32_t>(
      std::ranges::count_if(vms(), [cpu](GuestVm const* vm) { return vm->cpu_index == cpu; }));
}

bool Hypervisor::switch_to(GuestVm& vm) noexcept {
  GuestVm*& loaded = loaded_[vm.cpu_index.value];
  if (loaded == &vm) return true;
  if (loaded != nullptr) loaded->cpu.unload();
  loaded = nullptr;
  if (vm.has_vcpu) {
    vm.cpu.load();
  } else {
    vm.has_vcpu = make_vcpu(vm);
  }
  if (vm.has_vcpu) loaded = &vm;
  return vm.has_vcpu;
}

/// Lets a vCPU of this CPU run for a slice; whether it has got anywhere.
bool Hypervisor::give_turn(GuestVm& vm, Slice::Neighbours neighbours) noexcept {
  if (vm.stop_asked.load(std::memory_order_acquire)) stand_still(vm);
  if (vm.state.load(std::memory_order_acquire) != RunState::running) return false;
  if (is_halted(vm)) take_timer(vm);
  if (!switch_to(vm) || (vm.starts_anew && !start_anew(vm))) {
    end_guest(vm, {.end = GuestEnd::stopped});
    return false;
  }
  std::uint64_t const entries_before = vm.entries;
  SliceEnd const end = run_slice(*this, vm, {.end = slice_end(vm), .neighbours = neighbours});
  // A slice can be over before its first entry, and what was posted taken: then it goes on.
  return end == SliceEnd::slice_over || vm.entries != entries_before;
}

void Hypervisor::run_cpu() noexcept {
  CpuIndex const cpu = this_cpu();
  auto const neighbours = vms_on(cpu) > 1 ? Slice::Neighbours::some : Slice::Neighbours::none;
  while (!is_over()) {
    doorbells_[cpu.value].silence();
    bool ran = false;
    for (GuestVm* const vm : vms()) {
      if (vm->cpu_index == cpu && !is_over()) ran = give_turn(*vm, neighbours) || ran;
    }
    if (!ran && !is_over()) idle(cpu);
  }
  for (GuestVm* const vm : vms()) {
    if (vm->cpu_index == cpu && vm->state.load(std::memory_order_acquire) != RunState::ended) {
      close(*vm);
    }
  }
}

/// A neighbour of the Service VM makes room for it when its timer is due.
std::uint64_t Hypervisor::slice_end(GuestVm const& vm) const noexcept {
  std::uint64_t const end = read_tsc() + config_.slice_ticks;
  bool const yields = service_ != nullptr && service_ != &vm &&
                      service_->cpu_index == vm.cpu_index && is_halted(*service_);
  return yields ? std::min(end, timer_.deadline()) : end;
}

/// For how many ticks a vCPU that executes HLT has nothing to do, unless something comes from
/// outside; all ones: for ever.
std::uint64_t Hypervisor::ticks_to_wake(GuestVm const& vm, std::uint64_t tsc) const noexcept {
  if (&vm == service_) {
    std::uint64_t const due = timer_.deadline();
    if (due == ServiceTimer::never) return due;
    return due > tsc ? due - tsc : 0;
  }
  core::Ticks const now = vm.clock.at(tsc);
  if (vm.wake_at == core::ticks_never) return ~std::uint64_t{0};
  return vm.wake_at > now ? vm.wake_at.value - now.value : 0;
}

/// The run is over before the VM has ended: what was recorded of it so far is sent.
void Hypervisor::close(GuestVm& vm) noexcept {
  if (core::is_underway(vm.progress)) {
    vm.vcpu.cancel(vm.recorded_slot);
    vm.progress = core::Progress::cancelled;
    vm.recorder.end_exit(vm.vcpu.commit(), vm.progress, vm.vcpu.stop());
  }
  vm.recorder.leave(vm.clock.at(read_tsc()));
  finish_capture_of(vm);
  vm.console.finish();
}

void Hypervisor::stand_still(GuestVm& vm) noexcept {
  vm.state.store(RunState::paused, std::memory_order_release);
  vm.stop_asked.store(false, std::memory_order_release);
}

void Hypervisor::idle(CpuIndex cpu) noexcept {
  GuestVm* next = nullptr;  // whose deadline comes first
  std::uint64_t wait = ~std::uint64_t{0};
  std::uint64_t const tsc = read_tsc();
  for (GuestVm* const vm : vms()) {
    if (vm->cpu_index != cpu || vm->state.load(std::memory_order_acquire) != RunState::running) {
      continue;
    }
    if (!is_halted(*vm)) {
      if (vm->wait_mode == WaitMode::polling) return;  // look again at once
      continue;
    }
    std::uint64_t const ticks = ticks_to_wake(*vm, tsc);
    if (ticks < wait) {
      wait = ticks;
      next = vm;
    }
  }
  if (next == nullptr) {
    sleep(doorbells_[cpu.value]);
  } else {
    pass_time(*next, tsc, wait);
  }
}

/// Waits until something may have come for a guest that executes HLT and is alone on its CPU.
void Hypervisor::rest(GuestVm& vm) noexcept {
  doorbell_of(vm).silence();
  if (vm.mailbox.has_news()) return;
  std::uint64_t const tsc = read_tsc();
  vm.wake_at = vm.platform.next_deadline();
  pass_time(vm, tsc, ticks_to_wake(vm, tsc));
  if (!vm.is_service()) vm.cpu.set_tsc_offset(vm.clock.offset());  // its time may have jumped
  if (!vm.mailbox.has_news()) take_timer(vm);
}

/// The timer of a Service VM that executes HLT.
void Hypervisor::take_timer(GuestVm& vm) noexcept {
  if (vm.is_service() && timer_.take(read_tsc())) vm.mailbox.post_upcall();
}

/// Lets the CPU sleep from `tsc` on for so many ticks, or lets the VM's time jump instead.
void Hypervisor::pass_time(GuestVm& vm, std::uint64_t tsc, std::uint64_t ticks) noexcept {
  constexpr std::uint64_t for_ever = ~std::uint64_t{0};
  Doorbell& bell = doorbell_of(vm);
  if (ticks == for_ever) {
    sleep(bell);
  } else if (config_.idling == Idling::warp && !vm.is_service()) {
    vm.clock.skip(ticks);
  } else if (ticks != 0) {
    if (bell.lie_down()) wait_for_wake_until(tsc + ticks);
    bell.get_up();
  }
}

}  // namespace acrn::baremetal
