// SPDX-License-Identifier: BSD-3-Clause
// The HSM's state for one VM: dispatches its slots to its clients and completes their requests.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/hsm/client_table.hpp"
#include "core/hsm/pci_config.hpp"
#include "core/hsm/request.hpp"
#include "core/ioreq/hsm_slot.hpp"
#include "core/ioreq/owed.hpp"

namespace acrn::core {

/// One VM. Part of Hsm, which documents the rules; called by one thread at a time.
template <Memory M>
class HsmVm {
 public:
  /// `first` is the id of the VM's client 0; `serial` starts the numbers of its requests.
  HsmVm(VmId id, std::uint16_t vcpu_count, HsmClientId first, std::uint64_t serial) noexcept
      : id_{id}, vcpu_count_{vcpu_count}, first_client_{first}, serial_{serial} {}

  [[nodiscard]] VmId id() const noexcept { return id_; }
  [[nodiscard]] bool has_page() const noexcept { return memory_.has_value(); }
  [[nodiscard]] HsmClientId client_id(ClientIndex client) const noexcept {
    return {static_cast<std::uint16_t>(first_client_.value + client)};
  }
  [[nodiscard]] std::uint16_t vcpu_count() const noexcept { return vcpu_count_; }
  [[nodiscard]] ClientTable& clients() noexcept { return clients_; }
  [[nodiscard]] HsmCounters const& counters() const noexcept { return counters_; }

  Expected<Unit, HsmError> set_page(M memory) noexcept {
    if (memory_.has_value()) return Unexpected{HsmError::page_exists};
    for (std::uint16_t slot = 0; slot < abi::ioreq_slot_count; ++slot) {
      std::uint64_t const word = memory.load_word(slot_offset({slot}) + abi::ioreq_offset::state);
      if (word_generation(word) == generation_unannounced) {
        return Unexpected{HsmError::page_not_announced};
      }
    }
    memory_ = memory;
    return Unit{};
  }

  /// The slot of a vCPU that exists. The VM has a page.
  [[nodiscard]] HsmSlot<M> slot(VcpuId vcpu) const noexcept { return {*memory_, vcpu}; }
  /// Looks at one slot, whose vCPU exists. The VM has a page.
  SlotEffects dispatch(VcpuId vcpu) noexcept {
    HsmSlot<M> slot{*memory_, vcpu};
    PendingRequest const request = slot.peek();
    if (request.kind == PendingRequest::Kind::none) return {};
    if (is_special(request)) return dispatch_special(slot, vcpu, request);
    return give_to_client(slot, vcpu, request);
  }

  /// dispatch(), next_request() and complete() of one request in one go; see Hsm::serve_slot().
  template <class Answer>
  [[gnu::always_inline]] SlotEffects serve(HsmSlot<M> slot, VcpuId vcpu,
                                           Answer const& answer) noexcept {
    PendingRequest request = slot.peek();
    if (request.kind == PendingRequest::Kind::none) return {};
    if (is_special(request)) [[unlikely]]
      return dispatch_special(slot, vcpu, request);
    ClientIndex const client = clients_.find_index(request.access);
    if (client == ClientTable::nobody) return unclaimed();
    if (!claim(slot, vcpu, request.generation, client)) return {};
    std::uint64_t const value = answer(client_id(client), request.access);
    Verdict const verdict = slot.complete(request.generation, request.access, value);
    if (verdict == Verdict::stale) ++counters_.stale;
    return settled(verdict, counters_.completed);
  }

  /// The request of this client with the lowest vCPU id that it has not taken yet.
  std::optional<Request> next_request(ClientIndex client) noexcept {
    std::uint16_t& queued = queued_[client];
    if (queued == 0) return std::nullopt;
    auto const vcpu = static_cast<std::uint16_t>(std::countr_zero(queued));
    queued = static_cast<std::uint16_t>(queued & (queued - 1U));
    return std::optional<Request>{std::in_place, make_request({vcpu})};
  }

  Verdict complete(Request const& request, std::uint64_t value) noexcept {
    VcpuId const vcpu = request.from.vcpu;
    if (!memory_ || vcpu.value >= vcpu_count_ || held_[vcpu.value].serial != request.serial ||
        request.serial == not_held) {
      ++counters_.stale;
      return Verdict::stale;
    }
    Claim const& claim = held_[vcpu.value].claim;  // stays until the next dispatch overwrites it
    forget(vcpu);  // before COMPLETE: after it the vCPU's next request may be dispatched
    Verdict const verdict = HsmSlot<M>{*memory_, vcpu}.complete(claim, value);
    ++(verdict == Verdict::stale ? counters_.stale : counters_.completed);
    return verdict;
  }

