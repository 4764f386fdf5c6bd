// SPDX-License-Identifier: BSD-3-Clause
// A whole protocol: hypercalls, the page, the service module and its clients, for one VM.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/hsm/hsm.hpp"
#include "core/ioreq/foreign_hsm_slot.hpp"
#include "core/ioreq/page.hpp"
#include "tests/support/hsm_world.hpp"
#include "tests/unit/core/hypercall/service_vm.hpp"

namespace acrn::core::fakes {

/// VM 1 runs, with a page and two vCPUs; the HSM knows it and has no client yet. Effects of
/// hypercalls are carried out as a host would.
class Protocol : public ServiceVm {
 protected:
  static constexpr VmId vm{1};

  void boot(std::uint64_t flags = 0) {
    ASSERT_EQ(vm_in(VmLife::created, flags), vm.value);
    carry_out(set_buffer(vm.value));
    ASSERT_EQ(call(abi::Hypercall::start_vm, vm.value).rax, 0);
    ASSERT_TRUE(hsm_->add_vm(vm, 2).has_value());
    ASSERT_TRUE(hsm_->set_page(vm, memory_).has_value());
  }
  /// Makes the hypercall and does what its effect says.
  std::int64_t hypercall(abi::Hypercall id, std::uint64_t second = 0) {
    return carry_out(call(id, vm.value, second));
  }
  std::int64_t carry_out(HypercallResult const& result) {
    switch (result.effect.kind) {
      case Kind::attach_page:
        EXPECT_TRUE(page_.announce(result.effect.vcpu_count).has_value());
        break;
      case Kind::reset_vm:
        page_.reset();
        break;
      case Kind::notify_vcpu:
        notified_.push_back(result.effect.vcpu.value);
        break;
      default:
        break;
    }
    return result.rax;
  }

  HsmClientId client(ClientKind kind) { return tests::make_client(*hsm_, vm, kind); }
  Ticket submit(std::uint16_t vcpu, Access const& access) {
    auto const ticket = page_.submit({vcpu}, access);
    EXPECT_TRUE(ticket.has_value());
    return ticket.has_value() ? *ticket : Ticket{};
  }
  Poll poll(std::uint16_t vcpu, Ticket ticket) { return page_.poll({vcpu}, ticket); }
  Request take(HsmClientId from) {
    auto const request = hsm_->next_request(from);
    EXPECT_TRUE(request.has_value());
    return request.value_or(Request{});
  }

  [[nodiscard]] SlotState state(std::uint16_t vcpu) const {
    return word_state(memory_.load_word(slot_offset({vcpu}) + abi::ioreq_offset::state));
  }
  [[nodiscard]] std::uint32_t field(std::uint16_t vcpu, std::size_t offset) const {
    return memory_.load32(slot_offset({vcpu}) + offset);
  }
  void scribble(std::uint16_t vcpu, std::uint32_t state) {
    memory_.store_state(slot_offset({vcpu}) + abi::ioreq_offset::state, state);
  }
  ForeignHsmSlot<AtomicMemory> foreign(std::uint16_t vcpu) { return {memory_, {vcpu}}; }

  PageStorage storage_{};
  AtomicMemory memory_{storage_};
  HypervisorPage<AtomicMemory> page_{memory_, Completion::notify};
  std::unique_ptr<tests::TestHsm> hsm_ = std::make_unique<tests::TestHsm>();
  std::vector<std::uint16_t> notified_{};
};

}  // namespace acrn::core::fakes
