// SPDX-License-Identifier: BSD-3-Clause
#include "core/ioreq/owed.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string_view>

#include "core/ioreq/foreign_hsm_slot.hpp"
#include "tests/support/hsm_world.hpp"

namespace acrn::core {
namespace {

using tests::port_read;
using enum OwedBy;
using enum OwedStep;

struct Row {
  SlotPhase phase;
  SlotState state;
  HeldBy held;
  std::optional<Debt> debt;
};

constexpr std::array rows{
    Row{SlotPhase::waiting, SlotState::pending, HeldBy::nobody, Debt{hsm, dispatch}},
    Row{SlotPhase::waiting, SlotState::pending, HeldBy::unknown, Debt{hsm, dispatch}},
    Row{SlotPhase::waiting, SlotState::pending, HeldBy::no_client, Debt{device_model, make_client}},
    Row{SlotPhase::waiting, SlotState::processing, HeldBy::queued, Debt{client, take}},
    Row{SlotPhase::waiting, SlotState::processing, HeldBy::client, Debt{client, answer}},
    Row{SlotPhase::waiting, SlotState::processing, HeldBy::unknown, Debt{client, answer}},
    Row{SlotPhase::waiting, SlotState::processing, HeldBy::nobody, Debt{device_model, reset}},
    Row{SlotPhase::waiting, SlotState::complete, HeldBy::nobody, Debt{hypervisor, take_answer}},
    Row{SlotPhase::waiting, SlotState::free, HeldBy::nobody, Debt{hypervisor, end_request}},
    Row{SlotPhase::waiting, SlotState::invalid, HeldBy::client, Debt{hypervisor, end_request}},
    Row{SlotPhase::cancelled, SlotState::processing, HeldBy::client, Debt{client, answer}},
    Row{SlotPhase::cancelled, SlotState::complete, HeldBy::nobody, Debt{hypervisor, discard}},
    Row{SlotPhase::awaiting_clear, SlotState::free, HeldBy::client, Debt{hsm, let_go}},
    Row{SlotPhase::awaiting_clear, SlotState::complete, HeldBy::nobody, std::nullopt},
    Row{SlotPhase::idle, SlotState::free, HeldBy::nobody, std::nullopt},
    Row{SlotPhase::idle, SlotState::complete, HeldBy::nobody, std::nullopt},
    Row{SlotPhase::idle, SlotState::invalid, HeldBy::nobody, std::nullopt},
    Row{SlotPhase::idle, SlotState::processing, HeldBy::nobody, Debt{hsm, let_go}},
};

TEST(Owed, NamesTheActorAndTheStep) {
  for (Row const& row : rows) {
    EXPECT_EQ(owed({row.phase, row.state, row.held}), row.debt)
        << static_cast<int>(row.phase) << ' ' << name(row.state) << ' '
        << static_cast<int>(row.held);
  }
}

/// A VM whose debts are looked up at every step of a request's life.
class OwedOverALife : public testing::Test {
 protected:
  OwedOverALife() { tests::adopt(*hsm_, vm_); }
  std::optional<Owed> look(std::uint64_t now, std::uint16_t vcpu = 0) {
    auto& slot = vm_.page.slot({vcpu});
    ledger_.observe({vcpu}, view_slot(slot, hsm_->held_by(vm_.id, {vcpu})), slot.generation(),
                    {now});
    return ledger_.owed({vcpu});
  }
  void expect(std::uint64_t now, Debt debt, std::uint64_t since) {
    auto const found = look(now);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->debt, debt) << name(found->debt.step);
    EXPECT_EQ(found->since, Ticks{since});
  }

