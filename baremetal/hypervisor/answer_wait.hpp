// SPDX-License-Identifier: BSD-3-Clause
// How a vCPU that is alone on its CPU waits for the Service VM's answer to its request.
#pragma once

#include <atomic>

#include "baremetal/hypervisor/guest_vm.hpp"
#include "baremetal/hypervisor/hypervisor.hpp"
#include "baremetal/machine/smp.hpp"

namespace acrn::baremetal {

/// Whether the vCPU has to stand still, or everything is over. Both ring the vCPU's mailbox.
[[gnu::always_inline]] inline bool is_called_off(Hypervisor const& hypervisor,
                                                 GuestVm const& vm) noexcept {
  return hypervisor.is_over() || vm.stop_asked.load(std::memory_order_acquire);
}

/// Until the Service VM, on another CPU, has done something about the request.
[[gnu::always_inline]] inline void spin_for_answer(Hypervisor const& hypervisor,
                                                   GuestVm& vm) noexcept {
  do {
    __builtin_ia32_pause();
  } while (vm.slot.is_unanswered() && !is_called_off(hypervisor, vm));
}

/// The same, and the CPU sleeps until it is notified, or woken for another reason.
[[gnu::always_inline]] inline void sleep_for_answer(Hypervisor& hypervisor, GuestVm& vm) noexcept {
  Doorbell& bell = hypervisor.doorbell_of(vm);
  bell.silence();
  if (!vm.slot.is_unanswered() || is_called_off(hypervisor, vm)) return;
  if (bell.lie_down()) wait_for_wake();
  bell.get_up();
}

/// Comes back when the answer is likely to be there.
[[gnu::always_inline]] inline void wait_for_answer(Hypervisor& hypervisor, GuestVm& vm) noexcept {
  if (vm.wait_mode == WaitMode::polling) {
    spin_for_answer(hypervisor, vm);
  } else {
    sleep_for_answer(hypervisor, vm);
  }
}

}  // namespace acrn::baremetal
