// SPDX-License-Identifier: BSD-3-Clause
// How the Service VM answers requests. Part of service.hpp.
#pragma once

#include "baremetal/service_vm/service.hpp"

namespace acrn::service_vm {

/// Adds one to a counter of the boot page, of which this program is the only writer.
inline void count(std::uint64_t& counter) noexcept {
  std::atomic_ref shared{counter};
  shared.store(shared.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

template <Machine M>
std::size_t Service<M>::run_once() noexcept {
  std::uint64_t const worker = machine_.tsc();
  std::size_t found = 0;
  for (std::size_t place = 0; place < vm_count_; ++place) {
    receive(place);
    std::uint16_t const vcpus = vms_[place]->vcpu_count;
    for (std::uint16_t vcpu = 0; vcpu < vcpus; ++vcpu) {
      if (look_at(place, {vcpu}, worker)) ++found;
    }
  }
  keep_time();
  std::atomic_ref{boot_.status.upcalls}.store(machine_.upcall_count(), std::memory_order_relaxed);
  count(boot_.status.scans);
  if (found == 0) count(boot_.status.empty_scans);
  return found;
}

/// Scans one slot; true if a request was there.
template <Machine M>
bool Service<M>::look_at(std::size_t place, core::VcpuId vcpu, std::uint64_t worker) noexcept {
  using Kind = core::SlotEffects::Kind;
  Vm& vm = *vms_[place];
  core::SlotEffects const slot = hsm_.dispatch_slot(vm.id, vcpu);
  if (slot.kind == Kind::nothing) [[likely]]
    return false;
  if (slot.kind == Kind::dispatched) {
    StampRow& stamps = memories_[place].stamps.rows[vcpu.value];
    stamps.set(Index::processing, machine_.tsc());
    stamps.set(Index::interrupt, machine_.upcall_time());
    stamps.set(Index::worker, worker);
    if (auto const request = hsm_.next_request(slot.client)) answer(vm, *request, stamps);
  } else if (slot.kind == Kind::settled) {
    count(boot_.status.settled);
    if (slot.notify) notify({vm.id, vcpu});
  }
  return true;
}

template <Machine M>
void Service<M>::answer(Vm& vm, core::Request const& request, StampRow& stamps) noexcept {
  std::uint64_t const taken = machine_.tsc();
  stamps.set(Index::client, taken);
  core::Access access = request.access;
  Server const server = vm.servers[request.client.value % core::hsm_client_count_max];
  if (server == Server::nobody) {
    vm.devices.access(server, access, {}, effects_);
  } else {
    vm.devices.access(server, access, {taken - tsc_start_}, effects_);
    if (server == Server::uart) send_text(vm);
    carry_out(vm);
    deadline_moved_ = true;
  }
  stamps.set(Index::handled, machine_.tsc());
  count(boot_.status.requests);  // before COMPLETE: whoever sees that sees the count
  stamps.set(Index::complete, machine_.tsc());
  core::CompletionEffects const done = hsm_.complete(request, access.value);
  if (done.verdict == core::Verdict::notify) notify(done.vcpu);
}

template <Machine M>
void Service<M>::notify(core::VcpuRef vcpu) noexcept {
  count(boot_.status.notifications);
  std::int64_t const result =
      machine_.hypercall(Hypercall::notify_request_finish, vcpu.vm.value, vcpu.vcpu.value);
  if (result != 0) count(boot_.status.refused_calls);
}

/// Does what a device asked for, and empties the effects.
template <Machine M>
void Service<M>::carry_out(Vm& vm) noexcept {
  if (effects_.irqs_overflowed()) {
    for (core::IrqChange const& change : vm.devices.levels()) change_line(vm, change);
  } else {
    for (core::IrqChange const& change : effects_.irqs()) change_line(vm, change);
  }
  effects_.clear();
}

template <Machine M>
void Service<M>::change_line(Vm const& vm, core::IrqChange change) noexcept {
  constexpr unsigned operation_shift = 32;  // HC_SET_IRQLINE: the line below, the operation above
  std::uint64_t const operation = static_cast<std::uint64_t>(change.action) << operation_shift;
  count(boot_.status.irq_calls);
  std::int64_t const result =
      machine_.hypercall(Hypercall::set_irqline, vm.id.value, operation | change.line.value);
  if (result != 0) count(boot_.status.refused_calls);
}

template <Machine M>
void Service<M>::send_text(Vm& vm) noexcept {
  for (unsigned i = 0; i < core::uart_fifo_size; ++i) {
    auto const byte = vm.devices.sent(effects_);
    if (!byte) return;
    console_.put(vm.id.value, *byte);
  }
}

/// Hands over what the hypervisor has received for the VM's UART, as far as that has room.
template <Machine M>
void Service<M>::receive(std::size_t place) noexcept {
  ByteRing& ring = boot_.received[place];
  std::uint32_t const written = std::atomic_ref{ring.written}.load(std::memory_order_acquire);
  if (written == ring.taken) [[likely]]
    return;
  Vm& vm = *vms_[place];
  if ((boot_.vms[place].forwarded & forwarded_uart) == 0) return;
  std::uint32_t taken = ring.taken;
  while (taken != written && vm.devices.has_room()) {
    vm.devices.receive(ring.bytes[taken % ByteRing::size], now(), effects_);
    ++taken;
  }
  std::atomic_ref{ring.taken}.store(taken, std::memory_order_release);
  carry_out(vm);
  deadline_moved_ = true;
}

/// Lets time pass in the devices, and tells when they want to be looked at next.
template <Machine M>
void Service<M>::keep_time() noexcept {
  if (!deadline_moved_ && (deadline_ == core::ticks_never || now() < deadline_)) return;
  deadline_moved_ = false;
  deadline_ = core::ticks_never;
  core::Ticks const time = now();
  for (std::size_t place = 0; place < vm_count_; ++place) {
    Vm& vm = *vms_[place];
    if (vm.devices.next_deadline() <= time) {
      vm.devices.advance(time, effects_);
      carry_out(vm);
    }
    deadline_ = core::earlier(deadline_, vm.devices.next_deadline());
  }
  std::uint64_t const told =
      deadline_ == core::ticks_never ? deadline_.value : deadline_.value + tsc_start_;
  std::atomic_ref{boot_.status.next_deadline}.store(told, std::memory_order_relaxed);
}

}  // namespace acrn::service_vm