  tests::VmWorld vm_{VmId{1}};
  std::unique_ptr<tests::TestHsm> hsm_ = std::make_unique<tests::TestHsm>();
  OwedLedger ledger_;
};

TEST_F(OwedOverALife, EveryStepIsOwedBySomebodyAndSinceItsStateBegan) {
  EXPECT_FALSE(look(5).has_value());
  Ticket const ticket = vm_.submit(0, port_read(0x60));
  expect(10, {device_model, make_client}, 10);
  HsmClientId const model = tests::make_client(*hsm_, vm_.id, ClientKind::fallback);
  expect(20, {hsm, dispatch}, 20);
  expect(25, {hsm, dispatch}, 20);
  hsm_->dispatch();
  expect(30, {client, take}, 30);
  auto const request = hsm_->next_request(model);
  ASSERT_TRUE(request.has_value());
  expect(40, {client, answer}, 40);
  expect(90, {client, answer}, 40);
  hsm_->complete(*request, 1);
  expect(95, {hypervisor, take_answer}, 95);
  EXPECT_EQ(vm_.poll(0, ticket).kind, Poll::Kind::value);
  EXPECT_FALSE(look(100).has_value());
}

TEST_F(OwedOverALife, AClientThatNeverAnswersIsReportedAndItsVcpuStaysCancellable) {
  tests::make_client(*hsm_, vm_.id, ClientKind::fallback);
  Ticket const ticket = vm_.submit(0, port_read(0x60));
  hsm_->dispatch();
  look(1000);
  EXPECT_FALSE(ledger_.overdue({0}, {1500}, {500}).has_value()) << "not more than the limit";
  EXPECT_FALSE(ledger_.overdue({0}, {900}, {500}).has_value()) << "a clock that runs backwards";
  ASSERT_TRUE(ledger_.overdue({0}, {1501}, {500}).has_value());
  vm_.page.cancel({0}, ticket);
  EXPECT_EQ(vm_.poll(0, ticket).kind, Poll::Kind::cancelled);
  auto const after = look(1600);
  ASSERT_TRUE(after.has_value());
  EXPECT_EQ(after->view.phase, SlotPhase::cancelled);
  EXPECT_EQ(after->debt.by, client) << "it still owes the slot";
}

TEST_F(OwedOverALife, TheSameStateOfANewRequestIsANewDebt) {
  vm_.submit(0, port_read(0x60));
  look(10);
  vm_.page.reset();
  vm_.submit(0, port_read(0x60));
  expect(20, {device_model, make_client}, 20);
}

TEST_F(OwedOverALife, AResetUnderAClientIsOwedUntilTheServiceModuleLetsGo) {
  HsmClientId const model = tests::make_client(*hsm_, vm_.id, ClientKind::fallback);
  vm_.submit(0, port_read(0x60));
  hsm_->dispatch();
  auto const request = hsm_->next_request(model);
  vm_.page.reset();
  expect(10, {hsm, let_go}, 10);
  hsm_->complete(*request, 1);
  EXPECT_FALSE(look(20).has_value());
}

TEST_F(OwedOverALife, AnOrphanIsOwedAReset) {
  vm_.submit(0, port_read(0x60));
  ForeignHsmSlot<AtomicMemory>{vm_.memory, {0}}.claim();
  expect(10, {device_model, reset}, 10);
}

TEST_F(OwedOverALife, ConfigurationPortsWantAClientOnlyWhileTheyAreEnabled) {
  vm_.submit(0, port_read(0xcfc, 4));
  expect(10, {hsm, dispatch}, 10);
  vm_.submit(1, tests::port_write(0xcf8, 0x8000'0000, 4));
  hsm_->dispatch();
  vm_.submit(2, port_read(0xcfc, 4));
  EXPECT_EQ(look(20, 2)->debt, (Debt{device_model, make_client}));
}

TEST(OwedLedger, TransitionsOfACaptureTellTheLastState) {
  OwedLedger ledger;
  ledger.transition({2}, SlotState::pending, {100});
  ledger.transition({2}, SlotState::processing, {130});
  auto const found = ledger.owed({2});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->vcpu, VcpuId{2});
  EXPECT_EQ(found->debt, (Debt{client, answer}));
  EXPECT_EQ(found->since, Ticks{130});
  EXPECT_FALSE(ledger.owed({1}).has_value());
  ledger.transition({2}, SlotState::complete, {140});
  EXPECT_EQ(ledger.owed({2})->debt, (Debt{hypervisor, take_answer}));
  ledger.transition({2}, SlotState::free, {150});
  EXPECT_FALSE(ledger.owed({2}).has_value());
}

TEST(OwedLedger, IgnoresVcpusWithoutASlot) {
  OwedLedger ledger;
  ledger.transition({16}, SlotState::pending, {1});
  ledger.observe({0xffff}, {SlotPhase::waiting, SlotState::pending, HeldBy::nobody}, {1}, {1});
  EXPECT_FALSE(ledger.owed({16}).has_value());
  EXPECT_FALSE(ledger.owed({0}).has_value());
}

TEST(OwedNames, AreDistinct) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(device_model); ++i) names.insert(name(OwedBy(i)));
  for (int i = 0; i <= static_cast<int>(let_go); ++i) names.insert(name(OwedStep(i)));
  EXPECT_EQ(names.size(), 13U);
  EXPECT_FALSE(names.contains("?"));
  EXPECT_EQ(name(OwedBy(99)), "?");
  EXPECT_EQ(name(OwedStep(99)), "?");
}

}  // namespace
}  // namespace acrn::core
