// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "core/emulate/instruction_op.hpp"
#include "tests/support/mmio_machine.hpp"

namespace acrn::core {
namespace {

using fakes::CpuMode;
using fakes::load_of;
using fakes::MmioMachine;
using fakes::store_of;

constexpr std::uint64_t mmio = MmioMachine::mmio;
constexpr std::uint64_t ram = 0x8000;
constexpr std::uint64_t code = MmioMachine::code;

TEST(InstructionString, T57_RepMovsFromRamTakesOneElementPerExit) {
  MmioMachine machine;
  machine.load({0xf3, 0x66, 0xa5});  // rep movsw
  machine.cpu[Register::rsi] = ram;
  machine.cpu[Register::rdi] = mmio;
  machine.cpu[Register::rcx] = 3;
  machine.ram.set(ram, 8, 0x8877'6655'4433'2211);
  for (std::uint64_t element = 0; element < 3; ++element) {
    EXPECT_EQ(machine.cpu.rip(), code) << element;
    ASSERT_EQ(machine.run(mmio + 2 * element).kind, StepKind::done);
    EXPECT_EQ(machine.log,
              std::vector{store_of(mmio + 2 * element, 2, machine.ram.get(ram + 2 * element, 2))});
    EXPECT_EQ(machine.cpu[Register::rcx], 2 - element);
    EXPECT_EQ((machine.cpu.rflags() & rflags::resume) != 0, element < 2) << "RF while repeating";
  }
  EXPECT_EQ(machine.cpu.rip(), code + 3);
  EXPECT_EQ(machine.cpu[Register::rsi], ram + 6);
  EXPECT_EQ(machine.cpu[Register::rdi], mmio + 6);
}

TEST(InstructionString, T57_MovsFromMmioToRamDownwards) {
  MmioMachine machine;
  machine.cpu.flags |= rflags::direction;
  machine.cpu[Register::rsi] = mmio + 8;
  machine.cpu[Register::rdi] = ram + 8;
  machine.set_device(mmio + 8, 8, 0x1122'3344'5566'7788);
  ASSERT_EQ(machine.execute({0x48, 0xa5}, mmio + 8).kind, StepKind::done);
  EXPECT_EQ(machine.log, std::vector{load_of(mmio + 8, 8, 0x1122'3344'5566'7788)});
  EXPECT_EQ(machine.ram.get(ram + 8, 8), 0x1122'3344'5566'7788U);
  EXPECT_EQ(machine.cpu[Register::rsi], mmio);
  EXPECT_EQ(machine.cpu[Register::rdi], ram);
  EXPECT_EQ(machine.cpu.rip(), code + 2);
}

TEST(InstructionString, MovsBetweenTwoMmioRanges) {
  MmioMachine machine;
  constexpr std::uint64_t other = 0xfee0'0000;
  machine.cpu[Register::rsi] = mmio;
  machine.cpu[Register::rdi] = other;
  machine.set_device(mmio, 4, 0xcafe'f00d);
  ASSERT_EQ(machine.execute({0xa5}, mmio).kind, StepKind::done);
  EXPECT_EQ(machine.log,
            (std::vector{load_of(mmio, 4, 0xcafe'f00d), store_of(other, 4, 0xcafe'f00d)}));
}

TEST(InstructionString, T57_AnElementThatStraddlesPagesIsCutAndMapsAnywhere) {
  MmioMachine machine;
  machine.enable_paging();
  machine.map(0x20'0000, ram, 3);
  machine.map(0x20'1000, 0x3000, 3);  // not the page that follows ram physically
  machine.map(0x30'0000, mmio, 3);
  machine.cpu[Register::rsi] = 0x30'0000;
  machine.cpu[Register::rdi] = 0x20'0ffd;
  machine.set_device(mmio, 8, 0x8877'6655'4433'2211);
  ASSERT_EQ(machine.execute({0x48, 0xa5}, mmio).kind, StepKind::done);
  EXPECT_EQ(machine.ram.get(ram + 0xffd, 2), 0x2211U);
  EXPECT_EQ(machine.ram.get(ram + 0xfff, 1), 0x33U);
  EXPECT_EQ(machine.ram.get(0x3000, 8), 0x88'7766'5544U);
  EXPECT_EQ(machine.ram.get(0x9000, 8), 0U);
}

TEST(InstructionString, StraddlesRamAndMmio) {
  MmioMachine machine;
  machine.enable_paging();
  machine.map(0x20'0000, ram, 3);
  machine.map(0x20'1000, mmio, 3);
  machine.ram.set(ram + 0xffd, 2, 0x2211);
  machine.ram.set(ram + 0xfff, 1, 0x33);
  machine.set_device(mmio, 8, 0xff'ff77'6655'44);
  machine.cpu[Register::rbx] = 0x20'0ffd;
  machine.cpu[Register::rax] = 0x0101'0101'0101'0101;
  ASSERT_EQ(machine.execute({0x48, 0x01, 0x03}, mmio).kind, StepKind::done);  // add [rbx], rax
  EXPECT_EQ(machine.log, (std::vector{load_of(mmio, 4, 0x7766'5544), load_of(mmio + 4, 1, 0xff),
                                      store_of(mmio, 4, 0x7867'5645), store_of(mmio + 4, 1, 0)}));
  EXPECT_EQ(machine.ram.get(ram + 0xffd, 2), 0x2312U);
  EXPECT_EQ(machine.ram.get(ram + 0xfff, 1), 0x34U);
}

TEST(InstructionString, T58_RepStosWritesRaxCutToItsSize) {
  MmioMachine machine;
  machine.load({0xf3, 0xaa});
  machine.cpu[Register::rax] = 0xffff'ffff'ffff'ffa5;
  machine.cpu[Register::rdi] = mmio;
  machine.cpu[Register::rcx] = 2;
  ASSERT_EQ(machine.run(mmio).kind, StepKind::done);
  ASSERT_EQ(machine.run(mmio + 1).kind, StepKind::done);
  EXPECT_EQ(machine.log, std::vector{store_of(mmio + 1, 1, 0xa5)});
  EXPECT_EQ(machine.cpu.rip(), code + 2);
  EXPECT_EQ(machine.cpu[Register::rcx], 0U);
}

TEST(InstructionString, ACountOfZeroDoesNothing) {
  MmioMachine machine;
  machine.cpu[Register::rdi] = mmio;
  machine.cpu[Register::rcx] = 0x1'0000'0000;  // ECX is what counts
  auto const before = machine.cpu.registers;
  ASSERT_EQ(machine.execute({0x67, 0xf3, 0xaa}, mmio).kind, StepKind::done);
  EXPECT_TRUE(machine.log.empty());
  EXPECT_EQ(machine.cpu.registers, before);
  EXPECT_EQ(machine.cpu.rip(), code + 3);
}

TEST(InstructionString, AddressSize32ZeroExtendsWhatItMoves) {
  MmioMachine machine;
  machine.cpu[Register::rsi] = 0xaaaa'aaaa'0000'8000;
  machine.cpu[Register::rdi] = 0xbbbb'bbbb'ffff'fffc;
  machine.cpu[Register::rcx] = 0xcccc'cccc'0000'0001;
  machine.ram.set(ram, 4, 0x1234);
  ASSERT_EQ(machine.execute({0x67, 0xf3, 0xa5}, 0xffff'fffc).kind, StepKind::done);
  EXPECT_EQ(machine.log, std::vector{store_of(0xffff'fffc, 4, 0x1234)});
  EXPECT_EQ(machine.cpu[Register::rsi], 0x8004U);
  EXPECT_EQ(machine.cpu[Register::rdi], 0U);
  EXPECT_EQ(machine.cpu[Register::rcx], 0U);
}

TEST(InstructionString, AddressSize16MergesAndWraps) {
  MmioMachine machine{CpuMode::real16};
  machine.cpu[Segment::es].base = mmio;
  machine.cpu[Register::rax] = 0x5a;
  machine.cpu[Register::rdi] = 0x1234'ffff;
  ASSERT_EQ(machine.execute({0xaa}, mmio + 0xffff).kind, StepKind::done);
  EXPECT_EQ(machine.log, std::vector{store_of(mmio + 0xffff, 1, 0x5a)});
  EXPECT_EQ(machine.cpu[Register::rdi], 0x1234'0000U);
}

TEST(InstructionString, LodsLoadsTheAccumulatorFromAnOverriddenSegment) {
  MmioMachine machine;
  machine.cpu[Segment::fs].base = 0x1000;
  machine.cpu[Register::rax] = ~std::uint64_t{0};
  machine.cpu[Register::rsi] = mmio;
  machine.set_device(mmio + 0x1000, 4, 0x8765'4321);
  ASSERT_EQ(machine.execute({0x64, 0xad}, mmio + 0x1000).kind, StepKind::done);
  EXPECT_EQ(machine.cpu[Register::rax], 0x8765'4321U);
  EXPECT_EQ(machine.cpu[Register::rsi], mmio + 4);
}

/// One repeated comparison: what stops it.
struct Comparison {
  std::uint8_t prefix;
  std::uint8_t device;  ///< compared with 0x40
  std::uint64_t count;
  bool ends;
};

TEST(InstructionString, ScasAndCmpsEndByCountAndByZf) {
  for (Comparison const& row : {Comparison{0xf3, 0x40, 2, false}, Comparison{0xf3, 0x41, 2, true},
                                Comparison{0xf2, 0x40, 2, true}, Comparison{0xf2, 0x41, 2, false},
                                Comparison{0xf3, 0x40, 1, true}, Comparison{0xf2, 0x41, 1, true}}) {
    for (bool const scas : {true, false}) {
      MmioMachine machine;
      machine.load({row.prefix, scas ? std::uint8_t{0xae} : std::uint8_t{0xa6}});
      machine.cpu[Register::rax] = 0x40;
      machine.cpu[Register::rcx] = row.count;
      machine.cpu[Register::rsi] = ram;
      machine.cpu[Register::rdi] = mmio;
      machine.ram.set(ram, 1, 0x40);
      machine.set_device(mmio, 1, row.device);
      ASSERT_EQ(machine.run(mmio).kind, StepKind::done);
      EXPECT_EQ(machine.log, std::vector{load_of(mmio, 1, row.device)});
      EXPECT_EQ(machine.cpu.rip(), row.ends ? code + 2 : code);
      EXPECT_EQ(machine.cpu[Register::rcx], row.count - 1);
      EXPECT_EQ(machine.cpu[Register::rdi], mmio + 1);
      EXPECT_EQ(machine.cpu[Register::rsi], scas ? ram : ram + 1);
      EXPECT_EQ((machine.cpu.rflags() & rflags::zero) != 0, row.device == 0x40);
      EXPECT_EQ((machine.cpu.rflags() & rflags::carry) != 0, row.device > 0x40) << "0x40 - memory";
    }
  }
}

TEST(InstructionString, T57_ADestinationThatIsNotWritableFaultsBeforeTheSourceIsRead) {
  MmioMachine machine;
  machine.enable_paging();
  machine.map(0x30'0000, mmio, 3);
  machine.map(0x20'0000, ram, 1);  // read-only
  machine.cpu[Register::rsi] = 0x30'0000;
  machine.cpu[Register::rdi] = 0x20'0ffe;
  auto const before = machine.cpu.registers;
  Step const& step = machine.execute({0xa5}, mmio);
  ASSERT_EQ(step.kind, StepKind::fault);
  EXPECT_EQ(step.fault, (Fault{Vector::page_fault, 3, 0x20'0ffe})) << "E10: CR2 is the guest's";
  EXPECT_TRUE(machine.log.empty());
  EXPECT_EQ(machine.cpu.registers, before);
  machine.map(0x20'0000, ram, 3);
  Step const& second = machine.execute({0xa5}, mmio);
  ASSERT_EQ(second.kind, StepKind::fault);
  EXPECT_EQ(second.fault, (Fault{Vector::page_fault, 2, 0x20'1000})) << "T60: not present, P = 0";
  EXPECT_TRUE(machine.log.empty());
}

TEST(InstructionString, AWriteThatRomRefusesBecomesAnAccess) {
  MmioMachine machine;
  machine.ram.rom_from = ram;
  machine.ram.set(ram, 4, 7);
  machine.cpu[Register::rsi] = mmio;
  machine.cpu[Register::rdi] = ram;
  machine.set_device(mmio, 4, 0x99);
  ASSERT_EQ(machine.execute({0xa5}, mmio).kind, StepKind::done);
  EXPECT_EQ(machine.log, (std::vector{load_of(mmio, 4, 0x99), store_of(ram, 4, 0x99)}));
  EXPECT_EQ(machine.ram.get(ram, 4), 7U);
}

}  // namespace
}  // namespace acrn::core
