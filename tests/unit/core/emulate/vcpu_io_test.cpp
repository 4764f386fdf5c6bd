// SPDX-License-Identifier: BSD-3-Clause
#include "core/emulate/vcpu_io.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "core/decode/io_qualification.hpp"
#include "core/emulate/page_slot.hpp"
#include "core/ioreq/hsm_slot.hpp"
#include "core/ioreq/memory.hpp"
#include "core/ioreq/page.hpp"
#include "tests/unit/core/emulate/fakes.hpp"

namespace acrn::core {
namespace {

using fakes::Bytes;
using fakes::Cpu;
using fakes::Memory;
using fakes::Recorder;

static_assert(SlotEnd<fakes::Slot> && SlotEnd<HypervisorSlot<AtomicMemory>> &&
              SlotEnd<PageSlot<AtomicMemory>>);

constexpr std::uint64_t rax = 0x1122'3344'5566'7788;

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

/// A vCPU with a scripted slot.
struct Vcpu {
  explicit Vcpu(Profile const& chosen = architectural) : profile{chosen} { cpu.registers[0] = rax; }
  Profile const& profile;
  VmState vm{};
  fakes::Slot slot{};
  Cpu cpu{};
  Memory memory{};
  Effects effects{};
  VcpuIo io{};
  VcpuEnvironment<fakes::Slot, Cpu, Memory> env{vm, profile, slot, cpu, memory, effects};

