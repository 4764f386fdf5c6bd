// SPDX-License-Identifier: BSD-3-Clause
#include "core/emulate/io_op.hpp"

#include <gtest/gtest.h>

#include <array>

#include "tests/unit/core/emulate/fakes.hpp"

namespace acrn::core {
namespace {

struct Instruction {
  IoOp op{};
  fakes::Cpu cpu{};
  fakes::Memory memory{};
  Step& start(VmExit const& exit, Profile const& profile = architectural) {
    return op.start(exit, profile, cpu, memory);
  }
  Step& next(std::uint64_t value) { return op.next(value, cpu, memory); }
};

VmExit mmio(DecodedMmio const& decoded, std::uint64_t qualification = 0x181) {
  return {.reason = ExitReason::ept_violation,
          .instruction_length = 7,
          .qualification = qualification,
          .gpa = {0xfee0'0030},
          .mmio = decoded};
}

VmExit pio(std::uint64_t qualification) {
  return {.reason = ExitReason::io_instruction,
          .instruction_length = 2,
          .qualification = qualification};
}

TEST(IoOp, OutCommitsNothingButRip) {
  Instruction run;
  ASSERT_EQ(run.start(pio(0x0080'0000)).kind, StepKind::access);
  Step const& done = run.next(0xff);
  ASSERT_EQ(done.kind, StepKind::done);
  EXPECT_EQ(done.commit.register_count, 0);
  EXPECT_EQ(done.commit.rip_advance, 2);
}

TEST(IoOp, T34_InOfFourBytesFollowsTheProfileSideBySide) {
  struct Row {
    Profile const* profile;
    std::uint64_t rax;
  };
  for (Row const& row : {Row{&architectural, 0x9abc'def0}, Row{&acrn_today, 0x1122'3344'9abc'def0},
                         Row{&acrn2018, 0x1122'3344'9abc'def0}}) {
    Instruction run{.cpu = fakes::Cpu::with_rax(0x1122'3344'5566'7788)};
    run.start(pio(0x5658'000b), *row.profile);
    Step const& done = run.next(0x1234'5678'9abc'def0);
    ASSERT_EQ(done.commit.register_count, 1) << row.profile->name;
    EXPECT_EQ(done.commit.registers[0], Register::rax) << row.profile->name;
    EXPECT_EQ(done.commit.values[0], row.rax) << row.profile->name;
  }
}

TEST(IoOp, LoadsReachTheirDestinationByTheirRule) {
  struct Row {
    std::uint8_t size;
    Extend extend;
    std::uint64_t expected;
    std::size_t asked;
  };
  constexpr std::uint64_t value = 0x8182'8384'8586'8788;
  for (Row const& row :
       {Row{1, Extend::by_size, 0x1122'3344'5566'7788, 1},
        Row{2, Extend::by_size, 0x1122'3344'5566'8788, 1}, Row{4, Extend::by_size, 0x8586'8788, 0},
        Row{8, Extend::by_size, value, 0}, Row{1, Extend::zero, 0x88, 0},
        Row{2, Extend::sign, 0xffff'ffff'ffff'8788, 0}}) {
    Instruction run;
    run.cpu.registers[11] = 0x1122'3344'5566'7700;
    Step const& first = run.start(mmio({.direction = Direction::read,
                                        .size = row.size,
                                        .destination = Register::r11,
                                        .extend = row.extend}));
    ASSERT_EQ(first.kind, StepKind::access);
    EXPECT_EQ(first.access,
              (Access{Space::mmio, Direction::read, row.size, 0xfee0'0030, size_mask(row.size)}));
    Step const& done = run.next(value);
    ASSERT_EQ(done.kind, StepKind::done);
    ASSERT_EQ(done.commit.register_count, 1);
    EXPECT_EQ(done.commit.registers[0], Register::r11);
    EXPECT_EQ(done.commit.values[0], row.expected) << int{row.size};
    EXPECT_EQ(done.commit.rip_advance, 7);
    EXPECT_EQ(run.cpu.asked.size(), row.asked) << int{row.size};
  }
}

TEST(IoOp, T33_StoreValueIsMaskedToSize) {
  for (std::uint8_t size : fakes::mmio_sizes) {
    Instruction run;
    Step const& step = run.start(
        mmio({.direction = Direction::write, .size = size, .value = 0x8182'8384'8586'8788}, 0x182));
    EXPECT_EQ(step.access, (Access{Space::mmio, Direction::write, size, 0xfee0'0030,
                                   truncate(0x8182'8384'8586'8788, size)}));
    Step const& done = run.next(0);
    EXPECT_EQ(done.kind, StepKind::done);
    EXPECT_EQ(done.commit.register_count, 0);
  }
}

TEST(IoOp, WriteToAPageThatMayBeReadAndExecutedIsWriteProtection) {
  Instruction run;
  DecodedMmio const store{.direction = Direction::write, .size = 4, .value = 1};
  EXPECT_EQ(run.start(mmio(store, 0x1aa)).access.space, Space::write_protect);
  EXPECT_EQ(run.start(mmio(store, 0x182)).access.space, Space::mmio);
  EXPECT_EQ(run.start(mmio({.direction = Direction::read, .size = 4}, 0x1ab)).access.space,
            Space::mmio);
}

TEST(IoOp, SaysWhyAnExitIsNotEmulated) {
  Instruction run;
  auto const why = [&run](VmExit const& exit) {
    Step const& step = run.start(exit);
    return step.kind == StepKind::unsupported ? step.unsupported : Unsupported::none;
  };
  EXPECT_EQ(why(pio(0x01f0'0002)), Unsupported::malformed_qualification);
  EXPECT_EQ(why(mmio({.size = 4}, 0x784)), Unsupported::instruction_fetch);
  constexpr std::array<std::uint8_t, 8> no_sizes{3, 5, 6, 7, 9, 16, 32, 255};
  for (std::uint8_t size : no_sizes) {
    EXPECT_EQ(why(mmio({.size = size})), Unsupported::mmio_size) << int{size};
  }
  EXPECT_EQ(why({.reason = static_cast<ExitReason>(10)}), Unsupported::exit_reason);
  EXPECT_EQ(why(pio(0x01f0'0000)), Unsupported::none);
}

TEST(IoOp, FailsWithGeneralProtectionAndErrorCodeZero) {
  Instruction run;
  run.start(pio(0x0080'0000));
  Step const& step = run.op.fail();
  EXPECT_EQ(step.kind, StepKind::fault);
  EXPECT_EQ(step.fault, (Fault{Vector::general_protection, 0}));
}

TEST(IoOp, CanBeForkedInFlight) {
  Instruction run{.cpu = fakes::Cpu::with_rax(0xaaaa)};
  run.start(pio(0x0060'0008));
  Instruction fork = run;
  EXPECT_EQ(run.next(0x11).commit.values[0], 0xaa11U);
  EXPECT_EQ(fork.next(0x22).commit.values[0], 0xaa22U);
}

TEST(CommitDeathTest, HasRoomForItsNamedNumberOfRegisters) {
  Commit commit;
  commit.start(1);
  for (std::size_t i = 0; i < commit_register_count_max; ++i) {
    commit.set(Register::rcx, i);
  }
  EXPECT_EQ(commit.register_count, commit_register_count_max);
  EXPECT_DEATH(commit.set(Register::rdx, 0), "too many registers");
}

TEST(Unsupported, HasNames) {
  EXPECT_EQ(name(Unsupported::none), "none");
  EXPECT_EQ(name(Unsupported::exit_reason), "exit reason");
  EXPECT_EQ(name(Unsupported::malformed_qualification), "malformed exit qualification");
  EXPECT_EQ(name(Unsupported::instruction_fetch), "instruction fetch");
  EXPECT_EQ(name(Unsupported::mmio_size), "MMIO size");
  EXPECT_EQ(name(Unsupported::page_tables), "page tables");
  EXPECT_EQ(name(Unsupported::code_not_ram), "code outside RAM");
  EXPECT_EQ(name(static_cast<Unsupported>(99)), "?");
}

}  // namespace
}  // namespace acrn::core
