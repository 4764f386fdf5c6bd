// SPDX-License-Identifier: BSD-3-Clause
// The short ways of a port access, to a device of the platform and to the device model, must be the
// long way, only shorter; so must an entry without a plan.
#include <gtest/gtest.h>

#include <random>

#include "tests/unit/core/vcpu/vcpu_bench.hpp"

namespace acrn::core::fakes {
namespace {

/// The same exit through VcpuIo alone, as any other device's.
Progress take_the_long_way(VcpuBench& bench, VcpuIo& io, MachineExit const& exit) {
  if (bench.now >= bench.platform.next_deadline()) bench.platform.advance(bench.now);
  bench.effects.clear();
  bench.platform.clear_output();
  VmExit const long_exit{.reason = ExitReason::io_instruction,
                         .instruction_length = exit.instruction_length,
                         .qualification = exit.qualification};
  Progress const progress = io.begin(long_exit, io_environment(bench.environment()), {}, bench.now);
  bench.platform.apply(bench.effects);
  if (!is_underway(progress)) bench.cpu.apply({io.commit(), ControlWrite{}});
  return progress;
}

constexpr std::array<std::uint16_t, 30> ports{
    0x20,  0x21,  0xa0,  0xa1,  0x40,  0x41,  0x42,  0x43,  0x61,  0x70,
    0x71,  0x3f8, 0x3f9, 0x3fa, 0x3fb, 0x3fc, 0x3fd, 0x3fe, 0x3ff, 0x4d0,
    0x4d1, 0xe8,  0x64,  0xcf8, 0xcf9, 0x608, 0x600, 0x602, 0xcfc, 0x4d2};

TEST(VcpuFastPath, IsTheLongWayInEveryEffect) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937_64 random{seed};
    PlatformConfig const config{.ticks_hz = 3'000'000,
                                .devices = whole_pc,
                                .profile = static_cast<std::uint8_t>(seed % profiles.size())};
    VcpuBench fast{config};
    VcpuBench slow{config};
    VcpuIo io;
    for (int step = 0; step < 2000; ++step) {
      std::uint16_t const port = ports.at(random() % ports.size());
      Direction const direction = random() % 2 == 0 ? Direction::read : Direction::write;
      MachineExit const exit = VcpuBench::port_exit(port, 1, direction);
      fast.cpu[Register::rax] = slow.cpu[Register::rax] = random();
      fast.cpu.flags = slow.cpu.flags = rflags::fixed | (random() % 4 == 0 ? rflags::trap : 0) |
                                        (random() % 4 == 0 ? rflags::resume : 0);
      fast.now.value = slow.now.value = fast.now.value + random() % 5000;
      if (random() % 20 == 0) {
        fast.platform.receive(static_cast<std::uint8_t>(step), fast.now);
        slow.platform.receive(static_cast<std::uint8_t>(step), slow.now);
      }
      Progress const progress = fast.take(exit);
      ASSERT_EQ(progress, take_the_long_way(slow, io, exit)) << std::hex << port;
      if (progress == Progress::done) {
        Commit const& a = fast.vcpu.commit().commit;
        Commit const& b = io.commit();
        ASSERT_EQ(a.single_step, b.single_step);
        ASSERT_EQ(a.ends_blocking, b.ends_blocking);
        ASSERT_EQ(a.vector_width, b.vector_width);
      }
      fast.vcpu.cancel(fast.slot);
      io.cancel(slow.slot);
      ASSERT_EQ(fast.cpu.registers, slow.cpu.registers) << std::hex << port << " step " << step;
      ASSERT_EQ(fast.cpu.flags, slow.cpu.flags);
      ASSERT_EQ(fast.cpu.ip, slow.cpu.ip);
      ASSERT_EQ(fast.vcpu.access(), io.access());
      ASSERT_EQ(fast.vcpu.request(), io.request());
      ASSERT_EQ(fast.vcpu.route(), io.route());
      ASSERT_EQ(fast.platform.snapshot(), slow.platform.snapshot()) << std::hex << port;
      ASSERT_EQ(fast.platform.next_deadline(), slow.platform.next_deadline()) << std::hex << port;
      ASSERT_EQ(fast.platform.interrupt_pending(), slow.platform.interrupt_pending());
      ASSERT_TRUE(std::ranges::equal(fast.platform.output(), slow.platform.output()));
    }
  }
}

