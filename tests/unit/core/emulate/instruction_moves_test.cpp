// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
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
constexpr std::uint64_t device_value = 0x8182'8384'8586'8788;

struct Row {
  char const* name;
  std::vector<std::uint8_t> bytes;
  Access access;      ///< the only one expected
  std::uint64_t rax;  ///< after the instruction
};

class Moves : public testing::TestWithParam<Row> {};

TEST_P(Moves, MakeOneAccessAndOneResult) {
  Row const& row = GetParam();
  MmioMachine machine;
  machine.cpu[Register::rax] = old_rax;
  machine.cpu[Register::rbx] = mmio;
  machine.cpu[Register::rsp] = 0xabcd'ef01'2345'67f4;
  machine.cpu.flags |= rflags::zero;
  machine.set_device(mmio, 8, device_value);
  machine.set_device(0xfed0'0020, 8, 0x10f1'10f1'10f1'10f1);
  Step const& step = machine.execute(row.bytes, row.access.address);
  ASSERT_EQ(step.kind, StepKind::done);
  EXPECT_EQ(machine.log, std::vector{row.access});
  EXPECT_EQ(machine.cpu[Register::rax], row.rax);
  EXPECT_EQ(machine.cpu.rip(), MmioMachine::code + row.bytes.size()) << "T53: the decoder's length";
  EXPECT_EQ(machine.cpu.rflags(), rflags::fixed | rflags::zero);
}

