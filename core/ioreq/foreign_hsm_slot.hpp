// SPDX-License-Identifier: BSD-3-Clause
// The Service VM's end as Linux' HSM plays it: it stores states without comparing first.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/check.hpp"
#include "core/ioreq/memory.hpp"
#include "core/ioreq/slot_word.hpp"
#include "core/ioreq/transitions.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// One slot as an HSM sees it that knows no generations. It looks before it claims, and not at all
/// before it completes: ACRN_IOCTL_NOTIFY_REQUEST_FINISH completes whatever is there. For hosts
/// that study what such an HSM does to a hypervisor. Source: Linux 6.12, drivers/virt/acrn/ioreq.c.
template <Memory M>
class ForeignHsmSlot {
 public:
  /// `vcpu` is below abi::ioreq_slot_count; `memory`'s page outlives the slot.
  ForeignHsmSlot(M memory, VcpuId vcpu) noexcept : memory_{memory}, base_{slot_offset(vcpu)} {
    check(vcpu.value < abi::ioreq_slot_count, "a vCPU with a request slot has an id below 16");
  }

  [[nodiscard]] bool pending() noexcept {
    return word_state(memory_.load_word(base_ + abi::ioreq_offset::state)) == SlotState::pending;
  }

  /// Follows pending(), with any time in between.
  void claim() noexcept {
    store(next_state<SlotState::pending, SlotEvent::claim, SlotActor::foreign_hsm>());
  }

  /// What a client does with a read: 32 bits for ports and PCI, 64 bits for MMIO.
  void put_value32(std::uint32_t value) noexcept {
    memory_.store32(base_ + abi::ioreq_offset::value, value);
  }
  void put_value64(std::uint64_t value) noexcept {
    memory_.store64(base_ + abi::ioreq_offset::value, value);
  }

  /// Completes in any state. True: the hypervisor is to be notified.
  bool complete() noexcept {
    bool const polls = memory_.load32(base_ + abi::ioreq_offset::completion_polling) != 0;
    store(next_state<SlotState::processing, SlotEvent::answer, SlotActor::foreign_hsm>());
    return !polls;
  }

 private:
  void store(SlotState state) noexcept {
    memory_.store_state(base_ + abi::ioreq_offset::state, static_cast<std::uint32_t>(state));
  }

  M memory_;
  std::size_t base_;
};

}  // namespace acrn::core
