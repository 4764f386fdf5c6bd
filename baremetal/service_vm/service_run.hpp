// SPDX-License-Identifier: BSD-3-Clause
// How the Service VM answers requests. Part of service.hpp.
#pragma once

#include "baremetal/service_vm/service.hpp"

namespace acrn::service_vm {

template <Machine M>
std::size_t Service<M>::run_once() noexcept {
  std::size_t const found = scan();
  keep_house();
  return found;
}

template <Machine M>
std::size_t Service<M>::poll_once() noexcept {
  bool found = false;
  for (std::uint32_t glances = 0; glances < idle_glances_max && !found; ++glances) {
    found = glance();
    if (!found) machine_.relax();
  }
  if (found) publish();  // before the scan answers what comes next
  return (found ? 1U : 0U) + run_once();
}

/// Answers the first request that it can. Other slots have their turn in the scan that follows.
template <Machine M>
bool Service<M>::glance() noexcept {
  for (std::optional<Vm>& place : made()) {
    Vm& vm = *place;
    for (std::uint16_t vcpu = 0; vcpu < vm.vcpu_count; ++vcpu) {
      if (is_pending(vm, {vcpu}) && look_at(vm, {vcpu}, machine_.tsc())) return true;
    }
  }
  return false;
}

template <Machine M>
std::size_t Service<M>::scan() noexcept {
  std::uint64_t const worker = machine_.tsc();
  std::size_t found = 0;
  for (std::optional<Vm>& vm : made()) {
    for (std::uint16_t vcpu = 0; vcpu < vm->vcpu_count; ++vcpu) {
      if (is_pending(*vm, {vcpu}) && look_at(*vm, {vcpu}, worker)) ++found;
    }
  }
  ++counters_.scans;
  if (found == 0) ++counters_.empty_scans;
  return found;
}

template <Machine M>
bool Service<M>::is_pending(Vm& vm, core::VcpuId vcpu) noexcept {
  std::uint64_t const word =
      vm.slots.load_word(core::slot_offset(vcpu) + core::abi::ioreq_offset::state);
  return core::word_state(word) == core::SlotState::pending;
}

/// Scans one slot; true if a request was there.
template <Machine M>
bool Service<M>::look_at(Vm& vm, core::VcpuId vcpu, std::uint64_t worker) noexcept {
  using Kind = core::SlotEffects::Kind;
  StampRow& stamps = vm.stamps.rows[vcpu.value];
  std::uint64_t const answered = counters_.requests;
  auto const claimed = [&]() noexcept {
    stamps.set(Index::processing, machine_.tsc());
    stamps.set(Index::worker, worker);
    stamps.set(Index::interrupt, machine_.upcall_time());
  };
  core::SlotEffects slot = hsm_.serve_slot(
      vm.id, vcpu, [&](core::HsmClientId client, core::Access const& access) noexcept {
        claimed();
        return answer(vm, client, access, stamps);
      });
  if (slot.kind == Kind::dispatched) [[unlikely]] {
    claimed();
    slot = answer_config(vm, slot.client, stamps);
  }
  if (slot.kind != Kind::settled) return false;
  if (counters_.requests == answered) ++counters_.settled;
  if (slot.notify) notify({vm.id, vcpu});
  return true;
}

template <Machine M>
std::uint64_t Service<M>::answer(Vm& vm, core::HsmClientId client, core::Access access,
                                 StampRow& stamps) noexcept {
  std::uint64_t const taken = machine_.tsc();
  stamps.set(Index::client, taken);
  Server const server = vm.servers[client.value % core::hsm_client_count_max];
  stamps.set_client(1 + static_cast<std::uint64_t>(server));
  vm.devices.access(server, access, {taken - tsc_start_}, effects_);
  if (server == Server::uart) send_text(vm);
  if (!effects_.irqs().empty()) carry_out(vm);
  if (VmDevices::keeps_time(server)) deadline_moved_ = true;
  stamps.set(Index::handled, machine_.tsc());
  ++counters_.requests;
  stamps.set(Index::complete, machine_.tsc());
  return access.value;
}

/// The same for a request that the HSM has made of a configuration port's.
template <Machine M>
core::SlotEffects Service<M>::answer_config(Vm& vm, core::HsmClientId client,
                                            StampRow& stamps) noexcept {
  auto const request = hsm_.next_request(client);
  if (!request) return {};
  std::uint64_t const value = answer(vm, client, request->access, stamps);
  core::Verdict const verdict = hsm_.complete(*request, value).verdict;
  if (verdict == core::Verdict::stale) return {};
  return {.kind = core::SlotEffects::Kind::settled, .notify = verdict == core::Verdict::notify};
}

template <Machine M>
void Service<M>::notify(core::VcpuRef vcpu) noexcept {
  ++counters_.notifications;
  std::int64_t const result =
      machine_.hypercall(Hypercall::notify_request_finish, vcpu.vm.value, vcpu.vcpu.value);
  if (result != 0) ++counters_.refused_calls;
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
  ++counters_.irq_calls;
  std::int64_t const result =
      machine_.hypercall(Hypercall::set_irqline, vm.id.value, operation | change.line.value);
  if (result != 0) ++counters_.refused_calls;
}

template <Machine M>
void Service<M>::send_text(Vm& vm) noexcept {
  for (unsigned i = 0; i < core::uart_fifo_size; ++i) {
    auto const byte = vm.devices.sent(effects_);
    if (!byte) return;
    console_.put(vm.id.value, *byte);
  }
}

/// What need not be done before a request is answered.
template <Machine M>
void Service<M>::keep_house() noexcept {
  for (std::optional<Vm>& vm : made()) receive(*vm);
  keep_time();
  publish();
}

/// Hands over what the hypervisor has received for the VM's UART, as far as that has room.
template <Machine M>
void Service<M>::receive(Vm& vm) noexcept {
  ByteRing& ring = vm.received;
  std::uint32_t const written = std::atomic_ref{ring.written}.load(std::memory_order_acquire);
  if (written == ring.taken) [[likely]]
    return;
  if ((vm.boot.forwarded & forwarded_uart) == 0) return;
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
  for (std::optional<Vm>& vm : made()) {
    if (vm->devices.next_deadline() <= time) {
      vm->devices.advance(time, effects_);
      carry_out(*vm);
    }
    deadline_ = core::earlier(deadline_, vm->devices.next_deadline());
  }
  std::uint64_t const told =
      deadline_ == core::ticks_never ? deadline_.value : deadline_.value + tsc_start_;
  std::atomic_ref{boot_.status.next_deadline}.store(told, std::memory_order_relaxed);
}

template <Machine M>
void Service<M>::publish() noexcept {
  ServiceCounters& shared = boot_.status.counters;
  auto const tell = [](std::uint64_t& to, std::uint64_t value) {
    std::atomic_ref{to}.store(value, std::memory_order_relaxed);
  };
  tell(shared.upcalls, machine_.upcall_count());
  tell(shared.scans, counters_.scans);
  tell(shared.empty_scans, counters_.empty_scans);
  tell(shared.requests, counters_.requests);
  tell(shared.settled, counters_.settled);
  tell(shared.notifications, counters_.notifications);
  tell(shared.irq_calls, counters_.irq_calls);
  tell(shared.refused_calls, counters_.refused_calls);
}

}  // namespace acrn::service_vm
