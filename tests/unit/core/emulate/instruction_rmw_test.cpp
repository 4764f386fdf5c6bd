// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/emulate/instruction_op.hpp"
#include "tests/support/mmio_machine.hpp"

namespace acrn::core {
namespace {

using fakes::load_of;
using fakes::MmioMachine;
using fakes::store_of;

constexpr std::uint64_t mmio = MmioMachine::mmio;
constexpr std::uint64_t old_rax = 0x1122'3344'5566'7788;

/// An instruction with [rbx] = 0xf0f0 in the device and the registers below.
struct Row {
  char const* name;
  std::vector<std::uint8_t> bytes;
  std::vector<Access> log;
  std::uint64_t rax{old_rax};
  std::uint64_t flags_set{};  ///< of the status flags
};

class ReadModifyWrite : public testing::TestWithParam<Row> {};

TEST_P(ReadModifyWrite, ReadsThenWrites) {
  Row const& row = GetParam();
  MmioMachine machine;
  machine.cpu[Register::rax] = old_rax;
  machine.cpu[Register::rcx] = 4;
  machine.cpu[Register::rdx] = 0x21;
  machine.cpu[Register::rbx] = mmio;
  machine.set_device(mmio, 8, 0xf0f0);
  ASSERT_EQ(machine.execute(row.bytes, row.log.at(0).address).kind, StepKind::done);
  EXPECT_EQ(machine.log, row.log);
  EXPECT_EQ(machine.cpu[Register::rax], row.rax);
  EXPECT_EQ(machine.cpu.rflags(), rflags::fixed | row.flags_set);
  EXPECT_EQ(machine.cpu.rip(), MmioMachine::code + row.bytes.size());
}

constexpr std::uint64_t pf = rflags::parity;
constexpr std::uint64_t sf = rflags::sign;
constexpr std::uint64_t cf = rflags::carry;
constexpr std::uint64_t af = rflags::adjust;
constexpr std::uint64_t zf = rflags::zero;

Row const rows[] = {
    {"T43_E1_OrImmediate",
     {0x83, 0x0b, 0x0f},
     {load_of(mmio, 4, 0xf0f0), store_of(mmio, 4, 0xf0ff)},
     old_rax,
     pf},
    {"T43_E1_AndRegister",
     {0x21, 0x03},
     {load_of(mmio, 4, 0xf0f0), store_of(mmio, 4, 0x7080)},
     old_rax,
     0},
    {"T43_E1_OrByte", {0x08, 0x03}, {load_of(mmio, 1, 0xf0), store_of(mmio, 1, 0xf8)}, old_rax, sf},
    {"E2_AddIsPerformed",
     {0x83, 0x03, 0x10},
     {load_of(mmio, 4, 0xf0f0), store_of(mmio, 4, 0xf100)},
     old_rax,
     pf},
    {"E2_XorWord",
     {0x66, 0x31, 0x03},
     {load_of(mmio, 2, 0xf0f0), store_of(mmio, 2, 0x8778)},
     old_rax,
     sf | pf},
    {"E2_SubByteHigh",
     {0x28, 0x23},
     {load_of(mmio, 1, 0xf0), store_of(mmio, 1, 0x79)},
     old_rax,
     af | rflags::overflow},
    {"T41_E3_AndWithSignExtendedImmediate",
     {0x83, 0x23, 0xf0},
     {load_of(mmio, 4, 0xf0f0), store_of(mmio, 4, 0xf0f0)},
     old_rax,
     pf},
    {"T44_E4_CompareByteReadsOneByte",
     {0x80, 0x3b, 0xf0},
     {load_of(mmio, 1, 0xf0)},
     old_rax,
     zf | pf},
    {"E6_TestHighByte", {0x84, 0x23}, {load_of(mmio, 1, 0xf0)}, old_rax, 0},
    {"T62_TestImmediateByte", {0xf6, 0x03, 0x80}, {load_of(mmio, 1, 0xf0)}, old_rax, sf},
    {"T62_TestImmediateDword",
     {0xf7, 0x03, 0, 0, 0, 0x80},
     {load_of(mmio, 4, 0xf0f0)},
     old_rax,
     zf | pf},
    {"CmpRegisterWithMemory", {0x3b, 0x03}, {load_of(mmio, 4, 0xf0f0)}, old_rax, 0},
    {"CmpMemoryWithRegister", {0x39, 0x03}, {load_of(mmio, 4, 0xf0f0)}, old_rax, cf | sf | af},
    {"SubFromRegister", {0x2b, 0x03}, {load_of(mmio, 4, 0xf0f0)}, 0x5565'8698, 0},
    {"AndToRegister", {0x23, 0x03}, {load_of(mmio, 4, 0xf0f0)}, 0x7080, 0},
    {"IncKeepsNothingElse",
     {0xff, 0x03},
     {load_of(mmio, 4, 0xf0f0), store_of(mmio, 4, 0xf0f1)},
     old_rax,
     0},
    {"DecByte", {0xfe, 0x0b}, {load_of(mmio, 1, 0xf0), store_of(mmio, 1, 0xef)}, old_rax, sf | af},
    {"NotWord", {0x66, 0xf7, 0x13}, {load_of(mmio, 2, 0xf0f0), store_of(mmio, 2, 0x0f0f)}},
    {"NegDword",
     {0xf7, 0x1b},
     {load_of(mmio, 4, 0xf0f0), store_of(mmio, 4, 0xffff'0f10)},
     old_rax,
     cf | sf},
    {"XchgDword", {0x87, 0x03}, {load_of(mmio, 4, 0xf0f0), store_of(mmio, 4, 0x5566'7788)}, 0xf0f0},
    {"XchgHighByte",
     {0x86, 0x23},
     {load_of(mmio, 1, 0xf0), store_of(mmio, 1, 0x77)},
     0x1122'3344'5566'f088},
    {"Xadd",
     {0x0f, 0xc1, 0x03},
     {load_of(mmio, 4, 0xf0f0), store_of(mmio, 4, 0x5567'6878)},
     0xf0f0,
     pf},
    {"CmpxchgThatFailsWritesBack",
     {0x0f, 0xb1, 0x13},
     {load_of(mmio, 4, 0xf0f0), store_of(mmio, 4, 0xf0f0)},
     0xf0f0,
     0},
    {"BtsImmediate",
     {0x0f, 0xba, 0x2b, 0x21},
     {load_of(mmio, 4, 0xf0f0), store_of(mmio, 4, 0xf0f2)}},
    {"T39_BtImmediateOnlyReads", {0x0f, 0xba, 0x23, 0x04}, {load_of(mmio, 4, 0xf0f0)}, old_rax, cf},
    {"T39_BtrRegisterIsABitString",
     {0x0f, 0xb3, 0x13},
     {load_of(mmio + 4, 4, 0), store_of(mmio + 4, 4, 0)}},
    {"ShlByCl", {0xd3, 0x23}, {load_of(mmio, 4, 0xf0f0), store_of(mmio, 4, 0xf'0f00)}, old_rax, pf},
    {"RorByteByOne",
     {0xd0, 0x0b},
     {load_of(mmio, 1, 0xf0), store_of(mmio, 1, 0x78)},
     old_rax,
     rflags::overflow},
    {"E8_LockAdd", {0xf0, 0x01, 0x0b}, {load_of(mmio, 4, 0xf0f0), store_of(mmio, 4, 0xf0f4)}},
};
std::string name_of(testing::TestParamInfo<Row> const& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(Instruction, ReadModifyWrite, testing::ValuesIn(rows), name_of);

TEST(Instruction, CmpxchgThatSucceedsStoresAndKeepsTheAccumulator) {
  MmioMachine machine;
  machine.cpu[Register::rax] = 0x1122'3344'0000'f0f0;
  machine.cpu[Register::rbx] = mmio;
  machine.cpu[Register::rdx] = 0xaaaa'bbbb;
  machine.set_device(mmio, 4, 0xf0f0);
  ASSERT_EQ(machine.execute({0xf0, 0x0f, 0xb1, 0x13}, mmio).kind, StepKind::done);
  EXPECT_EQ(machine.log, (std::vector{load_of(mmio, 4, 0xf0f0), store_of(mmio, 4, 0xaaaa'bbbb)}));
  EXPECT_EQ(machine.cpu[Register::rax], 0x1122'3344'0000'f0f0U);
  EXPECT_EQ(machine.cpu.rflags() & zf, zf);
  EXPECT_TRUE(machine.op.is_locked());
}

TEST(Instruction, Cmpxchg8bComparesThePair) {
  for (bool const equal : {true, false}) {
    MmioMachine machine;
    machine.cpu[Register::rax] = 0xffff'ffff'4444'3333;
    machine.cpu[Register::rdx] = equal ? 0x6666'5555 : 0x6666'5556;
    machine.cpu[Register::rbx] = 0x2222'1111;
    machine.cpu[Register::rcx] = 0x8888'7777;
    machine.cpu[Register::rsi] = mmio;
    machine.set_device(mmio, 8, 0x6666'5555'4444'3333);
    ASSERT_EQ(machine.execute({0x0f, 0xc7, 0x0e}, mmio).kind, StepKind::done);
    std::uint64_t const stored = equal ? 0x8888'7777'2222'1111 : 0x6666'5555'4444'3333;
    EXPECT_EQ(machine.log,
              (std::vector{load_of(mmio, 8, 0x6666'5555'4444'3333), store_of(mmio, 8, stored)}));
    EXPECT_EQ(machine.cpu[Register::rax], equal ? 0xffff'ffff'4444'3333 : 0x4444'3333U);
    EXPECT_EQ(machine.cpu[Register::rdx], 0x6666'5555U);
    EXPECT_EQ(machine.cpu.rflags(), rflags::fixed | (equal ? zf : 0));
  }
}

TEST(Instruction, Cmpxchg16bTakesTwoRequestsEachWay) {
  MmioMachine machine;
  machine.cpu[Register::rax] = 1;
  machine.cpu[Register::rdx] = 2;
  machine.cpu[Register::rbx] = 3;
  machine.cpu[Register::rcx] = 4;
  machine.cpu[Register::rsi] = mmio;
  machine.set_device(mmio, 8, 1);
  machine.set_device(mmio + 8, 8, 2);
  ASSERT_EQ(machine.execute({0xf0, 0x48, 0x0f, 0xc7, 0x0e}, mmio).kind, StepKind::done);
  EXPECT_EQ(machine.log, (std::vector{load_of(mmio, 8, 1), load_of(mmio + 8, 8, 2),
                                      store_of(mmio, 8, 3), store_of(mmio + 8, 8, 4)}));
  machine.cpu[Register::rsi] = mmio + 8;
  Step const& step = machine.execute({0x48, 0x0f, 0xc7, 0x0e}, mmio + 8);
  ASSERT_EQ(step.kind, StepKind::fault);
  EXPECT_EQ(step.fault, (Fault{Vector::general_protection}));
  EXPECT_TRUE(machine.log.empty());
}

TEST(Instruction, BitStringsReachBehindAndBeforeTheirBase) {
  struct Case {
    std::vector<std::uint8_t> bytes;
    std::int64_t bit;
    std::uint64_t address;
    std::uint8_t size;
  };
  for (Case const& row :
       {Case{{0x0f, 0xa3, 0x03}, 95, mmio + 8, 4}, Case{{0x0f, 0xa3, 0x03}, -1, mmio - 4, 4},
        Case{{0x66, 0x0f, 0xa3, 0x03}, -17, mmio - 4, 2},
        Case{{0x48, 0x0f, 0xa3, 0x03}, -65, mmio - 16, 8},
        Case{{0x48, 0x0f, 0xa3, 0x03}, 1 << 20, mmio + (1 << 17), 8}}) {
    MmioMachine machine;
    machine.cpu[Register::rax] = static_cast<std::uint64_t>(row.bit);
    machine.cpu[Register::rbx] = mmio;
    ASSERT_EQ(machine.execute(row.bytes, row.address).kind, StepKind::done);
    ASSERT_EQ(machine.log.size(), 1U) << row.bit;
    EXPECT_EQ(machine.log[0].address, row.address) << row.bit;
    EXPECT_EQ(machine.log[0].size, row.size) << row.bit;
  }
}

TEST(Instruction, T61_LockByProfileSideBySide) {
  struct Case {
    Profile const* profile;
    StepKind kind;
    std::size_t accesses;
  };
  for (Case const& row :
       {Case{&architectural, StepKind::done, 2}, Case{&acrn_today, StepKind::fault, 0},
        Case{&acrn2018, StepKind::fault, 0}}) {
    MmioMachine machine{fakes::CpuMode::long64, *row.profile};
    machine.cpu[Register::rbx] = mmio;
    Step const& step = machine.execute({0xf0, 0x83, 0x0b, 0x01}, mmio);
    EXPECT_EQ(step.kind, row.kind) << row.profile->name;
    EXPECT_EQ(machine.log.size(), row.accesses) << row.profile->name;
    if (row.kind == StepKind::fault) {
      EXPECT_EQ(step.fault, (Fault{Vector::invalid_opcode})) << row.profile->name;
    }
  }
}

TEST(Instruction, T43_E1_OldValueOfOrAndAndByProfileSideBySide) {
  struct Case {
    Profile const* profile;
    std::vector<Access> log;
  };
  for (Case const& row :
       {Case{&architectural, {load_of(mmio, 4, 0xf0), store_of(mmio, 4, 0xf1)}},
        Case{&acrn_today, {store_of(mmio, 4, 1)}}, Case{&acrn2018, {store_of(mmio, 4, 1)}}}) {
    MmioMachine machine{fakes::CpuMode::long64, *row.profile};
    machine.cpu[Register::rbx] = mmio;
    machine.set_device(mmio, 4, 0xf0);
    ASSERT_EQ(machine.execute({0x83, 0x0b, 0x01}, mmio).kind, StepKind::done);
    EXPECT_EQ(machine.log, row.log) << row.profile->name;
  }
}

}  // namespace
}  // namespace acrn::core
