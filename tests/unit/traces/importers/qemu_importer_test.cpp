// SPDX-License-Identifier: BSD-3-Clause
// QEMU's trace log: its forms, its clock, its two address spaces, and what is refused.
#include "traces/importers/qemu_importer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/traces/importers/list_sink.hpp"

namespace acrn::traces {
namespace {

using core::Access;
using core::Direction;
using core::Space;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;
using tests::import_text;

TEST(QemuImporter, ReadsTimedAccessesWithTheirRegions) {
  auto const got = import_text(
      "18684@1795210903.179282:memory_region_ops_write cpu 0 mr 0x5622 addr 0x3f8 value 0x41 size "
      "1 "
      "name 'serial'\n"
      "18684@1795210903.179290:pic_set_irq master 1 irq 4 level 0\n"
      "18685@1795210903.179300:memory_region_ops_read cpu 3 mr 0x5633 addr 0xfeb02e00 value 0x74 "
      "size 4 name 'virtio mmio'\n"
      "18685@1795210903.179301:memory_region_ops_read cpu 3 mr 0x5622 addr 0x3fd value 0x60 size 1 "
      "name 'serial'\n");
  EXPECT_EQ(got.report.source.dialect, "qemu-log");
  EXPECT_EQ(got.info.clock.kind, "qemu-log");
  EXPECT_EQ(got.info.clock.hz_numerator, 1'000'000U);
  ASSERT_EQ(got.sink.accesses.size(), 3U);
  auto const& rows = got.sink.accesses;
  EXPECT_EQ(rows[0].row.access, (Access{Space::port, Direction::write, 1, 0x3f8, 0x41}));
  EXPECT_EQ(rows[0].row.time, 1795210903'179282U);
  EXPECT_EQ(rows[0].row.handling, Handling::forwarded);
  EXPECT_EQ(rows[1].row.access, (Access{Space::mmio, Direction::read, 4, 0xfeb02e00, 0x74}));
  EXPECT_EQ(rows[1].vcpu, 3);
  EXPECT_EQ(rows[1].row.sequence, 1U);
  EXPECT_THAT(got.sink.clients, ElementsAre("serial", "virtio mmio"));
  EXPECT_EQ(rows[2].row.client, rows[0].row.client);
  EXPECT_EQ(got.report.vcpus, 2U);
  EXPECT_THAT(got.report.ignored_by_kind, UnorderedElementsAre(Pair("pic_set_irq", 1)));
}

TEST(QemuImporter, OlderLogsLackStampsNamesAndCpus) {
  auto const got = import_text(
      "memory_region_ops_read cpu 0 mr 0xaa addr 0x604 value 0x1 size 2\n"
      "memory_region_ops_read mr 0xbb addr 0x71 value 0x1 size 1\n"
      "memory_region_ops_write cpu 0 mr 0xaa addr 0x604 value 0x1 size 2\n");
  EXPECT_FALSE(got.info.clock.timed());
  EXPECT_THAT(got.info.never_recorded, Contains("access.time"));
  EXPECT_THAT(got.sink.clients, ElementsAre("region-1", "region-2"));
  ASSERT_EQ(got.sink.accesses.size(), 3U);
  EXPECT_EQ(got.sink.accesses[1].row.client, 2U);
  EXPECT_EQ(got.sink.accesses[2].row.client, 1U);
  EXPECT_EQ(got.sink.accesses[1].vcpu, 0);
}

TEST(QemuImporter, AddressesBelow64KiArePortsUnlessTheSizeForbids) {
  auto const got = import_text(
      "memory_region_ops_read cpu 0 mr 0xaa addr 0xffff value 0x1 size 1 name 'a'\n"
      "memory_region_ops_read cpu 0 mr 0xaa addr 0x10000 value 0x1 size 1 name 'a'\n"
      "memory_region_ops_read cpu 0 mr 0xaa addr 0x1000 value 0x1 size 8 name 'a'\n");
  ASSERT_EQ(got.sink.accesses.size(), 3U);
  EXPECT_EQ(got.sink.accesses[0].row.access.space, Space::port);
  EXPECT_EQ(got.sink.accesses[1].row.access.space, Space::mmio);
  EXPECT_EQ(got.sink.accesses[2].row.access.space, Space::mmio);
}

TEST(QemuImporter, AccessesOfNoVcpuAreIgnoredByKind) {
  auto const got = import_text(
      "memory_region_ops_write cpu -1 mr 0xaa addr 0xfee01004 value 0x1 size 4 name 'apic-msi'\n"
      "memory_region_ops_write cpu 0 mr 0xaa addr 0xfee00020 value 0x1 size 4 name 'apic-msi'\n");
  EXPECT_EQ(got.report.accesses, 1U);
  EXPECT_THAT(got.report.ignored_by_kind,
              UnorderedElementsAre(Pair("memory_region_ops of no vCPU (cpu -1)", 1)));
}

TEST(QemuImporter, WideValuesAreCutAndCounted) {
  auto const got = import_text(
      "memory_region_ops_read cpu 0 mr 0xaa addr 0xcfc value 0xffffffffffff8086 size 2 name 'a'\n");
  EXPECT_EQ(got.sink.accesses.at(0).row.access.value, 0x8086U);
  EXPECT_EQ(got.report.notes.at("value wider than its access, cut"), 1U);
}

TEST(QemuImporter, DamagedAndForeignLinesAreRejected) {
  auto const got = import_text(
      "1@2.000003:memory_region_ops_read cpu 0 mr 0xaa addr 0x70 value 0x1 size 1 name 'a'\n"
      "[    0.000000] Linux version 6.1\n"
      "memory_region_ops_read cpu 0 mr 0xaa addr 0x70 value 0x1 size 3 name 'a'\n"
      "memory_region_ops_read cpu 4096 mr 0xaa addr 0x70 value 0x1 size 1 name 'a'\n"
      "memory_region_ops_read cpu -2 mr 0xaa addr 0x70 value 0x1 size 1 name 'a'\n"
      "memory_region_ops_read cpu x mr 0xaa addr 0x70 value 0x1 size 1\n"
      "memory_region_ops_read cpu 0 mr 0xaa addr 0x70 val\n"
      "memory_region_ops_read cpu 0 mr 0xaa addr 0x70 value 0x1 size 1 name 'a\n"
      "\n");
  EXPECT_EQ(got.report.accesses, 1U);
  EXPECT_EQ(got.report.source.rejected, 7U);
  EXPECT_EQ(got.report.lines, 9U);
  EXPECT_THAT(got.report.rejected_by_reason,
              UnorderedElementsAre(
                  Pair("not a trace event: no name like memory_region_ops_read in front", 1),
                  Pair("size is not 1, 2, 4 or 8", 1), Pair("cpu is not -1 and not below 4096", 2),
                  Pair("cpu is not a number", 1),
                  Pair("no 'mr 0x.. addr 0x.. value 0x.. size N' after the event's name", 1),
                  Pair("region name without its closing quote", 1)));
}

TEST(QemuImporter, AnAccessWithoutStampInATimedLogTakesTheOneBefore) {
  auto const got = import_text(
      "1@2.000003:memory_region_ops_read cpu 0 mr 0xaa addr 0x70 value 0x1 size 1 name 'a'\n"
      "memory_region_ops_read cpu 0 mr 0xaa addr 0x70 value 0x1 size 1 name 'a'\n"
      "1@2.000001:memory_region_ops_read cpu 0 mr 0xaa addr 0x70 value 0x1 size 1 name 'a'\n");
  EXPECT_EQ(got.sink.accesses.at(1).row.time, 2'000'003U);
  EXPECT_EQ(got.report.notes.at("access without a time stamp, taken as of the line before"), 1U);
  EXPECT_EQ(got.report.notes.at("time stamp before that of an earlier line"), 1U);
}

}  // namespace
}  // namespace acrn::traces
