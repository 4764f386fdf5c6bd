// SPDX-License-Identifier: BSD-3-Clause
// Clearing around a reset, and clients and VMs that go while they have requests.
#include <gtest/gtest.h>

#include <memory>

#include "core/hsm/hsm.hpp"
#include "tests/support/hsm_world.hpp"

namespace acrn::core {
namespace {

using tests::adopt;
using tests::make_client;
using tests::port_read;
using tests::port_write;
using tests::TestHsm;
using tests::VmWorld;

class HsmLifecycleTest : public testing::Test {
 protected:
  HsmLifecycleTest() {
    adopt(*hsm_, vm_);
    fallback_ = make_client(*hsm_, vm_.id, ClientKind::fallback);
    com1_ = make_client(*hsm_, vm_.id, ClientKind::ranged);
    EXPECT_TRUE(hsm_->add_range(com1_, {Space::port, 0x3f8, 0x3ff}).has_value());
  }
  Request next(HsmClientId client) {
    auto const request = hsm_->next_request(client);
    EXPECT_TRUE(request.has_value());
    return request.value_or(Request{});
  }
  Verdict complete(Request const& request, std::uint64_t value) {
    return hsm_->complete(request, value).verdict;
  }
  HsmCounters counters() { return hsm_->counters(vm_.id).value(); }

