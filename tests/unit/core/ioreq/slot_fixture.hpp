// SPDX-License-Identifier: BSD-3-Clause
// One announced slot with every kind of end, for tests of the hypervisor's.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>

#include "core/ioreq/foreign_hsm_slot.hpp"
#include "core/ioreq/hsm_slot.hpp"
#include "core/ioreq/hypervisor_slot.hpp"

namespace acrn::core {

inline constexpr Access read_byte{
    .space = Space::port, .direction = Direction::read, .size = 1, .address = 0x60};
inline constexpr Access read_qword{
    .space = Space::mmio, .direction = Direction::read, .size = 8, .address = 0xfee0'0000};
inline constexpr Access write_word{.space = Space::port,
                                   .direction = Direction::write,
                                   .size = 2,
                                   .address = 0x3f8,
                                   .value = 0x1234};

/// One slot with our two ends and a foreign one.
class SlotTest : public testing::Test {
 protected:
  SlotTest() { slot_.announce(); }

  Ticket submit(Access const& access) {
    auto const ticket = slot_.submit(access);
    EXPECT_TRUE(ticket.has_value());
    return ticket.has_value() ? *ticket : Ticket{};
  }
  Claim claim() {
    auto const claim = hsm_.claim();
    EXPECT_TRUE(claim.has_value());
    return claim.value_or(Claim{});
  }
  [[nodiscard]] SlotState state() const {
    return word_state(memory_.load_word(slot_offset(vcpu) + abi::ioreq_offset::state));
  }
  void scribble(std::uint32_t state) {
    memory_.store_state(slot_offset(vcpu) + abi::ioreq_offset::state, state);
  }
  void refuse(Busy why) {
    auto const ticket = slot_.submit(read_byte);
    ASSERT_FALSE(ticket.has_value());
    EXPECT_EQ(ticket.error(), why);
  }

  static constexpr VcpuId vcpu{5};
  PageStorage storage_;
  AtomicMemory memory_{storage_};
  HypervisorSlot<AtomicMemory> slot_{memory_, vcpu, Completion::notify};
  HsmSlot<AtomicMemory> hsm_{memory_, vcpu};
  ForeignHsmSlot<AtomicMemory> foreign_{memory_, vcpu};
};

}  // namespace acrn::core
