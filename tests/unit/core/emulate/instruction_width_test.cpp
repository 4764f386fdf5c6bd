// SPDX-License-Identifier: BSD-3-Clause
// How wide the accesses of an instruction are, and that no operation of a group is passed over.
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
using Bytes = std::vector<std::uint8_t>;

constexpr std::uint64_t mmio = MmioMachine::mmio;
constexpr std::uint8_t word_prefix = 0x66;
constexpr std::uint8_t rex_w = 0x48;

/// The instruction with the prefix that makes its operand 2, 4 or 8 bytes wide.
Bytes widened(Bytes bytes, std::uint8_t size) {
  if (size == 2) bytes.insert(bytes.begin(), word_prefix);
  if (size == 8) bytes.insert(bytes.begin(), rex_w);
  return bytes;
}

/// The accesses of an instruction whose operand is [rbx], or [rdi] and [rsi] for strings.
std::vector<Access> accesses_of(Bytes const& bytes) {
  MmioMachine machine;
  machine.cpu[Register::rbx] = mmio;
  machine.cpu[Register::rdi] = mmio;
  machine.cpu[Register::rsi] = mmio;
  EXPECT_EQ(machine.execute(bytes, mmio).kind, StepKind::done);
  return machine.log;
}

TEST(InstructionWidth, T39_ByteOperationsAreOneByteWide) {
  for (Bytes const& bytes : {Bytes{0x88, 0x03},
                             Bytes{0x8a, 0x03},
                             Bytes{0xc6, 0x03, 1},
                             Bytes{0x80, 0x0b, 1},
                             Bytes{0x08, 0x03},
                             Bytes{0x0a, 0x03},
                             Bytes{0x84, 0x03},
                             Bytes{0xf6, 0x03, 1},
                             Bytes{0xf6, 0x13},
                             Bytes{0xfe, 0x03},
                             Bytes{0x86, 0x03},
                             Bytes{0xc0, 0x23, 1},
                             Bytes{0xd0, 0x23},
                             Bytes{0xd2, 0x23},
                             Bytes{0x0f, 0xb0, 0x03},
                             Bytes{0x0f, 0xc0, 0x03},
                             Bytes{0x0f, 0x94, 0x03},
                             Bytes{0xa4},
                             Bytes{0xa6},
                             Bytes{0xaa},
                             Bytes{0xac},
                             Bytes{0xae}}) {
    for (bool const word : {false, true}) {  // the operand-size prefix does not count
      auto const log = accesses_of(word ? widened(bytes, 2) : bytes);
      EXPECT_FALSE(log.empty());
      for (Access const& access : log) EXPECT_EQ(access.size, 1) << std::hex << +bytes[0];
    }
  }
}

TEST(InstructionWidth, T39_BitTestsAreAsWideAsTheirOperandThoughTheirOpcodeIsEven) {
  for (Bytes const& bytes :
       {Bytes{0x0f, 0xa3, 0x0b}, Bytes{0x0f, 0xab, 0x0b}, Bytes{0x0f, 0xb3, 0x0b},
        Bytes{0x0f, 0xbb, 0x0b}, Bytes{0x0f, 0xba, 0x23, 3}, Bytes{0x0f, 0xba, 0x2b, 3},
        Bytes{0x0f, 0xba, 0x33, 3}, Bytes{0x0f, 0xba, 0x3b, 3}}) {
    for (std::uint8_t const size : {std::uint8_t{2}, std::uint8_t{4}, std::uint8_t{8}}) {
      auto const log = accesses_of(widened(bytes, size));
      EXPECT_FALSE(log.empty());
      for (Access const& access : log) EXPECT_EQ(access.size, size) << std::hex << +bytes[1];
    }
  }
}

