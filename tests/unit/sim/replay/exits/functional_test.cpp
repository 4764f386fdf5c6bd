// SPDX-License-Identifier: BSD-3-Clause
// An exit-exact capture replays without a divergence, and says how much that proves.
#include "sim/replay/exits/functional.hpp"

#include <gtest/gtest.h>

#include "tests/unit/sim/replay/exits/capture_rows.hpp"
#include "tests/unit/sim/replay/exits/recorded_guest.hpp"

namespace acrn::replay::exits {
namespace {

using tests::CaptureFile;
using tests::ExitCapture;
using tests::RecordedGuest;

std::string first_of(Result const& result) {
  if (!result.replay.first_divergence) return "none";
  auto const& first = *result.replay.first_divergence;
  return "exit " + std::to_string(first.position) + " " + first.field + " expected " +
         std::to_string(first.expected) + " actual " + std::to_string(first.actual);
}

TEST(ExitReplay, TheScriptReplaysWithoutADivergence) {
  Result const result = tests::replay_of(tests::script_capture());
  EXPECT_EQ(result.replay.divergences, 0U) << first_of(result);
  EXPECT_EQ(result.skipped, 0U);
  EXPECT_EQ(result.exits, tests::plan_of(tests::script_capture()).exits().size());
  EXPECT_EQ(result.inputs, 4U);
  EXPECT_GE(result.injected, 6U) << "#GP, #UD twice, one again, timer, line 5, upcall";
  EXPECT_GE(result.replay.forwarded, 8U);
  ASSERT_EQ(result.vcpus.size(), 1U);
  EXPECT_EQ(result.vcpus[0].stop, (core::VcpuStop{core::StopKind::test_exit, 0x2a}));
}

TEST(ExitReplay, HasTheDigestOfTheRecorder) {
  Result const result = tests::replay_of(tests::script_capture());
  ASSERT_EQ(result.replay.vcpu_digests.size(), 1U);
  EXPECT_EQ(result.replay.vcpu_digests[0], tests::script_digest());
}

TEST(ExitReplay, OnlyAnswersFromOutsideAreEchoed) {
  Result const result = tests::replay_of(tests::script_capture());
  // The reads that a client answered, and the hypercall's result.
  EXPECT_EQ(result.replay.fields.echoed, 9U);
  // The transitions of the service VM that told no stamps, and the end of the guest.
  EXPECT_EQ(result.replay.fields.unknown, 3U);
  EXPECT_GT(result.replay.fields.checked, 20 * result.replay.fields.echoed);
}

TEST(ExitReplay, VmsReplayEachWithItsOwnState) {
  core::PlatformConfig service;
  service.device_model = core::DeviceModel::absent;
  service.devices = core::device_bit(core::PlatformDevice::console);
  CaptureFile file{{{.id = 0, .config = service}, {.id = 1, .config = tests::script_config()}}};
  RecordedGuest first{0, service};
  RecordedGuest second{1, tests::script_config()};
  first.out(0xe8, 'x');
  first.take(core::MachineReason::vmcall, 3);
  first.in(0x1f7);  // nobody there
  run_script(second);
  second.flush(file);
  first.flush(file);
  Result const result = tests::replay_of(tests::read_capture(file.bytes()));
  EXPECT_EQ(result.replay.divergences, 0U) << first_of(result);
  ASSERT_EQ(result.vcpus.size(), 2U);
  EXPECT_EQ(result.vcpus[0].id, (PlannedVcpu{{0}, {0}}));
  EXPECT_EQ(result.vcpus[0].exits, 3U);
  EXPECT_EQ(result.replay.vcpu_digests[1], tests::script_digest());
}

TEST(ExitReplay, AnotherProfileDiverges) {
  Plan const plan = tests::plan_of(tests::script_capture());
  Result const result = replay_functional(plan, {.profile = &core::acrn2018, .completion = {}});
  ASSERT_TRUE(result.replay.first_divergence) << "the access at 3F6H spans ranges";
  EXPECT_EQ(result.first_reason, 30U);
}

TEST(ExitReplay, SeveralFlushesAreOneCapture) {
  CaptureFile file{{{.id = 1, .config = tests::script_config()}}};
  RecordedGuest guest{1, tests::script_config()};
  for (int i = 0; i < 5; ++i) {
    guest.out(0x70, 0x0f);
    guest.in(0x71);
    guest.flush(file);
  }
  Result const result = tests::replay_of(tests::read_capture(file.bytes()));
  EXPECT_EQ(result.exits, 10U);
  EXPECT_EQ(result.replay.divergences, 0U) << first_of(result);
}

}  // namespace
}  // namespace acrn::replay::exits