TEST(VcpuFastPath, AQuietEntryIsAPlanThatOnlyNamesTheDeadline) {
  std::mt19937_64 random{3};
  std::array<unsigned, 2> seen{};
  VcpuBench bench;
  bench.out(0x21, 0);
  for (int step = 0; step < 20'000; ++step) {
    std::uint16_t const port = ports.at(random() % 11);
    bench.cpu[Register::rax] = random();
    bench.now.value += random() % 3000;
    static_cast<void>(bench.take(
        VcpuBench::port_exit(port, 1, random() % 2 == 0 ? Direction::read : Direction::write)));
    bench.now.value += random() % 30;
    bool const quiet = bench.vcpu.enters_quietly(bench.platform, bench.now);
    ++seen.at(quiet ? 1 : 0);
    PlatformSnapshot const before = bench.platform.snapshot();
    Ticks const deadline = bench.platform.next_deadline();
    EntryPlan const plan = bench.plan();
    ASSERT_GT(bench.platform.next_deadline(), bench.now) << "whoever is due has acted";
    if (!quiet) continue;
    ASSERT_EQ(plan, EntryPlan{.deadline = deadline});
    ASSERT_EQ(bench.platform.snapshot(), before);
  }
  EXPECT_GT(seen[0], 100U);
  EXPECT_GT(seen[1], 100U);
}

TEST(VcpuFastPath, IsForBytesAtThePlatformsOwnByteDevices) {
  VcpuBench bench;
  for (unsigned port = 0; port <= 0xffff; ++port) {
    bool const own = port == 0x20 || port == 0x21 || port == 0xa0 || port == 0xa1 ||
                     (port >= 0x40 && port <= 0x43) || port == 0x61 || port == 0x70 ||
                     port == 0x71 || port == 0xe8 || (port >= 0x3f8 && port <= 0x3ff) ||
                     port == 0x4d0 || port == 0x4d1;
    FastDevice const device = bench.platform.fast_device({static_cast<std::uint16_t>(port)});
    ASSERT_EQ(device != FastDevice::none, own) << std::hex << port;
  }
}

TEST(VcpuFastPath, IsClosedForDevicesThatTheModelHas) {
  VcpuBench bench{PlatformConfig{.devices = device_bit(PlatformDevice::pic)}};
  EXPECT_EQ(bench.platform.fast_device({0x20}), FastDevice::pic);
  EXPECT_EQ(bench.begin(VcpuBench::port_exit(0x3f8, 1, Direction::write)), Progress::waiting);
}

TEST(VcpuFastPath, RipWrapsByTheWidthOfTheCodeSegment) {
  for (auto const& [rights, end] : {std::pair{0x009bU, 0x0ULL}, std::pair{0xc09bU, 0x10000ULL}}) {
    VcpuBench bench;
    bench.cpu.state = {.cr0 = 0x10};
    bench.cpu.code.access_rights = rights;
    bench.cpu.ip = 0xffff;
    bench.out(0xe8, 'x');
    EXPECT_EQ(bench.cpu.ip, end);
  }
}

/// Two vCPUs with the same device model: one takes the short way through its slot, one the long.
struct Forwarded {
  PlatformConfig config;
  VcpuBench quick{config};
  VcpuBench slow{config};
  VcpuIo io{};
  Progress now{};

  /// Compares both after the same call; the slow one's commit has been applied.
  void same(Progress quick_progress, Progress slow_progress) {
    now = quick_progress;
    ASSERT_EQ(quick_progress, slow_progress);
    ASSERT_EQ(quick.slot.submitted, slow.slot.submitted);
    ASSERT_EQ(quick.slot.cancelled, slow.slot.cancelled);
    ASSERT_EQ(quick.effects.upcall_wanted(), slow.effects.upcall_wanted());
    if (quick_progress == Progress::done) {
      quick.cpu.apply(quick.vcpu.commit());
      ASSERT_EQ(quick.vcpu.commit().commit.single_step, io.commit().single_step);
      ASSERT_EQ(quick.cpu.registers, slow.cpu.registers);
      ASSERT_EQ(quick.cpu.flags, slow.cpu.flags);
      ASSERT_EQ(quick.cpu.ip, slow.cpu.ip);
      ASSERT_EQ(quick.vcpu.access(), io.access());
    }
    if (is_underway(quick_progress)) {
      ASSERT_EQ(quick.vcpu.request(), io.request());
      ASSERT_TRUE(quick.vcpu.in_flight());
    }
    if (quick_progress == Progress::busy) {
      ASSERT_EQ(quick.vcpu.busy(), io.busy());
    }
    if (quick_progress == Progress::fault) {
      ASSERT_EQ(quick.vcpu.fault(), io.fault());
      ASSERT_EQ(quick.vcpu.busy(), io.busy());
    }
    ASSERT_EQ(quick.vcpu.route(), io.route());
    ASSERT_EQ(quick.platform.snapshot(), slow.platform.snapshot());
  }
  Progress resume_slowly() {
    slow.effects.clear();
    Progress const progress = io.resume(io_environment(slow.environment()), {}, slow.now);
    if (progress == Progress::done) slow.cpu.apply({io.commit(), ControlWrite{}});
    return progress;
  }
};

