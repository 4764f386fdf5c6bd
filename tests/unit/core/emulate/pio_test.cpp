// SPDX-License-Identifier: BSD-3-Clause
#include "core/emulate/pio.hpp"

#include <gtest/gtest.h>

#include <array>

#include "tests/unit/core/emulate/fakes.hpp"

namespace acrn::core {
namespace {

constexpr std::uint64_t rax = 0x1122'3344'5566'7788;

Step handle(std::uint64_t qualification, fakes::Cpu& cpu) {
  VmExit const exit{.reason = ExitReason::io_instruction, .qualification = qualification};
  Step step;
  pio_instr_vmexit_handler(exit, cpu, step);
  return step;
}

TEST(PioInstrVmexitHandler, T33_OutValueIsMaskedToSize) {
  struct Row {
    std::uint64_t qualification, value;
  };
  for (Row const& row :
       {Row{0x00b2'0000, 0x88}, Row{0x00b2'0001, 0x7788}, Row{0x00b2'0003, 0x5566'7788}}) {
    fakes::Cpu cpu = fakes::Cpu::with_rax(rax);
    Step const step = handle(row.qualification, cpu);
    ASSERT_EQ(step.kind, StepKind::access);
    EXPECT_EQ(step.access.space, Space::port);
    EXPECT_EQ(step.access.direction, Direction::write);
    EXPECT_EQ(step.access.address, 0xb2U);
    EXPECT_EQ(step.access.value, row.value);
    EXPECT_EQ(cpu.asked, std::vector{Register::rax});
  }
}

TEST(PioInstrVmexitHandler, T37_AnInStartsAsAllOnesWhateverTheStepHeldBefore) {
  for (std::uint64_t code : {0U, 1U, 3U}) {
    fakes::Cpu cpu = fakes::Cpu::with_rax(rax);
    VmExit const exit{.qualification = 0x03f8'0008 | code};
    Step step{.access = fakes::out(0x60, 4, 0x1234'5678)};
    pio_instr_vmexit_handler(exit, cpu, step);
    EXPECT_EQ(step.access.direction, Direction::read);
    EXPECT_EQ(step.access.value, size_mask(static_cast<std::uint8_t>(code + 1)));
    EXPECT_TRUE(cpu.asked.empty()) << "an IN needs no register before it has its value";
  }
}

TEST(PioInstrVmexitHandler, T63_TakesStringAndRepFormsForPlainOnes) {
  fakes::Cpu cpu = fakes::Cpu::with_rax(rax);
  for (std::uint64_t bits : {0x10U, 0x20U, 0x30U, 0x18U, 0x38U}) {
    Step const step = handle(0x01f0'0001 | bits, cpu);
    EXPECT_EQ(step.kind, StepKind::access) << bits;
    EXPECT_EQ(step.access, handle(0x01f0'0001 | (bits & 8U), cpu).access) << bits;
  }
}

TEST(PioInstrVmexitHandler, RefusesAQualificationThatNoCpuMakes) {
  fakes::Cpu cpu;
  for (std::uint64_t raw : {0x0060'0002ULL, 0x0060'0004ULL, 0x0060'0007ULL, 0x0060'0080ULL,
                            0x0060'8000ULL, 0x1'0060'0000ULL}) {
    Step const step = handle(raw, cpu);
    EXPECT_EQ(step.kind, StepKind::unsupported) << std::hex << raw;
    EXPECT_EQ(step.unsupported, Unsupported::malformed_qualification) << std::hex << raw;
  }
}

TEST(EmulatePioComplete, T34_InMergesOneAndTwoBytesAndTreatsFourByTheProfile) {
  struct Row {
    std::uint8_t size;
    In32Rule rule;
    std::uint64_t expected;
    std::size_t asked;
  };
  constexpr std::array rows{
      Row{1, In32Rule::zero_extend, 0x1122'3344'5566'77b1, 1},
      Row{1, In32Rule::keep_upper_half, 0x1122'3344'5566'77b1, 1},
      Row{2, In32Rule::zero_extend, 0x1122'3344'5566'a2b1, 1},
      Row{2, In32Rule::keep_upper_half, 0x1122'3344'5566'a2b1, 1},
      Row{4, In32Rule::zero_extend, 0x8493'a2b1, 0},
      Row{4, In32Rule::keep_upper_half, 0x1122'3344'8493'a2b1, 1},
  };
  for (Row const& row : rows) {
    fakes::Cpu cpu = fakes::Cpu::with_rax(rax);
    EXPECT_EQ(emulate_pio_complete(0xffff'ffff'8493'a2b1, row.size, row.rule, cpu), row.expected)
        << int{row.size};
    EXPECT_EQ(cpu.asked.size(), row.asked) << int{row.size};
  }
}

}  // namespace
}  // namespace acrn::core
