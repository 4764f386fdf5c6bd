// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/hypervisor/hypervisor.hpp"

#include <algorithm>

#include "baremetal/hypervisor/guest_source.hpp"
#include "baremetal/hypervisor/vcpu_loop.hpp"
#include "baremetal/machine/com1.hpp"
#include "baremetal/machine/smp.hpp"
#include "baremetal/machine/tsc.hpp"
#include "core/check.hpp"

namespace acrn::baremetal {

Hypervisor::Hypervisor(HypervisorConfig const& config) noexcept
    : config_{config}, hypercalls_{{.service_vm = {0}, .physical_cpus = config.physical_cpus}} {
  std::ranges::transform(rings_, ring_of_.begin(), [](core::AsyncIo& ring) { return &ring; });
}

void Hypervisor::add_user_vm(GuestVm& vm) noexcept {
  core::check(vm.id < user_vms_.size(), "a User VM has an id that hypercalls can name");
  vms_[vm_count_++] = &vm;
  user_vms_[vm.id] = &vm;
  live_user_vms_.fetch_add(1, std::memory_order_relaxed);
}

void Hypervisor::set_service_vm(GuestVm& vm) noexcept {
  vms_[vm_count_++] = &vm;
  service_ = &vm;
  if (config_.hsm == HsmMode::upcall) {
    timer_ = ServiceTimer{service_boot_of(vm.memory.bytes()).status.next_deadline};
  }
}

bool Hypervisor::passed() const noexcept {
  return std::ranges::all_of(vms(), [](GuestVm const* vm) {
    return vm->is_service() ? vm->end == GuestEnd::none : is_success(vm->end, vm->end_code);
  });
}

void Hypervisor::start_vm(GuestVm& vm) noexcept {
  vm.clock.start(vm.is_service() ? 0 : read_tsc());
  vm.state.store(RunState::running, std::memory_order_release);
  kick(vm);
}

void Hypervisor::end_guest(GuestVm& vm, GuestEndReport report) noexcept {
  vm.end = report.end;
  vm.end_code = report.code;
  vm.console.finish();
  finish_capture_of(vm);
  vm.state.store(RunState::ended, std::memory_order_release);
  tell_end(vm);
  if (vm.is_service()) {
    // Whoever waits for it would wait for ever.
    print("hv: the Service VM is gone: all VMs stop\n");
    finish_run();
    return;
  }
  static_cast<void>(hypercalls_.power_off({vm.id}));
  if (live_user_vms_.fetch_sub(1, std::memory_order_acq_rel) == 1) finish_run();
}

void Hypervisor::finish_run() noexcept {
  over_.store(true, std::memory_order_release);
  for (GuestVm* const vm : vms()) {
    vm->mailbox.ring();
    kick(*vm);
  }
  ring({0});  // it waits for the end even if it runs no vCPU
}

void Hypervisor::post_upcall() noexcept {
  service_->mailbox.post_upcall();
  kick(*service_);
}

/// The Service VM hands on the text of the VMs whose UART it has; each keeps a line of its own.
/// Such a VM does not run meanwhile: it waits for the access that brought the text.
void Hypervisor::show_output(GuestVm& vm) noexcept {
  std::uint8_t const source = vm.platform.console_source();
  GuestVm* const speaker = vm.is_service() && source != 0 ? user_vm({source}) : nullptr;
  GuestVm& source_vm = speaker != nullptr ? *speaker : vm;
  source_vm.console.put(vm.platform.output());
  source_vm.input.saw(vm.platform.output());
  vm.platform.clear_output();
}

void Hypervisor::flush(GuestVm& vm) noexcept {
  std::uint64_t const begun = read_tsc();
  {
    LockGuard const guard{config_.capture->lock};
    vm.recorder.flush(*config_.capture->sink);
  }
  if (!vm.is_service()) vm.clock.hide(read_tsc() - begun);
}

void Hypervisor::finish_capture_of(GuestVm& vm) noexcept {
  if (!vm.recorder.is_on()) return;
  LockGuard const guard{config_.capture->lock};
  vm.recorder.finish(*config_.capture->sink);
}

}  // namespace acrn::baremetal
