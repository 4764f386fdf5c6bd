// SPDX-License-Identifier: BSD-3-Clause
#include "core/paging/fetch.hpp"

#include <gtest/gtest.h>

#include <vector>

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

constexpr SegmentState long_code{.access_rights = 0xa09b};
constexpr TranslationError general_protection{.failure = TranslationFailure::general_protection};

/// RAM whose every byte tells its address, below tables at 0x10000.
struct FetchTest : testing::Test {
  GuestRam ram{0x20000};
  PageTables tables{ram, Tables::levels4, 0x10000};
  CodeBytes code;

  FetchTest() {
    for (std::size_t i = 0; i < 0x10000; ++i) ram.bytes()[i] = byte_at(i);
  }
  static std::uint8_t byte_at(std::uint64_t gpa) {
    return static_cast<std::uint8_t>(gpa * 7 + (gpa >> 12));
  }
  [[nodiscard]] AddressingState long_state() const {
    return {.control = tables.control,
            .rules = SegmentRules::long_mode,
            .linear_bits = 48,
            .privilege = Privilege::supervisor};
  }
  /// The bytes in `code` are those of RAM from `gpa` on.
  void expect_bytes(std::size_t first, std::uint64_t gpa, std::size_t count) const {
    ASSERT_EQ(code.view().size(), first + count);
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(code.view()[first + i], byte_at(gpa + i)) << i;
    }
  }
};

TEST_F(FetchTest, FifteenBytesOfOnePageAtOnce) {
  tables.map(0x1000, 0x5000);
  ASSERT_TRUE(fetch_more(long_state(), ram, {long_code, 0x1ff1}, code));
  expect_bytes(0, 0x5ff1, 15);
}

TEST_F(FetchTest, T54_TheSecondPageIsTouchedOnlyWhenAsked) {
  tables.map(0x1000, 0x5000);
  ASSERT_TRUE(fetch_more(long_state(), ram, {long_code, 0x1ffd}, code));
  expect_bytes(0, 0x5ffd, 3);
  EXPECT_EQ(fetch_more(long_state(), ram, {long_code, 0x1ffd}, code).error(),
            (TranslationError{TranslationFailure::page_fault, 0x10, 0x2000}));
  expect_bytes(0, 0x5ffd, 3);
  tables.map(0x2000, 0x8000);
  ASSERT_TRUE(fetch_more(long_state(), ram, {long_code, 0x1ffd}, code));
  expect_bytes(3, 0x8000, 12);
}

TEST_F(FetchTest, T54_ASecondPageThatForbidsExecutionFaultsAtItsFirstByte) {
  tables.map(0x1000, 0x5000);
  tables.map(0x2000, 0x6000, P | RW | US | XD);
  ASSERT_TRUE(fetch_more(long_state(), ram, {long_code, 0x1fff}, code));
  EXPECT_EQ(fetch_more(long_state(), ram, {long_code, 0x1fff}, code).error(),
            (TranslationError{TranslationFailure::page_fault, 0x11, 0x2000}));
}

TEST_F(FetchTest, NothingFollowsFifteenBytes) {
  tables.map(0x1000, 0x5000);
  ASSERT_TRUE(fetch_more(long_state(), ram, {long_code, 0x1000}, code));
  EXPECT_EQ(fetch_more(long_state(), ram, {long_code, 0x1000}, code).error(), general_protection);
  EXPECT_EQ(code.count, 15U);
}

TEST_F(FetchTest, T55_TheBaseOfCsCountsOutside64BitModeOnly) {
  tables.map(0x1000, 0x5000);
  tables.map(0x7000, 0x6000);
  SegmentState cs{.base = 0x6000, .limit = 0xffffffff, .access_rights = 0xc09b};
  AddressingState compatibility = long_state();
  compatibility.rules = SegmentRules::protected_mode;
  compatibility.linear_bits = 32;
  ASSERT_TRUE(fetch_more(compatibility, ram, {cs, 0x1010}, code));
  expect_bytes(0, 0x6010, 15);

  code = {};
  cs.access_rights = long_code.access_rights;
  ASSERT_TRUE(fetch_more(long_state(), ram, {cs, 0x1010}, code));
  expect_bytes(0, 0x5010, 15);
}

