// SPDX-License-Identifier: BSD-3-Clause
#include "core/emulate/vcpu_io.hpp"

#include <gtest/gtest.h>

#include <random>

#include "core/decode/io_qualification.hpp"
#include "tests/unit/core/emulate/fakes.hpp"

namespace acrn::core {
namespace {

using fakes::Bytes;
using fakes::Cpu;
using fakes::Memory;
using fakes::Recorder;
using fakes::Slot;

VmExit pio_exit(Access const& access) {
  return {.reason = ExitReason::io_instruction,
          .instruction_length = 2,
          .qualification =
              encode_io_qualification({.port = {static_cast<std::uint16_t>(access.address)},
                                       .size = access.size,
                                       .direction = access.direction})};
}

VmExit mmio_exit(Access const& access, Register destination = Register::rcx) {
  return {.reason = ExitReason::ept_violation,
          .instruction_length = 3,
          .gpa = {access.address},
          .mmio = {.direction = access.direction,
                   .size = access.size,
                   .value = access.value,
                   .destination = destination}};
}

struct Vcpu {
  explicit Vcpu(Profile const& chosen = architectural) : profile{chosen} {}
  Profile const& profile;
  VmState vm{};
  Slot slot{};
  Cpu cpu{};
  Memory memory{};
  Effects effects{};
  VcpuIo io{};
  VcpuEnvironment<Slot, Cpu, Memory> env{vm, profile, slot, cpu, memory, effects};

  Progress begin(VmExit const& exit) {
    effects.clear();
    return io.begin(exit, env, Turn{}, Ticks{});
  }
  Progress answer(std::uint64_t value) {
    slot.answer = {.kind = Poll::Kind::value, .value = value};
    return io.resume(env, Turn{}, Ticks{});
  }
  Progress answer(Poll::Kind kind) {
    slot.answer = {.kind = kind};
    return io.resume(env, Turn{}, Ticks{});
  }
};

TEST(VcpuIo, ForwardsWhatNobodyClaimsAndCommitsOnlyWhenItIsAnswered) {
  Vcpu vcpu;
  vcpu.cpu.registers[0] = 0x1122'3344'5566'7788;
  ASSERT_EQ(vcpu.begin(pio_exit(fakes::in(0x3fd, 1))), Progress::waiting);
  EXPECT_EQ(vcpu.slot.submitted,
            (std::vector<Access>{{Space::port, Direction::read, 1, 0x3fd, 0xff}}));
  EXPECT_TRUE(vcpu.effects.upcall_wanted());
  EXPECT_EQ(vcpu.answer(Poll::Kind::waiting), Progress::waiting);
  ASSERT_EQ(vcpu.answer(0xaaaa'aa60), Progress::done);
  EXPECT_EQ(vcpu.io.commit().register_count, 1);
  EXPECT_EQ(vcpu.io.commit().registers[0], Register::rax);
  EXPECT_EQ(vcpu.io.commit().values[0], 0x1122'3344'5566'7760U);
  EXPECT_EQ(vcpu.io.commit().rip_advance, 2);
}

TEST(VcpuIo, LoadsFromADeviceOfTheHypervisorWithoutTheSlot) {
  Vcpu vcpu;
  Recorder device{.value = 0x1234'5678'9abc'def0};
  fakes::add_mmio(vcpu.vm, device.device(), 0xfed0'0000, 0x400);
  ASSERT_EQ(vcpu.begin(mmio_exit(fakes::load(0xfed0'00f0, 4), Register::r9)), Progress::done);
  EXPECT_TRUE(vcpu.slot.submitted.empty());
  EXPECT_FALSE(vcpu.effects.upcall_wanted());
  EXPECT_EQ(vcpu.io.commit().registers[0], Register::r9);
  EXPECT_EQ(vcpu.io.commit().values[0], 0x9abc'def0U);
  EXPECT_EQ(vcpu.io.commit().rip_advance, 3);
  EXPECT_TRUE(vcpu.cpu.asked.empty()) << "four bytes replace the whole register";
}

}  // namespace
}  // namespace acrn::core
