// SPDX-License-Identifier: BSD-3-Clause
// I/O exits through the whole vCPU: ports, MMIO, forwarding, faults, and what the host applies.
#include <gtest/gtest.h>

#include "tests/unit/core/vcpu/vcpu_bench.hpp"

namespace acrn::core::fakes {
namespace {

TEST(VcpuIoExit, APortInTheHypervisorEndsInOneCall) {
  VcpuBench bench;
  bench.cpu[Register::rax] = 0xffff'ff00;
  EXPECT_EQ(bench.take(VcpuBench::port_exit(0x3fd, 1, Direction::read)), Progress::done);
  EXPECT_EQ(bench.cpu[Register::rax], 0xffff'ff60U);  // LSR: transmitter empty
  EXPECT_EQ(bench.cpu.ip, 0x1001U);
  EXPECT_EQ(bench.vcpu.access().address, 0x3fdU);
  EXPECT_EQ(bench.vcpu.route(), Route::completed);
  EXPECT_FALSE(bench.vcpu.in_flight());
  EntryPlan const plan = bench.plan();
  EXPECT_EQ(plan, EntryPlan{});
  EXPECT_EQ(bench.cpu.entry_states_asked, 0U);
}

TEST(VcpuIoExit, AForwardedPortWaitsForTheDeviceModel) {
  VcpuBench bench;
  EXPECT_EQ(bench.take(VcpuBench::port_exit(0x300, 2, Direction::read)), Progress::waiting);
  EXPECT_TRUE(bench.vcpu.in_flight());
  EXPECT_FALSE(bench.vcpu.hypercall_pending());
  EXPECT_TRUE(bench.effects.upcall_wanted());
  EXPECT_EQ(bench.resume(), Progress::waiting);
  EXPECT_FALSE(bench.effects.upcall_wanted()) << "an upcall is wanted once";
  bench.slot.answer = {.kind = Poll::Kind::value, .value = 0xabcd'1234};
  EXPECT_EQ(bench.resume(), Progress::done);
  bench.cpu.apply(bench.vcpu.commit());
  EXPECT_EQ(bench.cpu[Register::rax], 0x1234U);
}

TEST(VcpuIoExit, ACancelledExitChangesNothing) {
  VcpuBench bench;
  bench.cpu[Register::rax] = 7;
  ASSERT_EQ(bench.begin(VcpuBench::port_exit(0x300, 4, Direction::read)), Progress::waiting);
  bench.vcpu.cancel(bench.slot);
  EXPECT_EQ(bench.slot.cancelled.size(), 1U);
  EXPECT_FALSE(bench.vcpu.in_flight());
  WholeCpu const before = bench.cpu;
  bench.cpu.apply(bench.vcpu.commit());
  EXPECT_EQ(bench.cpu.registers, before.registers);
  EXPECT_EQ(bench.cpu.ip, before.ip);
  bench.vcpu.cancel(bench.slot);
  EXPECT_EQ(bench.slot.cancelled.size(), 1U) << "nothing was in flight any more";
}

TEST(VcpuIoExit, AWithdrawnOrBrokenRequestChangesNothing) {
  for (auto const& [kind, progress] : {std::pair{Poll::Kind::cancelled, Progress::cancelled},
                                       std::pair{Poll::Kind::violation, Progress::violation}}) {
    VcpuBench bench;
    ASSERT_EQ(bench.begin(VcpuBench::port_exit(0x300, 4, Direction::read)), Progress::waiting);
    bench.slot.answer = {.kind = kind};
    EXPECT_EQ(bench.resume(), progress);
    EXPECT_FALSE(bench.vcpu.in_flight());
    Commit const& commit = bench.vcpu.commit().commit;
    EXPECT_EQ(commit.register_count, 0U);
    EXPECT_EQ(commit.next_rip(0x1000), 0x1000U);
    EXPECT_FALSE(commit.ends_blocking);
    EXPECT_EQ(bench.plan(), EntryPlan{});
  }
}

TEST(VcpuIoExit, ABusySlotIsTriedAgain) {
  VcpuBench bench;
  bench.slot.refuse = {Busy::in_flight};
  EXPECT_EQ(bench.begin(VcpuBench::port_exit(0x300, 1, Direction::write)), Progress::busy);
  EXPECT_TRUE(bench.vcpu.in_flight());
  EXPECT_EQ(bench.vcpu.busy(), Busy::in_flight);
  EXPECT_EQ(bench.resume(), Progress::waiting);
}

TEST(VcpuIoExit, AFaultBecomesAnInjectionWithRfSet) {
  VcpuBench bench;
  bench.slot.refuse = {Busy::no_page};
  EXPECT_EQ(bench.take(VcpuBench::port_exit(0x300, 1, Direction::read)), Progress::fault);
  EXPECT_EQ(bench.vcpu.fault(), (Fault{Vector::general_protection}));
  EXPECT_EQ(bench.cpu.ip, 0x1000U);
  EXPECT_EQ(bench.cpu.flags, rflags::fixed | flag_if | rflags::resume);
  EntryPlan const plan = bench.plan();
  EXPECT_EQ(plan.interruption_information, 0x8000'0b0dU);  // #GP with an error code
  EXPECT_EQ(plan.error_code, 0U);
  EXPECT_EQ(plan.origin, InjectOrigin::fault);
  EXPECT_FALSE(plan.set_cr2);
  EXPECT_EQ(bench.plan(), EntryPlan{}) << "injected once";
  EXPECT_EQ(bench.cpu.entry_states_asked, 0U);
}

TEST(VcpuIoExit, AQualificationThatNoCpuMakesIsUndefinedForTheGuest) {
  VcpuBench bench;
  MachineExit exit = VcpuBench::port_exit(0x300, 1, Direction::read);
  exit.qualification |= 2;  // size code 2
  EXPECT_EQ(bench.take(exit), Progress::unsupported);
  EXPECT_EQ(bench.vcpu.refusal().why, Unsupported::malformed_qualification);
  EXPECT_TRUE(bench.vcpu.refusal().bytes.empty());
  EXPECT_EQ(bench.plan().interruption_information, 0x8000'0306U);  // #UD
  EXPECT_EQ(bench.cpu.ip, 0x1000U);
}

MachineExit load_exit(std::uint64_t gpa) {
  MachineExit exit = VcpuBench::exit_of(MachineReason::ept_violation, 0);
  exit.qualification = 0x181;  // a read at a linear address that is valid, not of a page table
  exit.guest_physical = {gpa};
  exit.guest_linear = gpa;
  return exit;
}

/// Without paging: 32-bit code, flat segments.
void leave_long_mode(VcpuBench& bench) {
  bench.cpu.state = {.cr0 = 0x31};
  bench.cpu.code.access_rights = 0xc09b;
}

TEST(VcpuIoExit, AnEptViolationIsDecodedAndForwarded) {
  VcpuBench bench;
  leave_long_mode(bench);
  bench.cpu[Register::rbx] = 0xfe00'0010;
  bench.ram.bytes[0x1000] = 0x8b;  // mov eax, [ebx]
  bench.ram.bytes[0x1001] = 0x03;
  EXPECT_EQ(bench.begin(load_exit(0xfe00'0010)), Progress::waiting);
  EXPECT_EQ(bench.vcpu.request(),
            (Access{Space::mmio, Direction::read, 4, 0xfe00'0010, 0xffff'ffff}));
  bench.slot.answer = {.kind = Poll::Kind::value, .value = 0x1234'5678};
  EXPECT_EQ(bench.resume(), Progress::done);
  bench.cpu.apply(bench.vcpu.commit());
  EXPECT_EQ(bench.cpu[Register::rax], 0x1234'5678U);
  EXPECT_EQ(bench.cpu.ip, 0x1002U);
}

TEST(VcpuIoExit, AnInstructionThatIsNotDecodedIsReportedWithItsBytes) {
  VcpuBench bench;
  leave_long_mode(bench);
  bench.ram.bytes[0x1000] = 0x0f;  // fxsave [eax]
  bench.ram.bytes[0x1001] = 0xae;
  EXPECT_EQ(bench.take(load_exit(0xfe00'0000)), Progress::fault);
  EXPECT_EQ(bench.vcpu.fault().vector, Vector::invalid_opcode);
  Refusal const refusal = bench.vcpu.refusal();
  EXPECT_NE(refusal.decode, DecodeReason::none);
  ASSERT_GE(refusal.bytes.size(), 2U);
  EXPECT_EQ(refusal.bytes[0], 0x0f);
  EXPECT_EQ(refusal.bytes[1], 0xae);
}

TEST(VcpuIoExit, AFaultThatIsTheGuestsOwnIsNoRefusal) {
  VcpuBench bench;
  bench.slot.refuse = {Busy::no_page};
  ASSERT_EQ(bench.take(VcpuBench::port_exit(0x300, 1, Direction::read)), Progress::fault);
  EXPECT_EQ(bench.vcpu.refusal().why, Unsupported::none);
  EXPECT_EQ(bench.vcpu.refusal().decode, DecodeReason::none);
}

TEST(VcpuIoExit, AnEventThatCannotBeDeliveredStopsTheVcpu) {
  VcpuBench bench;
  MachineExit exit = load_exit(0xfe00'0000);
  exit.idt_vectoring_information = 0x8000'0b0e;
  EXPECT_EQ(bench.take(exit), Progress::done);
  EXPECT_EQ(bench.vcpu.stop(), (VcpuStop{StopKind::event_delivery, 14}));
  EXPECT_EQ(bench.cpu.ip, 0x1000U);
}

TEST(VcpuIoExit, DevicesSeeTheTimeOfTheExit) {
  VcpuBench bench;
  bench.start_pics(0);
  bench.start_countdown(100);
  bench.now = {50};
  bench.out(0x43, 0);  // latch
  EXPECT_EQ(bench.in(0x40) | bench.in(0x40) << 8U, 51U);
  bench.now = {200};
  EXPECT_EQ(bench.in(0x20), 1U) << "the timer's edge is in the IRR though no plan was made since";
}

TEST(VcpuIoExit, PortsThatEndTheVm) {
  struct Row {
    std::uint16_t port;
    std::uint8_t size;
    std::uint32_t value;
    VcpuStop stop;
  };
  for (Row const& row :
       {Row{0xf4, 1, 0x2a, {StopKind::test_exit, 0x2a}}, Row{0xf4, 1, 0, {StopKind::test_exit, 0}},
        Row{0x604, 2, 0x2000, {StopKind::power_off}}, Row{0x604, 2, 0x2400, {StopKind::suspend}},
        Row{0x604, 2, 0x1c00, {}}, Row{0xcf9, 1, 6, {StopKind::reset}}, Row{0xcf9, 1, 2, {}},
        Row{0x64, 1, 0xfe, {StopKind::reset}}, Row{0x64, 1, 0xff, {}}}) {
    SCOPED_TRACE(testing::Message() << std::hex << row.port << " := " << row.value);
    VcpuBench bench;
    bench.out(row.port, row.value, row.size);
    EXPECT_EQ(bench.vcpu.stop(), row.stop);
    EXPECT_EQ(bench.platform.stop(), row.stop);
    EXPECT_EQ(bench.cpu.ip, 0x1001U);
  }
}

}  // namespace
}  // namespace acrn::core::fakes