  Progress begin(VmExit const& exit) {
    effects.clear();
    return io.begin(exit, env, Turn{}, Ticks{});
  }
  Progress resume() { return io.resume(env, Turn{}, Ticks{}); }
  Progress answer(std::uint64_t value) {
    slot.answer = {.kind = Poll::Kind::value, .value = value};
    return resume();
  }
  Progress answer(Poll::Kind kind) {
    slot.answer = {.kind = kind};
    return resume();
  }
};

TEST(VcpuIo, ForwardsWhatNobodyClaimsAndCommitsWhenItIsAnswered) {
  Vcpu vcpu;
  ASSERT_EQ(vcpu.begin(pio_exit(fakes::in(0x3fd, 1))), Progress::waiting);
  EXPECT_EQ(vcpu.slot.submitted,
            (std::vector<Access>{{Space::port, Direction::read, 1, 0x3fd, 0xff}}));
  EXPECT_EQ(vcpu.io.route(), Route::forward);
  EXPECT_TRUE(vcpu.effects.upcall_wanted());
  EXPECT_TRUE(vcpu.io.in_flight());
  EXPECT_EQ(vcpu.answer(Poll::Kind::waiting), Progress::waiting) << "a spurious notification";
  ASSERT_EQ(vcpu.answer(0xaaaa'aa60), Progress::done);
  EXPECT_FALSE(vcpu.io.in_flight());
  EXPECT_EQ(vcpu.io.access().value, 0x60U);
  EXPECT_EQ(vcpu.io.commit().register_count, 1);
  EXPECT_EQ(vcpu.io.commit().registers[0], Register::rax);
  EXPECT_EQ(vcpu.io.commit().values[0], 0x1122'3344'5566'7760U);
  EXPECT_EQ(vcpu.io.commit().rip_advance, 2);
}

TEST(VcpuIo, T33_TheDeviceModelGetsOutMaskedToSizeAndItsAnswerIsNoValue) {
  Vcpu vcpu;
  ASSERT_EQ(vcpu.begin(pio_exit(fakes::out(0xb2, 1, 0))), Progress::waiting);
  EXPECT_EQ(vcpu.slot.submitted, std::vector{fakes::out(0xb2, 1, 0x88)});
  ASSERT_EQ(vcpu.answer(0x55), Progress::done);
  EXPECT_EQ(vcpu.io.access().value, 0x88U);
  EXPECT_EQ(vcpu.io.commit().register_count, 0);
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

TEST(VcpuIo, ForwardsWhatADeviceDeclinesAfterActing) {
  Vcpu vcpu;
  Recorder peeking{.result = HandlerResult::declined()};
  fakes::add_ports(vcpu.vm, peeking.device(), 0x404, 2);
  ASSERT_EQ(vcpu.begin(pio_exit(fakes::out(0x404, 2, 0))), Progress::waiting);
  EXPECT_EQ(peeking.seen.size(), 1U);
  EXPECT_EQ(vcpu.slot.submitted, std::vector{fakes::out(0x404, 2, 0x7788)});
}

TEST(VcpuIo, T50_WithoutAHandlerTheWholeAccessIsForwardedByEveryProfile) {
  for (Profile const* profile : profiles) {
    Vcpu vcpu{*profile};
    ASSERT_EQ(vcpu.begin(pio_exit(fakes::in(0xcfa, 4))), Progress::waiting) << profile->name;
    ASSERT_EQ(vcpu.slot.submitted.size(), 1U);
    EXPECT_EQ(vcpu.slot.submitted[0].size, 4) << profile->name;
    EXPECT_EQ(vcpu.answer(5), Progress::done) << profile->name;
  }
}

TEST(VcpuIo, T45_ASpanningInEndsByProfileSideBySide) {
  struct Row {
    Profile const* profile;
    Progress progress;
    std::size_t pieces;
    int error;
  };
  for (Row const& row :
       {Row{&architectural, Progress::waiting, 1, 0}, Row{&acrn_today, Progress::done, 0, 0},
        Row{&acrn2018, Progress::fault, 0, -5}}) {
    Vcpu vcpu{*row.profile};
    Bytes device;
    fakes::add_ports(vcpu.vm, device.device(), 0x3f8, 8);
    EXPECT_EQ(vcpu.begin(pio_exit(fakes::in(0x3fe, 4))), row.progress) << row.profile->name;
    EXPECT_EQ(vcpu.slot.submitted.size(), row.pieces) << row.profile->name;
    EXPECT_EQ(to_errno(vcpu.io.route(), vcpu.effects), row.error) << row.profile->name;
  }
}

TEST(VcpuIo, T45_CutsASpanningAccessIntoPiecesForTheirOwners) {
  Vcpu vcpu;
  Bytes device;
  fakes::add_ports(vcpu.vm, device.device(), 0x3f8, 8);
  ASSERT_EQ(vcpu.begin(pio_exit(fakes::in(0x3f6, 4))), Progress::waiting);
  EXPECT_EQ(vcpu.io.request(), vcpu.slot.submitted.at(0));
  EXPECT_EQ(vcpu.io.access().size, 4) << "the instruction's access stays whole";
  ASSERT_EQ(vcpu.answer(0xffff'beef), Progress::done);
  EXPECT_EQ(vcpu.slot.submitted.size(), 1U);
  ASSERT_EQ(device.seen.size(), 1U);
  EXPECT_EQ(device.seen[0].address, 0x3f8U);
  EXPECT_EQ(device.seen[0].size, 2);
  std::uint64_t const expected = 0xbeef | Bytes::read(device.seen[0]) << 16U;
  EXPECT_EQ(vcpu.io.commit().values[0], expected);
  EXPECT_EQ(vcpu.io.access().value, expected);
}

TEST(VcpuIo, SubmitsForwardedPiecesOneAfterAnother) {
  Vcpu vcpu;
  ASSERT_EQ(vcpu.begin(mmio_exit(fakes::store(0x1ffe, 4, 0x4433'2211))), Progress::waiting);
  EXPECT_EQ(vcpu.slot.submitted, std::vector{fakes::store(0x1ffe, 2, 0x2211)});
  vcpu.effects.clear();
  ASSERT_EQ(vcpu.answer(0), Progress::waiting);
  EXPECT_TRUE(vcpu.effects.upcall_wanted()) << "each piece is a request of its own";
  ASSERT_EQ(vcpu.slot.submitted.size(), 2U);
  EXPECT_EQ(vcpu.slot.submitted[1], fakes::store(0x2000, 2, 0x4433));
  ASSERT_EQ(vcpu.answer(0), Progress::done);
  EXPECT_EQ(vcpu.io.access(), fakes::store(0x1ffe, 4, 0x4433'2211));
}

TEST(VcpuIo, AFailingPieceEndsTheInstructionWithoutACommit) {
  Vcpu vcpu;
  Recorder good;
  Recorder bad{.result = HandlerResult::failed(-22)};
  fakes::add_ports(vcpu.vm, good.device(), 0x60, 1);
  fakes::add_ports(vcpu.vm, bad.device(), 0x61, 1);
  EXPECT_EQ(vcpu.begin(pio_exit(fakes::in(0x60, 4))), Progress::fault);
  EXPECT_EQ(good.seen.size(), 1U) << "what came before has happened";
  EXPECT_EQ(vcpu.io.fault(), (Fault{Vector::general_protection, 0}));
  EXPECT_EQ(vcpu.effects.handler_errno(), -22);
  EXPECT_TRUE(vcpu.slot.submitted.empty());
  EXPECT_EQ(vcpu.begin(pio_exit(fakes::in(0x60, 1))), Progress::done) << "the next exit is whole";
}

TEST(VcpuIo, T48_AnMmioAccessPastTheTopIsAFault) {
  for (Profile const* profile : profiles) {
    Vcpu vcpu{*profile};
    EXPECT_EQ(vcpu.begin(mmio_exit(fakes::load(~std::uint64_t{0}, 2))), Progress::fault);
    EXPECT_EQ(vcpu.io.route(), Route::invalid);
    EXPECT_EQ(vcpu.io.fault(), (Fault{Vector::general_protection, 0}));
  }
}

TEST(VcpuIo, T47_AWordAtPortFfffReachesPortZeroWhenItIsCut) {
  Vcpu vcpu;
  Bytes device;
  fakes::add_ports(vcpu.vm, device.device(), 0xffff, 1);
  fakes::add_ports(vcpu.vm, device.device(), 0, 1);
  ASSERT_EQ(vcpu.begin(pio_exit(fakes::in(0xffff, 2))), Progress::done);
  std::uint64_t const expected = Bytes::byte_at(0xffff) | unsigned{Bytes::byte_at(0)} << 8U;
  EXPECT_EQ(vcpu.io.commit().values[0], (rax & ~0xffffULL) | expected);
}

TEST(VcpuIo, WaitsForABusySlotAndNeverAsksTheDeviceTwice) {
  for (Busy reason : {Busy::in_flight, Busy::awaiting_clear, Busy::not_free}) {
    Vcpu vcpu;
    Recorder declining{.result = HandlerResult::declined()};
    fakes::add_ports(vcpu.vm, declining.device(), 0x64, 1);
    vcpu.slot.refuse = {reason, reason};
    EXPECT_EQ(vcpu.begin(pio_exit(fakes::in(0x64, 1))), Progress::busy);
    EXPECT_EQ(vcpu.io.busy(), reason);
    EXPECT_FALSE(vcpu.effects.upcall_wanted());
    EXPECT_TRUE(vcpu.io.in_flight());
    EXPECT_EQ(vcpu.resume(), Progress::busy);
    EXPECT_EQ(vcpu.resume(), Progress::waiting);
    EXPECT_TRUE(vcpu.effects.upcall_wanted());
    EXPECT_EQ(vcpu.answer(1), Progress::done);
    EXPECT_EQ(declining.seen.size(), 1U);
  }
}

TEST(VcpuIo, T28_WithoutAPageOrASlotAForwardedAccessIsAFault) {
  for (Busy reason : {Busy::no_page, Busy::no_such_vcpu}) {
    Vcpu vcpu;
    vcpu.slot.refuse = {reason};
    EXPECT_EQ(vcpu.begin(pio_exit(fakes::in(0x64, 1))), Progress::fault);
    EXPECT_EQ(vcpu.io.fault(), (Fault{Vector::general_protection, 0}));
    EXPECT_EQ(vcpu.io.busy(), reason);
    EXPECT_FALSE(vcpu.io.in_flight());
    EXPECT_FALSE(vcpu.effects.upcall_wanted());
  }
}

TEST(VcpuIo, EndsWithoutACommitWhenTheRequestIsWithdrawnOrBroken) {
  struct Row {
    Poll::Kind kind;
    Progress progress;
  };
  for (Row const& row : {Row{Poll::Kind::cancelled, Progress::cancelled},
                         Row{Poll::Kind::violation, Progress::violation}}) {
    Vcpu vcpu;
    ASSERT_EQ(vcpu.begin(pio_exit(fakes::in(0x64, 1))), Progress::waiting);
    EXPECT_EQ(vcpu.answer(row.kind), row.progress);
    EXPECT_FALSE(vcpu.io.in_flight());
    ASSERT_EQ(vcpu.begin(pio_exit(fakes::in(0x64, 1))), Progress::waiting);
    EXPECT_EQ(vcpu.answer(7), Progress::done) << "the next exit is not hurt";
  }
}

TEST(VcpuIo, CancelsOnlyWhatTheSlotHolds) {
  Vcpu vcpu;
  vcpu.io.cancel(vcpu.slot);
  EXPECT_TRUE(vcpu.slot.cancelled.empty()) << "there was no exit";
  vcpu.slot.refuse = {Busy::in_flight};
  ASSERT_EQ(vcpu.begin(pio_exit(fakes::in(0x64, 1))), Progress::busy);
  vcpu.io.cancel(vcpu.slot);
  EXPECT_TRUE(vcpu.slot.cancelled.empty()) << "it was never submitted";
  EXPECT_FALSE(vcpu.io.in_flight());
  ASSERT_EQ(vcpu.begin(pio_exit(fakes::in(0x64, 1))), Progress::waiting);
  vcpu.io.cancel(vcpu.slot);
  EXPECT_EQ(vcpu.slot.cancelled, std::vector{vcpu.slot.newest()});
  EXPECT_FALSE(vcpu.io.in_flight());
}

TEST(VcpuIo, SaysWhyAnExitIsUnsupportedAndDoesNothing) {
  Vcpu vcpu;
  VmExit const rep_outs{.reason = ExitReason::io_instruction, .qualification = 0x03f8'0030};
  EXPECT_EQ(vcpu.begin(rep_outs), Progress::unsupported);
  EXPECT_EQ(vcpu.io.unsupported(), Unsupported::string_io);
  EXPECT_TRUE(vcpu.slot.submitted.empty());
  EXPECT_FALSE(vcpu.io.in_flight());
}

TEST(VcpuIo, CanBeCheckpointedInFlight) {
  Vcpu vcpu;
  ASSERT_EQ(vcpu.begin(mmio_exit(fakes::load(0x1ffe, 4), Register::rdx)), Progress::waiting);
  VcpuIo const saved = vcpu.io;
  fakes::Slot const saved_slot = vcpu.slot;
  ASSERT_EQ(vcpu.answer(0x1111), Progress::waiting);
  ASSERT_EQ(vcpu.answer(0x2222), Progress::done);
  EXPECT_EQ(vcpu.io.commit().values[0], 0x2222'1111U);
  vcpu.io = saved;
  vcpu.slot = saved_slot;
  ASSERT_EQ(vcpu.answer(0x3333), Progress::waiting);
  ASSERT_EQ(vcpu.answer(0x4444), Progress::done);
  EXPECT_EQ(vcpu.io.commit().values[0], 0x4444'3333U);
}

TEST(VcpuIoDeathTest, ResumingWithoutAnExitStopsWithASentence) {
  Vcpu vcpu;
  EXPECT_DEATH(static_cast<void>(vcpu.resume()), "needs an exit in flight");
}

TEST(Progress, HasNames) {
  EXPECT_EQ(name(Progress::done), "done");
  EXPECT_EQ(name(Progress::waiting), "waiting");
  EXPECT_EQ(name(Progress::busy), "busy");
  EXPECT_EQ(name(Progress::fault), "fault");
  EXPECT_EQ(name(Progress::unsupported), "unsupported");
  EXPECT_EQ(name(Progress::cancelled), "cancelled");
  EXPECT_EQ(name(Progress::violation), "violation");
  EXPECT_EQ(name(static_cast<Progress>(99)), "?");
}

/// Runs one access to its end; the device model answers the complement of Bytes.
Progress run(Vcpu& vcpu, VmExit const& exit) {
  Progress progress = vcpu.begin(exit);
  while (progress == Progress::waiting) {
    progress = vcpu.answer(~Bytes::read(vcpu.slot.submitted.back()));
  }
  return progress;
}

/// What the guest must read: each byte from its owner.
template <class Claimed>
std::uint64_t expected_value(Access const& access, Claimed const& claimed) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < access.size; ++i) {
    std::uint64_t address = access.address + i;
    address = access.space == Space::port ? address & 0xffff : address;
    std::uint8_t const byte = Bytes::byte_at(address);
    value |= std::uint64_t{claimed(address) ? byte : static_cast<std::uint8_t>(~byte)} << (8 * i);
  }
  return value;
}

TEST(VcpuIo, ArchitecturalReadsGetEveryByteFromItsOwnerAroundAllPortEdges) {
  constexpr std::array<std::uint16_t, 7> claimed{0x0000, 0x0060, 0x0061, 0x0064,
                                                 0x0cf8, 0x0cfa, 0xffff};
  Vcpu vcpu;
  Bytes device;
  for (std::uint16_t port : claimed) {
    fakes::add_ports(vcpu.vm, device.device(), port, 1);
  }
  auto const is_claimed = [&claimed](std::uint64_t port) {
    return std::find(claimed.begin(), claimed.end(), port) != claimed.end();
  };
  for (std::uint16_t edge : claimed) {
    for (unsigned offset = 0; offset <= 16; ++offset) {
      std::uint64_t const port = (edge + 0x1'0000U - 8 + offset) & 0xffffU;
      for (std::uint8_t size : fakes::port_sizes) {
        Access const access = fakes::in(port, size);
        ASSERT_EQ(run(vcpu, pio_exit(access)), Progress::done);
        ASSERT_EQ(vcpu.io.access().value, expected_value(access, is_claimed)) << std::hex << port;
      }
    }
  }
}

TEST(VcpuIo, ArchitecturalStoresReachEveryOwnerOnceAroundMmioEdges) {
  auto const is_claimed = [](std::uint64_t gpa) {
    return (gpa >= 0x1ff9 && gpa < 0x2001) || gpa == 0x2003;
  };
  for (std::uint64_t gpa = 0x1ff0; gpa < 0x2010; ++gpa) {
    for (std::uint8_t size : fakes::mmio_sizes) {
      Vcpu vcpu;
      Bytes device;
      fakes::add_mmio(vcpu.vm, device.device(), 0x1ff9, 8);
      fakes::add_mmio(vcpu.vm, device.device(), 0x2003, 1);
      Access const access = fakes::store(gpa, size, 0x8877'6655'4433'2211);
      ASSERT_EQ(run(vcpu, mmio_exit(access)), Progress::done);
      std::map<std::uint64_t, std::uint8_t> forwarded;
      for (Access const& piece : vcpu.slot.submitted) {
        for (unsigned i = 0; i < piece.size; ++i) {
          ASSERT_TRUE(
              forwarded
                  .emplace(piece.address + i, static_cast<std::uint8_t>(piece.value >> (8 * i)))
                  .second);
        }
      }
      ASSERT_EQ(forwarded.size() + device.written.size(), size);
      for (unsigned i = 0; i < size; ++i) {
        auto& owner = is_claimed(gpa + i) ? device.written : forwarded;
        ASSERT_EQ(owner.at(gpa + i), 0x11 * (i + 1)) << std::hex << gpa << " + " << i;
      }
    }
  }
}

TEST(VcpuIo, GoesThroughARealPage) {
  PageStorage storage;
  AtomicMemory memory{storage};
  HypervisorPage<AtomicMemory> page{memory, Completion::notify};
  PageSlot<AtomicMemory> slot{page, VcpuId{2}};
  VmState vm;
  Cpu cpu{.registers = {rax}};
  Memory ram;
  Effects effects;
  VcpuEnvironment<PageSlot<AtomicMemory>, Cpu, Memory> const env{vm,  architectural, slot,
                                                                 cpu, ram,           effects};
  VcpuIo io;
  EXPECT_EQ(io.begin(pio_exit(fakes::in(0x60, 2)), env, Turn{}, Ticks{}), Progress::fault);
  EXPECT_EQ(io.busy(), Busy::no_page);
  ASSERT_TRUE(page.announce(2));
  EXPECT_EQ(io.begin(pio_exit(fakes::in(0x60, 2)), env, Turn{}, Ticks{}), Progress::fault);
  EXPECT_EQ(io.busy(), Busy::no_such_vcpu);
  ASSERT_TRUE(page.announce(3));
  ASSERT_EQ(io.begin(pio_exit(fakes::in(0x60, 2)), env, Turn{}, Ticks{}), Progress::waiting);

  HsmSlot<AtomicMemory> hsm{memory, VcpuId{2}};
  auto const claim = hsm.claim();
  ASSERT_TRUE(claim.has_value());
  EXPECT_EQ(io.resume(env, Turn{}, Ticks{}), Progress::waiting);
  EXPECT_EQ(hsm.complete(*claim, 0xffff'abcd), Verdict::notify);
  ASSERT_EQ(io.resume(env, Turn{}, Ticks{}), Progress::done);
  EXPECT_EQ(io.commit().values[0], 0x1122'3344'5566'abcdU);

  ASSERT_EQ(io.begin(pio_exit(fakes::in(0x60, 2)), env, Turn{}, Ticks{}), Progress::waiting);
  io.cancel(slot);
  ASSERT_EQ(io.begin(pio_exit(fakes::in(0x60, 2)), env, Turn{}, Ticks{}), Progress::busy);
  EXPECT_EQ(io.busy(), Busy::in_flight) << "the cancelled request is still with the HSM";
  ASSERT_TRUE(hsm.claim().has_value());
}

}  // namespace
}  // namespace acrn::core