  /// Gives a request that its client holds to the same client again; false if it is stale.
  bool retry(Request const& request) noexcept {
    VcpuId const vcpu = request.from.vcpu;
    if (vcpu.value >= vcpu_count_ || held_[vcpu.value].serial != request.serial ||
        request.serial == not_held) {
      return false;
    }
    std::uint16_t& queued = queued_[held_[vcpu.value].client];
    queued = static_cast<std::uint16_t>(queued | 1U << vcpu.value);
    ++counters_.retried;
    return true;
  }

  /// Who has this vCPU's request now, for the who-owes-what view. Looks, and changes nothing.
  [[nodiscard]] HeldBy held_by(VcpuId vcpu) noexcept {
    if (!memory_ || vcpu.value >= vcpu_count_) return HeldBy::nobody;
    Held const& held = held_[vcpu.value];
    HsmSlot<M> slot{*memory_, vcpu};
    PendingRequest const request = slot.peek();
    if (request.kind == PendingRequest::Kind::request) {
      return clearing_ || is_wanted(request.access) ? HeldBy::nobody : HeldBy::no_client;
    }
    if (held.serial == not_held) return HeldBy::nobody;
    bool const queued = (queued_[held.client] >> vcpu.value & 1U) != 0;
    return queued ? HeldBy::queued : HeldBy::client;
  }

  /// What a client holds of this vCPU, taken or not.
  [[nodiscard]] std::optional<Request> held(VcpuId vcpu) const noexcept {
    if (held_[vcpu.value].serial == not_held) return std::nullopt;
    return make_request(vcpu);
  }

  /// From now on requests are completed without being dispatched.
  ClearEffects begin_clear() noexcept {
    clearing_ = true;
    ClearEffects effects;
    if (!memory_) return effects;
    std::uint16_t notify = 0;
    for (std::uint16_t vcpu = 0; vcpu < vcpu_count_; ++vcpu) {
      SlotEffects const outcome = dispatch({vcpu});
      if (outcome.kind == SlotEffects::Kind::settled) effects.count(outcome, vcpu, notify);
      if (held_[vcpu].serial != not_held && !held_by_fallback(vcpu)) ++effects.outstanding;
    }
    effects.notify.add(id_, notify);
    return effects;
  }

  /// Completes what clients still hold, without an answer, and dispatches again from now on.
  ClearEffects end_clear() noexcept {
    clearing_ = false;
    ClearEffects effects;
    if (!memory_) return effects;
    std::uint16_t notify = 0;
    for (std::uint16_t vcpu = 0; vcpu < vcpu_count_; ++vcpu) {
      if (held_[vcpu].serial == not_held) continue;
      if (!held_by_fallback(vcpu)) ++effects.outstanding;
      Claim const claim = held_[vcpu].claim;
      forget({vcpu});
      SlotEffects const outcome =
          settled(HsmSlot<M>{*memory_, {vcpu}}.clear(claim), counters_.cleared);
      effects.count(outcome, vcpu, notify);
    }
    effects.notify.add(id_, notify);
    return effects;
  }

  /// Destroys a client that exists. Its requests are PENDING again; answers their number.
  std::uint16_t destroy_client(ClientIndex client) noexcept {
    std::uint16_t released = 0;
    for (std::uint16_t vcpu = 0; vcpu < vcpu_count_; ++vcpu) {
      if (held_[vcpu].serial == not_held || held_[vcpu].client != client) continue;
      Claim const claim = held_[vcpu].claim;
      forget({vcpu});
      if (HsmSlot<M>{*memory_, {vcpu}}.release(claim)) ++released;
    }
    counters_.released += released;
    clients_.destroy(client);
    return released;
  }

 private:
  /// Whether a scan would settle this access, or find a client for it.
  [[nodiscard]] bool is_wanted(Access const& access) noexcept {
    if (!PciConfigPort::concerns(access)) return clients_.find(access).has_value();
    ConfigDecision const config = config_.decide(access);
    return config.kind == ConfigDecision::Kind::answered || clients_.find(config.access);
  }

  static constexpr std::uint64_t not_held = 0;

  struct Held {
    Claim claim{};
    std::uint64_t serial{not_held};
    ClientIndex client{};
  };

  SlotEffects settled(Verdict verdict, std::uint64_t& counter) noexcept {
    if (verdict == Verdict::stale) return {};
    ++counter;
    return {.kind = SlotEffects::Kind::settled, .notify = verdict == Verdict::notify};
  }

