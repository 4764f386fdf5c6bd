// SPDX-License-Identifier: BSD-3-Clause
#include "core/ioreq/page.hpp"

#include <gtest/gtest.h>

#include "core/ioreq/hsm_slot.hpp"

namespace acrn::core {
namespace {

constexpr Access read_byte{
    .space = Space::port, .direction = Direction::read, .size = 1, .address = 0x60};

static_assert(checked_vcpu(3, 4) == VcpuId{3});
static_assert(!checked_vcpu(4, 4));
static_assert(!checked_vcpu(16, 100), "T27: there are 16 slots, whatever else is said");
static_assert(!checked_vcpu(0x1'0000, 4), "T26: not cut to 16 bits");
static_assert(!checked_vcpu(0x1'0000'0000, 4), "T26: not cut to 32 bits");

class HypervisorPageTest : public testing::Test {
 protected:
  [[nodiscard]] SlotState state(std::uint16_t vcpu) const {
    return word_state(memory_.load_word(slot_offset({vcpu}) + abi::ioreq_offset::state));
  }

  PageStorage storage_;
  AtomicMemory memory_{storage_};
  HypervisorPage<AtomicMemory> page_{memory_, Completion::notify};
};

TEST_F(HypervisorPageTest, T28_WithoutAnAnnouncedPageEverySubmissionIsRefused) {
  auto const ticket = page_.submit({0}, read_byte);
  ASSERT_FALSE(ticket.has_value());
  EXPECT_EQ(ticket.error(), Busy::no_page);
  EXPECT_EQ(storage_.bytes, PageStorage{}.bytes);
}

TEST_F(HypervisorPageTest, T17_AnnouncingWritesFreeEverywhereAndAGenerationThatIsNotZero) {
  ASSERT_TRUE(page_.announce(1).has_value());
  for (std::uint16_t i = 0; i < abi::ioreq_slot_count; ++i) {
    std::uint64_t const word = memory_.load_word(slot_offset({i}) + abi::ioreq_offset::state);
    EXPECT_EQ(word_state(word), SlotState::free) << i;
    EXPECT_NE(word_generation(word), generation_unannounced) << i;
  }
}

TEST_F(HypervisorPageTest, T27_AVmHasOneToSixteenVcpus) {
  EXPECT_EQ(page_.announce(0).error(), PageError::no_vcpus);
  EXPECT_EQ(page_.announce(17).error(), PageError::too_many_vcpus);
  EXPECT_EQ(page_.announce(~0U).error(), PageError::too_many_vcpus);
  EXPECT_EQ(storage_.bytes, PageStorage{}.bytes) << "refused: nothing changed";
  EXPECT_TRUE(page_.announce(16).has_value());
}

TEST_F(HypervisorPageTest, T26_AVcpuThatTheVmHasNotIsRefused) {
  ASSERT_TRUE(page_.announce(2).has_value());
  EXPECT_TRUE(page_.submit({1}, read_byte).has_value());
  for (std::uint16_t const vcpu : {std::uint16_t{2}, std::uint16_t{16}, std::uint16_t{0xffff}}) {
    auto const ticket = page_.submit({vcpu}, read_byte);
    ASSERT_FALSE(ticket.has_value());
    EXPECT_EQ(ticket.error(), Busy::no_such_vcpu);
  }
}

TEST_F(HypervisorPageTest, T29_AnUnalignedAddressIsRefused) {
  EXPECT_EQ(checked_page_address({0x1000}).value(), Gpa{0x1000});
  EXPECT_EQ(checked_page_address({0x1008}).error(), PageError::unaligned);
  EXPECT_EQ(checked_page_address({~std::uint64_t{0}}).error(), PageError::unaligned);
}

TEST_F(HypervisorPageTest, T18_AResetFreesAllSixteenSlots) {
  ASSERT_TRUE(page_.announce(16).has_value());
  for (std::uint16_t i = 0; i < abi::ioreq_slot_count; ++i) {
    ASSERT_TRUE(page_.submit({i}, read_byte).has_value());
    HsmSlot<AtomicMemory> hsm{memory_, {i}};
    if (i % 3 == 0) continue;  // PENDING
    auto const claim = hsm.claim();
    if (i % 3 == 1) hsm.complete(claim.value(), 0);
  }
  page_.reset();
  for (std::uint16_t i = 0; i < abi::ioreq_slot_count; ++i) {
    EXPECT_EQ(state(i), SlotState::free) << i;
    auto const again = page_.submit({i}, read_byte);
    EXPECT_EQ(again.has_value(), i % 3 != 2)
        << i << ": only what a client had must be let go first";
  }
  page_.acknowledge_clear();
  EXPECT_TRUE(page_.submit({2}, read_byte).has_value());
}

TEST_F(HypervisorPageTest, AResetBeforeTheAnnouncementLeavesTheMemoryAlone) {
  page_.reset();
  EXPECT_EQ(storage_.bytes, PageStorage{}.bytes);
}

TEST_F(HypervisorPageTest, CancelsAndPollsBySlotAndSumsTheCounters) {
  ASSERT_TRUE(page_.announce(2).has_value());
  EXPECT_EQ(page_.vcpu_count(), 2U);
  for (std::uint16_t i = 0; i < 2; ++i) {
    Ticket const ticket = page_.submit({i}, read_byte).value();
    EXPECT_TRUE(page_.slot({i}).in_flight());
    page_.cancel({i}, ticket);
    HsmSlot<AtomicMemory> hsm{memory_, {i}};
    hsm.complete(hsm.claim().value(), 0);
    EXPECT_EQ(page_.poll({i}, ticket).kind, Poll::Kind::cancelled);
  }
  EXPECT_EQ(page_.counters().discarded, 2U);
  EXPECT_EQ(page_.counters().violations, 0U);
}

}  // namespace
}  // namespace acrn::core
