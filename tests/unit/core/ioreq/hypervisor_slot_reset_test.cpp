// SPDX-License-Identifier: BSD-3-Clause
// What a reset does to a slot in each state, and to what the HSM still has of it.
#include <gtest/gtest.h>

#include "core/ioreq/hypervisor_slot.hpp"
#include "tests/unit/core/ioreq/slot_fixture.hpp"

namespace acrn::core {
namespace {

using HypervisorSlotResetTest = SlotTest;

TEST_F(HypervisorSlotResetTest, T18_AResetWritesFreeInEveryState) {
  for (std::uint32_t state_before = 0; state_before < 6; ++state_before) {
    scribble(state_before);
    slot_.reset();
    EXPECT_EQ(state(), SlotState::free) << state_before;
  }
}

TEST_F(HypervisorSlotResetTest, AResetBeforeTheHsmLookedFreesTheSlotAtOnce) {
  Ticket const ticket = submit(read_byte);
  PendingRequest const seen = hsm_.peek();
  slot_.reset();
  EXPECT_EQ(slot_.poll(ticket).kind, Poll::Kind::cancelled);
  Ticket const young = submit(read_qword);
  EXPECT_FALSE(hsm_.take(seen)) << "what was read before the reset cannot be claimed after it";
  EXPECT_EQ(slot_.poll(young).kind, Poll::Kind::waiting);
}

TEST_F(HypervisorSlotResetTest, AResetAfterTheAnswerFreesTheSlotAtOnce) {
  submit(read_byte);
  hsm_.complete(claim(), 1);
  slot_.reset();
  submit(read_byte);
}

TEST_F(HypervisorSlotResetTest, T19_ASlotInFlightAtAResetIsNotUsedBeforeTheHsmLetGo) {
  submit(write_word);
  Claim const mine = claim();
  slot_.reset();
  refuse(Busy::awaiting_clear);
  EXPECT_EQ(hsm_.complete(mine, 0), Verdict::stale);
  Ticket const young = submit(read_byte);
  EXPECT_EQ(slot_.counters().late_answers, 1U);
  EXPECT_EQ(slot_.counters().repaired, 0U);
  EXPECT_EQ(hsm_.complete(mine, 0x99), Verdict::stale) << "and again, into the next request";
  EXPECT_EQ(slot_.poll(young).kind, Poll::Kind::waiting);
  hsm_.complete(claim(), 7);
  EXPECT_EQ(slot_.poll(young), (Poll{Poll::Kind::value, 7}));
}

TEST_F(HypervisorSlotResetTest, T19_ALateAnswerOfAForeignHsmDoesNotPoisonTheSlot) {
  submit(read_byte);
  ASSERT_TRUE(foreign_.pending());
  foreign_.claim();
  slot_.reset();
  refuse(Busy::awaiting_clear);
  foreign_.put_value32(0x99);
  foreign_.complete();
  Ticket const young = submit(read_byte);
  EXPECT_EQ(slot_.counters().late_answers, 1U);
  EXPECT_EQ(slot_.poll(young).kind, Poll::Kind::waiting);
}

TEST_F(HypervisorSlotResetTest, TwoResetsInARowStillWaitForTheHsm) {
  submit(read_byte);
  Claim const mine = claim();
  slot_.reset();
  slot_.reset();
  EXPECT_EQ(state(), SlotState::free);
  refuse(Busy::awaiting_clear);
  hsm_.clear(mine);
  slot_.reset();
  EXPECT_EQ(state(), SlotState::free);
  submit(read_byte);
}

TEST_F(HypervisorSlotResetTest, TheHostsWordEndsTheWaitAndStaleClaimsStayHarmless) {
  submit(read_byte);
  Claim const mine = claim();
  slot_.reset();
  slot_.acknowledge_clear();
  Ticket const young = submit(write_word);
  PageStorage const before = storage_;
  EXPECT_EQ(hsm_.complete(mine, 0x99), Verdict::stale);
  EXPECT_EQ(storage_.bytes, before.bytes) << "neither state nor payload of the next request";
  EXPECT_EQ(slot_.poll(young).kind, Poll::Kind::waiting);
}

TEST_F(HypervisorSlotResetTest, AcknowledgingWithoutNeedChangesNothing) {
  Ticket const ticket = submit(read_byte);
  slot_.acknowledge_clear();
  EXPECT_EQ(slot_.poll(ticket).kind, Poll::Kind::waiting);
}

}  // namespace
}  // namespace acrn::core