TEST(InstructionWidth, T40_ExtendingLoadsReadTheirSourcesSizeWhateverTheRegisters) {
  struct Row {
    std::uint8_t opcode, source;
  };
  for (Row const& row : {Row{0xb6, 1}, Row{0xb7, 2}, Row{0xbe, 1}, Row{0xbf, 2}}) {
    for (std::uint8_t const size : {std::uint8_t{2}, std::uint8_t{4}, std::uint8_t{8}}) {
      auto const log = accesses_of(widened({0x0f, row.opcode, 0x03}, size));
      ASSERT_EQ(log.size(), 1U);
      EXPECT_EQ(log[0].size, row.source) << std::hex << +row.opcode << " to " << +size;
    }
  }
}

TEST(InstructionWidth, T41_StoredValuesAreCutToTheirSize) {
  struct Row {
    Bytes bytes;
    Access store;
  };
  for (Row const& row :
       {Row{{0xaa}, store_of(mmio, 1, 0x88)}, Row{{0x66, 0xab}, store_of(mmio, 2, 0x7788)},
        Row{{0xab}, store_of(mmio, 4, 0x5566'7788)},
        Row{{0xc6, 0x03, 0xff}, store_of(mmio, 1, 0xff)},
        Row{{0x80, 0x0b, 0xff}, store_of(mmio, 1, 0xff)},
        Row{{0x66, 0x83, 0x0b, 0x80}, store_of(mmio, 2, 0xff80)},
        Row{{0x83, 0x0b, 0x80}, store_of(mmio, 4, 0xffff'ff80)},
        Row{{0x48, 0x83, 0x0b, 0x80}, store_of(mmio, 8, 0xffff'ffff'ffff'ff80)}}) {
    MmioMachine machine;
    machine.cpu[Register::rax] = 0x1122'3344'5566'7788;
    machine.cpu[Register::rbx] = mmio;
    machine.cpu[Register::rdi] = mmio;
    machine.set_device(mmio, 8, 0);
    ASSERT_EQ(machine.execute(row.bytes, mmio).kind, StepKind::done);
    ASSERT_FALSE(machine.log.empty());
    EXPECT_EQ(machine.log.back(), row.store);
  }
}

/// What an operation of group 1 leaves of 0xf0f0 with the immediate 0x0f and CF set.
struct GroupRow {
  std::uint8_t extension;
  std::uint16_t result;
  bool writes;
};

TEST(InstructionWidth, T42_EveryOperationOfGroup1IsPerformedNoneIsPassedOver) {
  for (GroupRow const& row :
       {GroupRow{0, 0xf0ff, true}, GroupRow{1, 0xf0ff, true}, GroupRow{2, 0xf100, true},
        GroupRow{3, 0xf0e0, true}, GroupRow{4, 0x0000, true}, GroupRow{5, 0xf0e1, true},
        GroupRow{6, 0xf0ff, true}, GroupRow{7, 0xf0f0, false}}) {
    auto const modrm = static_cast<std::uint8_t>(0x03U | unsigned{row.extension} << 3U);
    for (Profile const* profile : profiles) {
      bool const zero = profile->old_value == OldValueRule::zero;
      if (zero && (row.extension == 1 || row.extension == 4)) continue;  // T43's table
      for (Bytes const& bytes :
           {Bytes{0x66, 0x83, modrm, 0x0f}, Bytes{0x66, 0x81, modrm, 0x0f, 0}}) {
        MmioMachine machine{CpuMode::long64, *profile};
        machine.cpu.flags |= rflags::carry;
        machine.cpu[Register::rbx] = mmio;
        machine.set_device(mmio, 2, 0xf0f0);
        ASSERT_EQ(machine.execute(bytes, mmio).kind, StepKind::done) << +row.extension;
        EXPECT_EQ(machine.get_device(mmio, 2), row.result) << +row.extension << profile->name;
        EXPECT_EQ(machine.log.size(), row.writes ? 2U : 1U) << +row.extension;
        EXPECT_EQ(machine.log[0], load_of(mmio, 2, 0xf0f0));
      }
    }
  }
}

TEST(InstructionWidth, T42_TheGroupsOpcodeWithoutAMeaningFaults) {
  MmioMachine machine;  // 82 is an alias of 80 outside 64-bit mode only
  machine.cpu[Register::rbx] = mmio;
  Step const& step = machine.execute({0x82, 0x0b, 0x01}, mmio);
  ASSERT_EQ(step.kind, StepKind::fault);
  EXPECT_EQ(step.fault, (Fault{Vector::invalid_opcode}));
  EXPECT_EQ(machine.cpu.rip(), MmioMachine::code) << "not skipped";
}

TEST(InstructionWidth, T44_ComparingAByteReadsOneByte) {
  for (Profile const* profile : profiles) {
    MmioMachine machine{CpuMode::long64, *profile};
    machine.cpu[Register::rbx] = mmio;
    machine.set_device(mmio, 4, 0x7777'77f0);
    ASSERT_EQ(machine.execute({0x80, 0x3b, 0xf0}, mmio).kind, StepKind::done);
    EXPECT_EQ(machine.log, std::vector{load_of(mmio, 1, 0xf0)}) << profile->name;
    EXPECT_EQ(machine.cpu.rflags() & rflags::zero, rflags::zero) << profile->name;
  }
}

TEST(InstructionWidth, T54_FifteenBytesAcrossAPageEndAreFetchedFromBothPages) {
  Bytes const bytes{0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0xc7,
                    0x83, 0x10, 0,    0,    0,    0x34, 0x12};  // mov word [rbx+16], 0x1234
  constexpr std::uint64_t code = 0x20'0000;
  constexpr std::uint64_t first_page = 0x8000;
  constexpr std::uint64_t second_page = 0x3000;
  for (std::uint64_t before = 1; before < bytes.size(); ++before) {
    for (bool const present : {true, false}) {
      MmioMachine machine;
      machine.enable_paging();
      machine.map(code, first_page, 3);
      if (present) machine.map(code + 0x1000, second_page, 3);
      machine.map(0x30'0000, mmio, 3);
      machine.cpu[Register::rbx] = 0x30'0000;
      machine.cpu.instruction_pointer = code + 0x1000 - before;
      for (std::uint64_t i = 0; i < bytes.size(); ++i) {
        std::uint64_t const page = i < before ? first_page + 0x1000 - before : second_page - before;
        machine.ram.set(page + i, 1, bytes[i]);
      }
      Step const& step = machine.run(mmio + 16);
      if (present) {
        ASSERT_EQ(step.kind, StepKind::done) << before;
        EXPECT_EQ(machine.log, std::vector{store_of(mmio + 16, 2, 0x1234)});
        EXPECT_EQ(machine.cpu.rip(), code + 0x1000 - before + bytes.size());
      } else {
        ASSERT_EQ(step.kind, StepKind::fault) << before;
        EXPECT_EQ(step.fault, (Fault{Vector::page_fault, 0, code + 0x1000})) << before;
        EXPECT_TRUE(machine.log.empty());
      }
    }
  }
}

TEST(InstructionWidth, T58_RepStosChecksItsDestinationWhateverTheSegmentOverride) {
  MmioMachine machine;
  machine.enable_paging();
  machine.map(0x30'0000, mmio, 1);  // read-only
  machine.cpu[Register::rdi] = 0x30'0ffe;
  machine.cpu[Register::rcx] = 2;
  machine.load({0x64, 0xf3, 0xab});  // fs: does not count for the destination
  machine.cpu[Segment::fs].base = 0x1000;
  Step const& refused = machine.run(mmio + 0xffe);
  ASSERT_EQ(refused.kind, StepKind::fault);
  EXPECT_EQ(refused.fault, (Fault{Vector::page_fault, 3, 0x30'0ffe}));
  machine.map(0x30'0000, mmio, 3);
  Step const& absent = machine.run(mmio + 0xffe);
  ASSERT_EQ(absent.kind, StepKind::fault);
  EXPECT_EQ(absent.fault, (Fault{Vector::page_fault, 2, 0x30'1000})) << "its second page";
  EXPECT_TRUE(machine.log.empty());
  EXPECT_EQ(machine.cpu[Register::rcx], 2U);
}

}  // namespace
}  // namespace acrn::core
