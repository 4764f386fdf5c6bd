// SPDX-License-Identifier: BSD-3-Clause
// Accessed and dirty bits: when they are set, and what happens when a rival changes an entry
// between its read and its update.
#include <gtest/gtest.h>

#include <functional>

#include "core/paging/page_walk.hpp"
#include "tests/support/guest_ram.hpp"
#include "tests/support/page_tables.hpp"

namespace acrn::core {
namespace {

using tests::A;
using tests::D;
using tests::GuestRam;
using tests::P;
using tests::PageTables;
using tests::PS;
using tests::RW;
using tests::Tables;
using tests::US;

constexpr PageAccess read_access{.kind = AccessKind::read, .privilege = Privilege::supervisor};
constexpr PageAccess write_access{.kind = AccessKind::write, .privilege = Privilege::supervisor};
constexpr PageAccess fetch_access{.kind = AccessKind::fetch, .privilege = Privilege::supervisor};

/// RAM in which a rival acts just before each compare-exchange.
class ContendedRam {
 public:
  explicit ContendedRam(GuestRam& ram) : ram_{ram} {}
  bool read(Gpa gpa, std::span<std::uint8_t> out) { return ram_.read(gpa, out); }
  bool write(Gpa gpa, std::span<std::uint8_t const> in) { return ram_.write(gpa, in); }
  bool compare_exchange(Gpa gpa, std::uint8_t size, std::uint64_t expected, std::uint64_t desired) {
    ++exchanges;
    if (rival) rival(gpa);
    return !read_only && ram_.compare_exchange(gpa, size, expected, desired);
  }

  std::function<void(Gpa)> rival;
  bool read_only{};
  unsigned exchanges{};

