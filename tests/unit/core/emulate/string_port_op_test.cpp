// SPDX-License-Identifier: BSD-3-Clause
#include "core/emulate/string_port_op.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "core/decode/io_qualification.hpp"
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
constexpr std::uint16_t port = 0x1f0;

static_assert(decode_string_io_information(0x1'8100, Direction::write) ==
              StringIoInformation{8, Segment::ds});
static_assert(decode_string_io_information(0x2'0080, Direction::write) ==
              StringIoInformation{4, Segment::fs});
static_assert(decode_string_io_information(0x3'8000, Direction::read) ==
              StringIoInformation{2, Segment::es});
static_assert(!decode_string_io_information(0x3'8000, Direction::write));
static_assert(!decode_string_io_information(0x180, Direction::read));

/// 64-bit addresses, and DS for OUTS.
constexpr std::uint32_t wide = 0x1'8100;

VmExit exit_of(Direction direction, std::uint8_t size, IoRepeat repeat,
               std::uint32_t information = wide) {
  IoQualification const io{.port = {port},
                           .size = size,
                           .direction = direction,
                           .form = IoForm::string,
                           .repeat = repeat};
  return {.reason = ExitReason::io_instruction,
          .instruction_length = 2,
          .qualification = encode_io_qualification(io),
          .instruction_information = information};
}
Access in_of(std::uint8_t size, std::uint64_t value) {
  return {Space::port, Direction::read, size, port, value};
}
Access out_of(std::uint8_t size, std::uint64_t value) {
  return {Space::port, Direction::write, size, port, value};
}

TEST(StringPort, T63_RepInsStoresOneElementPerExit) {
  MmioMachine machine;
  machine.cpu[Register::rax] = 0x77;
  machine.cpu[Register::rdi] = ram;
  machine.cpu[Register::rcx] = 2;
  machine.ports[port] = 0xabcd;
  ASSERT_EQ(machine.run(exit_of(Direction::read, 2, IoRepeat::rep)).kind, StepKind::done);
  EXPECT_EQ(machine.log, std::vector{in_of(2, 0xabcd)});
  EXPECT_EQ(machine.ram.get(ram, 4), 0xabcdU);
  EXPECT_EQ(machine.cpu.rip(), code);
  EXPECT_EQ(machine.cpu[Register::rdi], ram + 2);
  EXPECT_EQ(machine.cpu[Register::rcx], 1U);
  ASSERT_EQ(machine.run(exit_of(Direction::read, 2, IoRepeat::rep)).kind, StepKind::done);
  EXPECT_EQ(machine.cpu.rip(), code + 2);
  EXPECT_EQ(machine.cpu[Register::rcx], 0U);
  EXPECT_EQ(machine.cpu[Register::rax], 0x77U) << "RAX has no part in it";
}

TEST(StringPort, T63_OutsGoesDownInTheSegmentOfItsOverride) {
  MmioMachine machine;
  machine.cpu.flags |= rflags::direction;
  machine.cpu[Segment::gs].base = 0x1000;
  machine.cpu[Register::rsi] = ram;
  machine.ram.set(ram + 0x1000, 4, 0x4433'2211);
  ASSERT_EQ(machine.run(exit_of(Direction::write, 4, IoRepeat::none, 0x2'8100)).kind,
            StepKind::done);
  EXPECT_EQ(machine.log, std::vector{out_of(4, 0x4433'2211)});
  EXPECT_EQ(machine.cpu[Register::rsi], ram - 4);
  EXPECT_EQ(machine.cpu.rip(), code + 2);
}

TEST(StringPort, T63_TheCountAndTheAddressHaveTheSizeOfTheAddress) {
  MmioMachine machine;
  machine.cpu[Register::rsi] = 0x5555'0000'8000;
  machine.cpu[Register::rcx] = 0xffff'0000'0002;
  ASSERT_EQ(machine.run(exit_of(Direction::write, 1, IoRepeat::rep, 0x1'8080)).kind,
            StepKind::done);
  EXPECT_EQ(machine.cpu[Register::rsi], 0x8001U);
  EXPECT_EQ(machine.cpu[Register::rcx], 1U);
  machine.cpu[Register::rcx] = 0xffff'0000'0000;
  ASSERT_EQ(machine.run(exit_of(Direction::write, 1, IoRepeat::rep, 0x1'8080)).kind,
            StepKind::done);
  EXPECT_TRUE(machine.log.empty()) << "a count of 0 does nothing";
  EXPECT_EQ(machine.cpu[Register::rcx], 0xffff'0000'0000U);
  EXPECT_EQ(machine.cpu.rip(), code + 2);
}

TEST(StringPort, AddressSize16WrapsRdi) {
  MmioMachine machine{CpuMode::real16};
  machine.cpu[Register::rdi] = 0x7'ffff;
  machine.ports[port] = 0x5a;
  ASSERT_EQ(machine.run(exit_of(Direction::read, 1, IoRepeat::none, 0)).kind, StepKind::done);
  EXPECT_EQ(machine.ram.get(0xffff, 1), 0x5aU);
  EXPECT_EQ(machine.cpu[Register::rdi], 0x7'0000U);
}

TEST(StringPort, T63_AFaultOfTheMemoryOperandComesBeforeThePort) {
  MmioMachine machine;
  machine.enable_paging();
  machine.map(0x20'0000, ram, 1);
  machine.cpu[Register::rdi] = 0x20'0000;
  machine.cpu[Register::rsi] = 0x20'0ffe;
  machine.cpu[Register::rcx] = 5;
  Step const& ins = machine.run(exit_of(Direction::read, 1, IoRepeat::rep));
  ASSERT_EQ(ins.kind, StepKind::fault);
  EXPECT_EQ(ins.fault, (Fault{Vector::page_fault, 3, 0x20'0000}));
  EXPECT_TRUE(machine.log.empty());
  Step const& outs = machine.run(exit_of(Direction::write, 4, IoRepeat::rep));
  ASSERT_EQ(outs.kind, StepKind::fault);
  EXPECT_EQ(outs.fault, (Fault{Vector::page_fault, 0, 0x20'1000}));
  EXPECT_TRUE(machine.log.empty());
  EXPECT_EQ(machine.cpu[Register::rcx], 5U);
}

TEST(StringPort, TheMemoryOperandMayBeMmioInPart) {
  MmioMachine machine;
  machine.enable_paging();
  machine.map(0x20'0000, ram, 3);
  machine.map(0x20'1000, mmio, 3);
  machine.cpu[Register::rdi] = 0x20'0ffd;
  machine.ports[port] = 0x4433'2211;
  ASSERT_EQ(machine.run(exit_of(Direction::read, 4, IoRepeat::none)).kind, StepKind::done);
  EXPECT_EQ(machine.log, (std::vector{in_of(4, 0x4433'2211), store_of(mmio, 1, 0x44)}));
  EXPECT_EQ(machine.ram.get(ram + 0xffd, 2), 0x2211U);
  machine.set_device(mmio, 1, 0x99);
  machine.cpu[Register::rsi] = 0x20'0fff;
  ASSERT_EQ(machine.run(exit_of(Direction::write, 2, IoRepeat::none)).kind, StepKind::done);
  EXPECT_EQ(machine.log, (std::vector{load_of(mmio, 1, 0x99), out_of(2, 0x9933)}));
}

TEST(StringPort, RefusesWhatNoCpuReports) {
  MmioMachine machine;
  Step const& step = machine.run(exit_of(Direction::write, 1, IoRepeat::none, 0x3'8000));
  EXPECT_EQ(step.kind, StepKind::unsupported);
  EXPECT_EQ(step.unsupported, Unsupported::malformed_qualification);
  VmExit exit = exit_of(Direction::read, 1, IoRepeat::none);
  exit.qualification |= 2;  // a size of 3
  EXPECT_EQ(machine.run(exit).unsupported, Unsupported::malformed_qualification);
}

TEST(StringPort, T63_RepOutsByProfileSideBySide) {
  struct Case {
    Profile const* profile;
    std::uint64_t value;
    std::uint64_t rcx;
    std::uint64_t rip;
  };
  for (Case const& row : {Case{&architectural, 0x42, 2, code}, Case{&acrn_today, 0x77, 3, code + 2},
                          Case{&acrn2018, 0x77, 3, code + 2}}) {
    MmioMachine machine{CpuMode::long64, *row.profile};
    machine.cpu[Register::rax] = 0x77;
    machine.cpu[Register::rsi] = ram;
    machine.cpu[Register::rcx] = 3;
    machine.ram.set(ram, 1, 0x42);
    ASSERT_EQ(machine.run(exit_of(Direction::write, 1, IoRepeat::rep)).kind, StepKind::done);
    EXPECT_EQ(machine.log, std::vector{out_of(1, row.value)}) << row.profile->name;
    EXPECT_EQ(machine.cpu[Register::rcx], row.rcx) << row.profile->name;
    EXPECT_EQ(machine.cpu.rip(), row.rip) << row.profile->name;
  }
}

}  // namespace
}  // namespace acrn::core
