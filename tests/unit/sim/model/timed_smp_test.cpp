// SPDX-License-Identifier: BSD-3-Clause
// The model on several vCPUs and VMs: coalesced upcalls, the running scan, contention, turns, and
// equality with the functional engine whatever the timing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/replay/functional.hpp"
#include "tests/unit/sim/model/plans.hpp"

namespace acrn::model {
namespace {

using core::Direction;
using tests::Made;
using tests::plan_of;
using tests::round_timing;
using tests::run;
using tests::stamp;
using traces::Handling;
using traces::no_stamp;

std::vector<Made> all_vcpus_at_once() {
  std::vector<Made> made;
  for (std::uint16_t vcpu = 0; vcpu < 16; ++vcpu) made.push_back({vcpu, 100});
  return made;
}

TEST(TimedSmp, SixteenRequestsAtOnceRaiseOneUpcallAndAreAllHandled) {
  TimedResult const result = run(plan_of(all_vcpus_at_once()), round_timing());
  EXPECT_EQ(result.upcalls_raised, 1U);
  EXPECT_EQ(result.upcalls_coalesced, 15U);
  EXPECT_EQ(result.replay.forwarded, 16U);
  EXPECT_EQ(result.utilisation[0].requests, 16U);
  EXPECT_EQ(result.utilisation[0].busy_ns, 16 * 50U);
  // Only the first has an upcall of its own; the others wait for the worker without one.
  EXPECT_EQ(result.stages_ns[static_cast<std::size_t>(Stage::upcall)].count(), 1U);
  EXPECT_EQ(result.stages_ns[static_cast<std::size_t>(Stage::worker_wake)].count(), 16U);
}

TEST(TimedSmp, DispatchAndClientAreSerial) {
  TimedResult const result = run(plan_of(all_vcpus_at_once()), round_timing());
  for (std::size_t i = 0; i < 16; ++i) {
    EXPECT_EQ(stamp(result, i, 2), 30U) << i;
    EXPECT_EQ(stamp(result, i, 5), 100U) << i;
    EXPECT_EQ(stamp(result, i, 6), 150 + 50 * i) << i;
    EXPECT_EQ(stamp(result, i, 7), 210 + 240 * i) << i;  // service, complete and hypercall each
  }
}

TEST(TimedSmp, TheScanFindsWhatBecomesPendingAheadOfIt) {
  // vCPU 1's slot is in dispatch from 100 to 150; vCPU 2 becomes pending at 120, ahead.
  TimedResult const result = run(plan_of({{1, 0}, {2, 90}}), round_timing());
  EXPECT_EQ(stamp(result, 1, 2), 120U);
  EXPECT_EQ(stamp(result, 1, 3), 120U);  // its upcall was on its way
  EXPECT_EQ(stamp(result, 1, 4), 150U);
  EXPECT_EQ(stamp(result, 1, 5), no_stamp);  // no start of the worker was needed
  EXPECT_EQ(stamp(result, 1, 6), 200U);
  EXPECT_EQ(result.upcalls_raised, 2U);
}

TEST(TimedSmp, AScanThatIsFasterThanTheUpcallLeavesItWithoutStamp) {
  // The pass lasts from 160 to 260; pending at 200, while the handler would run at 290.
  Timing timing = round_timing();
  timing.costs[static_cast<std::size_t>(Stage::upcall)].ns = 90;
  TimedResult const result = run(plan_of({{1, 0}, {2, 170}}), timing);
  EXPECT_EQ(stamp(result, 1, 2), 200U);
  EXPECT_EQ(stamp(result, 1, 3), 200U);
  EXPECT_EQ(stamp(result, 1, 4), no_stamp);
  EXPECT_EQ(stamp(result, 1, 6), 260U);
}

TEST(TimedSmp, WhatBecomesPendingBehindTheScanWaitsForTheNextPass) {
  TimedResult const result = run(plan_of({{1, 0}, {0, 90}}), round_timing());
  EXPECT_EQ(stamp(result, 1, 2), 120U);
  EXPECT_EQ(stamp(result, 1, 4), 150U);
  EXPECT_EQ(stamp(result, 1, 5), 190U);
  EXPECT_EQ(stamp(result, 1, 6), 240U);
}

TEST(TimedSmp, AnAccessWaitsForItsTurn) {
  // vCPU 0's first access ends at 660, so that its second, recorded at 100, is built at 670. vCPU
  // 1's comes after that in the recorded order.
  TimedResult const result =
      run(plan_of({{0, 0}, {0, 100}, {1, 200, Handling::hypervisor}}), round_timing());
  EXPECT_EQ(stamp(result, 1, 1), 670U);
  EXPECT_EQ(stamp(result, 2, 0), 200U);
  EXPECT_EQ(stamp(result, 2, 1), 670U);
  EXPECT_EQ(stamp(result, 2, 13), 675U);
  replay::Histogram const& turn = result.stages_ns[static_cast<std::size_t>(Stage::turn)];
  EXPECT_EQ(turn.count(), 3U);
  EXPECT_EQ(turn.sum(), 460U);
}

TEST(TimedSmp, ConfigurationPortsKeepTheTurnToTheirEnd) {
  TimedResult const result =
      run(plan_of({{0, 0, Handling::forwarded, 0xcf8}, {1, 0, Handling::forwarded, 0xcfc}}),
          round_timing());
  EXPECT_GE(stamp(result, 1, 1), stamp(result, 0, 13));
}

TEST(TimedSmp, VmsDoNotWaitForEachOthersTurns) {
  Made other{0, 50, Handling::hypervisor};
  other.vm = 1;
  TimedResult const result = run(plan_of({{0, 0}, {0, 10}, other}), round_timing());
  EXPECT_EQ(stamp(result, 1, 0), 660U);  // position 1 is VM 0's second access: merged by time
  EXPECT_EQ(stamp(result, 2, 0), 50U);
  EXPECT_EQ(stamp(result, 2, 1), 60U);
}

/// A pseudo-random capture of 2 VMs with 5 vCPUs each, on a clock of picoseconds: no two
/// events fall together.
std::vector<Made> random_capture(std::uint64_t seed, std::size_t count) {
  std::uint64_t state = seed;
  auto const random = [&state](std::uint64_t below) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (state >> 33U) % below;
  };
  constexpr std::uint16_t ports[] = {0x20, 0x60, 0xcf8, 0xcfc, 0x3f8};
  std::vector<Made> made;
  std::uint64_t time = 0;
  for (std::size_t i = 0; i < count; ++i) {
    time += random(700'000);
    Made one;
    one.vcpu = static_cast<std::uint16_t>(random(5));
    one.vm = static_cast<std::uint16_t>(random(2));
    one.time = time;
    one.port = ports[random(5)];
    one.handling = one.port == 0x20 || random(4) == 0 ? Handling::hypervisor : Handling::forwarded;
    one.direction = random(2) == 0 ? Direction::read : Direction::write;
    one.count = random(20) == 0 ? 3 : 1;
    made.push_back(one);
  }
  return made;
}

constexpr std::uint64_t picoseconds = 1'000'000'000'000;

class TimedRandom : public testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, TimedRandom, testing::Range<std::uint64_t>(1, 9));

TEST_P(TimedRandom, DigestAndCountsEqualTheFunctionalEnginesWhateverTheTiming) {
  replay::Plan const plan = plan_of(random_capture(GetParam(), 3000), picoseconds);
  replay::ReplayResult const functional = replay::replay_functional(plan);
  for (Timing const& timing : {round_timing(), Timing::defaults()}) {
    replay::ReplayResult const timed = run(plan, timing).replay;
    EXPECT_EQ(timed.digest, functional.digest);
    EXPECT_EQ(timed.vcpu_digests, functional.vcpu_digests);
    EXPECT_EQ(timed.accesses, functional.accesses);
    EXPECT_EQ(timed.elements, functional.elements);
    EXPECT_EQ(timed.handled, functional.handled);
    EXPECT_EQ(timed.forwarded, functional.forwarded);
    EXPECT_EQ(timed.upcalls, functional.upcalls);
    EXPECT_EQ(timed.divergences, functional.divergences);
    EXPECT_EQ(timed.fields, functional.fields);
  }
}

TEST_P(TimedRandom, TwoRunsAreEqual) {
  replay::Plan const plan = plan_of(random_capture(GetParam(), 1000), picoseconds);
  EXPECT_EQ(run(plan, round_timing()).stamps, run(plan, round_timing()).stamps);
}

TEST_P(TimedRandom, DirectHopsChangeNoStamp) {
  replay::Plan const plan = plan_of(random_capture(GetParam(), 3000), picoseconds);
  TimedResult const direct = run(plan, round_timing());
  TimedResult const by_event = run(plan, round_timing(), Hops::by_event);
  EXPECT_EQ(direct.stamps, by_event.stamps);
  EXPECT_EQ(direct.upcalls_raised, by_event.upcalls_raised);
  EXPECT_LT(direct.kernel_activations, by_event.kernel_activations);
}

TEST_P(TimedRandom, StampsOfEveryAccessAscendAndPollingNeverNotifies) {
  Timing timing = round_timing();
  timing.completion = Completion::polling;
  timing.poll_interval_ns = 56;
  TimedResult const result = run(plan_of(random_capture(GetParam(), 2000), picoseconds), timing);
  for (std::size_t row = 0; row < result.stamps.size(); row += traces::stage_count) {
    std::uint64_t last = 0;
    EXPECT_EQ(result.stamps[row + 10], no_stamp);
    for (std::size_t i = 0; i < traces::stage_count; ++i) {
      std::uint64_t const stamp = result.stamps[row + i];
      if (stamp == no_stamp) continue;
      ASSERT_GE(stamp, last) << "row " << row / traces::stage_count << " stage " << i;
      last = stamp;
    }
  }
}

TEST_P(TimedRandom, StageSumsAreTheTotalLatency) {
  // On a clock of nanoseconds nothing is rounded.
  std::vector<Made> made = random_capture(GetParam(), 2000);
  for (Made& one : made) one.time /= 1000;
  TimedResult const result = run(plan_of(made), round_timing());
  std::uint64_t sum = 0;
  for (replay::Histogram const& histogram : result.stages_ns) sum += histogram.sum();
  EXPECT_EQ(sum, result.latency_ns.sum());
  EXPECT_EQ(result.latency_ns.count(), result.replay.elements);
}

}  // namespace
}  // namespace acrn::model
