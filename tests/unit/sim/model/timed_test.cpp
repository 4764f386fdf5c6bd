// SPDX-License-Identifier: BSD-3-Clause
// The model on one vCPU: stamps worked out by hand, schedule, completion, refusals.
#include "sim/model/timed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/unit/sim/model/plans.hpp"
#include "traces/error.hpp"

namespace acrn::model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using tests::Made;
using tests::plan_of;
using tests::round_timing;
using tests::run;
using tests::stamp;
using traces::Handling;
using traces::no_stamp;

std::vector<std::uint64_t> stamps_of(TimedResult const& result, std::size_t position) {
  auto const row =
      result.stamps.begin() + static_cast<std::ptrdiff_t>(position * traces::stage_count);
  return {row, row + traces::stage_count};
}

replay::Histogram const& stage(TimedResult const& result, Stage stage) {
  return result.stages_ns.at(static_cast<std::size_t>(stage));
}

/// Handled at 0; forwarded at 1000; forwarded at 1500, but the one before ends at 1660.
TimedResult three_accesses() {
  return run(plan_of({{0, 5000, Handling::hypervisor, 0x20}, {0, 6000}, {0, 6500}}),
             round_timing());
}

TEST(Timed, StampsOfAHandledAccess) {
  EXPECT_THAT(stamps_of(three_accesses(), 0),
              ElementsAre(0, 10, no_stamp, no_stamp, no_stamp, no_stamp, no_stamp, no_stamp,
                          no_stamp, no_stamp, no_stamp, no_stamp, no_stamp, 15, no_stamp, 125));
}

TEST(Timed, StampsOfAForwardedAccess) {
  EXPECT_THAT(stamps_of(three_accesses(), 1),
              ElementsAre(1000, 1010, 1030, 1030, 1060, 1100, 1150, 1210, 1280, 1360, 1360, 1450,
                          no_stamp, 1550, no_stamp, 1660));
}

TEST(Timed, AnAccessStartsWhenThePreviousOneHasEndedAndCountsAsLate) {
  TimedResult const result = three_accesses();
  EXPECT_EQ(stamp(result, 2, 0), 1660U);
  EXPECT_EQ(stamp(result, 2, 15), 2320U);
  EXPECT_EQ(result.late, 1U);
  EXPECT_EQ(result.late_ns_max, 160U);
}

TEST(Timed, UtilisationOfThreeAccessesIsAsByHand) {
  TimedResult const result = three_accesses();
  EXPECT_EQ(result.simulated_ns, 2320U);
  EXPECT_EQ(result.recorded_ns, 1500U);
  ASSERT_EQ(result.utilisation.size(), 2U);
  EXPECT_EQ(result.utilisation[0].name, "hsm worker");
  EXPECT_EQ(result.utilisation[0].busy_ns, 100U);  // two dispatches
  EXPECT_EQ(result.utilisation[0].requests, 2U);
  EXPECT_EQ(result.utilisation[1].name, "acrndm");
  EXPECT_EQ(result.utilisation[1].busy_ns, 480U);  // service, complete and notify, twice
  EXPECT_EQ(result.utilisation[1].requests, 2U);
}

TEST(Timed, StageSumsAreTheTotalLatency) {
  TimedResult const result = three_accesses();
  std::uint64_t sum = 0;
  for (replay::Histogram const& histogram : result.stages_ns) sum += histogram.sum();
  EXPECT_EQ(sum, 125U + 660U + 660U);
  EXPECT_EQ(result.latency_ns.sum(), sum);
  EXPECT_EQ(stage(result, Stage::emulate).count(), 1U);
  EXPECT_EQ(stage(result, Stage::service).count(), 2U);
  EXPECT_EQ(stage(result, Stage::entry).count(), 3U);
}

TEST(Timed, GroupsAccessesByPortAndByClient) {
  TimedResult const result = three_accesses();
  ASSERT_EQ(result.regions.size(), 2U);
  EXPECT_EQ(result.regions[0].name, "port 0x020");
  EXPECT_EQ(result.regions[1].name, "port 0x060");
  EXPECT_EQ(result.regions[1].writes, 2U);
  EXPECT_EQ(result.regions[1].latency_ns.sum(), 1320U);
  ASSERT_EQ(result.clients.size(), 1U);
  EXPECT_EQ(result.clients[0].name, "acrndm");
  EXPECT_EQ(result.clients[0].latency_ns.count(), 2U);
}

