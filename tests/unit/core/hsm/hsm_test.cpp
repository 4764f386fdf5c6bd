// SPDX-License-Identifier: BSD-3-Clause
#include "core/hsm/hsm.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "core/ioreq/foreign_hsm_slot.hpp"
#include "tests/support/hsm_world.hpp"

namespace acrn::core {
namespace {

using tests::adopt;
using tests::make_client;
using tests::mmio_read;
using tests::port_read;
using tests::port_write;
using tests::TestHsm;
using tests::VmWorld;

class HsmTest : public testing::Test {
 protected:
  HsmTest() { adopt(hsm(), vm_); }
  TestHsm& hsm() { return *hsm_; }
  Request next(HsmClientId client) {
    auto const request = hsm().next_request(client);
    EXPECT_TRUE(request.has_value());
    return request.value_or(Request{});
  }
  Verdict complete(Request const& request, std::uint64_t value) {
    return hsm().complete(request, value).verdict;
  }
  HsmCounters counters() { return hsm().counters(vm_.id).value(); }

  VmWorld vm_{VmId{1}};
  std::unique_ptr<TestHsm> hsm_ = std::make_unique<TestHsm>();
};

TEST_F(HsmTest, CarriesAReadFromTheVcpuToTheClientAndBack) {
  HsmClientId const client = make_client(hsm(), vm_.id, ClientKind::fallback);
  Ticket const ticket = vm_.submit(2, port_read(0x60, 2));
  DispatchEffects effects = hsm().dispatch();
  EXPECT_EQ(effects.dispatched, 1);
  EXPECT_TRUE(effects.notify.empty());
  EXPECT_EQ(effects.wake.pop(), client);
  EXPECT_TRUE(effects.wake.empty());
  Request const request = next(client);
  EXPECT_EQ(request.from, (VcpuRef{vm_.id, {2}}));
  EXPECT_EQ(request.client, client);
  EXPECT_EQ(request.access, port_read(0x60, 2));
  EXPECT_EQ(vm_.poll(2, ticket).kind, Poll::Kind::waiting);
  EXPECT_EQ(complete(request, 0xffff'1234), Verdict::notify);
  EXPECT_EQ(vm_.poll(2, ticket), (Poll{Poll::Kind::value, 0x1234}));
}

TEST_F(HsmTest, AScanTooManyDoesNothing) {
  HsmClientId const client = make_client(hsm(), vm_.id, ClientKind::fallback);
  vm_.submit(0, port_read(0x60));
  hsm().dispatch();
  DispatchEffects const again = hsm().dispatch();
  EXPECT_EQ(again.dispatched + again.settled + again.unclaimed, 0);
  next(client);
  EXPECT_FALSE(hsm().next_request(client).has_value()) << "handed out once";
}

TEST_F(HsmTest, T13_OneScanAfterMergedUpcallsFindsAllSixteen) {
  VmWorld wide{VmId{2}, 16};
  adopt(hsm(), wide);
  HsmClientId const client = make_client(hsm(), wide.id, ClientKind::fallback);
  std::vector<Ticket> tickets;
  for (std::uint16_t i = 0; i < 16; ++i) tickets.push_back(wide.submit(i, port_read(0x100 + i)));
  EXPECT_EQ(hsm().dispatch().dispatched, 16);
  for (std::uint16_t i = 0; i < 16; ++i) {
    Request const request = next(client);
    EXPECT_EQ(request.from.vcpu, VcpuId{i}) << "lowest vCPU first";
    EXPECT_EQ(complete(request, i), Verdict::notify);
    EXPECT_EQ(wide.poll(i, tickets[i]), (Poll{Poll::Kind::value, i}));
  }
}

TEST_F(HsmTest, T14_AVmWithoutAPageDoesNotStopTheOthers) {
  auto fresh = std::make_unique<TestHsm>();
  ASSERT_TRUE(fresh->add_vm({7}, 4).has_value());  // first in the table, no page yet
  adopt(*fresh, vm_);
  make_client(*fresh, vm_.id, ClientKind::fallback);
  vm_.submit(0, port_read(0x60));
  EXPECT_EQ(fresh->dispatch().dispatched, 1);
  EXPECT_EQ(fresh->dispatch_slot({7}, {0}).kind, SlotEffects::Kind::nothing);
}

TEST_F(HsmTest, T15_WithoutAClientTheRequestWaitsAndTheScanGoesOn) {
  HsmClientId const com1 = make_client(hsm(), vm_.id, ClientKind::ranged);
  ASSERT_TRUE(hsm().add_range(com1, {Space::port, 0x3f8, 0x3ff}).has_value());
  Ticket const ticket = vm_.submit(0, port_read(0x60));
  vm_.submit(1, port_read(0x3f8));
  DispatchEffects const effects = hsm().dispatch();
  EXPECT_EQ(effects.unclaimed, 1);
  EXPECT_EQ(effects.dispatched, 1) << "vCPU 1 comes after the one nobody wants";
  EXPECT_EQ(vm_.state(0), SlotState::pending);
  EXPECT_EQ(counters().unclaimed, 1U);

  HsmClientId const late = make_client(hsm(), vm_.id, ClientKind::fallback);
  EXPECT_EQ(hsm().dispatch().dispatched, 1);
  EXPECT_EQ(complete(next(late), 9), Verdict::notify);
  EXPECT_EQ(vm_.poll(0, ticket), (Poll{Poll::Kind::value, 9}));
}

TEST_F(HsmTest, T17_AZeroFilledPageIsNotScanned) {
  PageStorage zeros;
  AtomicMemory memory{zeros};
  ASSERT_TRUE(hsm().add_vm({9}, 16).has_value());
  make_client(hsm(), {9}, ClientKind::fallback);
  EXPECT_EQ(hsm().set_page({9}, memory).error(), HsmError::page_not_announced);
  EXPECT_EQ(hsm().dispatch().dispatched, 0);
  EXPECT_EQ(zeros.bytes, PageStorage{}.bytes);
}

TEST_F(HsmTest, T26_T27_VcpuNumbersAreBoundedByTheVmAndNeverCut) {
  HsmClientId const client = make_client(hsm(), vm_.id, ClientKind::fallback);
  EXPECT_EQ(hsm().add_vm({5}, 0).error(), HsmError::vcpu_count);
  EXPECT_EQ(hsm().add_vm({5}, 17).error(), HsmError::vcpu_count);
  vm_.submit(0, port_read(0x60));
  hsm().dispatch();
  EXPECT_TRUE(hsm().held_request(vm_.id, 0).has_value());
  EXPECT_FALSE(hsm().held_request(vm_.id, 1).has_value()) << "nothing held";
  EXPECT_FALSE(hsm().held_request(vm_.id, 4).has_value()) << "no such vCPU";
  EXPECT_FALSE(hsm().held_request(vm_.id, 0x1'0000).has_value());
  EXPECT_FALSE(hsm().held_request({77}, 0).has_value());
  EXPECT_EQ(hsm().dispatch_slot(vm_.id, {4}).kind, SlotEffects::Kind::nothing);
  EXPECT_EQ(hsm().dispatch_slot({77}, {0}).kind, SlotEffects::Kind::nothing);
  Request forged = next(client);
  forged.from.vcpu = {0xffff};
  EXPECT_EQ(complete(forged, 0), Verdict::stale);
}

TEST_F(HsmTest, ADeviceModelMayCompleteByVcpuNumber) {
  make_client(hsm(), vm_.id, ClientKind::fallback);
  Ticket const ticket = vm_.submit(3, port_read(0x60));
  hsm().dispatch();
  EXPECT_EQ(complete(hsm().held_request(vm_.id, 3).value(), 5), Verdict::notify);
  EXPECT_EQ(vm_.poll(3, ticket), (Poll{Poll::Kind::value, 5}));
}

TEST_F(HsmTest, T08_T09_ACompletedRequestIsOutOfTheClientsSetBeforeTheNextOneComes) {
  HsmClientId const client = make_client(hsm(), vm_.id, ClientKind::fallback);
  Ticket ticket = vm_.submit(0, port_read(0x60));
  hsm().dispatch();
  // Completed by number before it was taken: the set must not offer it any more.
  complete(hsm().held_request(vm_.id, 0).value(), 1);
  EXPECT_FALSE(hsm().next_request(client).has_value());
  vm_.poll(0, ticket);
  ticket = vm_.submit(0, port_read(0x61));
  EXPECT_FALSE(hsm().next_request(client).has_value()) << "not dispatched yet";
  hsm().dispatch();
  EXPECT_EQ(next(client).access.address, 0x61U);
}

TEST_F(HsmTest, I10_APollingVmIsNotNotified) {
  VmWorld polling{VmId{2}, 1, Completion::polling};
  adopt(hsm(), polling);
  HsmClientId const client = make_client(hsm(), polling.id, ClientKind::fallback);
  polling.submit(0, port_read(0x60));
  hsm().dispatch();
  EXPECT_EQ(complete(next(client), 1), Verdict::polling);
  polling.page.reset();
  polling.submit(0, port_write(0xcf8, 0, 4));
  DispatchEffects const effects = hsm().dispatch();
  EXPECT_EQ(effects.settled, 1);
  EXPECT_TRUE(effects.notify.empty());
}

TEST_F(HsmTest, ConfigurationPortsAreAnsweredWithoutAClient) {
  Ticket const write = vm_.submit(0, port_write(0xcf8, 0x0000'1234, 4));
  DispatchEffects effects = hsm().dispatch();
  EXPECT_EQ(effects.settled, 1);
  EXPECT_EQ(effects.notify.pop(), (VcpuRef{vm_.id, {0}}));
  EXPECT_TRUE(effects.notify.empty());
  EXPECT_EQ(vm_.poll(0, write).kind, Poll::Kind::value);

  Ticket const back = vm_.submit(0, port_read(0xcf8, 4));
  Ticket const data = vm_.submit(1, port_read(0xcfc, 2));
  Ticket const drop = vm_.submit(2, port_write(0xcfc, 1, 2));
  EXPECT_EQ(hsm().dispatch().settled, 3);
  EXPECT_EQ(vm_.poll(0, back), (Poll{Poll::Kind::value, 0x1234}));
  EXPECT_EQ(vm_.poll(1, data), (Poll{Poll::Kind::value, 0xffff}));
  EXPECT_EQ(vm_.poll(2, drop), (Poll{Poll::Kind::value, 0}));
  EXPECT_EQ(counters().config, 4U);
}

TEST_F(HsmTest, T71_AConvertedRequestGoesToTheDefaultClientAndItsValueComesBack) {
  HsmClientId const fallback = make_client(hsm(), vm_.id, ClientKind::fallback);
  HsmClientId const greedy = make_client(hsm(), vm_.id, ClientKind::ranged);
  ASSERT_TRUE(hsm().add_range(greedy, {Space::port, 0, 0xffff}).has_value());
  Ticket const select = vm_.submit(0, port_write(0xcf8, 0x8100'2004, 4));
  hsm().dispatch();
  vm_.poll(0, select);
  Ticket const ticket = vm_.submit(0, port_read(0xcfe, 2));
  DispatchEffects effects = hsm().dispatch();
  EXPECT_EQ(effects.wake.pop(), fallback);
  Request const request = next(fallback);
  EXPECT_EQ(request.access.space, Space::pci_config);
  EXPECT_EQ(decode_pci_config_address(request.access.address),
            (PciAddress{.bus = 0, .device = 4, .function = 0, .reg = 0x106}));
  complete(request, 0xabcd);
  EXPECT_EQ(vm_.poll(0, ticket), (Poll{Poll::Kind::value, 0xabcd}));
  EXPECT_EQ(vm_.state(0), SlotState::free);
}

TEST_F(HsmTest, TheConfigurationRegisterIsPerVm) {
  VmWorld other{VmId{2}};
  adopt(hsm(), other);
  vm_.submit(0, port_write(0xcf8, 0x8000'0000, 4));
  hsm().dispatch();
  Ticket const ticket = other.submit(0, port_read(0xcf8, 4));
  hsm().dispatch();
  EXPECT_EQ(other.poll(0, ticket), (Poll{Poll::Kind::value, 0}));
}

TEST_F(HsmTest, T72_AWriteProtectRequestIsARequestLikeAnother) {
  HsmClientId const client = make_client(hsm(), vm_.id, ClientKind::fallback);
  Access write = mmio_read(0x1000, 8);
  write.space = Space::write_protect;
  write.direction = Direction::write;
  Ticket const ticket = vm_.submit(0, write);
  hsm().dispatch();
  Request const request = next(client);
  EXPECT_EQ(request.access.space, Space::write_protect);
  complete(request, 0);
  EXPECT_EQ(vm_.poll(0, ticket).kind, Poll::Kind::value);
}

TEST_F(HsmTest, AMalformedRequestIsCompletedAndCountedNotGuessed) {
  make_client(hsm(), vm_.id, ClientKind::fallback);
  Ticket const ticket = vm_.submit(1, port_read(0x60));
  vm_.memory.store64(slot_offset({1}) + abi::ioreq_offset::size, 3);
  DispatchEffects effects = hsm().dispatch();
  EXPECT_EQ(effects.settled, 1);
  EXPECT_EQ(effects.notify.pop(), (VcpuRef{vm_.id, {1}}));
  EXPECT_EQ(vm_.poll(1, ticket), (Poll{Poll::Kind::value, 0xff})) << "no answer: all ones";
  EXPECT_EQ(counters().rejected, 1U);
}

TEST_F(HsmTest, EffectsOfSeveralVmsComeInOrder) {
  VmWorld second{VmId{0xfffe}, 16};
  adopt(hsm(), second);
  for (std::uint16_t const vcpu : {std::uint16_t{15}, std::uint16_t{0}}) {
    second.submit(vcpu, port_write(0xcf8, 0, 4));
  }
  vm_.submit(3, port_write(0xcf8, 0, 4));
  DispatchEffects effects = hsm().dispatch();
  EXPECT_EQ(effects.notify.pop(), (VcpuRef{{1}, {3}}));
  EXPECT_EQ(effects.notify.pop(), (VcpuRef{{0xfffe}, {0}}));
  EXPECT_EQ(effects.notify.pop(), (VcpuRef{{0xfffe}, {15}}));
  EXPECT_EQ(effects.notify.pop(), std::nullopt);
}

TEST_F(HsmTest, OneSlotsScanAnswersForThatSlotAlone) {
  HsmClientId const client = make_client(hsm(), vm_.id, ClientKind::fallback);
  vm_.submit(0, port_read(0x60));
  vm_.submit(1, port_write(0xcf8, 0, 4));
  SlotEffects const second = hsm().dispatch_slot(vm_.id, {1});
  EXPECT_EQ(second.kind, SlotEffects::Kind::settled);
  EXPECT_TRUE(second.notify);
  EXPECT_EQ(vm_.state(0), SlotState::pending);
  SlotEffects const first = hsm().dispatch_slot(vm_.id, {0});
  EXPECT_EQ(first.kind, SlotEffects::Kind::dispatched);
  EXPECT_EQ(first.client, client);
}

TEST_F(HsmTest, TablesThatAreFullOrNamesThatAreWrongAreErrors) {
  EXPECT_EQ(hsm().add_vm(vm_.id, 4).error(), HsmError::vm_exists);
  EXPECT_EQ(hsm().set_page(vm_.id, vm_.memory).error(), HsmError::page_exists);
  EXPECT_EQ(hsm().set_page({77}, vm_.memory).error(), HsmError::no_such_vm);
  EXPECT_EQ(hsm().remove_vm({77}).error(), HsmError::no_such_vm);
  EXPECT_EQ(hsm().create_client({77}, ClientKind::ranged).error(), HsmError::no_such_vm);
  EXPECT_EQ(hsm().counters({77}).error(), HsmError::no_such_vm);
  EXPECT_EQ(hsm().begin_clear({77}).error(), HsmError::no_such_vm);
  EXPECT_EQ(hsm().end_clear({77}).error(), HsmError::no_such_vm);
  for (std::uint16_t const wrong : {std::uint16_t{3}, std::uint16_t{40}, std::uint16_t{0xffff}}) {
    EXPECT_EQ(hsm().add_range({wrong}, {Space::port, 0, 1}).error(), HsmError::no_such_client);
    EXPECT_EQ(hsm().remove_range({wrong}, {Space::port, 0, 1}).error(), HsmError::no_such_client);
    EXPECT_EQ(hsm().destroy_client({wrong}).error(), HsmError::no_such_client);
    EXPECT_FALSE(hsm().next_request({wrong}).has_value());
    EXPECT_EQ(complete(Request{.from = {vm_.id, {0}}, .client = {wrong}}, 0), Verdict::stale);
  }
  for (std::uint16_t i = 0; i < hsm_vm_count_max - 1; ++i) {
    EXPECT_TRUE(hsm().add_vm({static_cast<std::uint16_t>(100 + i)}, 1).has_value());
  }
  EXPECT_EQ(hsm().add_vm({200}, 1).error(), HsmError::vms_full);
}

}  // namespace
}  // namespace acrn::core
