// SPDX-License-Identifier: BSD-3-Clause
// What the functional replayer takes for evidence, and how it names the field that differs.
#include <gtest/gtest.h>

#include <vector>

#include "sim/replay/functional.hpp"
#include "tests/unit/sim/replay/functional_source.hpp"
#include "tests/unit/sim/replay/rows.hpp"

namespace acrn::replay {
namespace {

using core::Direction;
using tests::access;
using tests::mmio_row;
using tests::numbered;
using tests::replay_of;
using tests::Source;
using traces::AccessRow;
using traces::ExitRow;
using traces::Handling;

TEST(Functional, ConfigAddressReadBackIsChecked) {
  Source source{.accesses = numbered({access(0xcf8, Direction::write, 4, 0x8000'0810),
                                      access(0xcf8, Direction::read, 4, 0x8000'0810),
                                      access(0xcfc, Direction::read, 4, 0x1234'8086),
                                      access(0xcf8, Direction::write, 4, 0x10),
                                      access(0xcfc, Direction::read, 2, 0xffff)})};
  ReplayResult const good = replay_of(source);
  EXPECT_EQ(good.divergences, 0U);
  EXPECT_EQ(good.fields.checked, 2U);  // the read back, and the disabled read
  source.accesses[1].access.value ^= 4;
  ReplayResult const bad = replay_of(source);
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
      replay_of({.accesses = numbered({access(0xcfc, Direction::read, 4, 0x1234'8086),
                                       access(0xcf8, Direction::read, 4, 0x8000'0000),
                                       access(0xcf8, Direction::write, 1, 0),
                                       access(0xcf8, Direction::read, 1, 0x55)})});
  EXPECT_EQ(result.divergences, 0U);
  EXPECT_EQ(result.fields.checked, 0U);
}

TEST(Functional, UnclaimedReadsAreCheckedToBeAllOnes) {
  AccessRow row = access(0x510, Direction::read, 2, 0xffff);
  row.handling = Handling::unclaimed;
  ReplayResult const good = replay_of({.accesses = {row}});
  EXPECT_EQ(good.fields.checked, 1U);
  EXPECT_EQ(good.divergences, 0U);
  row.access.value = 0xff;
  ReplayResult const bad = replay_of({.accesses = {row}});
  ASSERT_TRUE(bad.first_divergence.has_value());
  EXPECT_EQ(bad.first_divergence->expected, 0xffU);
  EXPECT_EQ(bad.first_divergence->actual, 0xffffU);
}

TEST(Functional, WithoutAHostBridgeConfigPortsAreNobodys) {
  std::vector<AccessRow> rows = numbered({access(0xcf8, Direction::write, 4, 0x8000'0000),
                                          access(0xcf8, Direction::read, 4, 0xffff'ffff),
                                          access(0xcfc, Direction::read, 2, 0xffff)});
  EXPECT_EQ(replay_of({.accesses = rows}).divergences, 1U);  // an HSM returns what was written
  for (AccessRow& row : rows) row.handling = Handling::unclaimed;
  ReplayResult const result = replay_of({.accesses = rows});
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
  ReplayResult const good = replay_of({.accesses = {row}, .exits = {io_exit(0x03f8'0000)}});
  EXPECT_EQ(good.divergences, 0U);
  EXPECT_EQ(good.fields.checked, 4U);
  ReplayResult const bad =
      replay_of({.accesses = {row}, .exits = {io_exit(GetParam().qualification)}});
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
  ReplayResult const result = replay_of({.accesses = {row}, .exits = {io_exit(0x03f8'0000)}});
  ASSERT_TRUE(result.first_divergence.has_value());
  EXPECT_EQ(result.first_divergence->field, "exit.reason");
}

TEST(Functional, EptQualificationMustAgreeOnTheDirection) {
  AccessRow row = mmio_row(0, 0xfed0'0000, 4, Handling::forwarded);
  row.exit = 0;
  ExitRow exit;
  exit.reason = 48;
  exit.qualification = 0x182;
  EXPECT_EQ(replay_of({.accesses = {row}, .exits = {exit}}).divergences, 0U);
  exit.qualification = 0x181;
  ReplayResult const bad = replay_of({.accesses = {row}, .exits = {exit}});
  ASSERT_TRUE(bad.first_divergence.has_value());
  EXPECT_EQ(bad.first_divergence->field, "exit.direction");
  row.access.direction = Direction::read;  // a read-modify-write reports a write
  exit.qualification = 0x182;
  EXPECT_EQ(replay_of({.accesses = {row}, .exits = {exit}}).divergences, 0U);
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
  ReplayResult const good = replay_of(source);
  EXPECT_EQ(good.divergences, 0U);
  EXPECT_EQ(good.fields.checked, 4U + 1U + 4U + 1U);
  source.exits[1].registers_written = {0x1122'3344'5566'7761};
  ReplayResult const bad_register = replay_of(source);
  ASSERT_TRUE(bad_register.first_divergence.has_value());
  EXPECT_EQ(bad_register.first_divergence->field, "register");
  EXPECT_EQ(bad_register.first_divergence->position, 1U);
  source.exits[0].registers_read = {0x42};
  ReplayResult const bad_value = replay_of(source);
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
  ReplayResult const good = replay_of(source);
  EXPECT_EQ(good.divergences, 0U);
  EXPECT_EQ(good.fields.checked, 1U);
  source.slots[2].actor = 1;
  ReplayResult const bad = replay_of(source);
  ASSERT_TRUE(bad.first_divergence.has_value());
  EXPECT_EQ(bad.first_divergence->field, "slots");
}

}  // namespace
}  // namespace acrn::replay
