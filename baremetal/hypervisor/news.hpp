// SPDX-License-Identifier: BSD-3-Clause
// What others have for a vCPU, handed over between an exit and the next entry.
#pragma once

#include "baremetal/hypervisor/answer_wait.hpp"
#include "baremetal/hypervisor/guest_vm.hpp"
#include "baremetal/hypervisor/hypervisor.hpp"
#include "baremetal/machine/tsc.hpp"

namespace acrn::baremetal {

/// Types as much as the VM's UART takes. `Trace` is one of trace.hpp's.
template <class Trace>
[[gnu::noinline]] void type_input(Hypervisor& hypervisor, GuestVm& vm) noexcept {
  constexpr std::uint32_t com1_port = 0x3f8;  // of the UART that is typed into, for captures
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

/// Drives the interrupt lines that others have changed.
template <class Trace>
[[gnu::noinline]] void change_lines(GuestVm& vm) noexcept {
  while (auto const change = vm.mailbox.take()) {
    Trace::input(vm, {.kind = traces::InputKind::irq_line,
                      .target = change->line.value,
                      .payload = static_cast<std::uint64_t>(change->action)});
    vm.platform.change_line(*change);
  }
}

/// Takes all that was posted in the mailbox; false if the vCPU must not be entered.
template <class Trace>
[[gnu::noinline]] bool take_news(Hypervisor& hypervisor, GuestVm& vm) noexcept {
  static_cast<void>(vm.mailbox.take_news());
  if (vm.mailbox.has_changes()) change_lines<Trace>(vm);
  if (vm.mailbox.take_upcall()) {
    std::uint8_t const vector = hypervisor.upcall_vector();
    Trace::input(vm, {.kind = traces::InputKind::ipi, .payload = vector});
    vm.vcpu.raise(vector);
  }
  if (vm.mailbox.take_input()) type_input<Trace>(hypervisor, vm);
  return !is_called_off(hypervisor, vm);
}

}  // namespace acrn::baremetal
