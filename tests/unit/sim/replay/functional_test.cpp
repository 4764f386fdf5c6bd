// SPDX-License-Identifier: BSD-3-Clause
#include "sim/replay/functional.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

#include "sim/replay/plan_builder.hpp"
#include "tests/unit/sim/replay/functional_source.hpp"
#include "tests/unit/sim/replay/rows.hpp"

namespace acrn::replay {
namespace {

using core::Direction;
using tests::access;
using tests::chunk;
using tests::mmio_row;
using tests::plan_of;
using tests::port_row;
using tests::replay_of;
using tests::Source;
using traces::AccessRow;
using traces::Handling;

TEST(Functional, EmptyPlanReplaysNothing) {
  ReplayResult const result = replay_of({});
  EXPECT_EQ(result.accesses, 0U);
  EXPECT_EQ(result.digest, 0U);
  EXPECT_FALSE(result.first_divergence.has_value());
}

TEST(Functional, CountsWhoAnswered) {
  AccessRow queued = port_row(3, 0x80, Handling::queued);
  AccessRow coalesced = mmio_row(4, 0xb8000, 2, Handling::queued);
  coalesced.count = 5;
  ReplayResult const result =
      replay_of({.accesses = {port_row(0, 0x70, Handling::hypervisor),
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
  ReplayResult const result = replay_of(
      {.accesses = {port_row(0, 0x70, Handling::hypervisor), port_row(1, 0x70, Handling::forwarded),
                    port_row(2, 0x70, Handling::hypervisor)}});
  EXPECT_EQ(result.handled, 2U);
  EXPECT_EQ(result.forwarded, 1U);
  EXPECT_EQ(result.divergences, 0U);
}

TEST(Functional, AllProfilesReplayACaptureThatSpansNothing) {
  for (core::Profile const* const profile : core::profiles) {
    ReplayResult const result =
        replay_of({.accesses = {port_row(0, 0x70, Handling::hypervisor),
                                port_row(1, 0x70, Handling::forwarded),
                                mmio_row(2, 0xfee0'00b0, 4, Handling::hypervisor),
                                mmio_row(3, 0xfed0'0000, 8, Handling::forwarded)}},
                  *profile);
    EXPECT_EQ(result.divergences, 0U) << profile->name;
    EXPECT_EQ(result.forwarded, 2U) << profile->name;
    EXPECT_EQ(result.faulted, 0U) << profile->name;
  }
}

TEST(Functional, UnknownValuesAreInventedTheSameEveryTimeAndCountedAsUnknown) {
  AccessRow row = access(0x1f0, Direction::read, 2, 0x1234);
  row.count = 3;
  AccessRow unknown = access(0x1f0, Direction::read, 2, 0x55);
  unknown.sequence = 1;
  unknown.value_known = false;
  Source source{.accesses = {row, unknown}};
  ReplayResult const result = replay_of(source);
  EXPECT_EQ(result.divergences, 0U);
  EXPECT_EQ(result.elements, 4U);
  source.accesses[1].access.value = 0x66;  // not known, so it cannot matter
  EXPECT_EQ(replay_of(source).digest, result.digest);
}

TEST(Functional, AccessThatNoHardwareMakesFaultsAndIsNamed) {
  AccessRow row = mmio_row(0, ~std::uint64_t{0}, 8, Handling::forwarded);
  ReplayResult const result = replay_of({.accesses = {row}});
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
  ReplayResult const split = replay_of({.accesses = {row}});
  EXPECT_EQ(split.divergences, 0U);
  EXPECT_EQ(split.elements, 1U);
  EXPECT_EQ(split.upcalls, 3U);  // 2 bytes, then 4 and 2
  ReplayResult const whole = replay_of({.accesses = {row}}, core::acrn_today);
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
    ReplayResult const result = replay_of(source, *profile);
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
