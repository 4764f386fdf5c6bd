// SPDX-License-Identifier: BSD-3-Clause
#include "sim/replay/functional.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

#include "sim/replay/plan_builder.hpp"
#include "tests/unit/sim/replay/rows.hpp"

namespace acrn::replay {
namespace {

using core::Direction;
using tests::chunk;
using tests::mmio_row;
using tests::port_row;
using traces::AccessRow;
using traces::ExitRow;
using traces::Handling;

struct Source {
  std::vector<AccessRow> accesses{};
  std::vector<ExitRow> exits{};
  std::vector<traces::SlotRow> slots{};
};

Plan plan_of(Source const& source) {
  traces::CaptureInfo info;
  info.cpu = "vmx";
  PlanBuilder builder{info, "t.acap"};
  builder.add(chunk(0, 0), source.accesses);
  builder.add(chunk(0, 0), source.exits);
  builder.add(chunk(0, 0), source.slots);
  return std::move(builder).build();
}

ReplayResult replay(Source const& source, core::Profile const& profile = core::architectural) {
  return replay_functional(plan_of(source), {.profile = &profile, .record = nullptr});
}

AccessRow access(std::uint16_t port, Direction direction, std::uint8_t size, std::uint64_t value) {
  AccessRow row = port_row(0, port, Handling::forwarded);
  row.access.direction = direction;
  row.access.size = size;
  row.access.value = value;
  return row;
}

std::vector<AccessRow> numbered(std::vector<AccessRow> rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].sequence = i;
  return rows;
}

TEST(Functional, EmptyPlanReplaysNothing) {
  ReplayResult const result = replay({});
  EXPECT_EQ(result.accesses, 0U);
  EXPECT_EQ(result.digest, 0U);
  EXPECT_FALSE(result.first_divergence.has_value());
}

TEST(Functional, CountsWhoAnswered) {
  AccessRow queued = port_row(3, 0x80, Handling::queued);
  AccessRow coalesced = mmio_row(4, 0xb8000, 2, Handling::queued);
  coalesced.count = 5;
  ReplayResult const result =
      replay({.accesses = {port_row(0, 0x70, Handling::hypervisor),
                           port_row(1, 0x3f8, Handling::forwarded),
                           port_row(2, 0x60, Handling::unknown), queued, coalesced}});
  EXPECT_EQ(result.accesses, 5U);
  EXPECT_EQ(result.elements, 9U);
  EXPECT_EQ(result.handled, 7U);
  EXPECT_EQ(result.forwarded, 2U);
  EXPECT_EQ(result.upcalls, 2U);
  EXPECT_EQ(result.faulted, 0U);
  EXPECT_EQ(result.divergences, 0U);
}

TEST(Functional, OnePortAnsweredByBothPartiesFollowsTheCapture) {
  ReplayResult const result = replay(
      {.accesses = {port_row(0, 0x70, Handling::hypervisor), port_row(1, 0x70, Handling::forwarded),
                    port_row(2, 0x70, Handling::hypervisor)}});
  EXPECT_EQ(result.handled, 2U);
  EXPECT_EQ(result.forwarded, 1U);
  EXPECT_EQ(result.divergences, 0U);
}

TEST(Functional, AllProfilesReplayACaptureThatSpansNothing) {
  for (core::Profile const* const profile : core::profiles) {
    ReplayResult const result =
        replay({.accesses = {port_row(0, 0x70, Handling::hypervisor),
                             port_row(1, 0x70, Handling::forwarded),
                             mmio_row(2, 0xfee0'00b0, 4, Handling::hypervisor),
                             mmio_row(3, 0xfed0'0000, 8, Handling::forwarded)}},
               *profile);
    EXPECT_EQ(result.divergences, 0U) << profile->name;
    EXPECT_EQ(result.forwarded, 2U) << profile->name;
    EXPECT_EQ(result.faulted, 0U) << profile->name;
  }
}

TEST(Functional, ConfigAddressReadBackIsChecked) {
  Source source{.accesses = numbered({access(0xcf8, Direction::write, 4, 0x8000'0810),
                                      access(0xcf8, Direction::read, 4, 0x8000'0810),
                                      access(0xcfc, Direction::read, 4, 0x1234'8086),
                                      access(0xcf8, Direction::write, 4, 0x10),
                                      access(0xcfc, Direction::read, 2, 0xffff)})};
  ReplayResult const good = replay(source);
  EXPECT_EQ(good.divergences, 0U);
  EXPECT_EQ(good.fields.checked, 2U);  // the read back, and the disabled read
  source.accesses[1].access.value ^= 4;
  ReplayResult const bad = replay(source);
  EXPECT_EQ(bad.divergences, 1U);
  ASSERT_TRUE(bad.first_divergence.has_value());
  EXPECT_EQ(bad.first_divergence->field, "value");
  EXPECT_EQ(bad.first_divergence->position, 1U);
  EXPECT_EQ(bad.first_divergence->expected, 0x8000'0814U);
  EXPECT_EQ(bad.first_divergence->actual, 0x8000'0810U);
  EXPECT_EQ(bad.digest, good.digest);  // the guest still got what the HSM says
}

TEST(Functional, ConfigReadsProveNothingBeforeTheFirstWrite) {
  ReplayResult const result =
      replay({.accesses = numbered({access(0xcfc, Direction::read, 4, 0x1234'8086),
                                    access(0xcf8, Direction::read, 4, 0x8000'0000),
                                    access(0xcf8, Direction::write, 1, 0),
                                    access(0xcf8, Direction::read, 1, 0x55)})});
  EXPECT_EQ(result.divergences, 0U);
  EXPECT_EQ(result.fields.checked, 0U);
}

TEST(Functional, UnclaimedReadsAreCheckedToBeAllOnes) {
  AccessRow row = access(0x510, Direction::read, 2, 0xffff);
  row.handling = Handling::unclaimed;
  ReplayResult const good = replay({.accesses = {row}});
  EXPECT_EQ(good.fields.checked, 1U);
  EXPECT_EQ(good.divergences, 0U);
  row.access.value = 0xff;
  ReplayResult const bad = replay({.accesses = {row}});
  ASSERT_TRUE(bad.first_divergence.has_value());
  EXPECT_EQ(bad.first_divergence->expected, 0xffU);
  EXPECT_EQ(bad.first_divergence->actual, 0xffffU);
}

TEST(Functional, WithoutAHostBridgeConfigPortsAreNobodys) {
  std::vector<AccessRow> rows = numbered({access(0xcf8, Direction::write, 4, 0x8000'0000),
                                          access(0xcf8, Direction::read, 4, 0xffff'ffff),
                                          access(0xcfc, Direction::read, 2, 0xffff)});
  EXPECT_EQ(replay({.accesses = rows}).divergences, 1U);  // an HSM returns what was written
  for (AccessRow& row : rows) row.handling = Handling::unclaimed;
  ReplayResult const result = replay({.accesses = rows});
  EXPECT_EQ(result.divergences, 0U);
  EXPECT_EQ(result.fields.checked, 2U);
  EXPECT_EQ(result.handled, 3U);
}

ExitRow io_exit(std::uint64_t qualification) {
  ExitRow exit;
  exit.reason = 30;
  exit.qualification = qualification;
  return exit;
}

struct ExitCase {
  char const* field;
  std::uint64_t qualification;
  std::uint64_t expected;
  std::uint64_t actual;
};

class ExitEvidence : public testing::TestWithParam<ExitCase> {};

TEST_P(ExitEvidence, AFlippedQualificationIsNamed) {
  AccessRow row = access(0x3f8, Direction::write, 1, 0x41);
  row.exit = 0;
  ReplayResult const good = replay({.accesses = {row}, .exits = {io_exit(0x03f8'0000)}});
  EXPECT_EQ(good.divergences, 0U);
  EXPECT_EQ(good.fields.checked, 4U);
  ReplayResult const bad =
      replay({.accesses = {row}, .exits = {io_exit(GetParam().qualification)}});
  EXPECT_EQ(bad.divergences, 1U);
  ASSERT_TRUE(bad.first_divergence.has_value());
  EXPECT_EQ(bad.first_divergence->field, GetParam().field);
  EXPECT_EQ(bad.first_divergence->expected, GetParam().expected);
  EXPECT_EQ(bad.first_divergence->actual, GetParam().actual);
}

INSTANTIATE_TEST_SUITE_P(Fields, ExitEvidence,
                         testing::Values(ExitCase{"exit.port", 0x03f9'0000, 0x3f9, 0x3f8},
                                         ExitCase{"exit.size", 0x03f8'0001, 2, 1},
                                         ExitCase{"exit.direction", 0x03f8'0008, 0, 1}));

TEST(Functional, ExitOfTheOtherSpaceIsNamed) {
  AccessRow row = mmio_row(0, 0xfed0'0000, 4, Handling::forwarded);
  row.exit = 0;
  ReplayResult const result = replay({.accesses = {row}, .exits = {io_exit(0x03f8'0000)}});
  ASSERT_TRUE(result.first_divergence.has_value());
  EXPECT_EQ(result.first_divergence->field, "exit.reason");
}

TEST(Functional, EptQualificationMustAgreeOnTheDirection) {
  AccessRow row = mmio_row(0, 0xfed0'0000, 4, Handling::forwarded);
  row.exit = 0;
  ExitRow exit;
  exit.reason = 48;
  exit.qualification = 0x182;
  EXPECT_EQ(replay({.accesses = {row}, .exits = {exit}}).divergences, 0U);
  exit.qualification = 0x181;
  ReplayResult const bad = replay({.accesses = {row}, .exits = {exit}});
  ASSERT_TRUE(bad.first_divergence.has_value());
  EXPECT_EQ(bad.first_divergence->field, "exit.direction");
  row.access.direction = Direction::read;  // a read-modify-write reports a write
  exit.qualification = 0x182;
  EXPECT_EQ(replay({.accesses = {row}, .exits = {exit}}).divergences, 0U);
}

TEST(Functional, RecordedRegistersAreEvidence) {
  AccessRow out = access(0x3f8, Direction::write, 1, 0x41);
  out.exit = 0;
  ExitRow out_exit = io_exit(0x03f8'0000);
  out_exit.register_mask = 1;
  out_exit.registers_read = {0xffff'ff41};
  AccessRow in = access(0x3fd, Direction::read, 1, 0x60);
  in.sequence = 1;
  in.exit = 1;
  ExitRow in_exit = io_exit(0x03fd'0008);
  in_exit.register_mask = 1;
  in_exit.registers_read = {0x1122'3344'5566'7788};
  in_exit.written_mask = 1;
  in_exit.registers_written = {0x1122'3344'5566'7760};
  Source source{.accesses = {out, in}, .exits = {out_exit, in_exit}};
  ReplayResult const good = replay(source);
  EXPECT_EQ(good.divergences, 0U);
  EXPECT_EQ(good.fields.checked, 4U + 1U + 4U + 1U);
  source.exits[1].registers_written = {0x1122'3344'5566'7761};
  ReplayResult const bad_register = replay(source);
  ASSERT_TRUE(bad_register.first_divergence.has_value());
  EXPECT_EQ(bad_register.first_divergence->field, "register");
  EXPECT_EQ(bad_register.first_divergence->position, 1U);
  source.exits[0].registers_read = {0x42};
  ReplayResult const bad_value = replay(source);
  ASSERT_TRUE(bad_value.first_divergence.has_value());
  EXPECT_EQ(bad_value.first_divergence->field, "value");
  EXPECT_EQ(bad_value.first_divergence->actual, 0x42U);
}

TEST(Functional, RecordedSlotTransitionsAreEvidence) {
  Source source{.accesses = {access(0x3f8, Direction::write, 1, 0x41)},
                .slots = {{.access = 0, .from = 3, .to = 0, .actor = 1},
                          {.access = 0, .from = 0, .to = 2, .actor = 2},
                          {.access = 0, .from = 2, .to = 1, .actor = 3},
                          {.access = 0, .from = 1, .to = 3, .actor = 1}}};
  ReplayResult const good = replay(source);
  EXPECT_EQ(good.divergences, 0U);
  EXPECT_EQ(good.fields.checked, 1U);
  source.slots[2].actor = 1;
  ReplayResult const bad = replay(source);
  ASSERT_TRUE(bad.first_divergence.has_value());
  EXPECT_EQ(bad.first_divergence->field, "slots");
}

TEST(Functional, UnknownValuesAreInventedTheSameEveryTimeAndCountedAsUnknown) {
  AccessRow row = access(0x1f0, Direction::read, 2, 0x1234);
  row.count = 3;
  AccessRow unknown = access(0x1f0, Direction::read, 2, 0x55);
  unknown.sequence = 1;
  unknown.value_known = false;
  Source source{.accesses = {row, unknown}};
  ReplayResult const result = replay(source);
  EXPECT_EQ(result.divergences, 0U);
  EXPECT_EQ(result.elements, 4U);
  source.accesses[1].access.value = 0x66;  // not known, so it cannot matter
  EXPECT_EQ(replay(source).digest, result.digest);
}

TEST(Functional, AccessThatNoHardwareMakesFaultsAndIsNamed) {
  AccessRow row = mmio_row(0, ~std::uint64_t{0}, 8, Handling::forwarded);
  ReplayResult const result = replay({.accesses = {row}});
  EXPECT_EQ(result.faulted, 1U);
  EXPECT_EQ(result.forwarded, 0U);
  ASSERT_TRUE(result.first_divergence.has_value());
  EXPECT_EQ(result.first_divergence->field, "fault");
  EXPECT_EQ(result.first_divergence->actual, 14U);  // #GP is 13
}

TEST(Functional, AccessOverAPageEdgeIsMadeInPieces) {
  AccessRow row = mmio_row(0, 0xfed0'0ffe, 8, Handling::forwarded);
  row.access.direction = Direction::read;
  row.access.value = 0x1122'3344'5566'7788;
  ReplayResult const split = replay({.accesses = {row}});
  EXPECT_EQ(split.divergences, 0U);
  EXPECT_EQ(split.elements, 1U);
  EXPECT_EQ(split.upcalls, 3U);  // 2 bytes, then 4 and 2
  ReplayResult const whole = replay({.accesses = {row}}, core::acrn_today);
  EXPECT_EQ(whole.upcalls, 1U);
  EXPECT_EQ(whole.digest, split.digest);
}

TEST(Functional, MoreRangesThanTheMapsHoldChangeNothing) {
  Source source;
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    source.accesses.push_back(port_row(i, static_cast<std::uint16_t>(0x1000 + 4 * i),
                                       i % 3 == 0 ? Handling::forwarded : Handling::hypervisor));
    source.accesses.push_back(mmio_row(1'000 + i, 0xf000'0000 + 0x2000 * i, 4,
                                       i % 3 == 0 ? Handling::forwarded : Handling::hypervisor));
  }
  for (core::Profile const* const profile : core::profiles) {
    ReplayResult const result = replay(source, *profile);
    EXPECT_EQ(result.divergences, 0U) << profile->name;
    EXPECT_EQ(result.forwarded, 668U) << profile->name;
  }
}

TEST(Functional, RefusesMoreVmsThanAnHsmServes) {
  PlanBuilder builder{{}, "t.acap"};
  for (std::uint16_t vm = 0; vm < 9; ++vm) builder.add(chunk(vm, 0), std::vector{port_row(0, 1)});
  Plan const plan = std::move(builder).build();
  EXPECT_THROW(replay_functional(plan), std::invalid_argument);
}

TEST(Functional, RefusesToRunWithoutAProfile) {
  EXPECT_THROW(replay_functional(plan_of({}), {.profile = nullptr, .record = nullptr}),
               std::invalid_argument);
}

}  // namespace
}  // namespace acrn::replay
