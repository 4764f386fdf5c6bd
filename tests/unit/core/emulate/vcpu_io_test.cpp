// SPDX-License-Identifier: BSD-3-Clause
#include "core/emulate/vcpu_io.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "core/emulate/page_slot.hpp"
#include "core/ioreq/hsm_slot.hpp"
#include "core/ioreq/memory.hpp"
#include "core/ioreq/page.hpp"
#include "tests/unit/core/emulate/fakes.hpp"
#include "tests/unit/core/emulate/scripted_vcpu.hpp"

namespace acrn::core {
namespace {

using fakes::Cpu;
using fakes::Memory;
using fakes::mmio_exit;
using fakes::pio_exit;
using fakes::rax;
using fakes::Recorder;
using fakes::Vcpu;

static_assert(SlotEnd<fakes::Slot> && SlotEnd<HypervisorSlot<AtomicMemory>> &&
              SlotEnd<PageSlot<AtomicMemory>>);

TEST(VcpuIo, ForwardsWhatNobodyClaimsAndCommitsWhenItIsAnswered) {
  Vcpu vcpu;
  ASSERT_EQ(vcpu.begin(pio_exit(fakes::in(0x3fd, 1))), Progress::waiting);
  EXPECT_EQ(vcpu.slot.submitted,
            (std::vector<Access>{{Space::port, Direction::read, 1, 0x3fd, 0xff}}));
  EXPECT_EQ(vcpu.io.route(), Route::forward);
  EXPECT_TRUE(vcpu.effects.upcall_wanted());
  EXPECT_TRUE(vcpu.io.in_flight());
  EXPECT_EQ(vcpu.answer(Poll::Kind::waiting), Progress::waiting) << "a spurious notification";
  ASSERT_EQ(vcpu.answer(0xaaaa'aa60), Progress::done);
  EXPECT_FALSE(vcpu.io.in_flight());
  EXPECT_EQ(vcpu.io.access().value, 0x60U);
  EXPECT_EQ(vcpu.io.commit().register_count, 1);
  EXPECT_EQ(vcpu.io.commit().registers[0], Register::rax);
  EXPECT_EQ(vcpu.io.commit().values[0], 0x1122'3344'5566'7760U);
  EXPECT_EQ(vcpu.io.commit().rip_advance, 2);
}

TEST(VcpuIo, T33_TheDeviceModelGetsOutMaskedToSizeAndItsAnswerIsNoValue) {
  Vcpu vcpu;
  ASSERT_EQ(vcpu.begin(pio_exit(fakes::out(0xb2, 1, 0))), Progress::waiting);
  EXPECT_EQ(vcpu.slot.submitted, std::vector{fakes::out(0xb2, 1, 0x88)});
  ASSERT_EQ(vcpu.answer(0x55), Progress::done);
  EXPECT_EQ(vcpu.io.access().value, 0x88U);
  EXPECT_EQ(vcpu.io.commit().register_count, 0);
}

TEST(VcpuIo, LoadsFromADeviceOfTheHypervisorWithoutTheSlot) {
  Vcpu vcpu;
  Recorder device{.value = 0x1234'5678'9abc'def0};
  fakes::add_mmio(vcpu.vm, device.device(), 0xfed0'0000, 0x400);
  ASSERT_EQ(vcpu.begin(mmio_exit(fakes::load(0xfed0'00f0, 4), Register::r9)), Progress::done);
  EXPECT_TRUE(vcpu.slot.submitted.empty());
  EXPECT_FALSE(vcpu.effects.upcall_wanted());
  EXPECT_EQ(vcpu.io.commit().registers[0], Register::r9);
  EXPECT_EQ(vcpu.io.commit().values[0], 0x9abc'def0U);
  EXPECT_EQ(vcpu.io.commit().rip_advance, 3);
  EXPECT_TRUE(vcpu.cpu.asked.empty()) << "four bytes replace the whole register";
}

TEST(VcpuIo, ForwardsWhatADeviceDeclinesAfterActing) {
  Vcpu vcpu;
  Recorder peeking{.result = HandlerResult::declined()};
  fakes::add_ports(vcpu.vm, peeking.device(), 0x404, 2);
  ASSERT_EQ(vcpu.begin(pio_exit(fakes::out(0x404, 2, 0))), Progress::waiting);
  EXPECT_EQ(peeking.seen.size(), 1U);
  EXPECT_EQ(vcpu.slot.submitted, std::vector{fakes::out(0x404, 2, 0x7788)});
}

TEST(VcpuIo, WaitsForABusySlotAndNeverAsksTheDeviceTwice) {
  for (Busy reason : {Busy::in_flight, Busy::awaiting_clear, Busy::not_free}) {
    Vcpu vcpu;
    Recorder declining{.result = HandlerResult::declined()};
    fakes::add_ports(vcpu.vm, declining.device(), 0x64, 1);
    vcpu.slot.refuse = {reason, reason};
    EXPECT_EQ(vcpu.begin(pio_exit(fakes::in(0x64, 1))), Progress::busy);
    EXPECT_EQ(vcpu.io.busy(), reason);
    EXPECT_FALSE(vcpu.effects.upcall_wanted());
    EXPECT_TRUE(vcpu.io.in_flight());
    EXPECT_EQ(vcpu.resume(), Progress::busy);
    EXPECT_EQ(vcpu.resume(), Progress::waiting);
    EXPECT_TRUE(vcpu.effects.upcall_wanted());
    EXPECT_EQ(vcpu.answer(1), Progress::done);
    EXPECT_EQ(declining.seen.size(), 1U);
  }
}

TEST(VcpuIo, T28_WithoutAPageOrASlotAForwardedAccessIsAFault) {
  for (Busy reason : {Busy::no_page, Busy::no_such_vcpu}) {
    Vcpu vcpu;
    vcpu.slot.refuse = {reason};
    EXPECT_EQ(vcpu.begin(pio_exit(fakes::in(0x64, 1))), Progress::fault);
    EXPECT_EQ(vcpu.io.fault(), (Fault{Vector::general_protection, 0}));
    EXPECT_EQ(vcpu.io.busy(), reason);
    EXPECT_FALSE(vcpu.io.in_flight());
    EXPECT_FALSE(vcpu.effects.upcall_wanted());
  }
}

TEST(VcpuIo, EndsWithoutACommitWhenTheRequestIsWithdrawnOrBroken) {
  struct Row {
    Poll::Kind kind;
    Progress progress;
  };
  for (Row const& row : {Row{Poll::Kind::cancelled, Progress::cancelled},
                         Row{Poll::Kind::violation, Progress::violation}}) {
    Vcpu vcpu;
    ASSERT_EQ(vcpu.begin(pio_exit(fakes::in(0x64, 1))), Progress::waiting);
    EXPECT_EQ(vcpu.answer(row.kind), row.progress);
    EXPECT_FALSE(vcpu.io.in_flight());
    ASSERT_EQ(vcpu.begin(pio_exit(fakes::in(0x64, 1))), Progress::waiting);
    EXPECT_EQ(vcpu.answer(7), Progress::done) << "the next exit is not hurt";
  }
}

TEST(VcpuIo, CancelsOnlyWhatTheSlotHolds) {
  Vcpu vcpu;
  vcpu.io.cancel(vcpu.slot);
  EXPECT_TRUE(vcpu.slot.cancelled.empty()) << "there was no exit";
  vcpu.slot.refuse = {Busy::in_flight};
  ASSERT_EQ(vcpu.begin(pio_exit(fakes::in(0x64, 1))), Progress::busy);
  vcpu.io.cancel(vcpu.slot);
  EXPECT_TRUE(vcpu.slot.cancelled.empty()) << "it was never submitted";
  EXPECT_FALSE(vcpu.io.in_flight());
  ASSERT_EQ(vcpu.begin(pio_exit(fakes::in(0x64, 1))), Progress::waiting);
  vcpu.io.cancel(vcpu.slot);
  EXPECT_EQ(vcpu.slot.cancelled, std::vector{vcpu.slot.newest()});
  EXPECT_FALSE(vcpu.io.in_flight());
}

TEST(VcpuIo, SaysWhyAnExitIsUnsupportedAndDoesNothing) {
  Vcpu vcpu;
  VmExit const reserved{.reason = ExitReason::io_instruction, .qualification = 0x03f8'0080};
  EXPECT_EQ(vcpu.begin(reserved), Progress::unsupported);
  EXPECT_EQ(vcpu.io.unsupported(), Unsupported::malformed_qualification);
  EXPECT_TRUE(vcpu.slot.submitted.empty());
  EXPECT_FALSE(vcpu.io.in_flight());
}

TEST(VcpuIo, CanBeCheckpointedInFlight) {
  Vcpu vcpu;
  ASSERT_EQ(vcpu.begin(mmio_exit(fakes::load(0x1ffe, 4), Register::rdx)), Progress::waiting);
  VcpuIo const saved = vcpu.io;
  fakes::Slot const saved_slot = vcpu.slot;
  ASSERT_EQ(vcpu.answer(0x1111), Progress::waiting);
  ASSERT_EQ(vcpu.answer(0x2222), Progress::done);
  EXPECT_EQ(vcpu.io.commit().values[0], 0x2222'1111U);
  vcpu.io = saved;
  vcpu.slot = saved_slot;
  ASSERT_EQ(vcpu.answer(0x3333), Progress::waiting);
  ASSERT_EQ(vcpu.answer(0x4444), Progress::done);
  EXPECT_EQ(vcpu.io.commit().values[0], 0x4444'3333U);
}

TEST(VcpuIoDeathTest, ResumingWithoutAnExitStopsWithASentence) {
  Vcpu vcpu;
  EXPECT_DEATH(static_cast<void>(vcpu.resume()), "needs an exit in flight");
}

TEST(Progress, HasNames) {
  EXPECT_EQ(name(Progress::done), "done");
  EXPECT_EQ(name(Progress::waiting), "waiting");
  EXPECT_EQ(name(Progress::busy), "busy");
  EXPECT_EQ(name(Progress::fault), "fault");
  EXPECT_EQ(name(Progress::unsupported), "unsupported");
  EXPECT_EQ(name(Progress::cancelled), "cancelled");
  EXPECT_EQ(name(Progress::violation), "violation");
  EXPECT_EQ(name(static_cast<Progress>(99)), "?");
}

TEST(VcpuIo, GoesThroughARealPage) {
  PageStorage storage;
  AtomicMemory memory{storage};
  HypervisorPage<AtomicMemory> page{memory, Completion::notify};
  PageSlot<AtomicMemory> slot{page, VcpuId{2}};
  VmState vm;
  Cpu cpu = Cpu::with_rax(rax);
  Memory ram;
  Effects effects;
  VcpuEnvironment<PageSlot<AtomicMemory>, Cpu, Memory> const env{vm,  architectural, slot,
                                                                 cpu, ram,           effects};
  VcpuIo io;
  EXPECT_EQ(io.begin(pio_exit(fakes::in(0x60, 2)), env, Turn{}, Ticks{}), Progress::fault);
  EXPECT_EQ(io.busy(), Busy::no_page);
  ASSERT_TRUE(page.announce(2));
  EXPECT_EQ(io.begin(pio_exit(fakes::in(0x60, 2)), env, Turn{}, Ticks{}), Progress::fault);
  EXPECT_EQ(io.busy(), Busy::no_such_vcpu);
  ASSERT_TRUE(page.announce(3));
  ASSERT_EQ(io.begin(pio_exit(fakes::in(0x60, 2)), env, Turn{}, Ticks{}), Progress::waiting);

  HsmSlot<AtomicMemory> hsm{memory, VcpuId{2}};
  auto const claim = hsm.claim();
  ASSERT_TRUE(claim.has_value());
  EXPECT_EQ(io.resume(env, Turn{}, Ticks{}), Progress::waiting);
  EXPECT_EQ(hsm.complete(*claim, 0xffff'abcd), Verdict::notify);
  ASSERT_EQ(io.resume(env, Turn{}, Ticks{}), Progress::done);
  EXPECT_EQ(io.commit().values[0], 0x1122'3344'5566'abcdU);

  ASSERT_EQ(io.begin(pio_exit(fakes::in(0x60, 2)), env, Turn{}, Ticks{}), Progress::waiting);
  io.cancel(slot);
  ASSERT_EQ(io.begin(pio_exit(fakes::in(0x60, 2)), env, Turn{}, Ticks{}), Progress::busy);
  EXPECT_EQ(io.busy(), Busy::in_flight) << "the cancelled request is still with the HSM";
  ASSERT_TRUE(hsm.claim().has_value());
}

}  // namespace
}  // namespace acrn::core
