// SPDX-License-Identifier: BSD-3-Clause
// Exits on SystemC: what happens is as in the functional engine; how long it takes is the model's.
#include "sim/model/timed_exits.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "sim/model/exit_report.hpp"
#include "tests/unit/sim/model/plans.hpp"
#include "tests/unit/sim/replay/exits/capture_rows.hpp"
#include "tests/unit/sim/replay/exits/recorded_guest.hpp"

namespace acrn::model {
namespace {

using replay::exits::Plan;
using replay::exits::Result;

TEST(TimedExits, DoesWhatTheFunctionalEngineDoes) {
  Plan const plan = tests::plan_of(tests::script_capture());
  Result const functional = replay::exits::replay_functional(plan);
  for (Hops const hops : {Hops::direct, Hops::by_event}) {
    TimedExits const timed = replay_timed(plan, Timing::defaults(), {.hops = hops});
    EXPECT_EQ(timed.exits.replay.divergences, 0U);
    EXPECT_EQ(timed.exits.exits, functional.exits);
    EXPECT_EQ(timed.exits.injected, functional.injected);
    EXPECT_EQ(timed.exits.replay.fields, functional.replay.fields);
    EXPECT_EQ(timed.exits.replay.digest, functional.replay.digest);
    EXPECT_EQ(timed.exits.replay.vcpu_digests, functional.replay.vcpu_digests);
    EXPECT_EQ(timed.timed.started, functional.exits);
  }
}

TEST(TimedExits, NamesTheSameDivergence) {
  tests::ExitCapture capture = tests::script_capture();
  for (auto& rows : capture.chunks) {
    if (!rows.access.empty()) rows.access[7].access.value ^= 1;
  }
  Plan const plan = tests::plan_of(capture);
  auto const functional = replay::exits::replay_functional(plan).replay.first_divergence;
  ASSERT_TRUE(functional);
  EXPECT_EQ(replay_timed(plan, Timing::defaults()).exits.replay.first_divergence, functional);
}

/// A handled exit costs 10 + 5 + 110, a forwarded one 660: see round_timing().
TEST(TimedExits, GuestTimeIsTheRecordedOneAndExitsCostWhatTheModelSays) {
  tests::CaptureFile file{{{.id = 1, .config = tests::script_config()}}};
  tests::RecordedGuest guest{1, tests::script_config()};
  guest.guest_ticks = 1000;
  guest.out(0x21, 0xff);
  guest.in(0x71);
  guest.take(core::MachineReason::cpuid);
  guest.flush(file);
  Plan const plan = tests::plan_of(tests::read_capture(file.bytes()));
  TimedExits const timed = replay_timed(plan, tests::round_timing());
  EXPECT_EQ(timed.timed.simulated_ns, 125U + 1000U + 660U + 1000U + 125U);
  EXPECT_EQ(timed.timed.recorded_ns, 7U + 1000U + 27U + 1000U) << "to the last exit";
  EXPECT_EQ(timed.timed.latency_ns.count(), 3U);
  ASSERT_EQ(timed.timed.regions.size(), 3U);
  EXPECT_EQ(timed.timed.regions[2].name, "exit 10");
}

TEST(TimedExits, AHaltedGuestSleepsAsLongAsItDid) {
  tests::CaptureFile file{{{.id = 1, .config = tests::script_config()}}};
  tests::RecordedGuest guest{1, tests::script_config()};
  tests::run_script(guest);
  guest.flush(file);
  Plan const plan = tests::plan_of(tests::read_capture(file.bytes()));
  TimedExits const timed = replay_timed(plan, tests::round_timing());
  EXPECT_GT(timed.timed.simulated_ns, 4'000'000U) << "5000 clocks of the 8254";
  EXPECT_LT(timed.timed.latency_ns.max(), 4'000'000U) << "which is no exit's latency";
}

TEST(TimedExits, WithoutTimeStampsAGapHasToBeAssumed) {
  tests::ExitCapture capture = tests::script_capture();
  capture.info.clock.hz_numerator = 0;
  Plan const plan = tests::plan_of(capture);
  EXPECT_THROW(static_cast<void>(replay_timed(plan, Timing::defaults())), std::invalid_argument);
  TimedExits const timed =
      replay_timed(plan, Timing::defaults(), {.assume_gap_ns = 100, .hops = Hops::direct});
  EXPECT_EQ(timed.exits.replay.divergences, 0U);
  EXPECT_EQ(timed.timed.recorded_ns, 0U);
}

TEST(TimedExits, TheReportNamesExitsAndTheFirstDivergence) {
  tests::ExitCapture capture = tests::script_capture();
  for (auto& rows : capture.chunks) {
    if (!rows.access.empty()) rows.access[7].access.value ^= 1;
  }
  Plan const plan = tests::plan_of(capture);
  TimedExits const timed = replay_timed(plan, Timing::defaults());
  std::string const text =
      format_report(timed, Timing::defaults(), {.info = plan.info(), .top = 3});
  EXPECT_NE(text.find("exit-exact"), std::string::npos);
  EXPECT_NE(text.find("first at    exit 7 (reason 30) of vm1/vcpu0: access[0].value is "),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("exits started after their recorded time"), std::string::npos);
  EXPECT_NE(text.find("end         vm1/vcpu0: test exit 42\n"), std::string::npos);
}

TEST(TimedExits, TheReportTellsAnEndThatTheRecordingDoesNotHold) {
  tests::ExitCapture capture = tests::script_capture();
  for (auto& rows : capture.chunks) {
    if (rows.info.stream == traces::Stream::exit && !rows.exit.empty()) {
      rows.exit.pop_back();
      --rows.info.rows;
    }
  }
  Plan const plan = tests::plan_of(capture);
  TimedExits const timed = replay_timed(plan, Timing::defaults());
  std::string const text =
      format_report(timed, Timing::defaults(), {.info = plan.info(), .top = 3});
  EXPECT_NE(text.find("end         vm1/vcpu0: not reached, the recording ends before\n"),
            std::string::npos)
      << text;
}

}  // namespace
}  // namespace acrn::model
