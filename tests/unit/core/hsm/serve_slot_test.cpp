// SPDX-License-Identifier: BSD-3-Clause
// Hsm::serve_slot(): a client that answers at once, without the steps in between.
#include <gtest/gtest.h>

#include <memory>
#include <optional>

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
using Kind = SlotEffects::Kind;

class ServeSlot : public testing::Test {
 protected:
  ServeSlot() { adopt(*hsm_, vm_); }

  SlotEffects serve(std::uint16_t vcpu, std::uint64_t value = 0) {
    asked_.reset();
    return hsm_->serve_slot(vm_.id, {vcpu}, [&](HsmClientId client, Access const& access) {
      asked_ = {.client = client, .access = access};
      EXPECT_EQ(vm_.state(vcpu), SlotState::processing);
      return value;
    });
  }
  HsmCounters counters() { return hsm_->counters(vm_.id).value(); }

  struct Asked {
    HsmClientId client;
    Access access;
  };
  VmWorld vm_{VmId{1}};
  std::unique_ptr<TestHsm> hsm_ = std::make_unique<TestHsm>();
  std::optional<Asked> asked_;
};

TEST_F(ServeSlot, AnswersARequestInOneGo) {
  HsmClientId const client = make_client(*hsm_, vm_.id, ClientKind::fallback);
  Ticket const ticket = vm_.submit(2, port_read(0x60, 2));
  SlotEffects const effects = serve(2, 0xffff'1234);
  EXPECT_EQ(effects.kind, Kind::settled);
  EXPECT_TRUE(effects.notify);
  ASSERT_TRUE(asked_.has_value());
  EXPECT_EQ(asked_->client, client);
  EXPECT_EQ(asked_->access, port_read(0x60, 2));
  EXPECT_EQ(vm_.poll(2, ticket), (Poll{Poll::Kind::value, 0x1234}));
  EXPECT_EQ(counters().dispatched, 1U);
  EXPECT_EQ(counters().completed, 1U);
  EXPECT_EQ(hsm_->held_by(vm_.id, {2}), HeldBy::nobody);
  EXPECT_FALSE(hsm_->next_request(client).has_value());
}

TEST_F(ServeSlot, TheClientIsTheOneThatDispatchWouldWake) {
  make_client(*hsm_, vm_.id, ClientKind::fallback);
  HsmClientId const ranged = make_client(*hsm_, vm_.id, ClientKind::ranged);
  ASSERT_TRUE(hsm_->add_range(ranged, {Space::port, 0x100, 0x107}).has_value());
  vm_.submit(0, port_write(0x107, 0xabcd));
  serve(0);
  ASSERT_TRUE(asked_.has_value());
  EXPECT_EQ(asked_->client, ranged);
  EXPECT_EQ(asked_->access.value, 0xcdU) << "cut to its size";
  EXPECT_EQ(vm_.memory.load32(abi::ioreq_offset::kernel_handled), 1U);
}

TEST_F(ServeSlot, APlaceServesItsSlotAgainAndAgain) {
  HsmClientId const client = make_client(*hsm_, vm_.id, ClientKind::fallback);
  auto const place = hsm_->slot_place(vm_.id, {2});
  ASSERT_TRUE(place.has_value());
  for (std::uint64_t const value : {0x12U, 0x34U}) {
    EXPECT_FALSE(place->is_pending());
    Ticket const ticket = vm_.submit(2, port_read(0x60));
    EXPECT_TRUE(place->is_pending());
    auto const effects = hsm_->serve_slot(*place, [&](HsmClientId asked, Access const&) {
      EXPECT_EQ(asked, client);
      return value;
    });
    EXPECT_EQ(effects.kind, Kind::settled);
    EXPECT_EQ(vm_.poll(2, ticket), (Poll{Poll::Kind::value, value}));
  }
  EXPECT_EQ(counters().completed, 2U);
}

TEST_F(ServeSlot, WithoutVmPageOrVcpuThereIsNoPlace) {
  EXPECT_FALSE(hsm_->slot_place({9}, {0}).has_value());
  EXPECT_FALSE(hsm_->slot_place(vm_.id, {16}).has_value());
  ASSERT_TRUE(hsm_->add_vm(VmId{5}, 1).has_value());
  EXPECT_FALSE(hsm_->slot_place({5}, {0}).has_value()) << "no page yet";
}

TEST_F(ServeSlot, TheAnswerIsWhatIsReturnedAndNotWhatIsLeftInTheAccess) {
  make_client(*hsm_, vm_.id, ClientKind::fallback);
  Ticket const ticket = vm_.submit(0, port_read(0x60, 2));
  hsm_->serve_slot(vm_.id, {0}, [](HsmClientId, Access& access) {
    access.value = 0xdead;
    return std::uint64_t{0x1234};
  });
  EXPECT_EQ(vm_.poll(0, ticket), (Poll{Poll::Kind::value, 0x1234}));
}

TEST_F(ServeSlot, PolledCompletionNeedsNoNotification) {
  VmWorld polling{VmId{2}, 1, Completion::polling};
  adopt(*hsm_, polling);
  make_client(*hsm_, polling.id, ClientKind::fallback);
  polling.submit(0, port_read(0x60));
  auto const effects = hsm_->serve_slot(
      polling.id, {0}, [](HsmClientId, Access const&) { return std::uint64_t{0}; });
  EXPECT_EQ(effects.kind, Kind::settled);
  EXPECT_FALSE(effects.notify);
}

TEST_F(ServeSlot, WithoutARequestNobodyIsAsked) {
  make_client(*hsm_, vm_.id, ClientKind::fallback);
  EXPECT_EQ(serve(0).kind, Kind::nothing);
  EXPECT_EQ(serve(4).kind, Kind::nothing) << "no such vCPU";
  EXPECT_FALSE(asked_.has_value());
  auto const other =
      hsm_->serve_slot({9}, {0}, [](HsmClientId, Access const&) { return std::uint64_t{0}; });
  EXPECT_EQ(other.kind, Kind::nothing) << "no such VM";
  EXPECT_EQ(counters().dispatched, 0U);
}

TEST_F(ServeSlot, WithoutAClientTheRequestStaysPending) {
  vm_.submit(0, port_read(0x60));
  EXPECT_EQ(serve(0).kind, Kind::unclaimed);
  EXPECT_FALSE(asked_.has_value());
  EXPECT_EQ(vm_.state(0), SlotState::pending);
  EXPECT_EQ(counters().unclaimed, 1U);
}

TEST_F(ServeSlot, AResetDuringTheAnswerWithdrawsIt) {
  make_client(*hsm_, vm_.id, ClientKind::fallback);
  Ticket const ticket = vm_.submit(0, port_read(0x60));
  auto const effects = hsm_->serve_slot(vm_.id, {0}, [&](HsmClientId, Access const&) {
    vm_.page.reset();
    return std::uint64_t{0x55};
  });
  EXPECT_EQ(effects.kind, Kind::nothing);
  EXPECT_EQ(counters().stale, 1U);
  EXPECT_EQ(counters().completed, 0U);
  EXPECT_EQ(vm_.poll(0, ticket).kind, Poll::Kind::cancelled);
  Ticket const next = vm_.submit(0, port_read(0x61));
  EXPECT_EQ(serve(0, 7).kind, Kind::settled) << "the slot was let go";
  EXPECT_EQ(vm_.poll(0, next).value, 7U);
}

TEST_F(ServeSlot, ConfigurationRequestsGoTheLongWay) {
  HsmClientId const client = make_client(*hsm_, vm_.id, ClientKind::fallback);
  vm_.submit(0, port_write(0xcf8, 0x8000'1000, 4));
  EXPECT_EQ(serve(0).kind, Kind::settled);
  EXPECT_FALSE(asked_.has_value()) << "the address port needs no client";
  EXPECT_EQ(counters().config, 1U);
  vm_.submit(1, port_read(0xcfc, 4));
  SlotEffects const effects = serve(1);
  EXPECT_EQ(effects.kind, Kind::dispatched);
  EXPECT_EQ(effects.client, client);
  auto const request = hsm_->next_request(client);
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->access.space, Space::pci_config);
}

TEST_F(ServeSlot, AMalformedRequestAndOneInAClearingAreSettledUnasked) {
  make_client(*hsm_, vm_.id, ClientKind::fallback);
  vm_.submit(0, port_read(0x60));
  vm_.memory.store64(abi::ioreq_offset::size, 3);
  EXPECT_EQ(serve(0).kind, Kind::settled);
  EXPECT_EQ(counters().rejected, 1U);
  ASSERT_TRUE(hsm_->begin_clear(vm_.id).has_value());
  vm_.submit(1, port_read(0x60));
  EXPECT_EQ(serve(1).kind, Kind::settled);
  EXPECT_EQ(counters().cleared, 1U);
  EXPECT_FALSE(asked_.has_value());
}

TEST_F(ServeSlot, AWithdrawnRequestOfASlowClientIsForgotten) {
  HsmClientId const client = make_client(*hsm_, vm_.id, ClientKind::fallback);
  vm_.submit(0, port_read(0x60));
  hsm_->dispatch();
  auto const slow = hsm_->next_request(client);
  ASSERT_TRUE(slow.has_value());
  vm_.page.reset();
  vm_.page.acknowledge_clear();
  Ticket const ticket = vm_.submit(0, port_read(0x61));
  EXPECT_EQ(serve(0, 9).kind, Kind::settled);
  EXPECT_EQ(vm_.poll(0, ticket).value, 9U);
  EXPECT_EQ(hsm_->complete(*slow, 1).verdict, Verdict::stale);
}

}  // namespace
}  // namespace acrn::core
