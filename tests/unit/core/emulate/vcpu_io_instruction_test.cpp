// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <vector>

#include "core/emulate/page_slot.hpp"
#include "core/emulate/vcpu_io.hpp"
#include "core/ioreq/hsm_slot.hpp"
#include "core/ioreq/page.hpp"
#include "tests/unit/core/emulate/fakes.hpp"

namespace acrn::core {
namespace {

constexpr std::uint64_t mmio = 0xfed0'0000;

/// lock add [rbx], eax
constexpr std::array<std::uint8_t, 3> locked_add{0xf0, 0x01, 0x03};

/// A vCPU whose slot is scripted and that has no RAM.
struct Vcpu {
  VmState vm{};
  fakes::Slot slot{};
  fakes::Cpu cpu = fakes::Cpu::with_rax(1);
  fakes::Memory memory{};
  Effects effects{};
  VcpuIo io{};
  VcpuEnvironment<fakes::Slot, fakes::Cpu, fakes::Memory> env{vm,  architectural, slot,
                                                              cpu, memory,        effects};
  Progress begin(std::uint64_t rbx, std::span<std::uint8_t const> bytes = locked_add) {
    cpu.registers[3] = rbx;
    return io.begin({.reason = ExitReason::ept_violation,
                     .qualification = 0x182,
                     .gpa = {rbx},
                     .instruction_bytes = bytes},
                    env, Turn{}, Ticks{});
  }
  Progress answer(std::uint64_t value) {
    slot.answer = {.kind = Poll::Kind::value, .value = value};
    return io.resume(env, Turn{}, Ticks{});
  }
};

TEST(VcpuIoInstruction, ALockedPairThatTheHypervisorAnswersEndsInOneCall) {
  Vcpu vcpu;
  fakes::Bytes device;
  fakes::add_mmio(vcpu.vm, device.device(), mmio, 0x1000);
  ASSERT_EQ(vcpu.begin(mmio), Progress::done) << "so that the turn is held over the pair";
  ASSERT_EQ(device.seen.size(), 2U);
  EXPECT_EQ(device.seen[1].direction, Direction::write);
  EXPECT_EQ(device.seen[1].value, truncate(fakes::Bytes::read(device.seen[0]) + 1, 4));
  EXPECT_TRUE(vcpu.io.operation().is_locked());
  EXPECT_EQ(vcpu.io.commit().rip_advance, 3);
}

TEST(VcpuIoInstruction, AForwardedPairIsTwoRequests) {
  Vcpu vcpu;
  ASSERT_EQ(vcpu.begin(mmio), Progress::waiting);
  VcpuIo const checkpoint = vcpu.io;
  ASSERT_EQ(vcpu.answer(0xd1d2'd3d4'0000'0041), Progress::waiting);
  EXPECT_EQ(vcpu.slot.submitted,
            (std::vector<Access>{{Space::mmio, Direction::read, 4, mmio, 0xffff'ffff},
                                 {Space::mmio, Direction::write, 4, mmio, 0x42}}));
  ASSERT_EQ(vcpu.answer(0x77), Progress::done);
  EXPECT_EQ(vcpu.io.commit().rflags, rflags::fixed | rflags::parity);
  EXPECT_TRUE(checkpoint.in_flight()) << "a copy is as far as it was";
}

TEST(VcpuIoInstruction, AnOperandOfADeviceAndAGapIsCutByItsOwners) {
  Vcpu vcpu;
  fakes::Bytes device;
  fakes::add_mmio(vcpu.vm, device.device(), mmio, 2);
  ASSERT_EQ(vcpu.begin(mmio), Progress::waiting) << "the upper half of the read is forwarded";
  ASSERT_EQ(vcpu.answer(0), Progress::waiting);
  ASSERT_EQ(vcpu.answer(0), Progress::done);
  EXPECT_EQ(device.seen.size(), 2U);
  EXPECT_EQ(vcpu.slot.submitted.size(), 2U);
}

TEST(VcpuIoInstruction, T65_EndsOnceWithAFaultAndTheNextExitIsWhole) {
  Vcpu vcpu;
  constexpr std::array<std::uint8_t, 2> undefined{0xd9, 0x03};
  ASSERT_EQ(vcpu.begin(mmio, undefined), Progress::fault);
  EXPECT_EQ(vcpu.io.fault(), (Fault{Vector::invalid_opcode}));
  EXPECT_EQ(vcpu.io.operation().instruction_bytes()[0], 0xd9);
  EXPECT_FALSE(vcpu.io.in_flight());
  EXPECT_TRUE(vcpu.slot.submitted.empty());
  ASSERT_EQ(vcpu.begin(mmio), Progress::waiting);
  ASSERT_EQ(vcpu.answer(0), Progress::waiting);
  ASSERT_EQ(vcpu.answer(0), Progress::done);
}

TEST(VcpuIoInstruction, T38_TheSizeIsInThePageBeforeTheRequestIsPending) {
  for (std::uint8_t const size : fakes::mmio_sizes) {
    VmState vm;
    PageStorage storage;
    HypervisorPage<AtomicMemory> page{AtomicMemory{storage}, Completion::notify};
    ASSERT_TRUE(page.announce(1).has_value());
    PageSlot slot{page, {0}};
    fakes::Cpu cpu;
    cpu.registers[3] = mmio;
    fakes::Memory memory;
    Effects effects;
    std::vector<std::uint8_t> bytes{0x8b, 0x03};  // mov rax, [rbx]
    if (size == 1) bytes[0] = 0x8a;
    if (size == 2) bytes.insert(bytes.begin(), 0x66);
    if (size == 8) bytes.insert(bytes.begin(), 0x48);
    VcpuIo io;
    VcpuEnvironment<PageSlot<AtomicMemory>, fakes::Cpu, fakes::Memory> const env{
        vm, architectural, slot, cpu, memory, effects};
    ASSERT_EQ(io.begin({.reason = ExitReason::ept_violation,
                        .qualification = 0x181,
                        .gpa = {mmio},
                        .instruction_bytes = bytes},
                       env, Turn{}, Ticks{}),
              Progress::waiting);
    HsmSlot<AtomicMemory> hsm{AtomicMemory{storage}, {0}};
    PendingRequest const seen = hsm.peek();
    EXPECT_EQ(
        seen.access,
        (Access{
            .space = Space::mmio, .direction = Direction::read, .size = size, .address = mmio}));
  }
}

TEST(VcpuIoInstruction, AnInstructionThatWasCancelledCommitsNothing) {
  Vcpu vcpu;
  ASSERT_EQ(vcpu.begin(mmio), Progress::waiting);
  ASSERT_EQ(vcpu.answer(5), Progress::waiting);
  vcpu.slot.answer = {.kind = Poll::Kind::cancelled};
  EXPECT_EQ(vcpu.io.resume(vcpu.env, Turn{}, Ticks{}), Progress::cancelled);
  EXPECT_FALSE(vcpu.io.in_flight());
}

}  // namespace
}  // namespace acrn::core
