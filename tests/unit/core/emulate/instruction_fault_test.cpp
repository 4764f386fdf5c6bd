// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "core/emulate/instruction_op.hpp"
#include "core/paging/control_bits.hpp"
#include "tests/support/mmio_machine.hpp"

namespace acrn::core {
namespace {

using fakes::CpuMode;
using fakes::load_of;
using fakes::MmioMachine;
using fakes::store_of;

constexpr std::uint64_t mmio = MmioMachine::mmio;
constexpr std::uint64_t ram = 0x8000;

/// After a fault nothing has happened: no access, no register, RIP where it was.
void expect_fault(MmioMachine& machine, std::uint64_t gpa, Fault const& fault) {
  auto const registers = machine.cpu.registers;
  auto const rip = machine.cpu.rip();
  Step const& step = machine.run(gpa);
  ASSERT_EQ(step.kind, StepKind::fault);
  EXPECT_EQ(step.fault, fault);
  EXPECT_TRUE(machine.log.empty());
  EXPECT_EQ(machine.cpu.registers, registers);
  EXPECT_EQ(machine.cpu.rip(), rip);
}

TEST(InstructionFault, T54_AFetchGoesOnToTheNextPageOnlyIfTheBytesAreNeeded) {
  MmioMachine machine;
  machine.enable_paging();
  machine.map(0x20'0000, ram, 3);  // the page after it is not present
  machine.map(0x30'0000, mmio, 3);
  machine.cpu[Register::rbx] = 0x30'0000;
  machine.cpu.instruction_pointer = 0x20'0ffe;
  machine.ram.set(ram + 0xffe, 2, 0x038b);  // mov eax, [rbx]
  ASSERT_EQ(machine.run(mmio).kind, StepKind::done);
  EXPECT_EQ(machine.cpu.rip(), 0x20'1000U);

  machine.cpu.instruction_pointer = 0x20'0ffe;
  machine.ram.set(ram + 0xffe, 2, 0x438b);  // mov eax, [rbx + disp8]
  expect_fault(machine, mmio, {Vector::page_fault, 0, 0x20'1000});

  machine.cpu.controls.efer |= efer::execute_disable_enable;
  expect_fault(machine, mmio, {Vector::page_fault, 0x10, 0x20'1000});  // I: instruction fetch

  machine.map(0x20'1000, 0x3000, 3);
  machine.ram.set(0x3000, 1, 0x10);
  ASSERT_EQ(machine.run(mmio + 0x10).kind, StepKind::done);
  EXPECT_EQ(machine.log.at(0).address, mmio + 0x10);
  EXPECT_EQ(machine.cpu.rip(), 0x20'1001U);
}

TEST(InstructionFault, T55_TheBaseOfCsCountsOutside64BitMode) {
  for (CpuMode const mode : {CpuMode::protected32, CpuMode::real16}) {
    MmioMachine machine{mode};
    machine.cpu[Segment::cs].base = 0x1000;
    machine.cpu[Segment::ds].base = mmio;
    machine.load({0xc6, 0x07, 0x5a});  // mov byte [edi] or [bx], 0x5a
    EXPECT_EQ(machine.cpu.rip(), 0U);
    ASSERT_EQ(machine.run(mmio).kind, StepKind::done);
    EXPECT_EQ(machine.log, std::vector{store_of(mmio, 1, 0x5a)});
    EXPECT_EQ(machine.cpu.rip(), 3U);
  }
  MmioMachine machine;
  machine.load({0xc6, 0x03, 0x5a});
  machine.cpu[Segment::cs].base = 0x1234;
  machine.cpu[Register::rbx] = mmio;
  ASSERT_EQ(machine.run(mmio).kind, StepKind::done);
}

TEST(InstructionFault, T59_AWriteToAReadOnlyPageIsThePageFaultOfTheGuest) {
  for (auto const& bytes : {std::vector<std::uint8_t>{0x89, 0x03},           // mov [rbx], eax
                            std::vector<std::uint8_t>{0x01, 0x03},           // add [rbx], eax
                            std::vector<std::uint8_t>{0x0f, 0xb1, 0x0b}}) {  // cmpxchg
    MmioMachine machine;
    machine.enable_paging();
    machine.map(0x30'0000, mmio, 1);
    machine.cpu[Register::rbx] = 0x30'0000;
    machine.load(bytes);
    expect_fault(machine, mmio, {Vector::page_fault, 3, 0x30'0000});
  }
}

TEST(InstructionFault, T60_NotPresentHasNoPBitAndCr2IsTheOperand) {
  MmioMachine machine;
  machine.enable_paging();
  machine.cpu[Register::rbx] = 0x30'0123;
  machine.load({0x8b, 0x03});
  expect_fault(machine, mmio, {Vector::page_fault, 0, 0x30'0123});
  machine.load({0x89, 0x03});
  expect_fault(machine, mmio, {Vector::page_fault, 2, 0x30'0123});
  EXPECT_TRUE(machine.op.step().fault.has_error_code());
}

TEST(InstructionFault, T61_UnknownOpcodesAreUndefinedAndTheirBytesReported) {
  MmioMachine machine;
  machine.load({0xd9, 0x03});  // fld dword [rbx]
  expect_fault(machine, mmio, {Vector::invalid_opcode});
  EXPECT_FALSE(machine.op.step().fault.has_error_code());
  ASSERT_GE(machine.op.instruction_bytes().size(), 2U);
  EXPECT_EQ(machine.op.instruction_bytes()[0], 0xd9);
  EXPECT_EQ(machine.op.decode_reason(), DecodeReason::opcode);
  machine.load({0xf0, 0x8b, 0x03});  // LOCK on a load
  expect_fault(machine, mmio, {Vector::invalid_opcode});
  EXPECT_EQ(machine.op.decode_reason(), DecodeReason::lock);
}

TEST(InstructionFault, MoreThan15BytesAreGeneralProtection) {
  MmioMachine machine;
  machine.load({0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
                0x8b, 0x03});
  expect_fault(machine, mmio, {Vector::general_protection});
}

TEST(InstructionFault, NonCanonicalAddressesAreStackFaultsForSs) {
  MmioMachine machine;
  machine.cpu[Register::rbx] = 0x8000'0000'0000;
  machine.cpu[Register::rbp] = 0x8000'0000'0000;
  machine.load({0x8b, 0x03});
  expect_fault(machine, mmio, {Vector::general_protection});
  machine.load({0x8b, 0x45, 0x00});
  expect_fault(machine, mmio, {Vector::stack_segment});
}

TEST(InstructionFault, LimitsAreCheckedOutside64BitMode) {
  MmioMachine machine{CpuMode::protected32};
  machine.cpu[Segment::ds] = {.base = mmio, .limit = 0xff, .access_rights = 0xc093};
  machine.cpu[Register::rbx] = 0xfd;
  machine.load({0x8b, 0x03});
  expect_fault(machine, mmio + 0xfd, {Vector::general_protection});
  machine.cpu[Register::rbx] = 0xfc;
  ASSERT_EQ(machine.run(mmio + 0xfc).kind, StepKind::done);
  machine.cpu[Segment::ds].access_rights = 0xc091;  // read-only data
  machine.load({0x89, 0x03});
  expect_fault(machine, mmio + 0xfc, {Vector::general_protection});
}

TEST(InstructionFault, VectorMovesThatAreAlignedMustBe) {
  MmioMachine machine;
  machine.cpu[Register::rbx] = mmio + 8;
  machine.load({0x0f, 0x28, 0x03});  // movaps xmm0, [rbx]
  expect_fault(machine, mmio + 8, {Vector::general_protection});
  machine.load({0x66, 0x0f, 0x7f, 0x03});  // movdqa [rbx], xmm0
  expect_fault(machine, mmio + 8, {Vector::general_protection});
  machine.load({0x0f, 0x10, 0x03});  // movups
  ASSERT_EQ(machine.run(mmio + 8).kind, StepKind::done);
}

TEST(InstructionFault, AlignmentCheckIsForUsersThatAskForIt) {
  MmioMachine machine;
  machine.enable_paging();
  for (std::uint64_t page = 0; page < 0x10'0000; page += 0x1000) machine.map(page, page, 7);
  machine.map(0x30'0000, mmio, 7);
  constexpr std::uint64_t alignment_mask = 1U << 18U;
  machine.cpu.controls.cr0 |= alignment_mask;
  machine.cpu.flags |= rflags::alignment_check;
  machine.cpu[Register::rbx] = 0x30'0002;
  ASSERT_EQ(machine.execute({0x8b, 0x03}, mmio + 2).kind, StepKind::done) << "supervisor";
  machine.cpu[Segment::ss].access_rights |= 3U << 5U;
  machine.load({0x8b, 0x03});
  expect_fault(machine, mmio + 2, {Vector::alignment_check});
  machine.cpu.flags &= ~rflags::alignment_check;
  ASSERT_EQ(machine.run(mmio + 2).kind, StepKind::done);
}

TEST(InstructionFault, VexIsUndefinedInRealMode) {
  MmioMachine machine{CpuMode::real16};
  machine.load({0xc5, 0xfa, 0x6f, 0x07});
  expect_fault(machine, 0, {Vector::invalid_opcode});
}

TEST(InstructionFault, WhatDoesNotCoverTheExitIsRunAgainWithoutEffect) {
  MmioMachine machine;
  machine.cpu.flags |= rflags::trap;
  machine.cpu[Register::rbx] = mmio;
  Step const& step = machine.execute({0x89, 0x03}, mmio + 4);  // its four bytes end before
  ASSERT_EQ(step.kind, StepKind::done);
  EXPECT_TRUE(machine.log.empty());
  EXPECT_EQ(machine.cpu.rip(), MmioMachine::code);
  EXPECT_EQ(step.commit.register_count, 0);
  EXPECT_EQ(step.commit.rflags_change, Change::keep);
  EXPECT_FALSE(step.commit.single_step);
  EXPECT_FALSE(step.commit.ends_blocking);
  ASSERT_EQ(machine.run(mmio + 3).kind, StepKind::done);
  EXPECT_EQ(machine.log.size(), 1U) << "the last byte is enough";
}

TEST(InstructionFault, TablesAndCodeOutsideRamAreUnsupported) {
  MmioMachine machine;
  machine.cpu.instruction_pointer = mmio;
  EXPECT_EQ(machine.run(mmio).unsupported, Unsupported::code_not_ram);
  machine.enable_paging();
  machine.cpu.controls.cr3 = mmio;
  Step const& step = machine.run(mmio);
  EXPECT_EQ(step.kind, StepKind::unsupported);
  EXPECT_EQ(step.unsupported, Unsupported::page_tables);
  MmioMachine walked;
  walked.load({0x8b, 0x03});
  EXPECT_EQ(walked.run(mmio, 0x081).unsupported, Unsupported::page_tables)
      << "bit 8 clear: the violation was in the guest's page walk";
}

TEST(InstructionFault, AnAccessThatFailsLaterIsAFaultWithoutACommit) {
  MmioMachine machine;
  machine.cpu[Register::rbx] = mmio;
  machine.cpu[Register::rax] = 1;
  machine.set_device(mmio, 4, 5);
  machine.fail_at = 1;  // the write of add [rbx], eax
  Step const& step = machine.execute({0x01, 0x03}, mmio);
  ASSERT_EQ(step.kind, StepKind::fault);
  EXPECT_EQ(step.fault, (Fault{Vector::general_protection}));
  EXPECT_EQ(machine.log, std::vector{load_of(mmio, 4, 5)}) << "the read has happened";
  EXPECT_EQ(machine.cpu.rip(), MmioMachine::code);
  EXPECT_EQ(machine.cpu.rflags(), rflags::fixed);
}

TEST(InstructionFault, APageThatOnlyTrapsWritesIsReadAsRam) {
  MmioMachine machine;
  machine.cpu[Register::rbx] = ram;
  machine.cpu[Register::rax] = 1;
  machine.ram.set(ram, 4, 5);
  machine.load({0x01, 0x03});
  ASSERT_EQ(machine.run(ram, 0x1aa).kind, StepKind::done);  // readable and executable
  EXPECT_EQ(machine.log, (std::vector{Access{Space::write_protect, Direction::write, 4, ram, 6}}));
  EXPECT_EQ(machine.ram.get(ram, 4), 5U) << "the handler's to store";
}

}  // namespace
}  // namespace acrn::core
