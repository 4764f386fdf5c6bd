// SPDX-License-Identifier: BSD-3-Clause
// HLT: what wakes it, what it waits for, and that it does not matter how often it is looked at.
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "tests/unit/core/vcpu/vcpu_bench.hpp"

namespace acrn::core::fakes {
namespace {

MachineExit hlt() { return VcpuBench::exit_of(MachineReason::hlt, 1); }

TEST(VcpuHalt, WaitsForTheTimerAndGoesOnAfterTheInstruction) {
  VcpuBench bench;
  bench.start_pics(1);
  bench.start_countdown(1000);
  bench.cpu.interruptibility = 1;  // STI; HLT
  std::uint64_t const rip = bench.cpu.ip;
  EXPECT_EQ(bench.take(hlt()), Progress::done);
  EXPECT_TRUE(bench.vcpu.halted());
  EXPECT_EQ(bench.cpu.ip, rip + 1);
  EXPECT_EQ(bench.cpu.interruptibility, 0U);
  EXPECT_EQ(bench.plan_at(10), (EntryPlan{.halted = true, .deadline = {1001}}));
  EXPECT_EQ(bench.plan_at(1000), (EntryPlan{.halted = true, .deadline = {1001}}));
  EXPECT_EQ(bench.cpu.entry_states_asked, 0U);
  EntryPlan const plan = bench.plan_at(1001);
  EXPECT_EQ(plan.interruption_information, external(0x30));
  EXPECT_FALSE(plan.halted);
  EXPECT_FALSE(bench.vcpu.halted());
}

TEST(VcpuHalt, AnInterruptThatIsPendingAlreadyIsNotWaitedFor) {
  VcpuBench bench;
  bench.start_pics(1);
  bench.start_countdown(10);
  bench.cpu.flags = rflags::fixed;
  EXPECT_TRUE(bench.plan_at(100).interrupt_window);
  bench.cpu.flags = rflags::fixed | flag_if;
  EXPECT_EQ(bench.take(hlt()), Progress::done);
  EXPECT_EQ(bench.plan().interruption_information, external(0x30));
}

TEST(VcpuHalt, WithInterruptsOffNothingWakesIt) {
  VcpuBench bench;
  bench.start_pics(1);
  bench.start_timer(100);
  bench.cpu.flags = rflags::fixed;
  EXPECT_EQ(bench.take(hlt()), Progress::done);
  for (std::uint64_t now = 0; now < 1000; now += 50) {
    EntryPlan const plan = bench.plan_at(now);
    EXPECT_TRUE(plan.halted);
    EXPECT_FALSE(plan.interrupt_window);
    EXPECT_EQ(plan.interruption_information, 0U);
    EXPECT_GT(plan.deadline, Ticks{now});
  }
}

TEST(VcpuHalt, WakesByEveryOtherSource) {
  VcpuBench bench;
  bench.start_pics(0x10);
  EXPECT_EQ(bench.take(hlt()), Progress::done);
  EXPECT_TRUE(bench.plan_at(5).halted);
  bench.platform.change_line({{4}, IrqAction::raise});
  EXPECT_EQ(bench.plan_at(6).interruption_information, external(0x34));
  EXPECT_EQ(bench.take(hlt()), Progress::done);
  EXPECT_TRUE(bench.plan_at(7).halted);
  bench.vcpu.raise(0xf3);
  EntryPlan const plan = bench.plan_at(8);
  EXPECT_EQ(plan.interruption_information, external(0xf3));
  EXPECT_FALSE(plan.halted);
}

TEST(VcpuHalt, AReceivedByteWakesIt) {
  VcpuBench bench;
  bench.start_pics(0x10);
  bench.out(0x3fc, 8);  // OUT2
  bench.out(0x3f9, 1);  // received data
  EXPECT_EQ(bench.take(hlt()), Progress::done);
  EXPECT_TRUE(bench.plan_at(7).halted);
  EXPECT_EQ(bench.platform.receive_room(), 1U);
  bench.platform.receive('x', {8});
  EXPECT_EQ(bench.platform.receive_room(), 0U);
  EXPECT_EQ(bench.plan_at(8).interruption_information, external(0x34));
  EXPECT_EQ(bench.in(0x3f8), std::uint64_t{'x'});
}

TEST(VcpuHalt, ASingleStepTrapIsNotWaitedOver) {
  VcpuBench bench;
  bench.cpu.flags |= rflags::trap;
  EXPECT_EQ(bench.take(hlt()), Progress::done);
  EXPECT_TRUE(bench.vcpu.commit().commit.single_step);
  EXPECT_FALSE(bench.vcpu.halted());
  EXPECT_FALSE(bench.plan().halted);
}

TEST(VcpuHalt, WithoutAnythingToComeTheDeadlineIsNever) {
  VcpuBench bench;
  EXPECT_EQ(bench.take(hlt()), Progress::done);
  EXPECT_EQ(bench.plan_at(5).deadline, bench.platform.next_deadline());
  VcpuBench bare{PlatformConfig{.devices = device_bit(PlatformDevice::pic)}};
  EXPECT_EQ(bare.take(hlt()), Progress::done);
  EXPECT_EQ(bare.plan_at(5), (EntryPlan{.halted = true}));
}

/// Puts devices into some state that a driver might, the same for the same random numbers.
void program(VcpuBench& bench, std::mt19937_64& random) {
  bench.start_pics(static_cast<std::uint16_t>(random()));
  bench.out(0x4d1, random() & 0xffU);
  bench.out(0x43, 0x30U | (random() % 6) << 1U);
  bench.out(0x40, random() & 0xffU);
  bench.out(0x40, random() & 0xfU);
  bench.out(0x70, 0xb);
  bench.out(0x71, random() & 0x7fU);
  bench.out(0x70, 0xa);
  bench.out(0x71, 0x20U | (random() & 0xfU));
  bench.out(0x3fc, 8);
  bench.out(0x3fa, 0xc1);
  bench.out(0x3f9, random() & 0xfU);
  bench.out(0x602, 1, 2);
  bench.out(0x604, 1, 2);
  if (random() % 2 == 0) bench.platform.receive(static_cast<std::uint8_t>(random()), bench.now);
  bench.cpu.flags = rflags::fixed | (random() % 2 == 0 ? flag_if : 0);
}

void expect_same(VcpuBench& one, VcpuBench& other) {
  EXPECT_EQ(one.platform.snapshot(), other.platform.snapshot());
  EXPECT_EQ(one.platform.next_deadline(), other.platform.next_deadline());
  EXPECT_EQ(one.platform.interrupt_pending(), other.platform.interrupt_pending());
  EXPECT_EQ(one.vcpu.halted(), other.vcpu.halted());
}

/// The rule that replay lives by: it plans once, where the host planned many times.
TEST(VcpuHalt, ManyPlansAreOneWithTheLastTime) {
  unsigned woken = 0;
  unsigned slept = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937_64 random{seed};
    std::mt19937_64 again{seed};
    VcpuBench many;
    VcpuBench once;
    program(many, random);
    program(once, again);
    ASSERT_EQ(many.take(hlt()), once.take(hlt()));
    EntryPlan plan{.halted = true};
    for (int step = 0; plan.halted && step < 200; ++step) {
      plan = many.plan_at(many.now.value + random() % 200'000 * (random() % 3));
    }
    EXPECT_EQ(once.plan_at(many.now.value), plan);
    expect_same(many, once);
    plan.halted ? ++slept : ++woken;
  }
  EXPECT_GT(woken, 50U);
  EXPECT_GT(slept, 50U);
}

TEST(VcpuHalt, InputsBetweenPlansCanBeAppliedAllBeforeTheLast) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937_64 random{seed};
    std::mt19937_64 again{seed};
    VcpuBench many;
    VcpuBench once;
    program(many, random);
    program(once, again);
    ASSERT_EQ(many.take(hlt()), once.take(hlt()));
    EntryPlan plan{.halted = true};
    for (int step = 0; plan.halted && step < 20; ++step) {
      std::uint64_t const later = many.now.value + random() % 3'000;
      plan = many.plan_at(later);
      if (!plan.halted) break;
      if (random() % 2 == 0) {
        auto const byte = static_cast<std::uint8_t>(random());
        many.platform.receive(byte, {later});
        once.platform.receive(byte, {later});
      } else {
        IrqChange const change{{static_cast<std::uint16_t>(5 + random() % 2)},
                               static_cast<IrqAction>(random() % 4)};
        many.platform.change_line(change);
        once.platform.change_line(change);
      }
      plan = many.plan_at(later);
    }
    EXPECT_EQ(once.plan_at(many.now.value), plan);
    expect_same(many, once);
  }
}

/// What a host may rely on that does not plan while nothing can have changed.
TEST(VcpuHalt, StaysHaltedAsLongAsAPlanSaysSoAndNobodyComes) {
  unsigned stayed = 0;
  unsigned went_on = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937_64 random{seed};
    VcpuBench bench;
    program(bench, random);
    EXPECT_FALSE(bench.vcpu.stays_halted(bench.platform, bench.now));
    ASSERT_EQ(bench.take(hlt()), Progress::done);
    if (random() % 4 == 0) bench.vcpu.raise(0x40);
    Ticks const later{bench.now.value + random() % 1000};
    bool const stays = bench.vcpu.stays_halted(bench.platform, later);
    Ticks const deadline = bench.platform.next_deadline();
    EntryPlan const plan = bench.plan_at(later.value);
    if (stays) {
      EXPECT_EQ(plan, (EntryPlan{.halted = true, .deadline = deadline}));
    }
    stays ? ++stayed : ++went_on;
  }
  EXPECT_GT(stayed, 50U);
  EXPECT_GT(went_on, 50U);
}

}  // namespace
}  // namespace acrn::core::fakes
