// SPDX-License-Identifier: BSD-3-Clause
#include "sim/replay/recorder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "sim/replay/plan_builder.hpp"
#include "tests/support/data.hpp"
#include "tests/unit/sim/replay/replay_capture.hpp"
#include "tests/unit/sim/replay/rows.hpp"

namespace acrn::replay {
namespace {

using core::Direction;
using core::Space;
using testing::ElementsAre;
using tests::chunk;
using tests::port_row;
using traces::AccessRow;
using traces::Handling;

struct Shape {
  Space space;
  Direction direction;
  std::uint8_t size;
  std::uint64_t address;
  std::uint64_t value;
  Handling handling;
};

constexpr Shape shapes[] = {
    {Space::port, Direction::write, 1, 0x70, 0x0f, Handling::hypervisor},
    {Space::port, Direction::read, 1, 0x71, 0x26, Handling::hypervisor},
    {Space::port, Direction::write, 4, 0xcf8, 0x8000'1004, Handling::forwarded},
    {Space::port, Direction::read, 4, 0xcf8, 0x8000'1004, Handling::forwarded},
    {Space::port, Direction::read, 2, 0xcfe, 0x0280, Handling::forwarded},
    {Space::port, Direction::write, 4, 0xcf8, 0, Handling::forwarded},
    {Space::port, Direction::read, 2, 0xcfc, 0xffff, Handling::forwarded},
    {Space::port, Direction::write, 1, 0xcfc, 1, Handling::forwarded},
    {Space::mmio, Direction::write, 2, 0xb8000, 0x0741, Handling::queued},
    {Space::mmio, Direction::read, 8, 0xfed0'0ffc, 0x1122'3344'5566'7788, Handling::forwarded},
    {Space::mmio, Direction::read, 4, 0xfee0'0020, 0x0100'0000, Handling::hypervisor},
    {Space::port, Direction::read, 2, 0x510, 0xffff, Handling::unclaimed},
    {Space::port, Direction::write, 1, 0x402, 0x53, Handling::unknown},
    {Space::port, Direction::read, 1, 0x60, 0xfa, Handling::forwarded},
};

/// Two VMs, the first with two vCPUs; two named clients; unknown values; a row of many elements.
Plan mixed_plan() {
  traces::CaptureInfo info;
  info.clock = {.kind = "tsc", .hz_numerator = 1'000'000'000};
  info.clients = {{1, "uart"}, {2, "hpet"}, {3, "acrndm"}};
  PlanBuilder builder{info, "mixed.acap"};
  std::uint64_t sequence[2] = {};
  for (int round = 0; round < 50; ++round) {
    auto const vm = static_cast<std::uint16_t>(round % 3 == 0);
    auto const vcpu = static_cast<std::uint16_t>(vm == 0 && round % 2 == 0 ? 1 : 0);
    std::vector<AccessRow> rows;
    for (Shape const& shape : shapes) {
      AccessRow row;
      row.sequence = sequence[vm]++;
      row.time = 1'000'000 + 500 * row.sequence;
      row.access = {shape.space, shape.direction, shape.size, shape.address, shape.value};
      row.handling = shape.handling;
      row.value_known = shape.address != 0x60 || round % 5 != 0;
      row.count = shape.address == 0x402 && round % 4 == 0 ? 7 : 1;
      row.client = shape.address == 0xfed0'0ffc ? 2 : shape.address == 0x60 ? 1 : 0;
      rows.push_back(row);
    }
    builder.add(chunk(vm, vcpu), rows);
  }
  return std::move(builder).build();
}

TEST(Recorder, ReplayingARecordingIsAFixedPoint) {
  tests::TemporaryDirectory const directory;
  for (core::Profile const* const profile : core::profiles) {
    auto const once = directory.path() / "once.acap";
    auto const twice = directory.path() / "twice.acap";
    ReplayResult const original = tests::replay_recording(mixed_plan(), once, *profile);
    ReplayResult const replayed = tests::replay_recording(tests::load_plan(once), twice, *profile);
    EXPECT_EQ(original.divergences, 0U) << profile->name;
    EXPECT_EQ(replayed.divergences, 0U) << profile->name;
    EXPECT_EQ(replayed.vcpu_digests, original.vcpu_digests) << profile->name;
    EXPECT_EQ(replayed.digest, original.digest) << profile->name;
    EXPECT_EQ(replayed.elements, original.elements) << profile->name;
    EXPECT_EQ(replayed.forwarded, original.forwarded) << profile->name;
    EXPECT_TRUE(tests::bytes_of(twice) == tests::bytes_of(once)) << profile->name;
  }
}

TEST(Recorder, ARecordingIsBetterEvidenceThanItsSource) {
  tests::TemporaryDirectory const directory;
  auto const recording = directory.path() / "recording.acap";
  FieldCounts const before = tests::replay_recording(mixed_plan(), recording).fields;
  FieldCounts const after = replay_functional(tests::load_plan(recording)).fields;
  EXPECT_GT(after.checked, 4 * before.checked);
  EXPECT_LT(after.unknown, before.unknown / 4);
}

TEST(Recorder, NamesTheClientThatAnswered) {
  tests::TemporaryDirectory const directory;
  auto const recording = directory.path() / "recording.acap";
  tests::replay_recording(mixed_plan(), recording);
  Plan const plan = tests::load_plan(recording);
  for (PlannedAccess const& access : plan.accesses()) {
    std::string name;
    if (access.client != 0) name = plan.info().clients.at(access.client);
    bool const config = access.address >= 0xcf8 && access.address < 0xd00;
    if (access.handling == Handling::forwarded && !config) {
      EXPECT_EQ(name, access.address == 0xfed0'0ffc ? "hpet"
                      : access.address == 0x60      ? "uart"
                                                    : "acrndm");
    } else if (access.handling == Handling::hypervisor || access.address == 0xcf8) {
      EXPECT_EQ(name, "");
    }
  }
}

TEST(Recorder, WritesInOrderOfTurnsWhateverEndsFirst) {
  tests::TemporaryDirectory const directory;
  auto const path = directory.path() / "late.acap";
  PlanBuilder builder{{}, "t.acap"};
  builder.add(chunk(0, 0), std::vector{port_row(0, 0x10), port_row(2, 0x12)});
  builder.add(chunk(0, 1), std::vector{port_row(1, 0x11), port_row(3, 0x13)});
  Plan const plan = std::move(builder).build();
  traces::CaptureInfo const info = recording_info(plan, "architectural");
  RegisterFile const registers;
  std::vector<std::uint64_t> stamps(traces::stage_count, traces::no_stamp);
  {
    traces::Writer writer{path.string(), info};
    Recorder recorder{writer};
    for (std::size_t const position : {1U, 3U, 0U, 2U}) {
      PlannedAccess const& planned = plan.accesses()[position];
      stamps.front() = 5'000 + position;
      stamps.back() = 6'000 + position;
      recorder.add({.position = position,
                    .vcpu = plan.vcpus()[planned.vcpu],
                    .planned = &planned,
                    .value = planned.value,
                    .value_known = true,
                    .registers = &registers,
                    .stamps = stamps});
    }
    writer.finish(info);
  }
  Plan const read = tests::load_plan(path);
  std::vector<std::uint64_t> addresses;
  std::vector<std::uint64_t> times;
  std::vector<std::uint64_t> ends;
  for (PlannedAccess const& access : read.accesses()) {
    addresses.push_back(access.address);
    times.push_back(access.time);
    ends.push_back(access.recorded_end);
  }
  EXPECT_THAT(addresses, ElementsAre(0x10, 0x11, 0x12, 0x13));
  EXPECT_THAT(times, ElementsAre(5'000, 5'001, 5'002, 5'003));
  EXPECT_THAT(ends, ElementsAre(6'000, 6'001, 6'002, 6'003));
}

TEST(Recorder, HeadSaysWhatIsInIt) {
  traces::CaptureInfo const info = recording_info(mixed_plan(), "acrn");
  EXPECT_EQ(info.profile, "acrn");
  EXPECT_TRUE(info.cpu.starts_with("vmx"));
  EXPECT_EQ(info.clock.kind, "tsc");
  ASSERT_EQ(info.vms.size(), 2U);
  EXPECT_EQ(info.vms[0].vcpus, 2U);
  EXPECT_EQ(info.vms[1].vcpus, 1U);
}

}  // namespace
}  // namespace acrn::replay