TEST(Timed, RecordedLatencyIsComparedWhereTheCaptureHasIt) {
  Made ended{0, 6000};
  ended.end = 6250;
  TimedResult const result = run(plan_of({{0, 5000, Handling::hypervisor}, ended}), round_timing());
  EXPECT_EQ(result.recorded_latency_ns.count(), 1U);
  EXPECT_EQ(result.recorded_latency_ns.max(), 250U);
  EXPECT_EQ(result.compared_latency_ns.count(), 1U);
  EXPECT_EQ(result.compared_latency_ns.max(), 660U);
  EXPECT_EQ(result.recorded_ns, 1250U);
}

TEST(Timed, PollingSendsNoNotificationAndHitsAtTheNextPoll) {
  Timing timing = round_timing();
  timing.completion = Completion::polling;
  timing.poll_interval_ns = 100;
  timing.costs[static_cast<std::size_t>(Stage::notify)].ns = 0;
  TimedResult const result = run(plan_of({{0, 0}}), timing);
  EXPECT_EQ(stamp(result, 0, 2), 30U);
  EXPECT_EQ(stamp(result, 0, 9), 360U);
  EXPECT_EQ(stamp(result, 0, 10), no_stamp);
  EXPECT_EQ(stamp(result, 0, 11), 430U);  // the fourth poll after 30
  EXPECT_EQ(stamp(result, 0, 13), 530U);
  EXPECT_EQ(result.utilisation[1].busy_ns, 150U);  // no hypercall
}

TEST(Timed, APollAtTheVeryCompletionHits) {
  Timing timing = round_timing();
  timing.completion = Completion::polling;
  timing.poll_interval_ns = 110;  // 330 = 3 * 110 after the submission
  timing.costs[static_cast<std::size_t>(Stage::notify)].ns = 0;
  EXPECT_EQ(stamp(run(plan_of({{0, 0}}), timing), 0, 11), 360U);
}

TEST(Timed, ALongCaptureOnTimeDoesNotDrift) {
  std::vector<Made> made;
  std::uint64_t time = 77;
  for (int i = 0; i < 50'000; ++i) {
    made.push_back({0, time, i % 3 == 0 ? Handling::hypervisor : Handling::forwarded});
    time += 1000 + static_cast<std::uint64_t>(i) * 7919 % 333;
  }
  TimedResult const result = run(plan_of(made), round_timing());
  EXPECT_EQ(result.late, 0U);
  for (std::size_t i = 0; i < made.size(); ++i) {
    ASSERT_EQ(stamp(result, i, 0), made[i].time - 77) << i;
  }
  EXPECT_EQ(result.recorded_ns, made.back().time - 77);
  EXPECT_EQ(result.simulated_ns, result.recorded_ns + 660);
}

