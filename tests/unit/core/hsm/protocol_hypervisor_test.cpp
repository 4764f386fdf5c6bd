// SPDX-License-Identifier: BSD-3-Clause
// The rows of the protocol's transition table that the hypervisor takes, numbered as in ACRN's and
// Linux' sources taken together: 1 to 3, 16 to 21.
#include <gtest/gtest.h>

#include "core/emulate/page_slot.hpp"
#include "core/hypercall/error_numbers.hpp"
#include "tests/unit/core/emulate/scripted_vcpu.hpp"
#include "tests/unit/core/hsm/protocol_world.hpp"

namespace acrn::core {
namespace {

using tests::port_read;
using tests::port_write;

class ProtocolHypervisor : public fakes::Protocol {};

TEST_F(ProtocolHypervisor, Row01_SetIoreqBufferFreesAll16SlotsOfACreatedVmWhateverTheyHold) {
  ASSERT_EQ(vm_in(VmLife::created), vm.value);
  for (std::uint16_t slot = 0; slot < 16; ++slot) scribble(slot, slot % 6U);
  ASSERT_EQ(carry_out(set_buffer(vm.value)), 0);
  for (std::uint16_t slot = 0; slot < 16; ++slot) EXPECT_EQ(state(slot), SlotState::free) << slot;
  ASSERT_EQ(hypercall(abi::Hypercall::start_vm), 0);
  for (std::uint16_t slot = 0; slot < 16; ++slot) scribble(slot, abi::ioreq_state_processing);
  EXPECT_EQ(carry_out(set_buffer(vm.value)), errors::refused);
  EXPECT_EQ(state(0), SlotState::processing) << "a VM that runs keeps its page";
}

TEST_F(ProtocolHypervisor, Row02_OnlyWhatNobodyElseAnswersBecomesPending) {
  boot();
  auto const owner = std::make_unique<VmState>();
  VmState& vm_state = *owner;
  fakes::Recorder device;
  fakes::add_ports(vm_state, device.device(), 0x20, 2);
  RingSink const sink{.push = [](void*, std::uint64_t) noexcept { return Push::queued; }};
  vm_state.asyncio.ring = sink;
  ASSERT_TRUE(vm_state.asyncio.descriptors.assign({.space = Space::port, .address = 0xc010}));
  fakes::Cpu cpu;
  fakes::Memory memory;
  Effects effects;
  PageSlot slot{page_, {0}};
  VcpuEnvironment<PageSlot<AtomicMemory>, fakes::Cpu, fakes::Memory> const env{
      vm_state, architectural, slot, cpu, memory, effects};
  VcpuIo io;
  auto const begin = [&](Access const& access) {
    effects.clear();
    return io.begin(fakes::pio_exit(access), env, Turn{}, Ticks{});
  };
  EXPECT_EQ(begin(port_read(0x20)), Progress::done);
  EXPECT_EQ(begin(port_write(0xc010, 1, 2)), Progress::done);
  EXPECT_EQ(state(0), SlotState::free) << "a handler, a descriptor: no request";
  vm_state.device_model = DeviceModel::absent;
  EXPECT_EQ(begin(port_read(0x64)), Progress::done);
  EXPECT_EQ(state(0), SlotState::free) << "not post-launched: no request";
  vm_state.device_model = DeviceModel::present;
  EXPECT_EQ(begin(port_read(0x64)), Progress::waiting);
  EXPECT_EQ(state(0), SlotState::pending);
  EXPECT_TRUE(effects.upcall_wanted());
  EXPECT_EQ(field(0, abi::ioreq_offset::address), 0x64U) << "filled before it was published";
}

TEST_F(ProtocolHypervisor, Row03_T11_AnInsertIntoASlotThatIsNotFreeChangesNothing) {
  boot();
  HsmClientId const model = client(ClientKind::fallback);
  Ticket const ticket = submit(0, port_read(0x60));
  for (SlotState const expected : {SlotState::pending, SlotState::processing}) {
    EXPECT_EQ(state(0), expected);
    auto const busy = page_.submit({0}, port_write(0x61, 1));
    ASSERT_FALSE(busy.has_value());
    EXPECT_EQ(busy.error(), Busy::in_flight) << "the vCPU waits; ACRN injects #GP";
    EXPECT_EQ(state(0), expected);
    EXPECT_EQ(field(0, abi::ioreq_offset::address), 0x60U);
    hsm_->dispatch();
  }
  hsm_->complete(take(model), 7);
  EXPECT_EQ(poll(0, ticket), (Poll{Poll::Kind::value, 7}));
}

TEST_F(ProtocolHypervisor, Row16_T06_AnyNumberOfNotificationsOfACompleteSlotIsOneAnswer) {
  boot();
  HsmClientId const model = client(ClientKind::fallback);
  Ticket const ticket = submit(1, port_read(0x60));
  hsm_->dispatch();
  hsm_->complete(take(model), 7);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(hypercall(abi::Hypercall::notify_request_finish, 1), 0);
    EXPECT_EQ(state(1), SlotState::complete) << "a notification moves nothing";
  }
  EXPECT_EQ(notified_, (std::vector<std::uint16_t>{1, 1, 1}));
  EXPECT_EQ(poll(1, ticket), (Poll{Poll::Kind::value, 7}));
  EXPECT_EQ(poll(1, ticket).kind, Poll::Kind::cancelled);
  Ticket const next = submit(1, port_read(0x61));
  EXPECT_EQ(poll(1, next).kind, Poll::Kind::waiting) << "no signal is left over for it";
}

TEST_F(ProtocolHypervisor, Row17_TheAnswerIsTakenOnceAndTheSlotIsFree) {
  boot();
  HsmClientId const model = client(ClientKind::fallback);
  Ticket const ticket = submit(0, port_read(0x60, 2));
  hsm_->dispatch();
  hsm_->complete(take(model), 0xabcd'1234);
  EXPECT_EQ(state(0), SlotState::complete);
  EXPECT_EQ(poll(0, ticket), (Poll{Poll::Kind::value, 0x1234}));
  EXPECT_EQ(state(0), SlotState::free);
}

TEST_F(ProtocolHypervisor, Row18_T20_T21_AStoppedVcpusAnswerOnlyFreesTheSlot) {
  boot();
  HsmClientId const model = client(ClientKind::fallback);
  Ticket const ticket = submit(0, port_write(0x64, 0xfe));
  hsm_->dispatch();
  Request const request = take(model);
  // The device model pauses the VM first and completes afterwards: the vCPU must not run on.
  ASSERT_EQ(hypercall(abi::Hypercall::pause_vm), 0);
  page_.cancel({0}, ticket);
  EXPECT_EQ(hsm_->complete(request, 0).verdict, Verdict::notify);
  EXPECT_EQ(hypercall(abi::Hypercall::notify_request_finish, 0), 0);
  EXPECT_EQ(poll(0, ticket).kind, Poll::Kind::cancelled) << "no register is written";
  EXPECT_EQ(state(0), SlotState::free);
  EXPECT_EQ(page_.counters().discarded, 1U);
}

TEST_F(ProtocolHypervisor, Row19_T04_ASpuriousNotificationKeepsTheVcpuWaiting) {
  boot();
  HsmClientId const model = client(ClientKind::fallback);
  Ticket const ticket = submit(0, port_read(0x60));
  for (SlotState const expected : {SlotState::pending, SlotState::processing}) {
    EXPECT_EQ(hypercall(abi::Hypercall::notify_request_finish, 0), 0);
    EXPECT_EQ(poll(0, ticket).kind, Poll::Kind::waiting);
    EXPECT_EQ(state(0), expected);
    hsm_->dispatch();
  }
  hsm_->complete(take(model), 9);
  EXPECT_EQ(poll(0, ticket), (Poll{Poll::Kind::value, 9})) << "the answer comes all the same";
}

TEST_F(ProtocolHypervisor, Row20_T18_AResetOfAPausedVmFreesAll16Slots) {
  boot();
  Ticket const ticket = submit(0, port_read(0x60));
  EXPECT_EQ(hypercall(abi::Hypercall::reset_vm), errors::refused) << "it runs";
  EXPECT_EQ(state(0), SlotState::pending);
  for (std::uint16_t slot = 2; slot < 16; ++slot) scribble(slot, slot % 6U);
  ASSERT_EQ(hypercall(abi::Hypercall::pause_vm), 0);
  ASSERT_EQ(hypercall(abi::Hypercall::reset_vm), 0);
  for (std::uint16_t slot = 0; slot < 16; ++slot) EXPECT_EQ(state(slot), SlotState::free) << slot;
  EXPECT_EQ(poll(0, ticket).kind, Poll::Kind::cancelled);
}

TEST_F(ProtocolHypervisor, Row21_T19_ACompletionAfterTheResetIsStaleAndPoisonsNothing) {
  boot();
  HsmClientId const model = client(ClientKind::fallback);
  submit(0, port_read(0x60));
  submit(1, port_read(0x60));
  hsm_->dispatch();
  Request const ours = take(model);
  ASSERT_EQ(hypercall(abi::Hypercall::pause_vm), 0);
  ASSERT_EQ(hypercall(abi::Hypercall::reset_vm), 0);
  EXPECT_FALSE(page_.submit({0}, port_read(0x61)).has_value()) << "not before the HSM let go";
  EXPECT_EQ(hsm_->complete(ours, 1).verdict, Verdict::stale);
  EXPECT_TRUE(foreign(1).complete()) << "an HSM that does not look";
  for (std::uint16_t vcpu : {std::uint16_t{0}, std::uint16_t{1}}) {
    Ticket const next = submit(vcpu, port_read(0x61));
    EXPECT_EQ(poll(vcpu, next).kind, Poll::Kind::waiting) << "the late answer is not this one's";
  }
  EXPECT_EQ(page_.counters().late_answers, 2U);
}

TEST_F(ProtocolHypervisor, T10_AVcpuThatPollsCanBeStoppedBetweenAnyTwoPolls) {
  HypervisorPage<AtomicMemory> polling{memory_, Completion::polling};
  ASSERT_TRUE(polling.announce(2).has_value());
  auto const ticket = polling.submit({0}, port_read(0x60));
  ASSERT_TRUE(ticket.has_value());
  for (int i = 0; i < 3; ++i) {  // rescheduled, and back at the poll
    EXPECT_EQ(polling.poll({0}, *ticket).kind, Poll::Kind::waiting);
  }
  polling.cancel({0}, *ticket);
  EXPECT_EQ(polling.poll({0}, *ticket).kind, Poll::Kind::cancelled);
  polling.reset();
  EXPECT_TRUE(polling.submit({0}, port_read(0x61)).has_value()) << "nobody had taken it";
}

TEST_F(ProtocolHypervisor, T23_AVmIsDestroyedBeforeItsResourcesAreReleased) {
  boot();
  HsmClientId const model = client(ClientKind::fallback);
  EXPECT_EQ(hypercall(abi::Hypercall::destroy_vm), errors::refused)
      << "it runs: nothing is released";
  Ticket const ticket = submit(0, port_read(0x60));
  hsm_->dispatch();
  hsm_->complete(take(model), 3);
  EXPECT_EQ(poll(0, ticket), (Poll{Poll::Kind::value, 3}));
  ASSERT_EQ(hypercall(abi::Hypercall::pause_vm), 0);
  ASSERT_EQ(hypercall(abi::Hypercall::destroy_vm), 0);
  EXPECT_TRUE(hsm_->remove_vm(vm).has_value());
  EXPECT_EQ(hypercall(abi::Hypercall::notify_request_finish, 0), errors::refused);
  EXPECT_EQ(hsm_->dispatch().dispatched, 0);
}

}  // namespace
}  // namespace acrn::core
