// SPDX-License-Identifier: BSD-3-Clause
#include "core/emulate/instruction_end.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "core/decode/io_qualification.hpp"
#include "tests/support/mmio_machine.hpp"

namespace acrn::core {
namespace {

using fakes::CpuMode;
using fakes::MmioMachine;
using fakes::store_of;

constexpr std::uint64_t mmio = MmioMachine::mmio;

/// The four ways in which an instruction can arrive, each for a machine with RBX = mmio.
enum class Way : std::uint8_t { in, outs, decoded, undecoded };

VmExit exit_of(Way way, MmioMachine& machine) {
  machine.cpu[Register::rbx] = mmio;
  machine.cpu[Register::rsi] = 0x8000;
  machine.load({0x89, 0x03, 0x90});
  if (way == Way::in || way == Way::outs) {
    IoQualification const io{.port = {0x70},
                             .direction = way == Way::in ? Direction::read : Direction::write,
                             .form = way == Way::in ? IoForm::plain : IoForm::string};
    return {.reason = ExitReason::io_instruction,
            .instruction_length = 2,
            .qualification = encode_io_qualification(io),
            .instruction_information = 0x1'8080};  // 32-bit addresses, DS
  }
  return {.reason = ExitReason::ept_violation,
          .instruction_length = 2,
          .qualification = 0x182,
          .gpa = {mmio},
          .mmio = {.direction = Direction::write,
                   .size = way == Way::decoded ? std::uint8_t{4} : std::uint8_t{0}}};
}

class EveryWay : public testing::TestWithParam<Way> {};

TEST_P(EveryWay, T64_TrapsEndsBlockingAndClearsRf) {
  MmioMachine machine;
  VmExit const exit = exit_of(GetParam(), machine);
  machine.cpu.flags |= rflags::trap | rflags::resume;
  Step const& step = machine.run(exit);
  ASSERT_EQ(step.kind, StepKind::done);
  EXPECT_TRUE(step.commit.single_step);
  EXPECT_TRUE(step.commit.ends_blocking);
  EXPECT_EQ(machine.cpu.rflags(), rflags::fixed | rflags::trap);
  EXPECT_EQ(machine.cpu.rip(), MmioMachine::code + 2);

  machine.cpu.flags = rflags::fixed;
  Step const& again = machine.run(exit_of(GetParam(), machine));
  ASSERT_EQ(again.kind, StepKind::done);
  EXPECT_FALSE(again.commit.single_step) << "nothing is left of the one before";
  EXPECT_EQ(again.commit.rflags_change, Change::keep);
}

TEST_P(EveryWay, RipWrapsWhereTheCodeSegmentSaysSo) {
  struct Case {
    CpuMode mode;
    std::uint64_t rip;
    std::uint64_t next;
  };
  for (Case const& row :
       {Case{CpuMode::real16, 0xfffe, 0}, Case{CpuMode::protected32, 0xffff'fffe, 0},
        Case{CpuMode::protected32, 0xfffe, 0x1'0000},
        Case{CpuMode::long64, 0x7fff'fffe, 0x8000'0000}}) {
    MmioMachine machine{row.mode};
    machine.cpu[Segment::ds].base = row.mode == CpuMode::real16 ? mmio : 0;
    VmExit exit = exit_of(GetParam(), machine);
    constexpr std::array<std::uint8_t, 2> real{0x89, 0x07};  // mov [bx], ax
    constexpr std::array<std::uint8_t, 2> flat{0x89, 0x03};  // mov [ebx], eax
    if (row.mode == CpuMode::real16) machine.cpu[Register::rbx] = 0;
    exit.instruction_bytes = row.mode == CpuMode::real16 ? real : flat;
    machine.cpu.instruction_pointer = row.rip;
    ASSERT_EQ(machine.run(exit).kind, StepKind::done);
    EXPECT_EQ(machine.cpu.rip(), row.next);
  }
}

INSTANTIATE_TEST_SUITE_P(Instruction, EveryWay,
                         testing::Values(Way::in, Way::outs, Way::decoded, Way::undecoded));

TEST(InstructionEnd, T64_EachElementOfARepeatedStringTraps) {
  MmioMachine machine;
  machine.load({0xf3, 0xab});
  machine.cpu.flags |= rflags::trap;
  machine.cpu[Register::rdi] = mmio;
  machine.cpu[Register::rcx] = 2;
  EXPECT_TRUE(machine.run(mmio).commit.single_step);
  EXPECT_EQ(machine.cpu.rflags(), rflags::fixed | rflags::trap | rflags::resume);
  EXPECT_TRUE(machine.run(mmio + 4).commit.single_step);
  EXPECT_EQ(machine.cpu.rflags(), rflags::fixed | rflags::trap);
}

TEST(InstructionEnd, T53_TheLengthOfTheExitDoesNotCount) {
  MmioMachine machine;
  VmExit exit = exit_of(Way::undecoded, machine);
  exit.instruction_length = 11;
  ASSERT_EQ(machine.run(exit).kind, StepKind::done);
  EXPECT_EQ(machine.cpu.rip(), MmioMachine::code + 2);
}

TEST(InstructionEnd, PushAndPopMoveTheStackPointerOfTheirMode) {
  MmioMachine machine;
  machine.cpu[Register::rbx] = mmio;
  machine.cpu[Register::rsp] = 0x8010;
  machine.set_device(mmio, 8, 0x1122'3344'5566'7788);
  ASSERT_EQ(machine.execute({0xff, 0x33}, mmio).kind, StepKind::done);  // push qword [rbx]
  EXPECT_EQ(machine.cpu[Register::rsp], 0x8008U);
  EXPECT_EQ(machine.ram.get(0x8008, 8), 0x1122'3344'5566'7788U);
  machine.cpu[Register::rsp] = mmio;
  machine.set_device(mmio, 8, 0x55);
  ASSERT_EQ(machine.execute({0x8f, 0x04, 0x24}, mmio).kind, StepKind::done);  // pop qword [rsp]
  EXPECT_EQ(machine.cpu[Register::rsp], mmio + 8);
  EXPECT_EQ(machine.log.back(), store_of(mmio + 8, 8, 0x55)) << "the address after the increment";

  MmioMachine real{CpuMode::real16};
  real.cpu[Segment::ds].base = mmio;
  real.cpu[Register::rsp] = 0xabcd'0000;
  real.set_device(mmio, 2, 0x1234);
  ASSERT_EQ(real.execute({0xff, 0x37}, mmio).kind, StepKind::done);  // push word [bx]
  EXPECT_EQ(real.cpu[Register::rsp], 0xabcd'fffeU);
  EXPECT_EQ(real.ram.get(0xfffe, 2), 0x1234U);
}

}  // namespace
}  // namespace acrn::core