  VmWorld vm_{VmId{1}};
  std::unique_ptr<TestHsm> hsm_ = std::make_unique<TestHsm>();
  HsmClientId fallback_{};
  HsmClientId com1_{};
};

TEST_F(HsmLifecycleTest, T22_ClearingCompletesWhatIsPendingAndWhatTheDefaultClientHas) {
  Ticket const held = vm_.submit(0, port_read(0x60));
  hsm_->dispatch();
  Ticket const unseen = vm_.submit(1, port_read(0x61));
  ClearEffects begun = hsm_->begin_clear(vm_.id).value();
  EXPECT_EQ(begun.completed, 1);
  EXPECT_EQ(begun.outstanding, 0) << "the default client is not waited for";
  EXPECT_EQ(begun.notify.pop(), (VcpuRef{vm_.id, {1}}));
  EXPECT_TRUE(begun.notify.empty());
  EXPECT_EQ(vm_.poll(1, unseen), (Poll{Poll::Kind::value, 0xff})) << "no answer: all ones";

  Ticket const young = vm_.submit(2, port_read(0x62));
  EXPECT_EQ(hsm_->dispatch().settled, 1) << "completed, not dispatched, until the end";
  EXPECT_EQ(vm_.poll(2, young).kind, Poll::Kind::value);

  ClearEffects ended = hsm_->end_clear(vm_.id).value();
  EXPECT_EQ(ended.completed, 1);
  EXPECT_EQ(ended.outstanding, 0);
  EXPECT_EQ(ended.notify.pop(), (VcpuRef{vm_.id, {0}}));
  EXPECT_EQ(vm_.poll(0, held).kind, Poll::Kind::value);
  EXPECT_EQ(counters().cleared, 3U);

  vm_.submit(3, port_read(0x63));
  EXPECT_EQ(hsm_->dispatch().dispatched, 1) << "dispatched again after the end";
}

TEST_F(HsmLifecycleTest, T22_ARangedClientHasUntilTheEndToAnswer) {
  Ticket const ticket = vm_.submit(0, port_read(0x3f8));
  hsm_->dispatch();
  Request const request = next(com1_);
  EXPECT_EQ(hsm_->begin_clear(vm_.id).value().outstanding, 1);
  EXPECT_EQ(complete(request, 0x41), Verdict::notify);
  EXPECT_EQ(vm_.poll(0, ticket), (Poll{Poll::Kind::value, 0x41}));
  ClearEffects const ended = hsm_->end_clear(vm_.id).value();
  EXPECT_EQ(ended.completed + ended.outstanding, 0);
}

TEST_F(HsmLifecycleTest, T22_AnOverdueRangedClientIsReportedAndItsAnswerIsStale) {
  Ticket const ticket = vm_.submit(0, port_read(0x3f8));
  hsm_->dispatch();
  Request const request = next(com1_);
  EXPECT_TRUE(hsm_->begin_clear(vm_.id).has_value());
  ClearEffects const ended = hsm_->end_clear(vm_.id).value();
  EXPECT_EQ(ended.outstanding, 1);
  EXPECT_EQ(ended.completed, 1);
  EXPECT_EQ(vm_.poll(0, ticket), (Poll{Poll::Kind::value, 0xff}));
  EXPECT_EQ(complete(request, 0x41), Verdict::stale);
  EXPECT_EQ(counters().stale, 1U);
}

TEST_F(HsmLifecycleTest, T19_PauseClearResetLeavesNothingThatAReusedSlotMustWaitFor) {
  for (std::uint16_t i = 0; i < 4; ++i) vm_.submit(i, port_read(0x60));
  hsm_->dispatch_slot(vm_.id, {0});
  hsm_->dispatch_slot(vm_.id, {1});
  next(fallback_);
  EXPECT_TRUE(hsm_->begin_clear(vm_.id).has_value());
  EXPECT_TRUE(hsm_->end_clear(vm_.id).has_value());
  vm_.page.reset();
  for (std::uint16_t i = 0; i < 4; ++i) vm_.submit(i, port_read(0x60));
  EXPECT_EQ(vm_.page.counters().late_answers, 0U);
}

TEST_F(HsmLifecycleTest, T19_AResetWithoutClearingIsSurvived) {
  vm_.submit(0, port_read(0x60));
  hsm_->dispatch();
  Request const old = next(fallback_);
  vm_.page.reset();
  EXPECT_EQ(vm_.page.submit({0}, port_read(0x61)).error(), Busy::awaiting_clear);
  EXPECT_EQ(complete(old, 0x11), Verdict::stale);
  Ticket const ticket = vm_.submit(0, port_read(0x61));
  EXPECT_EQ(complete(old, 0x22), Verdict::stale);
  hsm_->dispatch();
  EXPECT_EQ(complete(next(fallback_), 0x33), Verdict::notify);
  EXPECT_EQ(vm_.poll(0, ticket), (Poll{Poll::Kind::value, 0x33}));
  EXPECT_EQ(counters().stale, 2U);
}

TEST_F(HsmLifecycleTest, ClearingAfterAResetLetsGoOfTheSlots) {
  vm_.submit(0, port_read(0x60));
  hsm_->dispatch();
  vm_.page.reset();
  EXPECT_TRUE(hsm_->begin_clear(vm_.id).has_value());
  ClearEffects ended = hsm_->end_clear(vm_.id).value();
  EXPECT_EQ(ended.completed, 0) << "there was no request any more";
  EXPECT_TRUE(ended.notify.empty());
  vm_.submit(0, port_read(0x61));
}

TEST_F(HsmLifecycleTest, I6_AReusedSlotIsInOneClientsSetEvenIfTheHostSpokeTooEarly) {
  vm_.submit(0, port_read(0x3f8));
  hsm_->dispatch();  // with com1, not taken
  vm_.page.reset();
  vm_.page.acknowledge_clear();  // untrue: the HSM still has it
  Ticket const ticket = vm_.submit(0, port_read(0x60));
  hsm_->dispatch();
  EXPECT_FALSE(hsm_->next_request(com1_).has_value());
  EXPECT_EQ(complete(next(fallback_), 1), Verdict::notify);
  EXPECT_EQ(vm_.poll(0, ticket), (Poll{Poll::Kind::value, 1}));
}

TEST_F(HsmLifecycleTest, T16_RequestsOfADestroyedClientAreDispatchedAgain) {
  Ticket const taken = vm_.submit(0, port_read(0x3f8));
  Ticket const queued = vm_.submit(1, port_write(0x3f9, 7));
  Ticket const other = vm_.submit(2, port_read(0x60));
  hsm_->dispatch();
  Request const old = next(com1_);
  EXPECT_EQ(hsm_->destroy_client(com1_).value(), 2);
  EXPECT_EQ(vm_.state(0), SlotState::pending);
  EXPECT_EQ(vm_.state(1), SlotState::pending);
  EXPECT_EQ(vm_.state(2), SlotState::processing) << "another client's";
  EXPECT_EQ(complete(old, 0x99), Verdict::stale) << "it is gone";
  EXPECT_EQ(vm_.state(0), SlotState::pending);

  EXPECT_EQ(hsm_->dispatch().dispatched, 2);
  EXPECT_EQ(complete(old, 0x99), Verdict::stale) << "and its answer is not its successor's";
  for (int i = 0; i < 3; ++i) complete(next(fallback_), 0x10);
  EXPECT_EQ(vm_.poll(0, taken), (Poll{Poll::Kind::value, 0x10}));
  EXPECT_EQ(vm_.poll(1, queued), (Poll{Poll::Kind::value, 0}));
  EXPECT_EQ(vm_.poll(2, other), (Poll{Poll::Kind::value, 0x10}));
  EXPECT_EQ(counters().released, 2U);
}

TEST_F(HsmLifecycleTest, T16_WithTheLastClientGoneRequestsWaitForTheNext) {
  vm_.submit(0, port_write(0xcf8, 0x8000'0000, 4));
  hsm_->dispatch();
  Ticket const select = vm_.submit(1, port_read(0xcfc, 4));
  hsm_->dispatch();
  EXPECT_EQ(next(fallback_).access.space, Space::pci_config);
  EXPECT_EQ(hsm_->destroy_client(fallback_).value(), 1);
  EXPECT_EQ(hsm_->dispatch().unclaimed, 1);
  HsmClientId const successor = make_client(*hsm_, vm_.id, ClientKind::fallback);
  EXPECT_EQ(hsm_->dispatch().dispatched, 1);
  Request const request = next(successor);
  EXPECT_EQ(request.access.space, Space::pci_config) << "what it was converted to is kept";
  complete(request, 0x1237'8086);
  EXPECT_EQ(vm_.poll(1, select), (Poll{Poll::Kind::value, 0x1237'8086}));
}

TEST_F(HsmLifecycleTest, T16_AReusedClientIdDoesNotInheritRequests) {
  vm_.submit(0, port_read(0x60));
  hsm_->dispatch();
  Request const old = next(fallback_);
  EXPECT_EQ(hsm_->destroy_client(fallback_).value(), 1);
  EXPECT_EQ(hsm_->destroy_client(fallback_).error(), HsmError::no_such_client);
  HsmClientId const successor = make_client(*hsm_, vm_.id, ClientKind::fallback);
  ASSERT_EQ(successor, fallback_) << "the id is used again";
  EXPECT_FALSE(hsm_->next_request(successor).has_value());
  hsm_->dispatch();
  EXPECT_EQ(complete(old, 1), Verdict::stale);
  EXPECT_EQ(complete(next(successor), 2), Verdict::notify);
}

TEST_F(HsmLifecycleTest, ADestroyedClientsWithdrawnRequestsAreLetGo) {
  vm_.submit(0, port_read(0x3f8));
  hsm_->dispatch();
  vm_.page.reset();
  EXPECT_EQ(hsm_->destroy_client(com1_).value(), 0) << "nothing to dispatch again";
  vm_.submit(0, port_read(0x3f8));
  EXPECT_EQ(vm_.page.counters().late_answers, 1U);
}

TEST_F(HsmLifecycleTest, ARemovedVmsRequestsAreForgottenEvenIfItsNumberComesBack) {
  vm_.submit(0, port_read(0x60));
  hsm_->dispatch();
  Request const old = next(fallback_);
  ASSERT_TRUE(hsm_->remove_vm(vm_.id).has_value());
  EXPECT_EQ(complete(old, 1), Verdict::stale);
  EXPECT_EQ(hsm_->dispatch().dispatched, 0);

  VmWorld again{vm_.id};
  adopt(*hsm_, again);
  HsmClientId const client = make_client(*hsm_, again.id, ClientKind::fallback);
  ASSERT_EQ(client, old.client);
  Ticket const ticket = again.submit(0, port_read(0x60));
  hsm_->dispatch();
  EXPECT_EQ(complete(old, 1), Verdict::stale) << "same VM, vCPU and client, another request";
  EXPECT_EQ(complete(next(client), 2), Verdict::notify);
  EXPECT_EQ(again.poll(0, ticket), (Poll{Poll::Kind::value, 2}));
}

TEST_F(HsmLifecycleTest, AVmWithoutAPageHasNothingToClear) {
  ASSERT_TRUE(hsm_->add_vm({2}, 1).has_value());
  EXPECT_EQ(hsm_->begin_clear({2}).value().completed, 0);
  EXPECT_EQ(hsm_->end_clear({2}).value().completed, 0);
  HsmClientId const client = make_client(*hsm_, {2}, ClientKind::fallback);
  EXPECT_EQ(hsm_->destroy_client(client).value(), 0);
}

TEST_F(HsmLifecycleTest, RemovedRangesSendTheAccessElsewhere) {
  ASSERT_TRUE(hsm_->remove_range(com1_, {Space::port, 0x3f8, 0x3ff}).has_value());
  vm_.submit(0, port_read(0x3f8));
  EXPECT_EQ(hsm_->dispatch_slot(vm_.id, {0}).client, fallback_);
}

}  // namespace
}  // namespace acrn::core
