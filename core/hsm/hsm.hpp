// SPDX-License-Identifier: BSD-3-Clause
// The service module: finds pending requests of all VMs, hands them to clients, completes them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/hsm/hsm_vm.hpp"
#include "core/ioreq/page.hpp"

namespace acrn::core {

/// The HSM. Never waits and calls nobody: hosts call it, from one thread at a time, and do what the
/// effects say. After an upcall: dispatch(), then each woken client takes its requests with
/// next_request() and answers them with complete(), at once or any time later. Everything is in
/// tables of fixed size inside the object (about 50 KiB).
template <Memory M>
class Hsm {
 public:
  /// Makes a VM known, without a page. Errors: vcpu_count, vm_exists, vms_full.
  Expected<Unit, HsmError> add_vm(VmId vm, std::uint32_t vcpu_count) noexcept {
    if (vcpu_count == 0 || vcpu_count > abi::ioreq_slot_count) {
      return Unexpected{HsmError::vcpu_count};
    }
    if (find(vm)) return Unexpected{HsmError::vm_exists};
    for (std::size_t i = 0; i < vms_.size(); ++i) {
      if (vms_[i]) continue;
      vms_[i].emplace(vm, static_cast<std::uint16_t>(vcpu_count),
                      HsmClientId{static_cast<std::uint16_t>(i * hsm_client_count_max)},
                      ++vms_added_ << request_number_bits);
      return Unit{};
    }
    return Unexpected{HsmError::vms_full};
  }

  /// Lets scans look at a VM's page, which the hypervisor has announced. The page outlives the VM.
  /// Errors: no_such_vm, page_exists; page_not_announced for memory that no hypervisor has set up.
  Expected<Unit, HsmError> set_page(VmId vm, M memory) noexcept {
    auto* const entry = find(vm);
    if (entry == nullptr) return Unexpected{HsmError::no_such_vm};
    return entry->set_page(memory);
  }

  /// Forgets a VM that the hypervisor has destroyed, its clients, and the requests that they hold.
  Expected<Unit, HsmError> remove_vm(VmId vm) noexcept {
    for (auto& entry : vms_) {
      if (!entry || entry->id() != vm) continue;
      entry.reset();
      return Unit{};
    }
    return Unexpected{HsmError::no_such_vm};
  }

  /// Errors: no_such_vm, clients_full, fallback_exists. Requests that waited for want of a client
  /// are found by the next dispatch().
  Expected<HsmClientId, HsmError> create_client(VmId vm, ClientKind kind) noexcept {
    auto* const entry = find(vm);
    if (entry == nullptr) return Unexpected{HsmError::no_such_vm};
    auto const client = entry->clients().create(kind);
    if (!client) return Unexpected{client.error()};
    return entry->client_id(*client);
  }

  /// Destroys a client. Requests it had, taken or not, go back to PENDING, and the next dispatch()
  /// gives them to whoever is next by the lookup rules; the answer is their number, and the host
  /// calls dispatch() if it is not 0. A client that had acted on a request without completing it
  /// has its successor act again. Its own later answers are stale. Error: no_such_client.
  Expected<std::uint16_t, HsmError> destroy_client(HsmClientId client) noexcept {
    auto* const entry = owner(client);
    if (entry == nullptr) return Unexpected{HsmError::no_such_client};
    return entry->destroy_client(index(client));
  }

  /// Errors: no_such_client, fallback_has_ranges, range_space, range_reversed, range_beyond_ports,
  /// ranges_full.
  Expected<Unit, HsmError> add_range(HsmClientId client, ClientRange const& range) noexcept {
    auto* const entry = owner(client);
    if (entry == nullptr) return Unexpected{HsmError::no_such_client};
    return entry->clients().add_range(index(client), range);
  }

  /// Errors: no_such_client, no_such_range.
  Expected<Unit, HsmError> remove_range(HsmClientId client, ClientRange const& range) noexcept {
    auto* const entry = owner(client);
    if (entry == nullptr) return Unexpected{HsmError::no_such_client};
    return entry->clients().remove_range(index(client), range);
  }

