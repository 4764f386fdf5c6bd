// SPDX-License-Identifier: BSD-3-Clause
// What a capture lacks is excluded and said; what no recorder writes is refused.
#include "sim/replay/exits/plan_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "tests/unit/sim/replay/exits/capture_rows.hpp"
#include "tests/unit/sim/replay/exits/recorded_guest.hpp"
#include "traces/error.hpp"

namespace acrn::replay::exits {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using tests::CaptureFile;
using tests::ExitCapture;
using tests::RecordedGuest;

/// `flushes` flushes of three exits each.
std::string flushed(std::size_t flushes, std::vector<std::size_t>* sizes = nullptr) {
  CaptureFile file{{{.id = 1, .config = tests::script_config()}}};
  RecordedGuest guest{1, tests::script_config()};
  for (std::size_t i = 0; i < flushes; ++i) {
    if (sizes != nullptr) sizes->push_back(file.bytes().size());
    guest.out(0x70, 0x0f);
    guest.in(0x71);
    guest.in(0x3fd);
    guest.flush(file);
  }
  return file.bytes();
}

std::string refusal(std::function<void(ExitCapture&)> const& change) {
  ExitCapture capture = tests::script_capture();
  change(capture);
  try {
    static_cast<void>(tests::plan_of(capture));
  } catch (traces::ContentError const& error) {
    return error.what();
  }
  return "accepted";
}

template <class Change>
std::string refusal_of_exit(Change const& change) {
  return refusal([&](ExitCapture& capture) {
    for (auto& rows : capture.chunks) {
      if (!rows.exit.empty()) change(rows.exit[1]);
    }
  });
}

TEST(ExitPlan, IsMadeOfCapturesWithAPlatformOnly) {
  ExitCapture capture = tests::script_capture();
  EXPECT_TRUE(is_exit_exact(capture.info));
  capture.info.vms[0].devices[0].configuration.clear();
  EXPECT_FALSE(is_exit_exact(capture.info));
  capture.info.vms[0].devices[0] = {.id = 1, .name = "disk", .configuration = "x"};
  EXPECT_FALSE(is_exit_exact(capture.info));
}

TEST(ExitPlan, ACaptureCutAnywhereReplaysAsFarAsItGoes) {
  std::vector<std::size_t> sizes;
  std::string const whole = flushed(4, &sizes);
  for (std::size_t size = sizes.front(); size <= whole.size(); size += 13) {
    ExitCapture const capture = tests::read_capture(whole.substr(0, size));
    Result const result = tests::replay_of(capture);
    EXPECT_EQ(result.replay.divergences, 0U)
        << "cut at " << size << ": " << result.replay.first_divergence->field;
    EXPECT_EQ(result.skipped, 0U);
    auto const whole_flushes =
        std::count_if(sizes.begin() + 1, sizes.end(), [&](std::size_t end) { return end <= size; });
    EXPECT_GE(result.exits, 3 * static_cast<std::uint64_t>(whole_flushes)) << "cut at " << size;
  }
}

TEST(ExitPlan, StopsAtExitsThatAreMissing) {
  ExitCapture capture = tests::read_capture(flushed(3));
  // Without the second flush's exits.
  std::erase_if(capture.chunks, [](traces::Reader::Rows const& rows) {
    return rows.info.stream == traces::Stream::exit && rows.info.first_sequence == 3;
  });
  Result const result = tests::replay_of(capture);
  EXPECT_EQ(result.exits, 3U);
  EXPECT_EQ(result.skipped, 3U);
  EXPECT_EQ(result.replay.divergences, 0U);
  EXPECT_EQ(result.vcpus[0].gap, "exits 3 to 5 are not in the capture");
}

TEST(ExitPlan, StopsAtRowsThatTheRecorderDropped) {
  ExitCapture capture = tests::read_capture(flushed(3));
  for (auto& rows : capture.chunks) {
    if (rows.info.group == 2) {
      rows.info.dropped_before = 7;
      break;
    }
  }
  Result const result = tests::replay_of(capture);
  EXPECT_EQ(result.exits, 3U);
  EXPECT_EQ(result.skipped, 6U);
  EXPECT_EQ(result.vcpus[0].lost, 7U);
  EXPECT_THAT(result.vcpus[0].gap, HasSubstr("7 rows were dropped by the recorder"));
}

TEST(ExitPlan, StopsAtAccessesThatAreMissing) {
  ExitCapture capture = tests::read_capture(flushed(3));
  std::erase_if(capture.chunks, [](traces::Reader::Rows const& rows) {
    return rows.info.stream == traces::Stream::access && rows.info.first_sequence == 3;
  });
  Result const result = tests::replay_of(capture);
  EXPECT_EQ(result.exits, 2U) << "the exit of the last access may have made more";
  EXPECT_EQ(result.vcpus[0].gap, "accesses 3 to 5 are not in the capture");
  EXPECT_EQ(result.replay.divergences, 0U);
}

TEST(ExitPlan, StopsBehindDamageThatWasSkipped) {
  ExitCapture const capture = tests::read_capture(flushed(2));
  PlanBuilder builder{capture.info, "t.acap"};
  for (auto const& rows : capture.chunks) {
    if (rows.info.group == 2 && rows.info.stream == traces::Stream::access) {
      builder.note_damage(4711);
    }
    builder.add(rows);
  }
  Plan const plan = std::move(builder).build();
  EXPECT_THAT(plan.vcpus()[0].gap, HasSubstr("offset 4711"));
  EXPECT_GE(plan.vcpus()[0].count, 3U);
}

TEST(ExitPlan, RefusesAPlatformThatNoVmHas) {
  auto const damaged =
      refusal([](ExitCapture& capture) { capture.info.vms[0].devices[0].configuration.resize(5); });
  EXPECT_THAT(damaged, AllOf(HasSubstr("t.acap: header: VM 1"), HasSubstr("size")));
  auto const absent = refusal([](ExitCapture& capture) { capture.info.vms[0].devices.clear(); });
  EXPECT_THAT(absent, HasSubstr("VM 1 has exits but no device \"platform\""));
  auto const unknown = refusal([](ExitCapture& capture) { capture.info.vms.clear(); });
  EXPECT_THAT(unknown, HasSubstr("no device \"platform\""));
}

TEST(ExitPlan, AnotherPlatformDiverges) {
  ExitCapture capture = tests::script_capture();
  core::PlatformConfig config = tests::script_config();
  config.devices &= ~core::device_bit(core::PlatformDevice::uart0);
  auto const bytes = core::encode(config);
  capture.info.vms[0].devices[0].configuration.assign(bytes.begin(), bytes.end());
  Result const result = tests::replay_of(capture);
  ASSERT_TRUE(result.replay.first_divergence);
  EXPECT_EQ(result.replay.first_divergence->field, "access[0].handling");
}

TEST(ExitPlan, RefusesRowsThatNoRecorderWrites) {
  using traces::ExitRow;
  EXPECT_THAT(refusal_of_exit([](ExitRow& row) { row.reason = 0x8000'0021; }),
              AllOf(HasSubstr("row 1 of this chunk (VM 1, vCPU 0)"), HasSubstr("0x80000021")));
  EXPECT_THAT(refusal_of_exit([](ExitRow& row) { row.register_mask |= 1U << 30U; }),
              HasSubstr("has bits above 22"));
  EXPECT_THAT(refusal_of_exit([](ExitRow& row) { row.registers_written.push_back(1); }),
              HasSubstr("goes with"));
  EXPECT_THAT(refusal_of_exit([](ExitRow& row) { row.rip.reset(); }), HasSubstr("no RIP"));
  auto const access = refusal([](ExitCapture& capture) {
    for (auto& rows : capture.chunks) {
      if (!rows.access.empty()) rows.access[0].exit = traces::no_exit;
    }
  });
  EXPECT_THAT(access, HasSubstr("an access without an exit"));
  auto const input = refusal([](ExitCapture& capture) {
    for (auto& rows : capture.chunks) {
      if (!rows.input.empty()) rows.input[0].kind = traces::InputKind::reset;
    }
  });
  EXPECT_THAT(input, HasSubstr("an input of kind 5"));
}

TEST(ExitPlan, RefusesSeveralVcpusOfOneVm) {
  EXPECT_THAT(refusal([](ExitCapture& capture) {
                auto more = capture.chunks;
                for (auto& rows : more) rows.info.vcpu = 1;
                capture.chunks.insert(capture.chunks.end(), more.begin(), more.end());
              }),
              HasSubstr("VM 1 has exits of several vCPUs"));
}

TEST(ExitPlan, ARequestThatWasWaitingWhenTheRecordingEndedIsNotCompared) {
  CaptureFile file{{{.id = 1, .config = tests::script_config()}}};
  RecordedGuest guest{1, tests::script_config()};
  guest.out(0x70, 0x0f);
  guest.in(0x71);
  guest.flush(file);
  ExitCapture capture = tests::read_capture(file.bytes());
  for (auto& rows : capture.chunks) {
    if (!rows.access.empty()) rows.access.pop_back();
    if (!rows.slot.empty()) rows.slot.resize(4);
    if (rows.exit.empty()) continue;
    rows.exit.back().register_mask = 0;  // an IN asks when it is answered
    rows.exit.back().registers_read.clear();
    rows.exit.back().written_mask = 0xf;  // nobody has written what became of it
    rows.exit.back().registers_written = {1, 2, 3, 4};
    rows.exit.back().time_out = 0;
  }
  Result const result = tests::replay_of(capture);
  EXPECT_EQ(result.exits, 2U);
  EXPECT_EQ(result.replay.accesses, 1U);
  EXPECT_EQ(result.replay.divergences, 0U) << result.replay.first_divergence->field;
}

TEST(ExitPlan, AnUnknownReasonStopsTheVcpuAsItDidOnTheBareMetal) {
  CaptureFile file{{{.id = 1, .config = tests::script_config()}}};
  RecordedGuest guest{1, tests::script_config()};
  guest.take(static_cast<core::MachineReason>(70));
  guest.flush(file);
  Result const result = tests::replay_of(tests::read_capture(file.bytes()));
  EXPECT_EQ(result.replay.divergences, 0U);
  EXPECT_EQ(result.vcpus[0].stop, (core::VcpuStop{core::StopKind::unsupported_exit, 70}));
}

}  // namespace
}  // namespace acrn::replay::exits
