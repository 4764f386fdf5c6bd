// SPDX-License-Identifier: BSD-3-Clause
#include "core/paging/page_walk.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/guest_ram.hpp"
#include "tests/support/page_tables.hpp"

namespace acrn::core {
namespace {

using tests::GuestRam;
using tests::P;
using tests::PageTables;
using tests::RW;
using tests::Tables;
using tests::US;
using tests::XD;

constexpr PageAccess user_read{.kind = AccessKind::read, .privilege = Privilege::user};
constexpr PageAccess user_write{.kind = AccessKind::write, .privilege = Privilege::user};
constexpr PageAccess kernel_read{.kind = AccessKind::read, .privilege = Privilege::supervisor};
constexpr PageAccess kernel_write{.kind = AccessKind::write, .privilege = Privilege::supervisor};

TranslationError fault(std::uint32_t code, std::uint64_t address) {
  return {.failure = TranslationFailure::page_fault, .error_code = code, .address = address};
}

TEST(PageWalk, WithoutPagingTheAddressIsPhysical) {
  GuestRam ram{0};
  EXPECT_EQ(walk({}, ram, Linear{0x12345678}, user_write).value(), Gpa{0x12345678});
  EXPECT_EQ(walk({.cr0 = 1}, ram, Linear{0xffffffff}, user_write).value(), Gpa{0xffffffff});
}

TEST(PageWalk, TheModeFollowsTheControlBits) {
  EXPECT_EQ(paging_mode({.cr0 = 1, .cr4 = 0x20, .efer = 0x500}), PagingMode::off);
  EXPECT_EQ(paging_mode({.cr0 = 0x80000001, .cr4 = 0x1000}), PagingMode::bits32);
  EXPECT_EQ(paging_mode({.cr0 = 0x80000001, .cr4 = 0x1020, .efer = 0x100}), PagingMode::pae);
  EXPECT_EQ(paging_mode({.cr0 = 0x80000001, .cr4 = 0x20, .efer = 0x500}), PagingMode::levels4);
  EXPECT_EQ(paging_mode({.cr0 = 0x80000001, .cr4 = 0x1020, .efer = 0x500}), PagingMode::levels5);
}

struct Row {
  std::string name;
  Tables kind;
  tests::Level level;
  std::uint64_t linear;
  std::uint64_t page;  ///< what the entry holds; high PSE-36 bits are where the entry has them
  std::uint64_t expected;
};

class PageWalkTable : public testing::TestWithParam<Row> {};

TEST_P(PageWalkTable, Translates) {
  Row const& row = GetParam();
  GuestRam ram{0x20000};
  PageTables tables{ram, row.kind, 0x3000};
  tables.map(row.linear, row.page, P | RW | US, row.level);
  EXPECT_EQ(walk(tables.control, ram, Linear{row.linear}, user_write).value(), Gpa{row.expected});
}

INSTANTIATE_TEST_SUITE_P(
    , PageWalkTable,
    testing::Values(
        Row{"Bits32Of4KiB", Tables::bits32, 1, 0xfffff'fff, 0x89abc'000, 0x89abc'fff},
        Row{"Bits32Of4MiB", Tables::bits32, 2, 0xffc00'001, 0x12400'000, 0x12400'001},
        Row{"Bits32Of4MiBAbove4GiB", Tables::bits32, 2, 0x003ff'fff, 0x7fc00'000 | 0xa5U << 13,
            0xa5'7fff'ffff},
        Row{"PaeOf4KiB", Tables::pae, 1, 0xc0201'234, 0xf'1234'5678'9000, 0xf'1234'5678'9234},
        Row{"PaeOf2MiB", Tables::pae, 2, 0x7fffffff, 0xf'1234'5660'0000, 0xf'1234'567f'ffff},
        Row{"Levels4Of4KiB", Tables::levels4, 1, 0xffff'8123'4567'8abc, 0xf'ffff'ffff'f000,
            0xf'ffff'ffff'fabc},
        Row{"Levels4Of2MiB", Tables::levels4, 2, 0x7fff'ffff'ffff, 0x40'0000, 0x5f'ffff},
        Row{"Levels4Of1GiB", Tables::levels4, 3, 0x7fff'ffff'ffff, 0x4000'0000, 0x7fff'ffff},
        Row{"Levels5Of4KiB", Tables::levels5, 1, 0xff12'3456'789a'bcde, 0xe000, 0xecde},
        Row{"Levels5Of2MiB", Tables::levels5, 2, 0x00ff'ffff'ffff'ffff, 0x40'0000, 0x5f'ffff},
        Row{"Levels5Of1GiB", Tables::levels5, 3, 0x0080'0000'4000'0001, 0, 1}),
    [](auto const& row) { return row.param.name; });

TEST(PageWalk, T60_ANotPresentPageHasPZeroAndItsOwnAddress) {
  for (Tables kind : {Tables::bits32, Tables::pae, Tables::levels4, Tables::levels5}) {
    GuestRam ram{0x20000};
    PageTables tables{ram, kind, 0x3000};
    tables.map(0x40'2000, 0x9000, RW | US);  // all but P
    EXPECT_EQ(walk(tables.control, ram, Linear{0x40'2345}, user_read).error(), fault(4, 0x40'2345));
    EXPECT_EQ(walk(tables.control, ram, Linear{0x40'2345}, user_write).error(),
              fault(6, 0x40'2345));
    EXPECT_EQ(walk(tables.control, ram, Linear{0x40'2345}, kernel_read).error(),
              fault(0, 0x40'2345));
    EXPECT_EQ(walk(tables.control, ram, Linear{0x80'0fff}, kernel_write).error(),
              fault(2, 0x80'0fff));
  }
}

TEST(PageWalk, T60_AnAbsentPaePointerEntryIsNotPresentToo) {
  GuestRam ram{0x20000};
  PageTables tables{ram, Tables::pae, 0x3000};
  tables.map(0x1000, 0x9000);
  EXPECT_EQ(walk(tables.control, ram, Linear{0xc000'0000}, user_read).error(),
            fault(4, 0xc000'0000));
  // The registers count, not what the pointer table in memory holds by now.
  tables.control.pdptes[3] = tables.control.pdptes[0];
  EXPECT_EQ(walk(tables.control, ram, Linear{0xc000'1008}, user_read).value(), Gpa{0x9008});
}

TEST(PageWalk, T59_AWriteToAReadOnlyPageIsAProtectionFault) {
  GuestRam ram{0x20000};
  PageTables tables{ram, Tables::levels4, 0x3000};
  tables.map(0x5000, 0xfee0'0000, P | US);
  EXPECT_EQ(walk(tables.control, ram, Linear{0x50f0}, kernel_write).error(), fault(3, 0x50f0));
  EXPECT_EQ(walk(tables.control, ram, Linear{0x50f0}, user_write).error(), fault(7, 0x50f0));
  EXPECT_EQ(walk(tables.control, ram, Linear{0x50f0}, kernel_read).value(), Gpa{0xfee0'00f0});
  tables.control.cr0 &= ~std::uint64_t{0x10000};
  EXPECT_EQ(walk(tables.control, ram, Linear{0x50f0}, kernel_write).value(), Gpa{0xfee0'00f0});
}

TEST(PageWalk, AFetchIsToldFromAReadOnlyByCpusThatTellThem) {
  GuestRam ram{0x20000};
  PageTables tables{ram, Tables::levels4, 0x3000};
  tables.map(0x5000, 0x9000, P | XD | US);
  constexpr PageAccess fetch{.kind = AccessKind::fetch, .privilege = Privilege::user};
  EXPECT_EQ(walk(tables.control, ram, Linear{0x5000}, fetch).error(), fault(0x15, 0x5000));
  EXPECT_EQ(walk(tables.control, ram, Linear{0x6000}, fetch).error(), fault(0x14, 0x6000));
  tables.control.efer &= ~std::uint64_t{0x800};  // XD is now a reserved bit
  EXPECT_EQ(walk(tables.control, ram, Linear{0x5000}, fetch).error(), fault(0xd, 0x5000));
  EXPECT_EQ(walk(tables.control, ram, Linear{0x6000}, fetch).error(), fault(0x4, 0x6000));
  tables.control.cr4 |= 0x100000;  // SMEP
  EXPECT_EQ(walk(tables.control, ram, Linear{0x6000}, fetch).error(), fault(0x14, 0x6000));
}

TEST(PageWalk, SmapLiftsForExplicitAccessesWithAcOnly) {
  GuestRam ram{0x20000};
  PageTables tables{ram, Tables::levels4, 0x3000};
  tables.map(0x5000, 0x9000);
  tables.control.cr4 |= 0x200000;
  PageAccess access = kernel_read;
  EXPECT_EQ(walk(tables.control, ram, Linear{0x5000}, access).error(), fault(1, 0x5000));
  access.alignment_check = true;
  EXPECT_TRUE(walk(tables.control, ram, Linear{0x5000}, access));
  access.privilege = Privilege::implicit;
  EXPECT_EQ(walk(tables.control, ram, Linear{0x5000}, access).error(), fault(1, 0x5000));
}

TEST(PageWalk, ReservedBitsArePresentFaultsAndComeBeforeLowerLevels) {
  GuestRam ram{0x20000};
  PageTables tables{ram, Tables::levels4, 0x3000};
  tables.control.physical_bits = 40;
  tables.map(0x5000, 0x9000, 0);
  tables.set_entry(0x5000, 4, tables.entry(0x5000, 4) | std::uint64_t{1} << 40);
  EXPECT_EQ(walk(tables.control, ram, Linear{0x5000}, user_read).error(), fault(0xd, 0x5000));
  tables.control.physical_bits = 41;
  EXPECT_EQ(walk(tables.control, ram, Linear{0x5000}, user_read).error().failure,
            TranslationFailure::table_not_ram);
}

TEST(PageWalk, TablesOutsideRamAreNoFaultOfTheGuests) {
  constexpr std::uint64_t linear = 0x7123'4567'8abc;
  for (tests::Level level : {4U, 3U, 2U}) {
    GuestRam ram{0x20000};
    PageTables tables{ram, Tables::levels4, 0x3000};
    tables.set_entry(linear, level, 0xfec0'0000 | P | RW | US);
    auto const error = walk(tables.control, ram, Linear{linear}, user_read).error();
    std::uint64_t const index = linear >> (12 + 9 * (level - 2)) & 0x1ff;
    EXPECT_EQ(error,
              (TranslationError{TranslationFailure::table_not_ram, 0, 0xfec0'0000 + 8 * index}));
    EXPECT_FALSE(is_exception(error));
  }
  GuestRam ram{0x6000};
  ControlState control{.cr0 = 0x80000001, .cr3 = 0xffff'f000};
  auto const error = walk(control, ram, Linear{0x0040'0000}, user_read).error();
  EXPECT_EQ(error.failure, TranslationFailure::table_not_ram);
  EXPECT_EQ(error.address, 0xffff'f004);
}

}  // namespace
}  // namespace acrn::core
