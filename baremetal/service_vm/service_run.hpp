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
  for (std::uint32_t glances = 0; glances < idle_glances_max; ++glances) {
    if (glance()) return 1 + run_once();
    machine_.relax();
  }
  return run_once();
}

/// Answers the first request that it can. Other slots have their turn in the scan that follows.
template <Machine M>
bool Service<M>::glance() noexcept {
  for (std::optional<Slot> const& slot : slots()) {
    if (!slot->place.is_pending()) continue;
    note_worker();
    if (look_at(*slot)) return true;
  }
  return false;
}

template <Machine M>
std::size_t Service<M>::scan() noexcept {
  note_worker();
  std::size_t found = 0;
  for (std::optional<Slot> const& slot : slots()) {
    if (slot->place.is_pending() && look_at(*slot)) ++found;
  }
  count(&ServiceCounters::scans);
  if (found == 0) count(&ServiceCounters::empty_scans);
  tell(boot_.status.counters.upcalls, machine_.upcall_count());
  return found;
}

template <Machine M>
void Service<M>::note_worker() noexcept {
  if (stamps_wanted_) [[unlikely]]
    worker_ = machine_.tsc();
}

/// Who answers a request within the HSM. A type of its own: a lambda would be called.
template <Machine M>
struct Service<M>::Client {
  Service& service;
  Slot const& slot;
  bool& answered;

  [[gnu::always_inline]] std::uint64_t operator()(core::HsmClientId client,
                                                  core::Access& access) const noexcept {
    answered = true;
    return service.answer(slot, client, access);
  }
};

/// Scans one slot; true if a request was there.
template <Machine M>
bool Service<M>::look_at(Slot const& slot) noexcept {
  using Kind = core::SlotEffects::Kind;
  bool answered = false;
  core::SlotEffects effects = hsm_.serve_slot(slot.place, Client{*this, slot, answered});
  if (answered) {
    count(&ServiceCounters::requests);
  } else if (effects.kind == Kind::dispatched) {
    effects = answer_config(slot, effects.client);
  } else if (effects.kind == Kind::settled) {
    count(&ServiceCounters::settled);
  }
  if (effects.kind != Kind::settled) return false;
  if (effects.notify) notify({slot.vm->id, slot.vcpu});
  return true;
}

template <Machine M>
std::uint64_t Service<M>::answer(Slot const& slot, core::HsmClientId client,
                                 core::Access& access) noexcept {
  Vm& vm = *slot.vm;
  Server const server = vm.servers.data()[client.value % core::hsm_client_count_max];
  if (slot.stamps != nullptr) [[unlikely]]
    stamp_taken(*slot.stamps, server);
  vm.devices.access(
      server, access, [this]() noexcept { return now(); }, effects_);
  if (server == Server::uart) send_text(vm);
  if (!effects_.irqs().empty()) carry_out(vm);
  if (VmDevices::keeps_time(server)) deadline_ = deadline_unknown;
  if (slot.stamps != nullptr) [[unlikely]]
    stamp_handled(*slot.stamps);
  return access.value;
}

template <Machine M>
void Service<M>::stamp_taken(StampRow& stamps, Server server) noexcept {
  stamps.set(Index::processing, machine_.tsc());
  stamps.set(Index::worker, worker_);
  stamps.set(Index::interrupt, machine_.upcall_time());
  stamps.set(Index::client, machine_.tsc());
  stamps.set_client(1 + static_cast<std::uint64_t>(server));
}

template <Machine M>
void Service<M>::stamp_handled(StampRow& stamps) noexcept {
  stamps.set(Index::handled, machine_.tsc());
  stamps.set(Index::complete, machine_.tsc());
}

/// The same for a request that the HSM has made of a configuration port's.
template <Machine M>
core::SlotEffects Service<M>::answer_config(Slot const& slot, core::HsmClientId client) noexcept {
  auto request = hsm_.next_request(client);
  if (!request) return {};
  std::uint64_t const value = answer(slot, client, request->access);
  core::Verdict const verdict = hsm_.complete(*request, value).verdict;
  count(&ServiceCounters::requests);
  if (verdict == core::Verdict::stale) return {};
  return {.kind = core::SlotEffects::Kind::settled, .notify = verdict == core::Verdict::notify};
}

template <Machine M>
void Service<M>::notify(core::VcpuRef vcpu) noexcept {
  std::int64_t const result =
      machine_.hypercall(Hypercall::notify_request_finish, vcpu.vm.value, vcpu.vcpu.value);
  count(&ServiceCounters::notifications);
  if (result != 0) [[unlikely]]
    count(&ServiceCounters::refused_calls);
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
  count(&ServiceCounters::irq_calls);
  std::int64_t const result =
      machine_.hypercall(Hypercall::set_irqline, vm.id.value, operation | change.line.value);
  if (result != 0) count(&ServiceCounters::refused_calls);
}

template <Machine M>
void Service<M>::send_text(Vm& vm) noexcept {
  for (unsigned i = 0; i < core::uart_fifo_size; ++i) {
    auto const byte = vm.devices.sent(effects_);
    if (!byte) return;
    console_.put(vm.id.value, *byte);
  }
}

/// What need not be done before a request is answered: mostly nothing, found out by few looks.
template <Machine M>
void Service<M>::keep_house() noexcept {
  for (Vm* const vm : listeners()) {
    if (has_input(*vm)) [[unlikely]]
      receive(*vm);
  }
  if (deadline_ != core::ticks_never && now() >= deadline_) keep_time();
}

template <Machine M>
bool Service<M>::has_input(Vm const& vm) noexcept {
  ByteRing& ring = vm.received;
  return std::atomic_ref{ring.written}.load(std::memory_order_acquire) != ring.taken;
}

/// Hands over what the hypervisor has received for the VM's UART, as far as that has room.
template <Machine M>
void Service<M>::receive(Vm& vm) noexcept {
  ByteRing& ring = vm.received;
  std::uint32_t const written = std::atomic_ref{ring.written}.load(std::memory_order_acquire);
  std::uint32_t taken = ring.taken;
  while (taken != written && vm.devices.has_room()) {
    vm.devices.receive(ring.bytes[taken % ByteRing::size], now(), effects_);
    ++taken;
  }
  std::atomic_ref{ring.taken}.store(taken, std::memory_order_release);
  carry_out(vm);
  deadline_ = deadline_unknown;
}

/// Lets time pass in the devices, and tells when they want to be looked at next.
template <Machine M>
void Service<M>::keep_time() noexcept {
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
  tell(boot_.status.next_deadline, told);
}

/// Stores a word that the hypervisor may be reading.
template <Machine M>
void Service<M>::tell(std::uint64_t& shared, std::uint64_t value) noexcept {
  // Every word is aligned; saying so spares the library's check of it.
  void* const place = __builtin_assume_aligned(&shared, sizeof shared);
  std::atomic_ref{*static_cast<std::uint64_t*>(place)}.store(value, std::memory_order_relaxed);
}

/// Nobody else writes the counters: what they were need not be read with care.
template <Machine M>
void Service<M>::count(std::uint64_t ServiceCounters::*counter) noexcept {
  std::uint64_t& shared = boot_.status.counters.*counter;
  tell(shared, shared + 1);
}

}  // namespace acrn::service_vm