  /// Whether the scan has more to do with what peek() found than to find it a client.
  [[nodiscard, gnu::always_inline]] bool is_special(PendingRequest const& request) const noexcept {
    return request.kind != PendingRequest::Kind::request || clearing_ ||
           PciConfigPort::concerns(request.access);
  }

  /// By value, and apart: an ordinary request, whose address nobody takes, stays in registers.
  [[gnu::noinline]] SlotEffects dispatch_special(HsmSlot<M> slot, VcpuId vcpu,
                                                 PendingRequest request) noexcept {
    if (clearing_) return settled(slot.clear(request), counters_.cleared);
    bool const malformed = request.kind == PendingRequest::Kind::malformed;
    if (malformed) return settled(slot.reject(request), counters_.rejected);
    return dispatch_config(slot, vcpu, request);
  }

  SlotEffects dispatch_config(HsmSlot<M>& slot, VcpuId vcpu,
                              PendingRequest const& request) noexcept {
    ConfigDecision const config = config_.decide(request.access);
    if (config.kind == ConfigDecision::Kind::converted) {
      PendingRequest converted = request;
      converted.access = config.access;
      SlotEffects const effects = give_to_client(slot, vcpu, converted);
      if (effects.kind == SlotEffects::Kind::dispatched)
        slot.convert_config(held_[vcpu.value].claim);
      return effects;
    }
    if (request.access.direction == Direction::write) {
      SlotEffects const effects = settled(slot.answer_config(request), counters_.config);
      if (effects.kind == SlotEffects::Kind::settled) config_.commit(request.access);
      return effects;
    }
    if (!slot.take(request)) return {};
    Claim const claim{.generation = request.generation, .access = request.access};
    return settled(slot.answer_config(claim, config.value), counters_.config);
  }

  [[gnu::noinline]] SlotEffects unclaimed() noexcept {
    ++counters_.unclaimed;
    return {.kind = SlotEffects::Kind::unclaimed};
  }

  /// Claims a request for the client that wants it; false if it was withdrawn.
  [[gnu::always_inline]] bool claim(HsmSlot<M>& slot, VcpuId vcpu, Generation generation,
                                    ClientIndex client) noexcept {
    if (!slot.take(generation)) return false;
    slot.assign(clients_.kind(client) == ClientKind::fallback ? HandledBy::user_space
                                                              : HandledBy::kernel);
    if (held_[vcpu.value].serial != not_held) forget(vcpu);  // withdrawn while its client had it
    ++counters_.dispatched;
    return true;
  }

  SlotEffects give_to_client(HsmSlot<M>& slot, VcpuId vcpu,
                             PendingRequest const& request) noexcept {
    ClientIndex const client = clients_.find_index(request.access);
    if (client == ClientTable::nobody) return unclaimed();
    if (!claim(slot, vcpu, request.generation, client)) return {};
    Held& held = held_[vcpu.value];
    held.claim.generation = request.generation;
    held.claim.access = request.access;
    held.serial = ++serial_;
    held.client = client;
    queued_[client] = static_cast<std::uint16_t>(queued_[client] | 1U << vcpu.value);
    return {.kind = SlotEffects::Kind::dispatched, .client = client_id(client)};
  }

  [[nodiscard]] Request make_request(VcpuId vcpu) const noexcept {
    Held const& held = held_[vcpu.value];
    return {.from = {.vm = id_, .vcpu = vcpu},
            .client = client_id(held.client),
            .serial = held.serial,
            .access = held.claim.access};
  }

  void forget(VcpuId vcpu) noexcept {
    Held& held = held_[vcpu.value];
    queued_[held.client] = static_cast<std::uint16_t>(queued_[held.client] & ~(1U << vcpu.value));
    held.serial = not_held;
  }

  [[nodiscard]] bool held_by_fallback(std::uint16_t vcpu) const noexcept {
    return clients_.kind(held_[vcpu].client) == ClientKind::fallback;
  }

  std::optional<M> memory_;
  VmId id_;
  std::uint16_t vcpu_count_;
  HsmClientId first_client_;
  bool clearing_{};
  PciConfigPort config_;
  std::uint64_t serial_;
  HsmCounters counters_{};
  /// Bit n of queued_[c]: client c, which is held_[n].client, has not taken vCPU n's request yet.
  std::array<std::uint16_t, hsm_client_count_max> queued_{};
  std::array<Held, abi::ioreq_slot_count> held_{};
  ClientTable clients_;
};

}  // namespace acrn::core
