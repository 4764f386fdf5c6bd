// SPDX-License-Identifier: BSD-3-Clause
#include "core/ioreq/hypervisor_slot.hpp"

#include <gtest/gtest.h>

#include "tests/unit/core/ioreq/slot_fixture.hpp"

namespace acrn::core {
namespace {

using HypervisorSlotTest = SlotTest;

TEST_F(HypervisorSlotTest, T02_TheAnswerComesExactlyOnce) {
  Ticket const ticket = submit(read_byte);
  EXPECT_TRUE(slot_.in_flight());
  hsm_.complete(claim(), 0x5a);
  EXPECT_EQ(slot_.poll(ticket), (Poll{Poll::Kind::value, 0x5a}));
  EXPECT_EQ(slot_.poll(ticket).kind, Poll::Kind::cancelled);
  EXPECT_EQ(state(), SlotState::free);
  EXPECT_FALSE(slot_.in_flight());
}

TEST_F(HypervisorSlotTest, T03_AnAnswerBeforeTheFirstPollIsNotLost) {
  Ticket const ticket = submit(read_byte);
  hsm_.complete(claim(), 1);
  EXPECT_EQ(slot_.poll(ticket).kind, Poll::Kind::value);
}

TEST_F(HypervisorSlotTest, T04_ASpuriousNotificationIsJustWaiting) {
  Ticket const ticket = submit(read_byte);
  EXPECT_EQ(slot_.poll(ticket).kind, Poll::Kind::waiting) << "while PENDING";
  Claim const mine = claim();
  EXPECT_EQ(slot_.poll(ticket).kind, Poll::Kind::waiting) << "while PROCESSING";
  hsm_.complete(mine, 2);
  EXPECT_EQ(slot_.poll(ticket), (Poll{Poll::Kind::value, 2})) << "and it still completes";
}

TEST_F(HypervisorSlotTest, T05_AnOldTicketDoesNotSeeTheNextRequestsAnswer) {
  Ticket const old = submit(read_byte);
  hsm_.complete(claim(), 1);
  slot_.poll(old);
  Ticket const young = submit(read_byte);
  hsm_.complete(claim(), 2);
  EXPECT_EQ(slot_.poll(old).kind, Poll::Kind::cancelled);
  EXPECT_EQ(slot_.poll(young), (Poll{Poll::Kind::value, 2}));
}

TEST_F(HypervisorSlotTest, T11_I3_ASecondRequestIsRefusedAndOverwritesNothing) {
  Ticket const ticket = submit(write_word);
  PageStorage const before = storage_;
  refuse(Busy::in_flight);
  EXPECT_EQ(storage_.bytes, before.bytes);
  claim();
  refuse(Busy::in_flight);
  EXPECT_EQ(slot_.poll(ticket).kind, Poll::Kind::waiting);
}

TEST_F(HypervisorSlotTest, T12_OnlyTheVcpusOwnSlotIsTouched) {
  PageStorage const before = storage_;
  Ticket const ticket = submit(read_qword);
  hsm_.complete(claim(), 3);
  slot_.poll(ticket);
  for (std::size_t i = 0; i < abi::ioreq_page_size; ++i) {
    if (i / abi::ioreq_slot_size == vcpu.value) continue;
    ASSERT_EQ(storage_.bytes[i], before.bytes[i]) << "byte " << i;
  }
}

TEST_F(HypervisorSlotTest, T32_TheAnswerIsTakenByThePrivateSizeDirectionAndType) {
  Ticket const ticket = submit(read_byte);
  Claim const mine = claim();
  std::size_t const base = slot_offset(vcpu);
  memory_.store32(base + abi::ioreq_offset::type, abi::ioreq_type_mmio);
  memory_.store32(base + abi::ioreq_offset::direction, abi::ioreq_direction_write);
  memory_.store64(base + abi::ioreq_offset::size, 4096);
  hsm_.complete(mine, 0);
  memory_.store64(base + abi::ioreq_offset::value, ~0ULL);
  EXPECT_EQ(slot_.poll(ticket), (Poll{Poll::Kind::value, 0xff}));
}

TEST_F(HypervisorSlotTest, T37_AClientThatSetsNoValueGivesAllOnesNotTheLastRequestsValue) {
  for (Access const& access : {read_byte, read_qword}) {
    Ticket const first = submit(access);
    hsm_.complete(claim(), 0);
    EXPECT_EQ(slot_.poll(first).value, 0U);
    Ticket const second = submit(access);
    foreign_.claim();
    foreign_.complete();
    EXPECT_EQ(slot_.poll(second).value, size_mask(access.size));
  }
}

TEST_F(HypervisorSlotTest, AWritesAnswerHasNoValue) {
  Ticket const ticket = submit(write_word);
  hsm_.complete(claim(), 0xffff);
  EXPECT_EQ(slot_.poll(ticket), (Poll{Poll::Kind::value, 0}));
}

TEST_F(HypervisorSlotTest, T71_AWriteProtectRequestIsFreedLikeAnyOther) {
  Access write = read_qword;
  write.space = Space::write_protect;
  write.direction = Direction::write;
  Ticket const ticket = submit(write);
  hsm_.complete(claim(), 0);
  EXPECT_EQ(slot_.poll(ticket).kind, Poll::Kind::value);
  EXPECT_EQ(state(), SlotState::free);
}

TEST_F(HypervisorSlotTest, T21_ACancelledRequestsAnswerIsDiscardedAndTheSlotFreed) {
  Ticket const ticket = submit(read_byte);
  Claim const mine = claim();
  slot_.cancel(ticket);
  EXPECT_EQ(slot_.poll(ticket).kind, Poll::Kind::cancelled);
  EXPECT_EQ(state(), SlotState::processing) << "the client still has it";
  refuse(Busy::in_flight);
  hsm_.complete(mine, 0x77);
  EXPECT_EQ(slot_.poll(ticket).kind, Poll::Kind::cancelled) << "no value for a stopped vCPU";
  EXPECT_EQ(state(), SlotState::free);
  EXPECT_EQ(slot_.counters().discarded, 1U);
  EXPECT_EQ(slot_.poll(submit(read_byte)).kind, Poll::Kind::waiting);
}

TEST_F(HypervisorSlotTest, ACancelledRequestsAnswerIsDiscardedByTheNextSubmissionToo) {
  Ticket const old = submit(read_byte);
  slot_.cancel(old);
  hsm_.complete(claim(), 0x77);
  Ticket const young = submit(read_byte);
  EXPECT_EQ(slot_.counters().discarded, 1U);
  slot_.cancel(old);
  EXPECT_EQ(slot_.poll(young).kind, Poll::Kind::waiting) << "an old ticket cancels nothing";
}

TEST_F(HypervisorSlotTest, ACompleteFoundOnAFreeSlotIsRepairedAndCounted) {
  foreign_.complete();  // a bogus ACRN_IOCTL_NOTIFY_REQUEST_FINISH
  Ticket const ticket = submit(read_byte);
  EXPECT_EQ(slot_.counters().repaired, 1U);
  EXPECT_EQ(slot_.poll(ticket).kind, Poll::Kind::waiting);
}

TEST_F(HypervisorSlotTest, NonsenseFoundOnAFreeSlotIsRepairedAndCounted) {
  scribble(0x4711);
  submit(read_byte);
  EXPECT_EQ(slot_.counters().repaired, 1U);
  EXPECT_EQ(state(), SlotState::pending);
}

TEST_F(HypervisorSlotTest, APendingOrProcessingThatNobodyAskedForIsNotOverwritten) {
  for (std::uint32_t const wrong : {abi::ioreq_state_pending, abi::ioreq_state_processing}) {
    scribble(wrong);
    refuse(Busy::not_free);
    EXPECT_EQ(state(), static_cast<SlotState>(wrong));
  }
  foreign_.complete();  // whatever it was, its end is repaired
  submit(read_byte);
}

TEST_F(HypervisorSlotTest, AnImpossibleStateEndsTheRequestWithAViolation) {
  for (std::uint32_t const wrong : {abi::ioreq_state_free, 4U, ~0U}) {
    Ticket const ticket = submit(read_byte);
    claim();
    scribble(wrong);
    EXPECT_EQ(slot_.poll(ticket).kind, Poll::Kind::violation);
    EXPECT_EQ(slot_.poll(ticket).kind, Poll::Kind::cancelled);
    refuse(Busy::awaiting_clear);
    slot_.acknowledge_clear();
  }
  EXPECT_EQ(slot_.counters().violations, 3U);
}

TEST_F(HypervisorSlotTest, ACancelledRequestThatTheServiceVmBrokeIsOverToo) {
  Ticket const ticket = submit(read_byte);
  slot_.cancel(ticket);
  scribble(99);
  EXPECT_EQ(slot_.poll(ticket).kind, Poll::Kind::cancelled);
  EXPECT_EQ(slot_.counters().violations, 1U);
  refuse(Busy::awaiting_clear);
}

TEST_F(HypervisorSlotTest, T01_I4_TheRequestIsWholeWhenItIsPending) {
  submit(write_word);
  PendingRequest const seen = hsm_.peek();
  EXPECT_EQ(seen.kind, PendingRequest::Kind::request);
  EXPECT_EQ(seen.access, write_word);
}

using HypervisorSlotDeathTest = HypervisorSlotTest;

TEST_F(HypervisorSlotDeathTest, T27_AVcpuWithoutASlotIsAProgrammersError) {
  EXPECT_DEATH((HypervisorSlot<AtomicMemory>{memory_, VcpuId{16}, Completion::notify}),
               "id below 16");
}

TEST_F(HypervisorSlotDeathTest, AnAccessThatHardwareCannotMakeIsAProgrammersError) {
  Access access = read_byte;
  access.size = 3;
  EXPECT_DEATH(static_cast<void>(slot_.submit(access)), "size that its space allows");
  access.size = 1;
  access.space = Space::pci_config;
  EXPECT_DEATH(static_cast<void>(slot_.submit(access)), "size that its space allows");
}

}  // namespace
}  // namespace acrn::core
