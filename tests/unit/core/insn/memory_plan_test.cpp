// SPDX-License-Identifier: BSD-3-Clause
#include "core/insn/memory_plan.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstdint>

#include "core/insn/operand_memory.hpp"
#include "core/insn/string_registers.hpp"
#include "tests/support/mmio_machine.hpp"

namespace acrn::core {
namespace {

constexpr MemoryPlan plan_of(Operation operation, Destination destination = Destination::none) {
  Instruction insn;
  insn.operation = operation;
  insn.destination = destination;
  return memory_plan(insn);
}

constexpr MemoryPlan load{.first_read = 0};
constexpr MemoryPlan store{.write = 0};
constexpr MemoryPlan modify{.first_read = 0, .write = 0};

static_assert(plan_of(Operation::mov, Destination::memory) == store);
static_assert(plan_of(Operation::mov, Destination::other) == load);
static_assert(plan_of(Operation::movbe, Destination::memory) == store);
static_assert(plan_of(Operation::add, Destination::memory) == modify);
static_assert(plan_of(Operation::add, Destination::other) == load);
static_assert(plan_of(Operation::cmp) == load && plan_of(Operation::bt) == load);
static_assert(plan_of(Operation::xchg, Destination::both) == modify);
static_assert(plan_of(Operation::cmpxchg16b) == modify);
static_assert(plan_of(Operation::setcc, Destination::memory) == store);
static_assert(plan_of(Operation::cmovcc, Destination::other) == load);
static_assert(plan_of(Operation::stos) == store && plan_of(Operation::scas) == load);
static_assert(plan_of(Operation::movs) == MemoryPlan{.first_read = 0, .write = 1});
static_assert(plan_of(Operation::cmps) == MemoryPlan{.first_read = 0, .second_read = 1});
static_assert(plan_of(Operation::push) == MemoryPlan{.first_read = 0, .write = 1});
static_assert(plan_of(Operation::pop) == MemoryPlan{.first_read = 1, .write = 0});

static_assert(bit_string_offset(31, 4) == 0 && bit_string_offset(32, 4) == 4);
static_assert(bit_string_offset(0xffff, 2) == std::uint64_t{0} - 2, "-1, of 16 bits");
static_assert(bit_string_offset(0xffff'ffff, 4) == std::uint64_t{0} - 4);
static_assert(bit_string_offset(0xffff'ffff, 8) == 0x1fff'fff8);

TEST(OperandData, TakesAndGivesBytesAtEveryOffset) {
  for (std::uint8_t const size : std::to_array<std::uint8_t>({1, 2, 4, 8})) {
    for (std::uint8_t offset = 0; offset + size <= 32; ++offset) {
      std::array<std::uint8_t, 32> expected{};
      expected.fill(0xaa);
      OperandData data{};
      data.fill(0xaaaa'aaaa'aaaa'aaaa);
      constexpr std::uint64_t value = 0x8877'6655'4433'2211;
      for (unsigned i = 0; i < size; ++i) {
        expected.at(offset + i) = static_cast<std::uint8_t>(value >> (8 * i));
      }
      put_bytes(data, offset, size, value);
      EXPECT_EQ((std::bit_cast<std::array<std::uint8_t, 32>>(data)), expected) << int{offset};
      EXPECT_EQ(get_bytes(data, offset, size), truncate(value, size)) << int{offset};
    }
  }
}

TEST(StringRegisters, MoveAtTheWidthOfTheAddress) {
  struct Row {
    std::uint8_t address_size;
    std::uint64_t flags;
    std::uint64_t expected;
  };
  for (Row const& row :
       {Row{2, 0, 0x1234'5678'ffff'0002}, Row{4, 0, 2}, Row{8, 0, 0x1234'5679'0000'0002},
        Row{2, rflags::direction, 0x1234'5678'ffff'fffa}, Row{4, rflags::direction, 0xffff'fffa},
        Row{8, rflags::direction, 0x1234'5678'ffff'fffa}}) {
    fakes::WholeCpu cpu;
    cpu[Register::rdi] = 0x1234'5678'ffff'fffe;
    Commit commit;
    commit.start(1);
    move_pointer({.size = 4, .address_size = row.address_size, .flags = row.flags}, Register::rdi,
                 cpu, commit);
    EXPECT_EQ(commit.registers[0], Register::rdi);
    EXPECT_EQ(commit.values[0], row.expected) << int{row.address_size} << " " << row.flags;
  }
}

TEST(StringRegisters, CountDownAtTheWidthOfTheAddress) {
  fakes::WholeCpu cpu;
  cpu[Register::rcx] = 0xffff'0000'0001'0001;
  Commit commit;
  commit.start(1);
  EXPECT_EQ(elements_left({.address_size = 2, .repeat = Repeat::equal}, cpu), 1U);
  EXPECT_FALSE(count_element({.address_size = 2, .repeat = Repeat::equal}, cpu, commit));
  EXPECT_EQ(commit.values[0], 0xffff'0000'0001'0000U);
  commit.start(1);
  EXPECT_TRUE(count_element({.address_size = 4, .repeat = Repeat::equal}, cpu, commit));
  EXPECT_EQ(commit.values[0], 0x1'0000U);
  commit.start(1);
  EXPECT_FALSE(count_element({.address_size = 8, .repeat = Repeat::none}, cpu, commit));
  EXPECT_EQ(commit.register_count, 0) << "nothing is counted without a prefix";
  EXPECT_EQ(elements_left({.address_size = 8, .repeat = Repeat::none}, cpu), 1U);
}

}  // namespace
}  // namespace acrn::core
