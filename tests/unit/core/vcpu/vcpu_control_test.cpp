// SPDX-License-Identifier: BSD-3-Clause
// Exits of MOV to and from control and debug registers, CLTS and LMSW.
#include <gtest/gtest.h>

#include "tests/unit/core/vcpu/vcpu_bench.hpp"

namespace acrn::core::fakes {
namespace {

MachineExit control_exit(unsigned number, ControlAccess access, Register gpr = Register::rax) {
  MachineExit exit = VcpuBench::exit_of(MachineReason::control_register, 3);
  exit.qualification =
      number | static_cast<std::uint64_t>(access) << 4U | static_cast<std::uint64_t>(gpr) << 8U;
  return exit;
}

Progress write(VcpuBench& bench, unsigned number, std::uint64_t value) {
  bench.cpu[Register::r9] = value;
  return bench.take(control_exit(number, ControlAccess::mov_to_cr, Register::r9));
}

/// 32-bit protected mode, no paging.
void leave_long_mode(VcpuBench& bench) {
  bench.cpu.state = {.cr0 = 0x31, .physical_bits = 39};
  bench.cpu.code.access_rights = 0xc09b;
}

TEST(VcpuControl, Cr0TurnsLongModeOnWithPaging) {
  VcpuBench bench;
  leave_long_mode(bench);
  bench.cpu.state.cr4 = 0x20;
  bench.cpu.state.efer = 0x100;
  EXPECT_EQ(write(bench, 0, 0x8000'0033), Progress::done);
  EXPECT_EQ(bench.cpu.state.cr0, 0x8000'0033U);
  EXPECT_EQ(bench.cpu.state.efer, 0x500U);
  EXPECT_EQ(bench.cpu.ip, 0x1003U);
  EXPECT_EQ(write(bench, 0, 0x33), Progress::done) << "from compatibility mode";
  EXPECT_EQ(bench.cpu.state.efer, 0x100U);
}

TEST(VcpuControl, Cr0OutsideOf64BitModeIsTheLowHalfOfTheRegister) {
  VcpuBench bench;
  leave_long_mode(bench);
  EXPECT_EQ(write(bench, 0, 0xdead'beef'0000'0031), Progress::done);
  EXPECT_EQ(bench.cpu.state.cr0, 0x31U);
  VcpuBench wide;
  EXPECT_EQ(write(wide, 0, 0x1'8000'0031), Progress::fault);
}

TEST(VcpuControl, PaePagingLoadsTheFourEntries) {
  VcpuBench bench;
  leave_long_mode(bench);
  bench.cpu.state.cr4 = 0x20;
  bench.cpu.state.cr3 = 0x2020;
  for (unsigned i = 0; i < 4; ++i) {
    bench.ram.bytes[0x2020 + 8 * i] = 1;
    bench.ram.bytes[0x2021 + 8 * i] = static_cast<std::uint8_t>(0x10 * (i + 1));
  }
  EXPECT_EQ(write(bench, 0, 0x8000'0031), Progress::done);
  EXPECT_EQ(bench.cpu.state.pdptes, (std::array<std::uint64_t, 4>{0x1001, 0x2001, 0x3001, 0x4001}));
  bench.ram.bytes[0x3000] = 1;
  EXPECT_EQ(write(bench, 3, 0x3000), Progress::done);
  EXPECT_EQ(bench.cpu.state.pdptes, (std::array<std::uint64_t, 4>{1, 0, 0, 0}));
  EXPECT_EQ(bench.cpu.state.cr3, 0x3000U);
}

TEST(VcpuControl, PaeEntriesThatAreReservedOrNotInRamAreRefused) {
  VcpuBench bench;
  leave_long_mode(bench);
  bench.cpu.state.cr0 |= 0x8000'0000;
  bench.cpu.state.cr4 = 0x20;
  bench.ram.bytes[0x2008] = 3;  // present, and a reserved bit
  EXPECT_EQ(write(bench, 3, 0x2000), Progress::fault);
  EXPECT_EQ(bench.plan().interruption_information, 0x8000'0b0dU);
  EXPECT_EQ(write(bench, 3, 0x10'0000), Progress::fault);
  EXPECT_EQ(bench.cpu.state.cr3, 0U);
  EXPECT_EQ(bench.vcpu.commit().control.target, ControlRegister::none);
}

TEST(VcpuControl, Cr4TakesWhatTheSyntheticCpuHas) {
  VcpuBench bench;
  EXPECT_EQ(write(bench, 4, 0x0031'07bf), Progress::done);
  EXPECT_EQ(bench.cpu.state.cr4, 0x0031'07bfU);
  for (unsigned bit = 0; bit < 64; ++bit) {
    std::uint64_t const value = 0x20 | std::uint64_t{1} << bit;
    bool const allowed = (value & ~std::uint64_t{0x0031'07bf}) == 0;
    EXPECT_EQ(write(bench, 4, value), allowed ? Progress::done : Progress::fault) << bit;
    static_cast<void>(bench.plan());
  }
}

TEST(VcpuControl, CltsAndLmsw) {
  VcpuBench bench;
  bench.cpu.state.cr0 = 0x8000'003b;
  EXPECT_EQ(bench.take(control_exit(0, ControlAccess::clts)), Progress::done);
  EXPECT_EQ(bench.cpu.state.cr0, 0x8000'0033U);
  MachineExit exit = control_exit(0, ControlAccess::lmsw);
  exit.qualification |= 0xfffcULL << 16U;  // PE stays 1, MP goes
  EXPECT_EQ(bench.take(exit), Progress::done);
  EXPECT_EQ(bench.cpu.state.cr0, 0x8000'003dU);
}

TEST(VcpuControl, ReadsOfCr3AndCr8) {
  VcpuBench bench;
  bench.cpu.state.cr3 = 0x12'3456'7000;
  EXPECT_EQ(bench.take(control_exit(3, ControlAccess::mov_from_cr, Register::r15)), Progress::done);
  EXPECT_EQ(bench.cpu[Register::r15], 0x12'3456'7000U);
  EXPECT_EQ(write(bench, 8, 0xf), Progress::done);
  EXPECT_EQ(bench.take(control_exit(8, ControlAccess::mov_from_cr)), Progress::done);
  EXPECT_EQ(bench.cpu[Register::rax], 0xfU);
  EXPECT_EQ(write(bench, 8, 0x10), Progress::fault);
}

TEST(VcpuControl, RegistersThatDoNotExitStopTheVcpu) {
  VcpuBench bench;
  EXPECT_EQ(write(bench, 2, 0), Progress::done);
  EXPECT_EQ(bench.vcpu.stop(), (VcpuStop{StopKind::unsupported_exit, 28}));
  VcpuBench other;
  EXPECT_EQ(other.take(control_exit(0, ControlAccess::mov_from_cr)), Progress::done);
  EXPECT_EQ(other.vcpu.stop().kind, StopKind::unsupported_exit);
}

MachineExit debug_exit(unsigned number, Direction direction, Register gpr) {
  MachineExit exit = VcpuBench::exit_of(MachineReason::debug_register, 3);
  exit.qualification =
      number | (direction == Direction::read ? 0x10U : 0U) | static_cast<std::uint64_t>(gpr) << 8U;
  return exit;
}

TEST(VcpuControl, DebugRegistersKeepWhatIsWritten) {
  VcpuBench bench;
  for (unsigned number : {0U, 1U, 2U, 3U}) {
    bench.cpu[Register::rbx] = 0xffff'8000'0000'0000 + number;
    EXPECT_EQ(bench.take(debug_exit(number, Direction::write, Register::rbx)), Progress::done);
  }
  for (unsigned number : {0U, 1U, 2U, 3U}) {
    EXPECT_EQ(bench.take(debug_exit(number, Direction::read, Register::rcx)), Progress::done);
    EXPECT_EQ(bench.cpu[Register::rcx], 0xffff'8000'0000'0000 + number);
  }
  EXPECT_EQ(bench.take(debug_exit(6, Direction::read, Register::rcx)), Progress::done);
  EXPECT_EQ(bench.cpu[Register::rcx], 0xffff'0ff0U);
  EXPECT_EQ(bench.take(debug_exit(7, Direction::read, Register::rcx)), Progress::done);
  EXPECT_EQ(bench.cpu[Register::rcx], 0x400U);
}

TEST(VcpuControl, DebugRegisters4And5AreOthersOrUndefined) {
  VcpuBench bench;
  bench.cpu[Register::rbx] = 0xffff'ffff;
  EXPECT_EQ(bench.take(debug_exit(5, Direction::write, Register::rbx)), Progress::done);
  EXPECT_EQ(bench.take(debug_exit(7, Direction::read, Register::rcx)), Progress::done);
  EXPECT_EQ(bench.cpu[Register::rcx], 0xffff'2fffU);
  bench.cpu.state.cr4 |= cr4::debugging_extensions;
  EXPECT_EQ(bench.take(debug_exit(5, Direction::read, Register::rcx)), Progress::fault);
  EXPECT_EQ(bench.vcpu.fault().vector, Vector::invalid_opcode);
  bench.cpu[Register::rbx] = 0x1'0000'0000;
  EXPECT_EQ(bench.take(debug_exit(6, Direction::write, Register::rbx)), Progress::fault);
  EXPECT_EQ(bench.vcpu.fault().vector, Vector::general_protection);
}

}  // namespace
}  // namespace acrn::core::fakes
