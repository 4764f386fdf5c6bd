// SPDX-License-Identifier: BSD-3-Clause
// Plans of VM entries: what is injected before what, when interrupts wait, windows and deadlines.
#include <gtest/gtest.h>

#include "tests/unit/core/vcpu/vcpu_bench.hpp"

namespace acrn::core::fakes {
namespace {

constexpr std::uint16_t timer_line = 1;

/// The timer's interrupt, IRQ 0 at vector 30H, is pending at tick 101.
void with_timer(VcpuBench& bench) {
  bench.start_pics(timer_line);
  bench.start_countdown(100);
}

MachineExit vectoring(std::uint32_t information, std::uint32_t error_code = 0) {
  MachineExit exit = VcpuBench::exit_of(MachineReason::preemption_timer, 2);
  exit.idt_vectoring_information = information;
  exit.idt_vectoring_error_code = error_code;
  return exit;
}

MachineExit exception(std::uint32_t information, std::uint32_t error_code = 0) {
  MachineExit exit = VcpuBench::exit_of(MachineReason::exception_or_nmi, 1);
  exit.interruption_information = information;
  exit.interruption_error_code = error_code;
  return exit;
}

TEST(VcpuEntry, TheTimerInterruptsWhenItIsDueAndNotBefore) {
  VcpuBench bench;
  with_timer(bench);
  EntryPlan const before = bench.plan_at(100);
  EXPECT_EQ(before.deadline, Ticks{101}) << "counts 100 clocks from the one that loads it";
  EXPECT_EQ(before, (EntryPlan{.deadline = {101}}));
  EXPECT_EQ(bench.cpu.entry_states_asked, 0U);
  EntryPlan const plan = bench.plan_at(101);
  EXPECT_EQ(plan.interruption_information, external(0x30));
  EXPECT_EQ(plan.origin, InjectOrigin::device);
  EXPECT_FALSE(plan.interrupt_window);
  EXPECT_FALSE(plan.halted);
  EXPECT_EQ(plan.deadline, ticks_never);
  EXPECT_EQ(bench.cpu.entry_states_asked, 1U);
  EXPECT_EQ(bench.plan_at(102), EntryPlan{}) << "delivered once";
}

TEST(VcpuEntry, ANextInterruptWaitsForTheEndOfInterrupt) {
  VcpuBench bench;
  bench.start_pics(timer_line);
  bench.start_timer(50);
  EXPECT_EQ(bench.plan_at(60).interruption_information, external(0x30));
  EXPECT_EQ(bench.plan_at(110).interruption_information, 0U) << "in service";
  bench.out(0x20, 0x20);
  EXPECT_EQ(bench.plan().interruption_information, external(0x30));
  bench.out(0x20, 0x60);  // specific, as Linux does
  EXPECT_EQ(bench.plan(), (EntryPlan{.deadline = {151}}));
}

TEST(VcpuEntry, AMaskedLineWaitsInTheController) {
  VcpuBench bench;
  bench.start_pics(0);
  bench.start_countdown(100);
  EXPECT_EQ(bench.plan_at(500), EntryPlan{});
  bench.out(0x21, 0xfe);
  EXPECT_EQ(bench.plan().interruption_information, external(0x30));
}

TEST(VcpuEntry, WithInterruptsOffItAsksForAWindow) {
  struct Row {
    std::uint64_t flags;
    std::uint32_t interruptibility;
    bool open;
  };
  for (Row const& row : {Row{2, 0, false}, Row{2 | flag_if, 0, true}, Row{2 | flag_if, 1, false},
                         Row{2 | flag_if, 2, false}, Row{2 | flag_if, 8, true}}) {
    SCOPED_TRACE(testing::Message() << std::hex << row.flags << ' ' << row.interruptibility);
    VcpuBench bench;
    with_timer(bench);
    bench.cpu.flags = row.flags;
    bench.cpu.interruptibility = row.interruptibility;
    EntryPlan const plan = bench.plan_at(200);
    EXPECT_EQ(plan.interrupt_window, !row.open);
    EXPECT_EQ(plan.interruption_information, row.open ? external(0x30) : 0U);
    EXPECT_EQ(bench.platform.interrupt_pending(), !row.open) << "not acknowledged before";
    if (row.open) continue;
    bench.cpu.flags = rflags::fixed | flag_if;
    bench.cpu.interruptibility = 0;
    static_cast<void>(bench.take(VcpuBench::exit_of(MachineReason::interrupt_window, 0)));
    EXPECT_EQ(bench.plan().interruption_information, external(0x30));
  }
}

TEST(VcpuEntry, AnUpcallComesBeforeThePicAndHigherVectorsFirst) {
  VcpuBench bench;
  with_timer(bench);
  bench.now = {200};
  bench.vcpu.raise(0x20);
  bench.vcpu.raise(0xf3);
  bench.vcpu.raise(0xf3);
  EntryPlan plan = bench.plan();
  EXPECT_EQ(plan.interruption_information, external(0xf3));
  EXPECT_EQ(plan.origin, InjectOrigin::upcall);
  EXPECT_TRUE(plan.interrupt_window);
  plan = bench.plan();
  EXPECT_EQ(plan.interruption_information, external(0x20));
  EXPECT_TRUE(plan.interrupt_window);
  plan = bench.plan();
  EXPECT_EQ(plan.interruption_information, external(0x30));
  EXPECT_EQ(plan.origin, InjectOrigin::device);
  EXPECT_FALSE(plan.interrupt_window);
  EXPECT_EQ(bench.plan(), EntryPlan{});
}

TEST(VcpuEntry, EveryRaisedVectorIsInjectedOnce) {
  VcpuBench bench;
  for (unsigned vector = 32; vector < 256; ++vector) {
    bench.vcpu.raise(static_cast<std::uint8_t>(vector));
  }
  for (unsigned vector = 255; vector >= 32; --vector) {
    EntryPlan const plan = bench.plan();
    EXPECT_EQ(plan.interruption_information, 0x8000'0000U | vector);
    EXPECT_EQ(plan.interrupt_window, vector != 32);
  }
  EXPECT_EQ(bench.plan(), EntryPlan{});
}

TEST(VcpuEntry, AnInterruptedDeliveryIsRepeatedBeforeAnythingElse) {
  VcpuBench bench;
  with_timer(bench);
  bench.now = {200};
  EXPECT_EQ(bench.take(vectoring(0x8000'1b0e, 5)), Progress::done);  // bit 12 is undefined
  EntryPlan plan = bench.plan();
  EXPECT_EQ(plan.interruption_information, 0x8000'0b0eU);
  EXPECT_EQ(plan.error_code, 5U);
  EXPECT_EQ(plan.instruction_length, 0U);
  EXPECT_EQ(plan.origin, InjectOrigin::reinjected);
  EXPECT_FALSE(plan.set_cr2) << "CR2 has the address already";
  EXPECT_TRUE(plan.interrupt_window) << "the timer waits";
  EXPECT_EQ(bench.cpu.entry_states_asked, 0U);
  EXPECT_EQ(bench.plan().interruption_information, external(0x30));
}

TEST(VcpuEntry, ARepeatedSoftwareInterruptKeepsItsLength) {
  for (std::uint32_t type : {4U, 5U, 6U}) {
    VcpuBench bench;
    std::uint32_t const information = 0x8000'0080U | type << 8U;
    EXPECT_EQ(bench.take(vectoring(information)), Progress::done);
    EntryPlan const plan = bench.plan();
    EXPECT_EQ(plan.interruption_information, information);
    EXPECT_EQ(plan.instruction_length, 2U);
    EXPECT_EQ(plan.error_code, 0U);
  }
}

TEST(VcpuEntry, AnInvalidVectoringWordIsNothing) {
  VcpuBench bench;
  EXPECT_EQ(bench.take(vectoring(0x0000'0b0e, 5)), Progress::done);
  EXPECT_EQ(bench.plan(), EntryPlan{});
}

TEST(VcpuEntry, APortExitCanCarryAnInterruptedDelivery) {
  VcpuBench bench;
  MachineExit exit = VcpuBench::port_exit(0xe8, 1, Direction::write);
  exit.idt_vectoring_information = external(0x40);
  EXPECT_EQ(bench.take(exit), Progress::done);
  EXPECT_EQ(bench.platform.output().size(), 1U);
  EXPECT_EQ(bench.plan().interruption_information, external(0x40));
}

TEST(VcpuEntry, AReflectedPageFaultLoadsCr2) {
  VcpuBench bench;
  MachineExit exit = exception(0x8000'0b0e, 7);
  exit.qualification = 0xffff'8000'dead'b000;
  EXPECT_EQ(bench.take(exit), Progress::fault);
  EXPECT_EQ(bench.vcpu.fault(), (Fault{Vector::page_fault, 7, 0xffff'8000'dead'b000}));
  EntryPlan const plan = bench.plan();
  EXPECT_EQ(plan.interruption_information, 0x8000'0b0eU);
  EXPECT_EQ(plan.error_code, 7U);
  EXPECT_TRUE(plan.set_cr2);
  EXPECT_EQ(plan.cr2, 0xffff'8000'dead'b000U);
}

TEST(VcpuEntry, AReflectedBreakpointKeepsItsLength) {
  VcpuBench bench;
  EXPECT_EQ(bench.take(exception(0x8000'0603)), Progress::fault);
  EntryPlan const plan = bench.plan();
  EXPECT_EQ(plan.interruption_information, 0x8000'0603U);
  EXPECT_EQ(plan.instruction_length, 1U);
}

TEST(VcpuEntry, AnNmiIsTheHosts) {
  VcpuBench bench;
  EXPECT_EQ(bench.take(exception(0x8000'0202)), Progress::done);
  EXPECT_EQ(bench.plan(), EntryPlan{});
  EXPECT_EQ(bench.vcpu.stop(), VcpuStop{});
}

TEST(VcpuEntry, AnExceptionExitThatNamesNoneStopsTheVcpu) {
  for (std::uint32_t information : {0U, 0x0000'0b0eU, 0x8000'0030U, 0x8000'0480U}) {
    VcpuBench bench;
    EXPECT_EQ(bench.take(exception(information)), Progress::done);
    EXPECT_EQ(bench.vcpu.stop(), (VcpuStop{StopKind::unsupported_exit, 0}));
  }
}

TEST(VcpuEntry, TwoExceptionsMakeADoubleFaultAndThreeATriple) {
  VcpuBench bench;
  MachineExit exit = exception(0x8000'0b0d, 0x18);
  exit.idt_vectoring_information = 0x8000'0b0e;
  EXPECT_EQ(bench.take(exit), Progress::fault);
  EntryPlan const plan = bench.plan();
  EXPECT_EQ(plan.interruption_information, 0x8000'0b08U);
  EXPECT_EQ(plan.error_code, 0U);
  EXPECT_FALSE(plan.set_cr2);
  exit.idt_vectoring_information = 0x8000'0b08;
  EXPECT_EQ(bench.take(exit), Progress::done);
  EXPECT_EQ(bench.vcpu.stop(), (VcpuStop{StopKind::triple_fault}));
}

TEST(VcpuEntry, APageFaultAfterADoubleFaultIsATripleOne) {
  VcpuBench bench;
  MachineExit exit = exception(0x8000'0b0e, 2);
  exit.idt_vectoring_information = 0x8000'0b08;
  EXPECT_EQ(bench.take(exit), Progress::done);
  EXPECT_EQ(bench.vcpu.stop().kind, StopKind::triple_fault);
}

TEST(VcpuEntry, AFaultDuringAnInterruptsDeliveryComesAlone) {
  VcpuBench bench;
  MachineExit exit = exception(0x8000'0b0d, 0x183);
  exit.idt_vectoring_information = external(0x30);
  EXPECT_EQ(bench.take(exit), Progress::fault);
  EXPECT_EQ(bench.plan().interruption_information, 0x8000'0b0dU);
  EXPECT_EQ(bench.plan(), EntryPlan{}) << "the interrupt was taken off the bus and is gone";
}

TEST(VcpuEntry, AFaultComesBeforeInterrupts) {
  VcpuBench bench;
  with_timer(bench);
  bench.now = {200};
  bench.vcpu.raise(0xf3);
  EXPECT_EQ(bench.take(VcpuBench::exit_of(MachineReason::rdpmc)), Progress::fault);
  EntryPlan const plan = bench.plan();
  EXPECT_EQ(plan.origin, InjectOrigin::fault);
  EXPECT_TRUE(plan.interrupt_window);
  EXPECT_EQ(bench.plan().interruption_information, external(0xf3));
  EXPECT_EQ(bench.plan().interruption_information, external(0x30));
}

TEST(VcpuEntry, WithoutAPicNothingIsAcknowledged) {
  VcpuBench bench{
      PlatformConfig{.ticks_hz = Pit::clock_hz, .devices = device_bit(PlatformDevice::pit)}};
  bench.start_countdown(100);
  bench.platform.change_line({{4}, IrqAction::raise});
  EXPECT_EQ(bench.plan_at(1000), EntryPlan{});
}

TEST(VcpuEntry, TheSlavesLinesComeThroughTheMaster) {
  VcpuBench bench;
  bench.start_pics(0xffff);
  bench.platform.change_line({{12}, IrqAction::raise});
  EXPECT_EQ(bench.plan().interruption_information, external(0x3c));
  bench.platform.change_line({{8}, IrqAction::raise});
  EXPECT_EQ(bench.plan().interruption_information, 0U) << "the cascade is in service";
  bench.out(0xa0, 0x20);
  bench.out(0x20, 0x20);
  EXPECT_EQ(bench.plan().interruption_information, external(0x38));
}

}  // namespace
}  // namespace acrn::core::fakes