TEST(Timed, AfterABurstTheScheduleIsAbsoluteAgain) {
  TimedResult const result = run(plan_of({{0, 0}, {0, 1}, {0, 2}, {0, 10'000}}), round_timing());
  EXPECT_EQ(result.late, 2U);
  EXPECT_EQ(stamp(result, 2, 0), 1320U);
  EXPECT_EQ(stamp(result, 3, 0), 10'000U);
}

TEST(Timed, PicosecondsOfAFastClockAreKept) {
  TimedResult const result = run(plan_of({{0, 0}, {0, 1'000'001}}, 2'500'000'000), round_timing());
  EXPECT_EQ(stamp(result, 1, 0), 400'000U);  // 400,000.4 ns, rounded down on display
  EXPECT_EQ(result.recorded_ns, 400'000U);
}

TEST(Timed, UntimedCaptureIsRefusedWithoutAGap) {
  try {
    (void)replay_timed(plan_of({{0, 0}}, 0), round_timing());
    FAIL();
  } catch (std::invalid_argument const& error) {
    EXPECT_THAT(error.what(), HasSubstr("--assume-gap"));
  }
}

TEST(Timed, AssumedGapLiesBetweenAccesses) {
  TimedOptions options;
  options.keep_stamps = true;
  options.assume_gap_ns = 5;
  TimedResult const result = replay_timed(plan_of({{0, 0}, {0, 0}}, 0), round_timing(), options);
  EXPECT_EQ(stamp(result, 0, 0), 0U);
  EXPECT_EQ(stamp(result, 1, 0), 665U);
  EXPECT_EQ(result.late, 0U);
  EXPECT_EQ(result.recorded_ns, 0U);
  options.assume_gap_ns = cost_ns_max + 1;
  EXPECT_THROW((void)replay_timed(plan_of({{0, 0}}, 0), round_timing(), options),
               std::invalid_argument);
}

TEST(Timed, TimingsThatNoFileCouldHoldAreRefused) {
  Timing timing = round_timing();
  timing.completion = Completion::polling;
  EXPECT_THROW((void)run(plan_of({{0, 0}}), timing), std::invalid_argument);
  timing.poll_interval_ns = cost_ns_max + 1;
  EXPECT_THROW((void)run(plan_of({{0, 0}}), timing), std::invalid_argument);
  timing = round_timing();
  timing.costs[0].ns = cost_ns_max + 1;
  EXPECT_THROW((void)run(plan_of({{0, 0}}), timing), std::invalid_argument);
}

TEST(Timed, CapturesLongerThan64BitsOfPicosecondsAreRefused) {
  EXPECT_NO_THROW((void)run(plan_of({{0, 0}, {0, 16'000'000}}, 1), round_timing()));
  EXPECT_THROW((void)run(plan_of({{0, 0}, {0, 17'000'000}}, 1), round_timing()),
               traces::ContentError);
  EXPECT_THROW((void)run(plan_of({{0, 0}, {0, ~0ULL}}, 1), round_timing()), traces::ContentError);
}

TEST(Timed, SimulatedTimeThatOutgrows64BitsIsToldAndNotWrapped) {
  Timing timing = round_timing();
  for (Cost& cost : timing.costs) cost.ns = cost_ns_max;
  // 11 minutes each, 26,000 of them: 198 days.
  std::vector<Made> const made(26'000, Made{});
  EXPECT_THROW((void)run(plan_of(made), timing), traces::ContentError);
}

TEST(Timed, AnEmptyPlanTakesNoTime) {
  TimedResult const result = run(plan_of({}), round_timing());
  EXPECT_EQ(result.simulated_ns, 0U);
  EXPECT_EQ(result.replay.accesses, 0U);
}

TEST(Timed, ElementsOfACoalescedAccessFollowEachOther) {
  Made many{0, 0};
  many.count = 3;
  TimedResult const result = run(plan_of({many, {0, 10'000}}), round_timing());
  EXPECT_EQ(result.replay.accesses, 2U);
  EXPECT_EQ(result.replay.elements, 4U);
  EXPECT_EQ(result.latency_ns.count(), 4U);
  EXPECT_EQ(result.regions[0].latency_ns.max(), 1980U);
  EXPECT_EQ(stamp(result, 0, 0), 0U);
  EXPECT_EQ(stamp(result, 0, 15), 1980U);
  EXPECT_EQ(stamp(result, 1, 0), 10'000U);
}

TEST(Timed, AHandledAccessCostsOneKernelActivation) {
  std::vector<Made> made;
  for (std::uint64_t i = 0; i < 100; ++i) made.push_back({0, i * 1000, Handling::hypervisor});
  EXPECT_EQ(run(plan_of(made), round_timing()).kernel_activations, 100U);
}

TEST(Timed, ALoneForwardedAccessCostsOneTooWithDirectHops) {
  std::vector<Made> made;
  for (std::uint64_t i = 0; i < 100; ++i) made.push_back({0, i * 1000});
  EXPECT_EQ(run(plan_of(made), round_timing()).kernel_activations, 100U);
  EXPECT_GE(run(plan_of(made), round_timing(), Hops::by_event).kernel_activations, 600U);
}

TEST(Timed, CanRunAgainInTheSameProcess) {
  TimedResult const first = three_accesses();
  for (int i = 0; i < 20; ++i) {
    TimedResult const again = three_accesses();
    EXPECT_EQ(again.stamps, first.stamps);
    EXPECT_EQ(again.replay.digest, first.replay.digest);
  }
}

}  // namespace
}  // namespace acrn::model