 private:
  GuestRam& ram_;
};

struct Marked : testing::Test {
  GuestRam ram{0x20000};
  ContendedRam contended{ram};
  PageTables tables{ram, Tables::levels4, 0x3000};
};

TEST_F(Marked, AReadMarksEveryLevelAccessedAndNoneDirty) {
  tables.map(0x5000, 0x9000);
  ASSERT_TRUE(walk(tables.control, contended, Linear{0x5000}, read_access));
  for (tests::Level level : {4U, 3U, 2U, 1U}) {
    EXPECT_EQ(tables.entry(0x5000, level) & (A | D), A) << level;
  }
  EXPECT_EQ(contended.exchanges, 4U);
  ASSERT_TRUE(walk(tables.control, contended, Linear{0x5008}, fetch_access));
  EXPECT_EQ(contended.exchanges, 4U) << "marked entries are left alone";
}

TEST_F(Marked, AWriteMarksThePageDirtyAndNothingAboveIt) {
  tables.map(0x5000, 0x9000);
  ASSERT_TRUE(walk(tables.control, contended, Linear{0x5000}, write_access));
  for (tests::Level level : {4U, 3U, 2U}) {
    EXPECT_EQ(tables.entry(0x5000, level) & (A | D), A) << level;
  }
  EXPECT_EQ(tables.entry(0x5000, 1), 0x9000 | P | RW | US | A | D);
}

TEST_F(Marked, ALargePageIsMarkedWhereItIsMapped) {
  tables.map(0x4000'0000, 0x8000'0000, P | RW, 3);
  ASSERT_TRUE(walk(tables.control, ram, Linear{0x4000'0000}, write_access));
  EXPECT_EQ(tables.entry(0x4000'0000, 3), 0x8000'0000 | P | RW | PS | A | D);
}

TEST_F(Marked, AQuestionLeavesNoMark) {
  tables.map(0x5000, 0x9000);
  PageAccess question = write_access;
  question.marks = Marks::leave;
  EXPECT_EQ(walk(tables.control, contended, Linear{0x5123}, question).value(), Gpa{0x9123});
  EXPECT_EQ(contended.exchanges, 0U);
}

TEST_F(Marked, AFaultLeavesNoMark) {
  tables.map(0x5000, 0x9000, P | US);
  ASSERT_FALSE(walk(tables.control, contended, Linear{0x5000}, write_access));
  ASSERT_FALSE(walk(tables.control, contended, Linear{0x6000}, read_access));
  EXPECT_EQ(contended.exchanges, 0U);
}

TEST_F(Marked, ThirtyTwoBitEntriesAreExchangedWithoutTheirNeighbours) {
  GuestRam small{0x10000};
  PageTables narrow{small, Tables::bits32, 0x3000};
  narrow.map(0x5000, 0x9000);
  narrow.map(0x6000, 0xffff'f000, RW);
  ASSERT_TRUE(walk(narrow.control, small, Linear{0x5000}, write_access));
  EXPECT_EQ(narrow.entry(0x5000, 1), 0x9000 | P | RW | US | A | D);
  EXPECT_EQ(narrow.entry(0x6000, 1), 0xffff'f000 | RW);
}

TEST_F(Marked, ALostRaceStartsOverAndFindsThePageMoved) {
  tables.map(0x5000, 0x9000);
  Gpa const leaf = tables.entry_at(0x5000, 1);
  contended.rival = [&](Gpa where) {
    if (where == leaf) ram.store(leaf, 8, 0xa000 | P | RW | US | A);
  };
  EXPECT_EQ(walk(tables.control, contended, Linear{0x5010}, read_access).value(), Gpa{0xa010});
}

TEST_F(Marked, ALostRaceStartsOverAndFindsThePageGone) {
  tables.map(0x5000, 0x9000);
  Gpa const leaf = tables.entry_at(0x5000, 1);
  contended.rival = [&](Gpa where) {
    if (where == leaf) ram.store(leaf, 8, 0x9000);
  };
  EXPECT_EQ(walk(tables.control, contended, Linear{0x5010}, read_access).error(),
            (TranslationError{TranslationFailure::page_fault, 0, 0x5010}));
  EXPECT_EQ(ram.load(leaf, 8), 0x9000U);
}

TEST_F(Marked, ALostRaceStartsOverAndFindsThePageReadOnly) {
  tables.map(0x5000, 0x9000);
  Gpa const leaf = tables.entry_at(0x5000, 1);
  contended.rival = [&](Gpa where) {
    if (where == leaf) ram.store(leaf, 8, 0x9000 | P);
  };
  EXPECT_EQ(walk(tables.control, contended, Linear{0x5010}, write_access).error(),
            (TranslationError{TranslationFailure::page_fault, 3, 0x5010}));
}

TEST_F(Marked, AnotherCpuThatSetsTheSameBitsIsNoFailure) {
  tables.map(0x5000, 0x9000);
  contended.rival = [&](Gpa where) { ram.store(where, 8, ram.load(where, 8) | A); };
  EXPECT_EQ(walk(tables.control, contended, Linear{0x5010}, read_access).value(), Gpa{0x9010});
}

TEST_F(Marked, EntriesThatChangeForEverEndTheWalkAtItsLimit) {
  tables.map(0x5000, 0x9000);
  std::uint64_t flips = 0;
  contended.rival = [&](Gpa where) {
    ram.store(where, 8, ram.load(where, 8) ^ 0x200);
    ++flips;
  };
  auto const error = walk(tables.control, contended, Linear{0x5010}, read_access).error();
  EXPECT_EQ(error, (TranslationError{TranslationFailure::table_update_refused, 0,
                                     tables.entry_at(0x5000, 4).value}));
  EXPECT_FALSE(is_exception(error));
  EXPECT_EQ(flips, walk_attempts_max);
}

TEST_F(Marked, TheLastAttemptStillCounts) {
  tables.map(0x5000, 0x9000);
  unsigned left = walk_attempts_max - 1;
  contended.rival = [&](Gpa where) {
    if (left == 0) return;
    --left;
    ram.store(where, 8, ram.load(where, 8) ^ 0x200);
  };
  EXPECT_TRUE(walk(tables.control, contended, Linear{0x5010}, read_access));
}

TEST_F(Marked, TablesInReadOnlyMemoryAreRefusedUnlessMarkedAlready) {
  tables.map(0x5000, 0x9000);
  contended.read_only = true;
  EXPECT_EQ(walk(tables.control, contended, Linear{0x5010}, read_access).error().failure,
            TranslationFailure::table_update_refused);
  contended.read_only = false;
  ASSERT_TRUE(walk(tables.control, contended, Linear{0x5010}, write_access));
  contended.read_only = true;
  EXPECT_TRUE(walk(tables.control, contended, Linear{0x5010}, write_access));
}

TEST_F(Marked, ATableThatRefersToItselfAtEveryLevel) {
  for (Tables kind : {Tables::bits32, Tables::levels4, Tables::levels5}) {
    GuestRam memory{0x10000};
    PageTables recursive{memory, kind, 0x4000};
    unsigned const slot = 0x1f0;
    std::size_t const size = recursive.entry_size();
    Gpa const entry{0x4000 + slot * size};
    memory.store(entry, size, 0x4000 | P | RW);
    std::uint64_t linear = 0;
    unsigned const width = kind == Tables::bits32 ? 10 : 9;
    for (tests::Level level = 1; level <= recursive.top(); ++level) {
      linear |= std::uint64_t{slot} << (12 + (level - 1) * width);
    }
    EXPECT_EQ(walk(recursive.control, memory, Linear{linear | 8}, write_access).value(),
              Gpa{0x4008});
    EXPECT_EQ(memory.load(entry, size), 0x4000 | P | RW | A | D);
  }
}

}  // namespace
}  // namespace acrn::core