Row const stores[] = {
    {"MovByteLow", {0x88, 0x03}, store_of(mmio, 1, 0x88), old_rax},
    {"MovByteHigh", {0x88, 0x23}, store_of(mmio, 1, 0x77), old_rax},
    {"MovByteSplWithRex", {0x40, 0x88, 0x23}, store_of(mmio, 1, 0xf4), old_rax},
    {"MovWord", {0x66, 0x89, 0x03}, store_of(mmio, 2, 0x7788), old_rax},
    {"MovDword", {0x89, 0x03}, store_of(mmio, 4, 0x5566'7788), old_rax},
    {"MovQword", {0x48, 0x89, 0x03}, store_of(mmio, 8, old_rax), old_rax},
    {"T41_E3_ImmediateByteIsMasked", {0xc6, 0x03, 0xff}, store_of(mmio, 1, 0xff), old_rax},
    {"T41_E3_ImmediateWord", {0x66, 0xc7, 0x03, 0xfe, 0xff}, store_of(mmio, 2, 0xfffe), old_rax},
    {"ImmediateDword",
     {0xc7, 0x03, 0xfe, 0xff, 0xff, 0xff},
     store_of(mmio, 4, 0xffff'fffe),
     old_rax},
    {"ImmediateQwordIsSignExtended",
     {0x48, 0xc7, 0x03, 0xfe, 0xff, 0xff, 0xff},
     store_of(mmio, 8, 0xffff'ffff'ffff'fffe),
     old_rax},
    {"MoffsDword", {0x67, 0xa3, 0, 0, 0xd0, 0xfe}, store_of(mmio, 4, 0x5566'7788), old_rax},
    {"MoffsByte", {0xa2, 0, 0, 0xd0, 0xfe, 0, 0, 0, 0}, store_of(mmio, 1, 0x88), old_rax},
    {"Movnti", {0x48, 0x0f, 0xc3, 0x03}, store_of(mmio, 8, old_rax), old_rax},
    {"MovbeWord", {0x66, 0x0f, 0x38, 0xf1, 0x03}, store_of(mmio, 2, 0x8877), old_rax},
    {"MovbeDword", {0x0f, 0x38, 0xf1, 0x03}, store_of(mmio, 4, 0x8877'6655), old_rax},
    {"SeteTrue", {0x0f, 0x94, 0x03}, store_of(mmio, 1, 1), old_rax},
    {"SetneFalse", {0x0f, 0x95, 0x03}, store_of(mmio, 1, 0), old_rax},
};
Row const loads[] = {
    {"MovByteLow", {0x8a, 0x03}, load_of(mmio, 1, 0x88), old_rax},
    {"MovByteHigh", {0x8a, 0x23}, load_of(mmio, 1, 0x88), 0x1122'3344'5566'8888},
    {"MovWordMerges", {0x66, 0x8b, 0x03}, load_of(mmio, 2, 0x8788), 0x1122'3344'5566'8788},
    {"MovDwordZeroExtends", {0x8b, 0x03}, load_of(mmio, 4, 0x8586'8788), 0x8586'8788},
    {"MovQword", {0x48, 0x8b, 0x03}, load_of(mmio, 8, device_value), device_value},
    {"T40_MovzxByte", {0x0f, 0xb6, 0x03}, load_of(mmio, 1, 0x88), 0x88},
    {"T40_MovzxByteToWord",
     {0x66, 0x0f, 0xb6, 0x03},
     load_of(mmio, 1, 0x88),
     0x1122'3344'5566'0088},
    {"T40_MovzxWord", {0x0f, 0xb7, 0x03}, load_of(mmio, 2, 0x8788), 0x8788},
    {"T40_MovsxByte", {0x0f, 0xbe, 0x03}, load_of(mmio, 1, 0x88), 0xffff'ff88},
    {"T40_MovsxByteToQword",
     {0x48, 0x0f, 0xbe, 0x03},
     load_of(mmio, 1, 0x88),
     0xffff'ffff'ffff'ff88},
    {"T40_MovsxWord", {0x0f, 0xbf, 0x03}, load_of(mmio, 2, 0x8788), 0xffff'8788},
    {"T40_Movsxd", {0x48, 0x63, 0x03}, load_of(mmio, 4, 0x8586'8788), 0xffff'ffff'8586'8788},
    {"MovbeQword",
     {0x48, 0x0f, 0x38, 0xf0, 0x03},
     load_of(mmio, 8, device_value),
     0x8887'8685'8483'8281},
    {"CmoveTaken", {0x0f, 0x44, 0x03}, load_of(mmio, 4, 0x8586'8788), 0x8586'8788},
    {"CmovneReadsAndZeroesTheUpperHalf",
     {0x0f, 0x45, 0x03},
     load_of(mmio, 4, 0x8586'8788),
     0x5566'7788},
    {"MoffsByte", {0xa0, 0, 0, 0xd0, 0xfe, 0, 0, 0, 0}, load_of(mmio, 1, 0x88), old_rax},
};
std::string name_of(testing::TestParamInfo<Row> const& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(Store, Moves, testing::ValuesIn(stores), name_of);
INSTANTIATE_TEST_SUITE_P(Load, Moves, testing::ValuesIn(loads), name_of);

struct AddressRow {
  char const* name;
  std::vector<std::uint8_t> bytes;
  std::uint64_t address;
};

class Addresses : public testing::TestWithParam<AddressRow> {};

TEST_P(Addresses, AreThoseOfTheCpu) {
  AddressRow const& row = GetParam();
  MmioMachine machine;
  machine.cpu[Register::rax] = 0x4'0000;
  machine.cpu[Register::rbx] = 0xffff'ffff'0000'0010;
  machine.cpu[Register::rbp] = 0xfed0'0000;
  machine.cpu[Register::r12] = 0xfed1'0000;
  machine.cpu[Register::r13] = 0xfed2'0000;
  machine.cpu[Segment::gs].base = 0xfed3'0000;
  machine.cpu[Segment::ds].base = 0x1234;  // does not count in 64-bit mode
  ASSERT_EQ(machine.execute(row.bytes, row.address).kind, StepKind::done);
  ASSERT_EQ(machine.log.size(), 1U) << "else the address was another one";
  EXPECT_EQ(machine.log[0].address, row.address);
}

AddressRow const address_rows[] = {
    {"T56_RipRelativeCountsFromTheNextInstruction", {0x8b, 0x05, 0, 0, 0x20, 0}, 0x20'1006},
    {"T56_RipRelativeCountsTheImmediateToo", {0xc7, 0x05, 0, 0, 0x20, 0, 1, 2, 3, 4}, 0x20'100a},
    {"T56_SibWithoutBase", {0x8b, 0x04, 0x25, 0x20, 0, 0, 0x40}, 0x4000'0020},
    {"T56_SibWithoutBaseAndRexB", {0x41, 0x8b, 0x04, 0x25, 0x20, 0, 0, 0x40}, 0x4000'0020},
    {"T56_SibBaseR13WithDisplacement", {0x41, 0x8b, 0x44, 0x25, 0x08}, 0xfed2'0008},
    {"T56_SibBaseR12", {0x41, 0x8b, 0x04, 0x24}, 0xfed1'0000},
    {"T56_RbpWithDisplacement", {0x8b, 0x45, 0xf8}, 0xfecf'fff8},
    {"IndexTimesEight", {0x8b, 0x44, 0xc5, 0x04}, 0xfef0'0004},
    {"SegmentBaseOfGs", {0x65, 0x8b, 0x04, 0x25, 0x10, 0, 0, 0}, 0xfed3'0010},
    {"E9_AddressSize32CutsTheSum", {0x67, 0x8b, 0x83, 0xf0, 0xff, 0x7f, 0x7f}, 0x7f80'0000},
};
std::string address_name(testing::TestParamInfo<AddressRow> const& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(Form, Addresses, testing::ValuesIn(address_rows), address_name);

TEST(Instruction, NothingButTheDestinationChanges) {
  MmioMachine machine;
  for (unsigned i = 0; i < 16; ++i) machine.cpu.registers.at(i) = mmio + 0x1000U * i;
  auto expected = machine.cpu.registers;
  expected[9] = 0xeeee'eeee;
  ASSERT_EQ(machine.execute({0x44, 0x8b, 0x08}, mmio).kind, StepKind::done);  // mov r9d, [rax]
  EXPECT_EQ(machine.cpu.registers, expected);
}

TEST(Instruction, VectorLoadsAreCutAndZeroWhatIsAbove) {
  struct Case {
    std::vector<std::uint8_t> bytes;
    std::vector<std::uint8_t> sizes;
    unsigned filled;    ///< bytes from the device
    unsigned replaced;  ///< bytes of the register that are not as before
  };
  for (Case const& row : {Case{{0x0f, 0x10, 0x03}, {8, 8}, 16, 16},        // movups
                          Case{{0x66, 0x0f, 0x6f, 0x03}, {8, 8}, 16, 16},  // movdqa
                          Case{{0x66, 0x0f, 0x6e, 0x03}, {4}, 4, 16},      // movd
                          Case{{0xf3, 0x0f, 0x7e, 0x03}, {8}, 8, 16},      // movq
                          Case{{0xc5, 0xfa, 0x6f, 0x03}, {8, 8}, 16, 32},  // vmovdqu xmm
                          Case{{0xc5, 0xfe, 0x6f, 0x03}, {8, 8, 8, 8}, 32, 32}}) {
    MmioMachine machine;
    machine.cpu[Register::rbx] = mmio;
    machine.cpu.vectors[0].fill(0x55);
    for (unsigned i = 0; i < 32; ++i) machine.device[mmio + i] = static_cast<std::uint8_t>(i + 1);
    ASSERT_EQ(machine.execute(row.bytes, mmio).kind, StepKind::done);
    ASSERT_EQ(machine.log.size(), row.sizes.size());
    for (std::size_t i = 0; i < row.sizes.size(); ++i) EXPECT_EQ(machine.log[i].size, row.sizes[i]);
    for (unsigned i = 0; i < 32; ++i) {
      unsigned const expected = i < row.filled ? i + 1 : i < row.replaced ? 0 : 0x55;
      EXPECT_EQ(machine.cpu.vectors[0].at(i), expected) << i;
    }
  }
}

TEST(Instruction, VectorStoresAreCutAscending) {
  MmioMachine machine;
  machine.cpu[Register::rbx] = mmio + 1;
  for (unsigned i = 0; i < 32; ++i) machine.cpu.vectors[9].at(i) = static_cast<std::uint8_t>(i);
  ASSERT_EQ(machine.execute({0xc5, 0x7e, 0x7f, 0x0b}, mmio + 1).kind, StepKind::done);  // ymm9
  EXPECT_EQ(machine.log, (std::vector{store_of(mmio + 1, 8, 0x0706'0504'0302'0100),
                                      store_of(mmio + 9, 8, 0x0f0e'0d0c'0b0a'0908),
                                      store_of(mmio + 17, 8, 0x1716'1514'1312'1110),
                                      store_of(mmio + 25, 8, 0x1f1e'1d1c'1b1a'1918)}));
  EXPECT_EQ(machine.op.step().commit.vector_width, 0);
}

TEST(Instruction, UsesTheGivenBytesAndFetchesNothing) {
  MmioMachine machine;
  machine.cpu[Register::rbx] = mmio;
  constexpr std::array<std::uint8_t, 2> bytes{0x8b, 0x03};
  Step const& step = machine.run(VmExit{.reason = ExitReason::ept_violation,
                                        .qualification = 0x181,
                                        .gpa = {mmio},
                                        .instruction_bytes = bytes});
  ASSERT_EQ(step.kind, StepKind::done);
  EXPECT_TRUE(machine.ram.data_reads.empty());
  EXPECT_EQ(machine.op.instruction_bytes().size(), 2U);
}

TEST(Instruction, FetchesWhatIsMissingOfTheGivenBytes) {
  MmioMachine machine;
  machine.cpu[Register::rbx] = mmio;
  machine.load({0xc7, 0x03, 1, 2, 3, 4});
  constexpr std::array<std::uint8_t, 3> bytes{0xc7, 0x03, 1};
  ASSERT_EQ(machine
                .run(VmExit{
                    .reason = ExitReason::ept_violation, .gpa = {mmio}, .instruction_bytes = bytes})
                .kind,
            StepKind::done);
  EXPECT_EQ(machine.log, std::vector{store_of(mmio, 4, 0x0403'0201)});
  EXPECT_EQ(machine.ram.data_reads, std::vector{Gpa{MmioMachine::code + 3}});
}

}  // namespace
}  // namespace acrn::core
