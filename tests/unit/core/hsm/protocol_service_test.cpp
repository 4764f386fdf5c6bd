// SPDX-License-Identifier: BSD-3-Clause
// The rows of the protocol's transition table that the service VM takes: 4 to 15, and 22.
#include <gtest/gtest.h>

#include "tests/unit/core/hsm/protocol_world.hpp"

namespace acrn::core {
namespace {

using tests::mmio_read;
using tests::port_read;
using tests::port_write;

class ProtocolService : public fakes::Protocol {
 protected:
  void SetUp() override { boot(); }
};

TEST_F(ProtocolService, Row04_WhileClearingAPendingRequestIsCompletedAndItsValueNotTouched) {
  Ticket const before = submit(0, port_read(0x60, 2));
  auto const begun = hsm_->begin_clear(vm);
  ASSERT_TRUE(begun.has_value());
  EXPECT_EQ(begun->completed, 1);
  NotifySet notify = begun->notify;
  EXPECT_EQ(notify.pop(), (VcpuRef{vm, {0}}));
  EXPECT_EQ(state(0), SlotState::complete);
  Ticket const during = submit(1, mmio_read(0x1000, 8));
  EXPECT_EQ(hsm_->dispatch().settled, 1);
  EXPECT_EQ(poll(0, before), (Poll{Poll::Kind::value, 0xffff}));
  EXPECT_EQ(poll(1, during), (Poll{Poll::Kind::value, ~0ULL}));
}

TEST_F(ProtocolService, Row05_Cf8IsAnsweredFromTheRegisterWithoutAClient) {
  Ticket const write = submit(0, port_write(0xcf8, 0x8000'1234, 4));
  DispatchEffects effects = hsm_->dispatch();
  EXPECT_EQ(effects.settled, 1);
  EXPECT_EQ(effects.notify.pop(), (VcpuRef{vm, {0}}));
  EXPECT_EQ(state(0), SlotState::complete);
  EXPECT_EQ(poll(0, write).kind, Poll::Kind::value);
  Ticket const read = submit(0, port_read(0xcf8, 4));
  hsm_->dispatch();
  EXPECT_EQ(poll(0, read), (Poll{Poll::Kind::value, 0x8000'1234}));
}

TEST_F(ProtocolService, Row06_CfcWhileDisabledReadsAllOnes) {
  Ticket const read = submit(0, port_read(0xcfd, 2));
  EXPECT_EQ(hsm_->dispatch().settled, 1);
  EXPECT_EQ(poll(0, read), (Poll{Poll::Kind::value, 0xffff}));
  Ticket const write = submit(0, port_write(0xcfc, 5, 4));
  EXPECT_EQ(hsm_->dispatch().settled, 1);
  EXPECT_EQ(poll(0, write).kind, Poll::Kind::value);
}

TEST_F(ProtocolService, Row07_CfcWhileEnabledBecomesAConfigurationRequest) {
  HsmClientId const model = client(ClientKind::fallback);
  static_cast<void>(poll(0, [this] {
    Ticket const select = submit(0, port_write(0xcf8, 0x8300'1a40, 4));
    hsm_->dispatch();
    return select;
  }()));
  Ticket const read = submit(0, port_read(0xcfe, 2));
  EXPECT_EQ(hsm_->dispatch().dispatched, 1);
  EXPECT_EQ(state(0), SlotState::processing);
  EXPECT_EQ(field(0, abi::ioreq_offset::type), abi::ioreq_type_pcicfg);
  EXPECT_EQ(field(0, abi::ioreq_offset::pci_bus), 0U);
  EXPECT_EQ(field(0, abi::ioreq_offset::pci_device), 3U);
  EXPECT_EQ(field(0, abi::ioreq_offset::pci_function), 2U);
  EXPECT_EQ(field(0, abi::ioreq_offset::pci_register), 0x342U) << "bits 27:24 are register 11:8";
  hsm_->complete(take(model), 0x1234);
  EXPECT_EQ(poll(0, read), (Poll{Poll::Kind::value, 0x1234})) << "T71";
}

TEST_F(ProtocolService, Row08_T49_AKernelClientGetsWhatItsRangeContains) {
  HsmClientId const kernel = client(ClientKind::ranged);
  HsmClientId const model = client(ClientKind::fallback);
  ASSERT_TRUE(hsm_->add_range(kernel, {Space::port, 0x3f8, 0x3ff}).has_value());
  submit(0, port_read(0x3fe, 2));  // ends exactly at the range's end
  submit(1, port_read(0x3ff, 2));  // one byte past it
  DispatchEffects const effects = hsm_->dispatch();
  EXPECT_TRUE(effects.wake.contains(kernel));
  EXPECT_TRUE(effects.wake.contains(model));
  EXPECT_EQ(take(kernel).from.vcpu, VcpuId{0});
  EXPECT_EQ(take(model).from.vcpu, VcpuId{1});
  EXPECT_EQ(field(0, abi::ioreq_offset::kernel_handled), 1U);
  EXPECT_EQ(field(1, abi::ioreq_offset::kernel_handled), 0U);
}

TEST_F(ProtocolService, Row09_T72_WhatNoRangeContainsGoesToTheDefaultClientWriteProtectionAlways) {
  HsmClientId const kernel = client(ClientKind::ranged);
  HsmClientId const model = client(ClientKind::fallback);
  ASSERT_TRUE(hsm_->add_range(kernel, {Space::mmio, 0, ~0ULL}).has_value());
  Ticket const ticket = submit(0, {Space::write_protect, Direction::write, 4, 0x8000, 1});
  submit(1, port_read(0x60));
  EXPECT_EQ(hsm_->dispatch().dispatched, 2);
  EXPECT_EQ(state(0), SlotState::processing);
  Request const request = take(model);
  EXPECT_EQ(request.access.space, Space::write_protect) << "named, so that nobody has to guess";
  EXPECT_EQ(hsm_->complete(request, 0).verdict, Verdict::notify);
  EXPECT_EQ(poll(0, ticket).kind, Poll::Kind::value);
  EXPECT_EQ(state(0), SlotState::free) << "T71";
}

TEST_F(ProtocolService, Row10_T15_WithoutAnyClientItStaysPendingAndTheScanGoesOn) {
  HsmClientId const kernel = client(ClientKind::ranged);
  ASSERT_TRUE(hsm_->add_range(kernel, {Space::port, 0x3f8, 0x3ff}).has_value());
  Ticket const nobodys = submit(0, port_read(0x60));
  submit(1, port_read(0x3f8));
  DispatchEffects const effects = hsm_->dispatch();
  EXPECT_EQ(effects.unclaimed, 1);
  EXPECT_EQ(effects.dispatched, 1) << "Linux stops this VM's scan at vCPU 0";
  EXPECT_EQ(state(0), SlotState::pending);
  EXPECT_EQ(state(1), SlotState::processing);
  HsmClientId const late = client(ClientKind::fallback);
  hsm_->dispatch();
  hsm_->complete(take(late), 4);
  EXPECT_EQ(poll(0, nobodys), (Poll{Poll::Kind::value, 4}));
}

TEST_F(ProtocolService, Row11_AKernelClientsAnswerCompletes) {
  HsmClientId const kernel = client(ClientKind::ranged);
  ASSERT_TRUE(hsm_->add_range(kernel, {Space::port, 0x3f8, 0x3ff}).has_value());
  Ticket const ticket = submit(0, port_read(0x3f8));
  hsm_->dispatch();
  CompletionEffects const effects = hsm_->complete(take(kernel), 0x41);
  EXPECT_EQ(effects.verdict, Verdict::notify);
  EXPECT_EQ(effects.vcpu, (VcpuRef{vm, {0}}));
  EXPECT_EQ(state(0), SlotState::complete);
  EXPECT_FALSE(hsm_->next_request(kernel).has_value()) << "its bit was clear before COMPLETE";
  EXPECT_EQ(poll(0, ticket), (Poll{Poll::Kind::value, 0x41}));
}

TEST_F(ProtocolService, Row12_AClientThatFailsHasTheRequestAgainAndItsVcpuStaysCancellable) {
  HsmClientId const kernel = client(ClientKind::ranged);
  ASSERT_TRUE(hsm_->add_range(kernel, {Space::port, 0x3f8, 0x3ff}).has_value());
  Ticket const ticket = submit(0, port_read(0x3f8));
  hsm_->dispatch();
  Request const request = take(kernel);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(hsm_->retry(request));
    EXPECT_EQ(state(0), SlotState::processing);
    EXPECT_EQ(take(kernel), request) << "the same request, not a second one";
  }
  EXPECT_EQ(hsm_->counters(vm)->retried, 3U);
  submit(1, port_read(0x3f9));
  hsm_->dispatch();
  EXPECT_EQ(take(kernel).from.vcpu, VcpuId{1}) << "the others progress";
  page_.cancel({0}, ticket);
  EXPECT_EQ(poll(0, ticket).kind, Poll::Kind::cancelled);
  EXPECT_EQ(hsm_->complete(request, 1).verdict, Verdict::notify);
  EXPECT_FALSE(hsm_->retry(request)) << "it is over";
  EXPECT_FALSE(hsm_->retry(Request{}));
}

TEST_F(ProtocolService, Row13_TheDeviceModelCompletesByVcpuNumber) {
  HsmClientId const model = client(ClientKind::fallback);
  Ticket const ticket = submit(1, port_read(0x60));
  hsm_->dispatch();
  auto const held = hsm_->held_request(vm, 1);
  ASSERT_TRUE(held.has_value());
  EXPECT_EQ(held->client, model);
  EXPECT_EQ(hsm_->complete(*held, 0x55).verdict, Verdict::notify);
  EXPECT_EQ(poll(1, ticket), (Poll{Poll::Kind::value, 0x55}));
}

TEST_F(ProtocolService, Row14_ABogusCompletionInAnyStateIsSurvived) {
  EXPECT_TRUE(foreign(0).complete());  // FREE to COMPLETE
  EXPECT_EQ(state(0), SlotState::complete);
  Ticket const after_free = submit(0, port_read(0x60));
  EXPECT_EQ(page_.counters().repaired, 1U) << "ACRN refuses every later request of the vCPU";
  EXPECT_TRUE(foreign(0).complete());  // PENDING to COMPLETE: nobody looked at the request
  EXPECT_EQ(hsm_->dispatch().dispatched, 0);
  EXPECT_TRUE(foreign(0).complete());  // COMPLETE to COMPLETE
  EXPECT_EQ(poll(0, after_free), (Poll{Poll::Kind::value, 0xff})) << "all ones, once";
  EXPECT_EQ(poll(0, after_free).kind, Poll::Kind::cancelled);
  EXPECT_FALSE(hsm_->held_request(vm, 0).has_value()) << "our HSM has nothing to complete then";
}

TEST_F(ProtocolService, Row15_ClearingCompletesWhatTheDefaultClientHasWithoutAValue) {
  HsmClientId const model = client(ClientKind::fallback);
  Ticket const ticket = submit(0, port_read(0x60, 4));
  hsm_->dispatch();
  Request const request = take(model);
  ASSERT_TRUE(hsm_->begin_clear(vm).has_value());
  EXPECT_EQ(state(0), SlotState::processing) << "the client may still answer";
  auto const ended = hsm_->end_clear(vm);
  ASSERT_TRUE(ended.has_value());
  EXPECT_EQ(ended->completed, 1);
  EXPECT_EQ(state(0), SlotState::complete);
  EXPECT_EQ(hsm_->complete(request, 1).verdict, Verdict::stale);
  EXPECT_EQ(poll(0, ticket), (Poll{Poll::Kind::value, 0xffff'ffff}));
}

TEST_F(ProtocolService, Row22_T16_ADestroyedClientsRequestIsNotOrphaned) {
  HsmClientId const model = client(ClientKind::fallback);
  Ticket const ticket = submit(0, port_read(0x60));
  hsm_->dispatch();
  Request const request = take(model);
  EXPECT_EQ(*hsm_->destroy_client(model), 1);
  EXPECT_EQ(state(0), SlotState::pending) << "Linux leaves it PROCESSING until a reset";
  EXPECT_EQ(hsm_->complete(request, 1).verdict, Verdict::stale);
  HsmClientId const heir = client(ClientKind::fallback);
  hsm_->dispatch();
  hsm_->complete(take(heir), 2);
  EXPECT_EQ(poll(0, ticket), (Poll{Poll::Kind::value, 2}));
}

TEST_F(ProtocolService, Row22_AnHsmThatOrphansARequestLeavesItToTheReset) {
  Ticket const ticket = submit(0, port_read(0x60));
  foreign(0).claim();  // and then its client goes away, and it does nothing
  EXPECT_EQ(poll(0, ticket).kind, Poll::Kind::waiting);
  ASSERT_EQ(hypercall(abi::Hypercall::pause_vm), 0);
  ASSERT_EQ(hypercall(abi::Hypercall::reset_vm), 0);
  EXPECT_EQ(poll(0, ticket).kind, Poll::Kind::cancelled);
  page_.acknowledge_clear();
  EXPECT_TRUE(page_.submit({0}, port_read(0x60)).has_value());
}

}  // namespace
}  // namespace acrn::core
