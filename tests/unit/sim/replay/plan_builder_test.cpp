// SPDX-License-Identifier: BSD-3-Clause
#include "sim/replay/plan_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/sim/replay/rows.hpp"
#include "traces/error.hpp"

namespace acrn::replay {
namespace {

using core::Direction;
using core::Space;
using testing::ElementsAre;
using testing::HasSubstr;
using tests::chunk;
using tests::mmio_row;
using tests::port_row;
using traces::AccessRow;
using traces::ChunkInfo;
using traces::ExitRow;
using traces::Handling;
using traces::SlotRow;

traces::CaptureInfo vmx_info() {
  traces::CaptureInfo info;
  info.cpu = "vmx test";
  return info;
}

PlanBuilder builder_of(PlanOptions options = {}) {
  return {vmx_info(), "t.acap", std::move(options)};
}

std::vector<std::uint64_t> addresses(Plan const& plan) {
  std::vector<std::uint64_t> all;
  for (PlannedAccess const& access : plan.accesses()) all.push_back(access.address);
  return all;
}

std::string message_of(ChunkInfo const& info, AccessRow const& row) {
  try {
    PlanBuilder builder = builder_of();
    builder.add(info, std::vector{port_row(0, 1), row});
  } catch (traces::ContentError const& error) {
    return error.what();
  }
  return "accepted";
}

TEST(PlanBuilder, OrdersAccessesOfAVmBySequenceOverItsVcpus) {
  PlanBuilder builder = builder_of();
  builder.add(chunk(1, 3), std::vector{port_row(1, 0x11), port_row(4, 0x14)});
  builder.add(chunk(1, 0), std::vector{port_row(0, 0x10), port_row(2, 0x12)});
  builder.add(chunk(1, 0), std::vector{port_row(3, 0x13)});
  Plan const plan = std::move(builder).build();
  EXPECT_THAT(addresses(plan), ElementsAre(0x10, 0x11, 0x12, 0x13, 0x14));
  ASSERT_EQ(plan.vcpus().size(), 2U);
  EXPECT_EQ(plan.vcpus()[0].vcpu.value, 0);
  EXPECT_EQ(plan.vcpus()[1].vcpu.value, 3);
  EXPECT_EQ(plan.accesses()[0].vcpu, 0);
  EXPECT_EQ(plan.accesses()[1].vcpu, 1);
}

TEST(PlanBuilder, SequenceWinsOverTimeWithinAVm) {
  AccessRow late = port_row(0, 0x10);
  late.time = 5000;
  PlanBuilder builder = builder_of();
  builder.add(chunk(0, 1), std::vector{port_row(1, 0x11)});
  builder.add(chunk(0, 0), std::vector{late});
  EXPECT_THAT(addresses(std::move(builder).build()), ElementsAre(0x10, 0x11));
}

TEST(PlanBuilder, MergesVmsByTimeThenId) {
  PlanBuilder builder = builder_of();
  builder.add(chunk(2, 0), std::vector{port_row(0, 0x20), port_row(1, 0x21)});
  builder.add(chunk(1, 0), std::vector{port_row(1, 0x11), port_row(5, 0x15)});
  Plan const plan = std::move(builder).build();
  EXPECT_THAT(addresses(plan), ElementsAre(0x20, 0x11, 0x21, 0x15));
  EXPECT_EQ(plan.vcpus()[0].vm.value, 1);
  EXPECT_EQ(plan.vcpus()[1].vm.value, 2);
}

TEST(PlanBuilder, KeepsWhatTheRowSays) {
  AccessRow row = mmio_row(7, 0xfee0'0000, 4, Handling::forwarded);
  row.access.direction = Direction::read;
  row.access.value = 0x1'2345'6789;
  row.value_known = false;
  row.count = 3;
  row.client = 9;
  row.stages[0] = 1;
  row.stages[15] = 2'000;
  row.stages[9] = 1'900;
  PlanBuilder builder = builder_of();
  builder.add(chunk(0, 0), std::vector{row});
  Plan const plan = std::move(builder).build();
  PlannedAccess const& access = plan.accesses()[0];
  EXPECT_EQ(access.time, 1007U);
  EXPECT_EQ(access.address, 0xfee0'0000U);
  EXPECT_EQ(access.value, 0x2345'6789U);
  EXPECT_EQ(access.recorded_end, 2'000U);
  EXPECT_EQ(access.count, 3U);
  EXPECT_EQ(access.client, 9U);
  EXPECT_EQ(access.space, row.access.space);
  EXPECT_EQ(access.direction, Direction::read);
  EXPECT_EQ(access.size, 4);
  EXPECT_EQ(access.handling, Handling::forwarded);
  EXPECT_FALSE(access.value_known);
  EXPECT_EQ(access.exit, no_planned_exit);
  EXPECT_EQ(access.slot_path, no_slot_path);
}

TEST(PlanBuilder, RefusesWhatCannotBeReplayed) {
  AccessRow const good = port_row(1, 0x70);
  EXPECT_EQ(message_of(chunk(0, 15), good), "accepted");
  EXPECT_EQ(message_of(chunk(4, 16), good),
            "t.acap: offset 4096: chunk of vCPU 16 of VM 4, expected a vCPU of 0 to 15 (a request "
            "page has 16 slots); leave it out with a vCPU filter when importing");
  AccessRow row = good;
  row.access.size = 8;
  EXPECT_EQ(message_of(chunk(0, 2), row),
            "t.acap: offset 4096: access row 1 of this chunk (VM 0, vCPU 2): size 8, expected 1, 2 "
            "or 4 bytes for a port; import the source again, or leave the row out with a filter");
  row.access.size = 3;
  EXPECT_THAT(message_of(chunk(0, 0), row), HasSubstr("size 3, expected 1, 2 or 4 bytes"));
  row.access = {.space = Space::mmio, .size = 16};
  EXPECT_THAT(message_of(chunk(0, 0), row), HasSubstr("size 16, expected 1, 2, 4 or 8 bytes"));
  row.access = {.space = Space::pci_config, .size = 4};
  EXPECT_THAT(message_of(chunk(0, 0), row), HasSubstr("space 2, expected 0 (port) or 1 (MMIO)"));
  row = good;
  row.access.address = 0x1'0000;
  EXPECT_THAT(message_of(chunk(0, 0), row), HasSubstr("port 0x10000, expected at most 0xffff"));
  row = good;
  row.count = 0;
  EXPECT_THAT(message_of(chunk(0, 0), row), HasSubstr("count 0, expected 1 to 1048576"));
  row.count = row_elements_max;
  EXPECT_EQ(message_of(chunk(0, 0), row), "accepted");
  row.count = row_elements_max + 1;
  EXPECT_THAT(message_of(chunk(0, 0), row), HasSubstr("count 1048577"));
}

TEST(PlanBuilder, FilterLeavesNoTrace) {
  PlanBuilder builder =
      builder_of({.keep = [](core::VmId, core::VcpuId vcpu, AccessRow const& row) {
        return vcpu.value == 0 && row.access.address != 0x80;
      }});
  builder.add(chunk(0, 0), std::vector{port_row(0, 0x80), port_row(1, 0x70)});
  builder.add(chunk(0, 20), std::vector{port_row(2, 0x71)});  // not replayed, so not refused
  Plan const plan = std::move(builder).build();
  EXPECT_THAT(addresses(plan), ElementsAre(0x70));
  EXPECT_EQ(plan.vcpus().size(), 1U);
  EXPECT_EQ(plan.regions().size(), 1U);
}

TEST(PlanBuilder, EmptyCaptureGivesAnEmptyPlan) {
  Plan const plan = builder_of().build();
  EXPECT_TRUE(plan.accesses().empty());
  EXPECT_TRUE(plan.vcpus().empty());
  EXPECT_TRUE(plan.regions().empty());
}

TEST(PlanBuilder, JoinsExitsWhicheverChunkComesFirst) {
  ExitRow io;
  io.reason = 30;
  io.qualification = 0x0070'0000;
  io.time_out = 1'500;
  io.register_mask = 1;
  io.registers_read = {0xaa};
  io.written_mask = 1;
  io.registers_written = {0xbb};
  ExitRow other;
  other.reason = 49;
  other.qualification = 1;
  AccessRow first = port_row(0, 0x70);
  first.exit = 1;
  AccessRow second = first;
  second.sequence = 1;
  AccessRow third = port_row(2, 0x71);
  third.exit = 0;
  AccessRow lost = port_row(3, 0x72);
  lost.exit = 2;  // the capture ends before that row
  PlanBuilder builder = builder_of();
  builder.add(chunk(0, 0), std::vector{first, second, third, lost});
  builder.add(chunk(0, 0), std::vector{other, io});
  Plan const plan = std::move(builder).build();
  ASSERT_EQ(plan.exits().size(), 2U);
  ASSERT_EQ(plan.accesses()[0].exit, plan.accesses()[1].exit);
  PlannedExit const& joined = plan.exits()[plan.accesses()[0].exit];
  EXPECT_TRUE(joined.qualification_known);
  EXPECT_EQ(joined.qualification, 0x0070'0000U);
  EXPECT_EQ(joined.accesses, 2U);
  EXPECT_THAT(plan.registers(joined), ElementsAre(0xaa, 0xbb));
  EXPECT_EQ(plan.accesses()[0].recorded_end, traces::no_stamp);
  EXPECT_EQ(plan.accesses()[1].recorded_end, 1'500U);
  EXPECT_FALSE(plan.exits()[plan.accesses()[2].exit].qualification_known);  // not an I/O exit
  EXPECT_EQ(plan.accesses()[3].exit, no_planned_exit);
}

TEST(PlanBuilder, FindsExitsByTheirRowNumberWhereChunksWereLost) {
  ExitRow io;
  io.reason = 30;
  io.qualification = 0x0070'0000;
  AccessRow early = port_row(0, 0x70);
  early.exit = 3;
  AccessRow late = port_row(1, 0x70);
  late.exit = 1001;
  ChunkInfo head = chunk(0, 0);
  head.first_sequence = 1000;
  PlanBuilder builder = builder_of();
  builder.add(chunk(0, 0), std::vector{early, late});
  builder.add(head, std::vector{ExitRow{}, io});
  Plan const plan = std::move(builder).build();
  EXPECT_EQ(plan.accesses()[0].exit, no_planned_exit);
  ASSERT_EQ(plan.accesses()[1].exit, 0U);
  EXPECT_TRUE(plan.exits()[0].qualification_known);
}

TEST(PlanBuilder, ExitsOfOtherVendorsAreNoEvidence) {
  ExitRow io;
  io.reason = 30;
  io.qualification = 0x0070'0000;
  AccessRow row = port_row(0, 0x70);
  row.exit = 0;
  traces::CaptureInfo info;
  info.cpu = "svm";
  PlanBuilder builder{info, "t.acap"};
  builder.add(chunk(0, 0), std::vector{row});
  builder.add(chunk(0, 0), std::vector{io});
  Plan const plan = std::move(builder).build();
  EXPECT_FALSE(plan.exits()[0].qualification_known);
}

TEST(PlanBuilder, DropsRegistersWhoseMaskDoesNotFit) {
  ExitRow io;
  io.reason = 30;
  io.register_mask = 3;
  io.registers_read = {1};
  AccessRow row = port_row(0, 0x70);
  row.exit = 0;
  PlanBuilder builder = builder_of();
  builder.add(chunk(0, 0), std::vector{row});
  builder.add(chunk(0, 0), std::vector{io});
  Plan const plan = std::move(builder).build();
  EXPECT_EQ(plan.exits()[0].read_mask, 0U);
  EXPECT_TRUE(plan.registers(plan.exits()[0]).empty());
}

TEST(PlanBuilder, JoinsSlotTransitions) {
  PlanBuilder builder = builder_of();
  builder.add(chunk(0, 0), std::vector{SlotRow{.access = 1, .from = 3, .to = 0, .actor = 1},
                                       SlotRow{.access = 1, .from = 0, .to = 1, .actor = 2}});
  builder.add(chunk(0, 0), std::vector{port_row(0, 0x70), port_row(1, 0x71)});
  Plan const plan = std::move(builder).build();
  EXPECT_EQ(plan.accesses()[0].slot_path, no_slot_path);
  std::uint16_t const expected = append_slot_path(append_slot_path(no_slot_path, 0, 1), 1, 2);
  EXPECT_EQ(plan.accesses()[1].slot_path, expected);
  EXPECT_EQ(expected, 0x94);
}

TEST(SlotPath, MoreThanFourTransitionsAreNotTold) {
  std::uint16_t path = no_slot_path;
  for (std::uint8_t const to :
       {std::uint8_t{0}, std::uint8_t{2}, std::uint8_t{1}, std::uint8_t{3}}) {
    path = append_slot_path(path, to, 1);
  }
  EXPECT_EQ(path, 0x7564);
  EXPECT_EQ(append_slot_path(path, 0, 1), long_slot_path);
  EXPECT_EQ(append_slot_path(long_slot_path, 0, 1), long_slot_path);
}

}  // namespace
}  // namespace acrn::replay
