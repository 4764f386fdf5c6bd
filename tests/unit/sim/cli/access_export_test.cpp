// SPDX-License-Identifier: BSD-3-Clause
#include "sim/cli/access_export.hpp"

#include <gtest/gtest.h>

namespace acrn::cli {
namespace {

using core::Access;
using core::Direction;
using core::Space;

traces::AccessRow row_of(Access const& access) {
  traces::AccessRow row;
  row.access = access;
  return row;
}

LeftOut left_out(traces::AccessRow const& row) {
  AccessExport list;
  list.add(row);
  EXPECT_TRUE(list.rows().empty());
  return list.left_out();
}

TEST(AccessExport, KeepsOrderAndValues) {
  AccessExport list;
  list.add(row_of({Space::port, Direction::write, 2, 0x3f8, 0x1234}));
  list.add(row_of({Space::mmio, Direction::read, 8, 0xfeb0'0000, 0x1122'3344'5566'7788}));
  ASSERT_EQ(list.rows().size(), 2U);
  EXPECT_EQ(list.rows()[0], (traces::AccessListRow{0x3f8, 0x1234, 0, 1, 2, 1, 0}));
  EXPECT_EQ(list.rows()[1],
            (traces::AccessListRow{0xfeb0'0000, 0x1122'3344'5566'7788, 1, 0, 8, 1, 0}));
  EXPECT_EQ(list.left_out(), LeftOut{});
}

TEST(AccessExport, ACoalescedRowBecomesItsElements) {
  traces::AccessRow row = row_of({Space::port, Direction::read, 2, 0x1f0, 0x55aa});
  row.count = 3;
  AccessExport list;
  list.add(row);
  ASSERT_EQ(list.rows().size(), 3U);
  EXPECT_EQ(list.rows()[0].value, 0x55aaU);
  EXPECT_EQ(list.rows()[0].value_known, 1);
  EXPECT_EQ(list.rows()[2].value_known, 0);
  row.access.direction = Direction::write;
  list.add(row);
  EXPECT_EQ(list.rows().size(), 4U);
  EXPECT_EQ(list.left_out().unknown_value, 2U);
}

TEST(AccessExport, LeavesOutWhatCannotBeExecuted) {
  EXPECT_EQ(left_out(row_of({Space::pci_config, Direction::read, 4, 0, 0})).pci_config, 1U);
  EXPECT_EQ(left_out(row_of({Space::mmio, Direction::read, 4, 0xffff'fffd, 0})).address, 1U);
  EXPECT_EQ(left_out(row_of({Space::port, Direction::read, 2, 0xffff, 0})).address, 1U);
  EXPECT_EQ(left_out(row_of({Space::port, Direction::read, 8, 0x60, 0})).size, 1U);
  traces::AccessRow unknown = row_of({Space::port, Direction::write, 1, 0x60, 0});
  unknown.value_known = false;
  EXPECT_EQ(left_out(unknown).unknown_value, 1U);
}

TEST(AccessExport, LeavesOutWhatEndsTheGuest) {
  for (Access const& access : {Access{Space::port, Direction::write, 1, 0xf4, 0},
                               Access{Space::port, Direction::write, 2, 0x604, 0x2000},
                               Access{Space::port, Direction::write, 1, 0x605, 0x20},
                               Access{Space::port, Direction::write, 1, 0xcf9, 6},
                               Access{Space::port, Direction::write, 1, 0x64, 0xfe}}) {
    EXPECT_EQ(left_out(row_of(access)).ends_guest, 1U) << access.address;
  }
  AccessExport list;
  list.add(row_of({Space::port, Direction::read, 1, 0xf4, 0}));
  list.add(row_of({Space::port, Direction::write, 4, 0xcf8, 0x8000'0000}));
  list.add(row_of({Space::port, Direction::write, 1, 0x64, 0xae}));
  EXPECT_EQ(list.rows().size(), 3U);
  EXPECT_EQ(list.left_out().total(), 0U);
}

TEST(AccessExport, TellsWhatIsLeftOut) {
  EXPECT_EQ(left_out_text({.pci_config = 1200, .ends_guest = 1}),
            "1,201 (1,200 not of ports or MMIO, 1 that would end the guest)");
}

}  // namespace
}  // namespace acrn::cli
