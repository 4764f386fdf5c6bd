// SPDX-License-Identifier: BSD-3-Clause
// The hypervisor's view of a VM's request page: one slot per vCPU, announced, reset, and bounded.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "core/abi/ioreq.hpp"
#include "core/expected.hpp"
#include "core/ioreq/hypervisor_slot.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// Why a page is not accepted.
enum class PageError : std::uint8_t {
  no_vcpus,        ///< a VM has at least one vCPU
  too_many_vcpus,  ///< the page has 16 slots, and a vCPU's id is its slot
  unaligned,       ///< the page's address is not a multiple of 4096
};

/// Whether a Service VM may announce a page at this guest-physical address.
constexpr Expected<Gpa, PageError> checked_page_address(Gpa address) noexcept {
  if (address.value % abi::ioreq_page_size != 0) return Unexpected{PageError::unaligned};
  return address;
}

/// Whether an untrusted number is the id of one of a VM's vCPUs.
constexpr bool is_vcpu(std::uint64_t number, std::size_t vcpu_count) noexcept {
  return number < vcpu_count && number < abi::ioreq_slot_count;
}

/// The vCPU that an untrusted number names, or nothing if the VM has no such vCPU. Never cuts the
/// number down to the width of an id.
constexpr std::optional<VcpuId> checked_vcpu(std::uint64_t number,
                                             std::size_t vcpu_count) noexcept {
  if (!is_vcpu(number, vcpu_count)) return std::nullopt;
  return VcpuId{static_cast<std::uint16_t>(number)};
}

/// The 16 slots of one VM, hypervisor side. Until announce() every submission answers
/// Busy::no_page. Different vCPUs may use their slots at the same time; announce, reset and
/// acknowledge_clear are for a VM whose vCPUs stand still.
template <Memory M>
class HypervisorPage {
 public:
  /// `memory` names the page.
  HypervisorPage(M memory, Completion completion) noexcept
      : slots_{make_slots(memory, completion, std::make_index_sequence<abi::ioreq_slot_count>{})} {}

  /// Writes FREE into all 16 slots, then lets `vcpu_count` vCPUs use theirs. Only now may the HSM
  /// scan the page.
  Expected<Unit, PageError> announce(std::uint32_t vcpu_count) noexcept {
    if (vcpu_count == 0) return Unexpected{PageError::no_vcpus};
    if (vcpu_count > abi::ioreq_slot_count) return Unexpected{PageError::too_many_vcpus};
    for (Slot& slot : slots_) slot.announce();
    vcpu_count_ = vcpu_count;
    return Unit{};
  }

  /// Resets all 16 slots: see HypervisorSlot::reset. Does nothing before announce().
  void reset() noexcept {
    if (vcpu_count_ == 0) return;
    for (Slot& slot : slots_) slot.reset();
  }

  /// The host's word that the HSM holds no request of this VM any more.
  void acknowledge_clear() noexcept {
    for (Slot& slot : slots_) slot.acknowledge_clear();
  }

  [[gnu::always_inline]] Expected<Ticket, Busy> submit(VcpuId vcpu, Access const& access) noexcept {
    if (vcpu_count_ == 0) return Unexpected{Busy::no_page};
    if (vcpu.value >= vcpu_count_) return Unexpected{Busy::no_such_vcpu};
    return slots_[vcpu.value].submit(access);
  }

  /// `vcpu` is one that a submission accepted.
  [[gnu::always_inline]] Poll poll(VcpuId vcpu, Ticket ticket) noexcept {
    return slots_[vcpu.value].poll(ticket);
  }
  void cancel(VcpuId vcpu, Ticket ticket) noexcept { slots_[vcpu.value].cancel(ticket); }

  /// The slot of a vCPU below vcpu_count(), for owners that keep one per vCPU.
  [[nodiscard]] HypervisorSlot<M>& slot(VcpuId vcpu) noexcept { return slots_[vcpu.value]; }
  [[nodiscard]] std::uint32_t vcpu_count() const noexcept { return vcpu_count_; }

  /// Sum of the slots' counters.
  [[nodiscard]] SlotCounters counters() const noexcept {
    SlotCounters sum{};
    for (Slot const& slot : slots_) {
      sum.repaired += slot.counters().repaired;
      sum.late_answers += slot.counters().late_answers;
      sum.discarded += slot.counters().discarded;
      sum.violations += slot.counters().violations;
    }
    return sum;
  }

 private:
  using Slot = HypervisorSlot<M>;
  using Slots = std::array<Slot, abi::ioreq_slot_count>;

  template <std::size_t... index>
  static Slots make_slots(M memory, Completion completion, std::index_sequence<index...>) {
    return {Slot{memory, VcpuId{static_cast<std::uint16_t>(index)}, completion}...};
  }

  Slots slots_;
  std::uint32_t vcpu_count_{};
};

}  // namespace acrn::core