TEST_F(FetchTest, T55_RealModeCodeIsAtItsBase) {
  AddressingState const state{
      .rules = SegmentRules::real_mode, .linear_bits = 32, .privilege = Privilege::supervisor};
  SegmentState const cs{.base = 0x8000, .limit = 0xffff, .access_rights = 0x9b};
  ASSERT_TRUE(fetch_more(state, ram, {cs, 0x100}, code));
  expect_bytes(0, 0x8100, 15);
  code = {};
  ASSERT_TRUE(fetch_more(state, ram, {cs, 0xffff'ffff'0000'0100}, code))
      << "only 32 bits of RIP are there";
  expect_bytes(0, 0x8100, 15);
}

TEST_F(FetchTest, BytesBeyondTheLimitAreNotThere) {
  AddressingState const state{
      .rules = SegmentRules::real_mode, .linear_bits = 32, .privilege = Privilege::supervisor};
  SegmentState const cs{.base = 0x1000, .limit = 0x105, .access_rights = 0x9b};
  ASSERT_TRUE(fetch_more(state, ram, {cs, 0x100}, code));
  expect_bytes(0, 0x1100, 6);
  EXPECT_EQ(fetch_more(state, ram, {cs, 0x100}, code).error(), general_protection);
  code = {};
  EXPECT_EQ(fetch_more(state, ram, {cs, 0x106}, code).error(), general_protection);
}

TEST_F(FetchTest, CodeEndsWhereAddressesAreNotCanonical) {
  tables.map(0x7fff'ffff'f000, 0x5000);
  CodePointer const last{long_code, 0x7fff'ffff'fffe};
  ASSERT_TRUE(fetch_more(long_state(), ram, last, code));
  expect_bytes(0, 0x5ffe, 2);
  EXPECT_EQ(fetch_more(long_state(), ram, last, code).error(), general_protection);
}

TEST_F(FetchTest, FlatCodeGoesOnAtZeroAfter4GiB) {
  GuestRam small{0x20000};
  PageTables narrow{small, Tables::bits32, 0x10000};
  narrow.map(0xffff'f000, 0x5000);
  narrow.map(0, 0x6000);
  small.bytes()[0x5fff] = 0xf3;
  small.bytes()[0x6000] = 0xa4;
  AddressingState const state{.control = narrow.control,
                              .rules = SegmentRules::protected_mode,
                              .linear_bits = 32,
                              .privilege = Privilege::user};
  CodePointer const where{{.limit = 0xffffffff, .access_rights = 0xc0fb}, 0xffff'ffff};
  ASSERT_TRUE(fetch_more(state, small, where, code));
  ASSERT_EQ(code.count, 1U);
  ASSERT_TRUE(fetch_more(state, small, where, code));
  EXPECT_EQ(code.count, 15U);
  EXPECT_EQ(code.bytes[0], 0xf3);
  EXPECT_EQ(code.bytes[1], 0xa4);
}

TEST_F(FetchTest, UserCodeIsFetchedAsAUserAndSmepGuardsTheKernel) {
  tables.map(0x1000, 0x5000, P);
  tables.map(0x2000, 0x5000, P | US);
  AddressingState state = long_state();
  state.control.cr4 |= 0x100000;
  EXPECT_EQ(fetch_more(state, ram, {long_code, 0x2000}, code).error(),
            (TranslationError{TranslationFailure::page_fault, 0x11, 0x2000}));
  state.privilege = Privilege::user;
  EXPECT_TRUE(fetch_more(state, ram, {long_code, 0x2000}, code));
  code = {};
  EXPECT_EQ(fetch_more(state, ram, {long_code, 0x1000}, code).error(),
            (TranslationError{TranslationFailure::page_fault, 0x15, 0x1000}));
}

TEST_F(FetchTest, CodeOutsideRamIsNoFaultOfTheGuests) {
  tables.map(0x1000, 0xfee0'0000);
  auto const error = fetch_more(long_state(), ram, {long_code, 0x1234}, code).error();
  EXPECT_EQ(error, (TranslationError{TranslationFailure::memory_not_ram, 0, 0xfee0'0234}));
  EXPECT_FALSE(is_exception(error));
  EXPECT_EQ(code.count, 0U);
}

}  // namespace
}  // namespace acrn::core