TEST(VcpuFastPath, ForwardingIsTheLongWayInEveryEffect) {
  constexpr std::array refusals{Busy::in_flight, Busy::not_free, Busy::no_page, Busy::no_such_vcpu,
                                Busy::awaiting_clear};
  constexpr std::array<std::uint8_t, 3> sizes{1, 2, 4};
  std::mt19937_64 random{7};
  std::array<unsigned, 7> ends{};
  for (int round = 0; round < 3000; ++round) {
    SCOPED_TRACE(testing::Message() << "round " << round);
    Forwarded both{{.ticks_hz = 3'000'000,
                    .devices = device_bit(PlatformDevice::pic) | device_bit(PlatformDevice::pit),
                    .profile = static_cast<std::uint8_t>(random() % profiles.size())}};
    Direction const direction = random() % 2 == 0 ? Direction::read : Direction::write;
    auto const port = static_cast<std::uint16_t>(random() % 4 == 0 ? 0xffff - random() % 4
                                                                   : 0x1e + random() % 0x30);
    MachineExit const exit = VcpuBench::port_exit(port, sizes.at(random() % 3), direction);
    both.quick.cpu[Register::rax] = both.slow.cpu[Register::rax] = random();
    both.quick.cpu.flags = both.slow.cpu.flags =
        rflags::fixed | (random() % 4 == 0 ? rflags::trap : 0);
    if (random() % 3 == 0) {
      Busy const why = refusals.at(random() % refusals.size());
      both.quick.slot.refuse = both.slow.slot.refuse = {why};
    }
    both.same(both.quick.begin(exit), take_the_long_way(both.slow, both.io, exit));
    for (int call = 0; is_underway(both.now) && call < 4; ++call) {
      if (HasFatalFailure()) return;
      Poll const answer{.kind = static_cast<Poll::Kind>(random() % 4), .value = random()};
      both.quick.slot.answer = both.slow.slot.answer = answer;
      both.same(both.quick.resume(), both.resume_slowly());
    }
    if (HasFatalFailure()) return;
    ++ends.at(static_cast<std::size_t>(both.now));
    both.quick.vcpu.cancel(both.quick.slot);
    both.io.cancel(both.slow.slot);
    ASSERT_EQ(both.quick.slot.cancelled, both.slow.slot.cancelled);
    ASSERT_FALSE(both.quick.vcpu.in_flight());
  }
  for (Progress const end : {Progress::done, Progress::waiting, Progress::fault,
                             Progress::cancelled, Progress::violation}) {
    EXPECT_GT(ends.at(static_cast<std::size_t>(end)), 20U) << name(end);
  }
}

TEST(VcpuFastPath, ForwardsQuicklyOnlyWhatNobodyElseCanAnswer) {
  VcpuBench bench{PlatformConfig{.devices = device_bit(PlatformDevice::pic)}};
  auto const forwards = [&](std::uint16_t port, std::uint8_t size) {
    MachineExit const exit = VcpuBench::port_exit(port, size, Direction::read);
    return Vcpu::forwards_quickly(exit, bench.platform, architectural);
  };
  EXPECT_TRUE(forwards(0x3f8, 1));
  EXPECT_TRUE(forwards(0x1c, 4));
  EXPECT_FALSE(forwards(0x1e, 4)) << "reaches into the PIC";
  EXPECT_FALSE(forwards(0x21, 1)) << "the PIC";
  EXPECT_TRUE(forwards(0xffff, 1));
  EXPECT_FALSE(forwards(0xffff, 2)) << "wraps";
  EXPECT_FALSE(forwards(0x3f8, 3)) << "no CPU's";
  bench.platform.state().device_model = DeviceModel::absent;
  EXPECT_FALSE(forwards(0x3f8, 1));
}

}  // namespace
}  // namespace acrn::core::fakes
