// SPDX-License-Identifier: BSD-3-Clause
// Exits of instructions that are no I/O, one by one: what changes, what faults, what stops.
#include <gtest/gtest.h>

#include "tests/unit/core/vcpu/vcpu_bench.hpp"

namespace acrn::core::fakes {
namespace {

constexpr std::uint32_t general_protection = 0x8000'0b0d;
constexpr std::uint32_t undefined_opcode = 0x8000'0306;

TEST(VcpuInstruction, CpuidWritesFourRegistersAndAsksTheHostOnlyWhereItMatters) {
  VcpuBench bench;
  bench.cpu[Register::rax] = 0xffff'ffff'0000'0000;  // leaf 0: only EAX counts
  EXPECT_EQ(bench.take(VcpuBench::exit_of(MachineReason::cpuid)), Progress::done);
  EXPECT_EQ(bench.cpu[Register::rax], 0x16U);
  EXPECT_EQ(bench.cpu[Register::rbx], 0x756e'6547U);  // Genu
  EXPECT_EQ(bench.cpu[Register::rdx], 0x4965'6e69U);  // ineI
  EXPECT_EQ(bench.cpu[Register::rcx], 0x6c65'746eU);  // ntel
  EXPECT_EQ(bench.cpu.ip, 0x1002U);
  EXPECT_EQ(bench.cpu.cpuids_asked, 0U);
  bench.cpu[Register::rax] = 1;
  EXPECT_EQ(bench.take(VcpuBench::exit_of(MachineReason::cpuid)), Progress::done);
  EXPECT_EQ(bench.cpu.cpuids_asked, 1U);
}

TEST(VcpuInstruction, CpuidTellsThePlatformsFrequency) {
  VcpuBench bench;
  bench.cpu[Register::rax] = 0x15;
  static_cast<void>(bench.take(VcpuBench::exit_of(MachineReason::cpuid)));
  EXPECT_EQ(bench.cpu[Register::rcx], Pit::clock_hz);
}

TEST(VcpuInstruction, HarmlessOnesAreSkipped) {
  for (MachineReason const reason :
       {MachineReason::invd, MachineReason::wbinvd, MachineReason::pause}) {
    VcpuBench bench;
    bench.cpu.interruptibility = 1;
    bench.cpu.flags |= rflags::resume;
    EXPECT_EQ(bench.take(VcpuBench::exit_of(reason, 3)), Progress::done);
    EXPECT_EQ(bench.cpu.ip, 0x1003U);
    EXPECT_EQ(bench.cpu.interruptibility, 0U);
    EXPECT_EQ(bench.cpu.flags & rflags::resume, 0U);
    EXPECT_EQ(bench.plan(), EntryPlan{});
  }
}

TEST(VcpuInstruction, ExitsThatAreTheHostsBusinessChangeNothing) {
  for (MachineReason const reason :
       {MachineReason::external_interrupt, MachineReason::interrupt_window,
        MachineReason::preemption_timer}) {
    VcpuBench bench;
    bench.cpu.interruptibility = 1;
    WholeCpu const before = bench.cpu;
    EXPECT_EQ(bench.take(VcpuBench::exit_of(reason)), Progress::done);
    EXPECT_EQ(bench.cpu.registers, before.registers);
    EXPECT_EQ(bench.cpu.ip, before.ip);
    EXPECT_EQ(bench.cpu.flags, before.flags);
    EXPECT_EQ(bench.cpu.interruptibility, 1U);
    EXPECT_EQ(bench.vcpu.stop(), VcpuStop{});
  }
}

TEST(VcpuInstruction, WhatTheGuestDoesNotHaveIsUndefined) {
  constexpr std::array<std::uint16_t, 21> reasons{11, 19, 20, 21, 22, 23, 24, 25, 26, 27, 36,
                                                  39, 50, 53, 55, 57, 58, 59, 61, 63, 64};
  for (std::uint16_t const reason : reasons) {
    SCOPED_TRACE(reason);
    VcpuBench bench;
    EXPECT_EQ(bench.take({.reason = reason, .instruction_length = 3}), Progress::fault);
    EXPECT_EQ(bench.cpu.ip, 0x1000U);
    EXPECT_EQ(bench.vcpu.fault().vector, Vector::invalid_opcode);
    EntryPlan const plan = bench.plan();
    EXPECT_EQ(plan.interruption_information, undefined_opcode);
    EXPECT_EQ(plan.origin, InjectOrigin::fault);
  }
}

TEST(VcpuInstruction, XsetbvAndRdpmcAreProtectedWhereTheyExist) {
  VcpuBench bench;
  bench.cpu.state.cr4 |= cr4::os_xsave;
  EXPECT_EQ(bench.take(VcpuBench::exit_of(MachineReason::xsetbv)), Progress::fault);
  EXPECT_EQ(bench.plan().interruption_information, general_protection);
  EXPECT_EQ(bench.take(VcpuBench::exit_of(MachineReason::rdpmc)), Progress::fault);
  EXPECT_EQ(bench.plan().interruption_information, general_protection);
}

TEST(VcpuInstruction, InRealModeAFaultHasNoErrorCode) {
  VcpuBench bench;
  bench.cpu.state.cr0 = 0x30;
  EXPECT_EQ(bench.take(VcpuBench::exit_of(MachineReason::rdpmc)), Progress::fault);
  EXPECT_EQ(bench.plan().interruption_information, 0x8000'030dU);
}

TEST(VcpuInstruction, EveryOtherReasonStopsTheVcpu) {
  for (std::uint16_t reason = 0; reason < 80; ++reason) {
    bool const known =
        reason <= 2 || reason == 7 || (reason >= 10 && reason <= 13) || reason == 15 ||
        reason == 16 || (reason >= 18 && reason <= 32) || reason == 36 || reason == 39 ||
        reason == 40 || reason == 48 || reason == 50 || (reason >= 52 && reason <= 55) ||
        (reason >= 57 && reason <= 59) || reason == 61 || reason == 63 || reason == 64;
    if (known) continue;
    SCOPED_TRACE(reason);
    VcpuBench bench;
    EXPECT_EQ(bench.take({.reason = reason, .instruction_length = 3}), Progress::done);
    EXPECT_EQ(bench.vcpu.stop(), (VcpuStop{StopKind::unsupported_exit, reason}));
    EXPECT_EQ(bench.cpu.ip, 0x1000U);
  }
}

TEST(VcpuInstruction, ATripleFaultStopsTheVcpu) {
  VcpuBench bench;
  EXPECT_EQ(bench.take(VcpuBench::exit_of(MachineReason::triple_fault)), Progress::done);
  EXPECT_EQ(bench.vcpu.stop(), (VcpuStop{StopKind::triple_fault}));
}

TEST(VcpuInstruction, TimeStampsAreGuestTime) {
  VcpuBench bench;
  bench.now = {0x1234'5678'9abc'def0};
  EXPECT_EQ(bench.take(VcpuBench::exit_of(MachineReason::rdtsc)), Progress::done);
  EXPECT_EQ(bench.cpu[Register::rax], 0x9abc'def0U);
  EXPECT_EQ(bench.cpu[Register::rdx], 0x1234'5678U);
  bench.cpu[Register::rcx] = 0x10;
  EXPECT_EQ(bench.take(VcpuBench::exit_of(MachineReason::rdmsr)), Progress::done);
  EXPECT_EQ(bench.cpu[Register::rax], 0x9abc'def0U);
}

TEST(VcpuInstruction, RdmsrOfARegisterThatIsNotThereFaults) {
  VcpuBench bench;
  bench.cpu[Register::rcx] = 0x3a;
  bench.cpu[Register::rax] = 7;
  EXPECT_EQ(bench.take(VcpuBench::exit_of(MachineReason::rdmsr)), Progress::fault);
  EXPECT_EQ(bench.cpu[Register::rax], 7U);
  EXPECT_EQ(bench.plan().interruption_information, general_protection);
  EXPECT_EQ(bench.take(VcpuBench::exit_of(MachineReason::wrmsr)), Progress::fault);
}

TEST(VcpuInstruction, WrmsrOfEferIsAControlWrite) {
  VcpuBench bench;
  bench.cpu[Register::rcx] = 0xffff'ffff'c000'0080;
  bench.cpu[Register::rax] = 0xd01;
  bench.cpu[Register::rdx] = 0;
  EXPECT_EQ(bench.take(VcpuBench::exit_of(MachineReason::wrmsr)), Progress::done);
  EXPECT_EQ(bench.vcpu.commit().control.target, ControlRegister::efer);
  EXPECT_EQ(bench.cpu.state.efer, 0xd01U);
  EXPECT_EQ(bench.cpu.ip, 0x1002U);
  bench.cpu[Register::rax] = 0x401;  // LME off while paging is on
  EXPECT_EQ(bench.take(VcpuBench::exit_of(MachineReason::wrmsr)), Progress::fault);
  EXPECT_EQ(bench.vcpu.commit().control.target, ControlRegister::none);
  EXPECT_EQ(bench.take(VcpuBench::exit_of(MachineReason::rdmsr)), Progress::done);
  EXPECT_EQ(bench.cpu[Register::rax], 0xd01U);
}

TEST(VcpuInstruction, HltAndVmcallHaveAShortWayThatIsTheSame) {
  for (std::uint16_t reason = 0; reason < 80; ++reason) {
    bool const pauses = reason == static_cast<std::uint16_t>(MachineReason::hlt) ||
                        reason == static_cast<std::uint16_t>(MachineReason::vmcall);
    EXPECT_EQ(Vcpu::pauses({.reason = reason}), pauses) << reason;
  }
  for (MachineReason const reason : {MachineReason::hlt, MachineReason::vmcall}) {
    for (std::uint64_t const flags :
         {rflags::fixed, rflags::fixed | rflags::trap, rflags::fixed | rflags::resume}) {
      VcpuBench quick;
      VcpuBench slow;
      quick.cpu.flags = slow.cpu.flags = flags;
      quick.cpu.ip = slow.cpu.ip = 0xfffe;
      MachineExit const exit = VcpuBench::exit_of(reason, 3);
      Progress const progress = quick.vcpu.begin_pause(exit, quick.environment(), quick.now);
      EXPECT_EQ(progress, slow.begin(exit));
      if (progress == Progress::waiting) {
        EXPECT_EQ(quick.vcpu.finish_hypercall(7), slow.vcpu.finish_hypercall(7));
      }
      quick.cpu.apply(quick.vcpu.commit());
      slow.cpu.apply(slow.vcpu.commit());
      EXPECT_EQ(quick.cpu.registers, slow.cpu.registers);
      EXPECT_EQ(quick.cpu.ip, slow.cpu.ip);
      EXPECT_EQ(quick.cpu.flags, slow.cpu.flags);
      EXPECT_EQ(quick.vcpu.halted(), slow.vcpu.halted());
      EXPECT_EQ(quick.vcpu.halted(), reason == MachineReason::hlt && (flags & rflags::trap) == 0);
      EXPECT_EQ(quick.vcpu.commit().commit.single_step, (flags & rflags::trap) != 0);
    }
  }
}

TEST(VcpuInstruction, AHypercallWaitsForTheHost) {
  VcpuBench bench;
  EXPECT_EQ(bench.take(VcpuBench::exit_of(MachineReason::vmcall, 3)), Progress::waiting);
  EXPECT_TRUE(bench.vcpu.hypercall_pending());
  EXPECT_TRUE(bench.vcpu.in_flight());
  EXPECT_EQ(bench.resume(), Progress::waiting);
  EXPECT_EQ(bench.vcpu.finish_hypercall(-22), Progress::done);
  bench.cpu.apply(bench.vcpu.commit());
  EXPECT_EQ(bench.cpu[Register::rax], 0xffff'ffff'ffff'ffeaU);
  EXPECT_EQ(bench.cpu.ip, 0x1003U);
  EXPECT_FALSE(bench.vcpu.hypercall_pending());
  EXPECT_FALSE(bench.vcpu.in_flight());
}

TEST(VcpuInstruction, AHypercallCanBeRefusedOrWithdrawn) {
  VcpuBench bench;
  ASSERT_EQ(bench.take(VcpuBench::exit_of(MachineReason::vmcall, 3)), Progress::waiting);
  EXPECT_EQ(bench.vcpu.fail_hypercall(Vector::general_protection, fault_state(bench.cpu)),
            Progress::fault);
  bench.cpu.apply(bench.vcpu.commit());
  EXPECT_EQ(bench.cpu.ip, 0x1000U);
  EXPECT_NE(bench.cpu.flags & rflags::resume, 0U);
  EXPECT_EQ(bench.plan().interruption_information, general_protection);
  ASSERT_EQ(bench.take(VcpuBench::exit_of(MachineReason::vmcall, 3)), Progress::waiting);
  bench.vcpu.cancel(bench.slot);
  EXPECT_FALSE(bench.vcpu.hypercall_pending());
  EXPECT_EQ(bench.vcpu.commit().commit.rip_advance, 0U);
  EXPECT_TRUE(bench.slot.cancelled.empty());
}

TEST(VcpuInstruction, AHandledExitLeavesNoControlWriteOfAnEarlierOne) {
  VcpuBench bench;
  bench.cpu[Register::rax] = 0x8000'0031;
  MachineExit exit = VcpuBench::exit_of(MachineReason::control_register, 3);
  EXPECT_EQ(bench.take(exit), Progress::done);
  EXPECT_EQ(bench.vcpu.commit().control.target, ControlRegister::cr0);
  bench.out(0xe8, 'x');
  EXPECT_EQ(bench.vcpu.commit().control.target, ControlRegister::none);
}

}  // namespace
}  // namespace acrn::core::fakes
