// SPDX-License-Identifier: BSD-3-Clause
// One vCPU's slot of a VM's request page, as VcpuIo wants it: with the page's own refusals.
#pragma once

#include "core/access.hpp"
#include "core/expected.hpp"
#include "core/ioreq/page.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// A SlotEnd that also answers for a VM without an announced page and for a vCPU without a slot.
/// Refers to the page, which outlives it.
template <Memory M>
class PageSlot {
 public:
  PageSlot(HypervisorPage<M>& page, VcpuId vcpu) noexcept : page_{&page}, vcpu_{vcpu} {}

  /// Errors: as HypervisorPage::submit.
  [[gnu::always_inline]] Expected<Ticket, Busy> submit(Access const& access) noexcept {
    return page_->submit(vcpu_, access);
  }
  [[gnu::always_inline]] Poll poll(Ticket ticket) noexcept { return page_->poll(vcpu_, ticket); }
  /// See HypervisorSlot; the vCPU has a slot.
  [[nodiscard]] bool is_unanswered() noexcept { return page_->slot(vcpu_).is_unanswered(); }
  void cancel(Ticket ticket) noexcept { page_->cancel(vcpu_, ticket); }

 private:
  HypervisorPage<M>* page_;
  VcpuId vcpu_;
};

}  // namespace acrn::core
