// SPDX-License-Identifier: BSD-3-Clause
#include "core/paging/linear_span.hpp"

#include <gtest/gtest.h>

#include "tests/support/guest_ram.hpp"
#include "tests/support/page_tables.hpp"

namespace acrn::core {
namespace {

using tests::A;
using tests::D;
using tests::GuestRam;
using tests::P;
using tests::PageTables;
using tests::RW;
using tests::Tables;
using tests::US;

constexpr SegmentState flat{.base = 0, .limit = 0xffffffff, .access_rights = 0xc093};

struct LinearSpanTest : testing::Test {
  GuestRam ram{0x20000};
  PageTables tables{ram, Tables::bits32, 0x3000};

  [[nodiscard]] AddressingState state() const {
    return {.control = tables.control,
            .rules = SegmentRules::protected_mode,
            .linear_bits = 32,
            .privilege = Privilege::user};
  }
  Expected<LinearSpan, TranslationError> translate(std::uint64_t offset, std::uint8_t size,
                                                   AccessKind kind) {
    return translate_operand(state(), ram,
                             {.segment = Segment::ds,
                              .state = flat,
                              .offset = offset,
                              .address_size = 4,
                              .size = size,
                              .kind = kind});
  }
};

constexpr LinearSpan one(std::uint64_t gpa, std::uint8_t size) {
  return {.pieces = {SpanPiece{{gpa}, size}}, .count = 1};
}
constexpr LinearSpan two(SpanPiece first, SpanPiece second) {
  return {.pieces = {first, second}, .count = 2};
}

TEST_F(LinearSpanTest, OnePageGivesOnePiece) {
  tables.map(0x1000, 0x9000);
  EXPECT_EQ(translate(0x1000, 32, AccessKind::write).value(), one(0x9000, 32));
  EXPECT_EQ(translate(0x1fe0, 32, AccessKind::write).value(), one(0x9fe0, 32));
  EXPECT_EQ(translate(0x1fff, 1, AccessKind::read).value(), one(0x9fff, 1));
}

TEST_F(LinearSpanTest, TwoPagesGiveTwoPiecesThatNeedNotBeNeighbours) {
  tables.map(0x1000, 0xfee0'0000);
  tables.map(0x2000, 0x9000);
  for (std::uint8_t first = 1; first < 32; ++first) {
    auto const second = static_cast<std::uint8_t>(32 - first);
    EXPECT_EQ(translate(0x2000U - first, 32, AccessKind::write).value(),
              two({{0xfee0'1000U - first}, first}, {{0x9000}, second}));
  }
}

TEST_F(LinearSpanTest, PagesOfALargePageAreCutTheSame) {
  tables.map(0x0040'0000, 0x0080'0000, P | RW | US, 2);
  EXPECT_EQ(translate(0x0040'0ffc, 8, AccessKind::read).value(),
            two({{0x0080'0ffc}, 4}, {{0x0080'1000}, 4}));
}

TEST_F(LinearSpanTest, ARangeAcross4GiBGoesOnAtZero) {
  tables.map(0xffff'f000, 0x9000);
  tables.map(0, 0xa000);
  EXPECT_EQ(translate(0xffff'fffe, 4, AccessKind::write).value(),
            two({{0x9ffe}, 2}, {{0xa000}, 2}));
}

TEST_F(LinearSpanTest, WithoutPagingARangeAcross4GiBGoesOnAtZeroToo) {
  tables.control = {.cr0 = 1};
  EXPECT_EQ(translate(0xffff'ffff, 2, AccessKind::read).value(), two({{0xffff'ffff}, 1}, {{0}, 1}));
}

TEST_F(LinearSpanTest, TheFirstPageFaultsFirst) {
  EXPECT_EQ(translate(0x1ffe, 4, AccessKind::write).error(),
            (TranslationError{TranslationFailure::page_fault, 6, 0x1ffe}));
}

TEST_F(LinearSpanTest, AFaultOfTheSecondPageHasItsAddressAndMarksNothing) {
  tables.map(0x1000, 0x9000);
  tables.map(0x2000, 0xa000, P | US);
  EXPECT_EQ(translate(0x1ffe, 4, AccessKind::write).error(),
            (TranslationError{TranslationFailure::page_fault, 7, 0x2000}));
  EXPECT_EQ(tables.entry(0x1000, 1) & (A | D), 0U);
  EXPECT_EQ(tables.entry(0x1000, 2) & A, 0U);
}

TEST_F(LinearSpanTest, BothPagesAreMarked) {
  tables.map(0x1000, 0x9000);
  tables.map(0x2000, 0xa000);
  ASSERT_TRUE(translate(0x1ffe, 4, AccessKind::write));
  EXPECT_EQ(tables.entry(0x1000, 1) & (A | D), A | D);
  EXPECT_EQ(tables.entry(0x2000, 1) & (A | D), A | D);
}

TEST_F(LinearSpanTest, ASegmentationFaultComesFirst) {
  auto const error = translate_operand(state(), ram,
                                       {.segment = Segment::ss,
                                        .state = {.limit = 0xfff, .access_rights = 0xc093},
                                        .offset = 0xfff,
                                        .address_size = 4,
                                        .size = 2,
                                        .kind = AccessKind::read})
                         .error();
  EXPECT_EQ(error, (TranslationError{.failure = TranslationFailure::stack_fault}));
}

TEST_F(LinearSpanTest, APermissionOfTheProgramCounts) {
  tables.map(0x1000, 0x9000, P | RW);
  EXPECT_EQ(translate(0x1000, 1, AccessKind::read).error().error_code, 5U);
}

TEST(LinearSpanLongMode, ARangeAcrossTheTopGoesOnAtZero) {
  GuestRam ram{0x20000};
  PageTables tables{ram, Tables::levels4, 0x3000};
  tables.map(0xffff'ffff'ffff'f000, 0x9000);
  tables.map(0, 0xa000);
  AddressingState const state{.control = tables.control,
                              .rules = SegmentRules::long_mode,
                              .linear_bits = 48,
                              .privilege = Privilege::user};
  SegmentedAccess access{.segment = Segment::ds,
                         .offset = 0xffff'ffff'ffff'fffc,
                         .address_size = 8,
                         .size = 8,
                         .kind = AccessKind::write};
  EXPECT_EQ(translate_operand(state, ram, access).value(), two({{0x9ffc}, 4}, {{0xa000}, 4}));
  // 4 GiB is an address like any other.
  tables.map(0xffff'f000, 0xb000);
  tables.map(0x1'0000'0000, 0xc000);
  access.offset = 0xffff'fffc;
  EXPECT_EQ(translate_operand(state, ram, access).value(), two({{0xbffc}, 4}, {{0xc000}, 4}));
}

using LinearSpanDeathTest = LinearSpanTest;

TEST_F(LinearSpanDeathTest, SpansOfNoSizeOrTooManyBytesAreTheCallersMistake) {
  EXPECT_DEATH((void)translate_range(state(), ram, {{0}, 0}, {}), "a span has 1 to 32 bytes");
  EXPECT_DEATH((void)translate_range(state(), ram, {{0}, 33}, {}), "a span has 1 to 32 bytes");
}

}  // namespace
}  // namespace acrn::core