  /// Scans every slot of every VM, in the order VMs were added to the table and of vCPU ids. VMs
  /// without a page and requests without a client do not stop it. Upcalls merge, so one scan after
  /// each is enough, and a scan too many does nothing.
  DispatchEffects dispatch() noexcept {
    DispatchEffects effects;
    for (auto& entry : vms_) {
      if (!entry || !entry->has_page()) continue;
      std::uint16_t notify = 0;
      for (std::uint16_t vcpu = 0; vcpu < entry->vcpu_count(); ++vcpu) {
        dispatch_one(*entry, {vcpu}, effects, notify);
      }
      effects.notify.add(entry->id(), notify);
    }
    return effects;
  }

  /// Scans one slot, for hosts that give each step of a scan its time. A VM or vCPU that does not
  /// exist, or has no page, has nothing to dispatch.
  SlotEffects dispatch_slot(VmId vm, VcpuId vcpu) noexcept {
    auto* const entry = find(vm);
    if (entry == nullptr || !entry->has_page() || vcpu.value >= entry->vcpu_count()) return {};
    return entry->dispatch(vcpu);
  }

  /// Scans one slot for a host whose clients answer at once: `answer(HsmClientId, Access&)` gives
  /// the value, may leave what it likes in the access's value, and the request is complete when
  /// this returns, as after dispatch_slot(), next_request() and complete(). Nobody else asks or
  /// changes this HSM from within `answer`. `settled` where it was answered; `dispatched` where it
  /// was not: PCI configuration requests are taken and completed the long way; `nothing` also for a
  /// request that was withdrawn.
  template <class Answer>
  SlotEffects serve_slot(VmId vm, VcpuId vcpu, Answer const& answer) noexcept {
    auto const place = slot_place(vm, vcpu);
    return place ? serve_slot(*place, answer) : SlotEffects{};
  }

  /// Where a slot is, for hosts that scan the same ones again and again. Until the VM is removed.
  class SlotPlace {
   public:
    /// Whether there may be something to serve.
    [[nodiscard]] bool is_pending() const noexcept { return slot_.is_pending(); }

   private:
    friend Hsm;
    SlotPlace(HsmVm<M>& vm, VcpuId vcpu) noexcept : vm_{&vm}, slot_{vm.slot(vcpu)}, vcpu_{vcpu} {}

    HsmVm<M>* vm_;
    HsmSlot<M> slot_;
    VcpuId vcpu_;
  };

  /// Nothing for a VM or vCPU that does not exist, or has no page.
  std::optional<SlotPlace> slot_place(VmId vm, VcpuId vcpu) noexcept {
    auto* const entry = find(vm);
    if (entry == nullptr || !entry->has_page() || vcpu.value >= entry->vcpu_count()) {
      return std::nullopt;
    }
    return SlotPlace{*entry, vcpu};
  }

  template <class Answer>
  [[gnu::always_inline]] SlotEffects serve_slot(SlotPlace const& place,
                                                Answer const& answer) noexcept {
    return place.vm_->serve(place.slot_, place.vcpu_, answer);
  }

  /// The next request that `client` has not taken: lowest vCPU id first. Nothing for a client that
  /// does not exist.
  std::optional<Request> next_request(HsmClientId client) noexcept {
    auto* const entry = table_entry(client);  // a client that does not exist has no requests
    if (entry == nullptr) return std::nullopt;
    return entry->next_request(index(client));
  }

  /// Answers a request with `value` (counts for reads, in the low `size` bytes). Verdict::stale for
  /// a request that was completed, cleared, given back or withdrawn before: the answer is dropped.
  CompletionEffects complete(Request const& request, std::uint64_t value) noexcept {
    CompletionEffects effects{.verdict = Verdict::stale, .vcpu = request.from};
    auto* const entry = table_entry(request.client);
    if (entry != nullptr) effects.verdict = entry->complete(request, value);
    return effects;
  }

  /// The client failed on a request and has not answered it: the same client finds it again. In
  /// Linux that is a busy loop; here the host decides when the client looks. Its vCPU waits until
  /// the client succeeds, is destroyed, or the VM is cleared or reset. False for a stale request.
  bool retry(Request const& request) noexcept {
    auto* const entry = table_entry(request.client);
    return entry != nullptr && entry->retry(request);
  }

  /// The request that some client holds of an untrusted vCPU number, as the completion call of a
  /// device model names it; nothing if there is none or no such vCPU. Never cuts the number down.
  [[nodiscard]] std::optional<Request> held_request(VmId vm, std::uint64_t vcpu) noexcept {
    auto* const entry = find(vm);
    if (entry == nullptr) return std::nullopt;
    auto const id = checked_vcpu(vcpu, entry->vcpu_count());
    if (!id) return std::nullopt;
    return entry->held(*id);
  }

  /// Who has the request of a vCPU now: what view_slot() wants to know. Nobody, where there is no
  /// such VM or vCPU.
  [[nodiscard]] HeldBy held_by(VmId vm, VcpuId vcpu) noexcept {
    auto* const entry = find(vm);
    return entry == nullptr ? HeldBy::nobody : entry->held_by(vcpu);
  }

  /// First half of clearing a VM's requests before its reset: what is pending, and what comes in
  /// until end_clear(), is completed without an answer. `outstanding` requests are with ranged
  /// clients: the host gives them time to answer (Linux: at most 100 ms), then calls end_clear().
  Expected<ClearEffects, HsmError> begin_clear(VmId vm) noexcept {
    auto* const entry = find(vm);
    if (entry == nullptr) return Unexpected{HsmError::no_such_vm};
    return entry->begin_clear();
  }

  /// Second half: completes what clients still hold, without an answer; `outstanding` says how many
  /// of those were overdue with ranged clients. Their own later answers are stale.
  Expected<ClearEffects, HsmError> end_clear(VmId vm) noexcept {
    auto* const entry = find(vm);
    if (entry == nullptr) return Unexpected{HsmError::no_such_vm};
    return entry->end_clear();
  }

  /// The VM's totals. Error: no_such_vm.
  [[nodiscard]] Expected<HsmCounters, HsmError> counters(VmId vm) noexcept {
    auto* const entry = find(vm);
    if (entry == nullptr) return Unexpected{HsmError::no_such_vm};
    return entry->counters();
  }

 private:
  using Vm = HsmVm<M>;

  [[nodiscard]] Vm* find(VmId vm) noexcept {
    for (auto& entry : vms_) {
      if (entry && entry->id() == vm) return &*entry;
    }
    return nullptr;
  }

  /// The VM that such a client id belongs to, or nullptr; the client need not exist.
  [[nodiscard]] Vm* table_entry(HsmClientId client) noexcept {
    std::size_t const vm = client.value / hsm_client_count_max;
    return vm < vms_.size() && vms_[vm] ? &*vms_[vm] : nullptr;
  }

  /// The VM of a client that exists, or nullptr.
  [[nodiscard]] Vm* owner(HsmClientId client) noexcept {
    Vm* const vm = table_entry(client);
    return vm != nullptr && vm->clients().exists(index(client)) ? vm : nullptr;
  }

  static ClientIndex index(HsmClientId client) noexcept {
    return static_cast<ClientIndex>(client.value % hsm_client_count_max);
  }

  static void dispatch_one(Vm& vm, VcpuId vcpu, DispatchEffects& effects,
                           std::uint16_t& notify) noexcept {
    SlotEffects const slot = vm.dispatch(vcpu);
    switch (slot.kind) {
      case SlotEffects::Kind::nothing:
        return;
      case SlotEffects::Kind::unclaimed:
        ++effects.unclaimed;
        return;
      case SlotEffects::Kind::dispatched:
        ++effects.dispatched;
        effects.wake.add(slot.client);
        return;
      case SlotEffects::Kind::settled:
        ++effects.settled;
        if (slot.notify) notify = static_cast<std::uint16_t>(notify | 1U << vcpu.value);
    }
  }

  /// Low bits of a request's serial count within its VM; the rest tells VMs apart, gone ones too.
  static constexpr unsigned request_number_bits = 44;

  std::array<std::optional<Vm>, hsm_vm_count_max> vms_{};
  std::uint64_t vms_added_{};
};

}  // namespace acrn::core
