// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/machine/page_tables.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <optional>
#include <vector>

namespace acrn::baremetal {
namespace {

constexpr std::uint64_t mib = 1U << 20U;
constexpr std::uint64_t gib = 1U << 30U;
constexpr std::uint64_t tib = gib << 10U;

struct alignas(4096) Table {
  std::array<std::uint64_t, 512> words{};
};

// Tables come from here, as many as a test allows.
std::array<Table, 64> pool;
std::size_t pool_used;
std::size_t pool_limit;

std::optional<std::uint64_t> take_table() noexcept {
  if (pool_used == pool_limit) return std::nullopt;
  return reinterpret_cast<std::uint64_t>(&pool[pool_used++]);
}

/// What a CPU finds for an address: written here from the manual, apart from the code under test.
struct Found {
  std::uint64_t physical{};
  std::uint64_t size{};
  bool writable{};
  bool executable{};
  bool cached{};
  friend bool operator==(Found const&, Found const&) = default;
};

std::optional<Found> walk(std::uint64_t root, std::uint64_t address) {
  std::uint64_t table = root;
  for (unsigned shift = 39;; shift -= 9) {
    auto const* const words = reinterpret_cast<std::uint64_t const*>(table);
    std::uint64_t const word = words[address >> shift & 511U];
    if ((word & 1U) == 0) return std::nullopt;
    bool const is_page = shift == 12 || (word & 0x80U) != 0;
    EXPECT_FALSE(shift == 39 && is_page);
    if (!is_page) {
      EXPECT_EQ(word & 2U, 2U) << "tables must not take rights away";
      EXPECT_EQ(word >> 63U, 0U);
      table = word & 0xf'ffff'ffff'f000U;
      continue;
    }
    std::uint64_t const size = std::uint64_t{1} << shift;
    std::uint64_t const base = word & 0xf'ffff'ffff'f000U;
    EXPECT_EQ(base % size, 0U) << "reserved bits of a large page";
    return Found{base + address % size, size, (word & 2U) != 0, word >> 63U == 0,
                 (word & 0x10U) == 0};
  }
}

class PageTablesTest : public ::testing::Test {
 protected:
  PageTablesTest() {
    pool = {};
    pool_used = 0;
    pool_limit = pool.size();
  }
  PageTables tables(GiantPages giant_pages) { return {root(), giant_pages, take_table}; }
  std::uint64_t root() { return reinterpret_cast<std::uint64_t>(&root_); }
  std::optional<Found> at(std::uint64_t address) { return walk(root(), address); }
  static Found data(std::uint64_t address, std::uint64_t size) {
    return {address, size, true, false, true};
  }

 private:
  Table root_{};
};

TEST_F(PageTablesTest, MapsWithLargePages) {
  ASSERT_TRUE(tables(GiantPages::absent).map({5 * gib + 3 * mib, 5 * gib + 7 * mib}));
  EXPECT_EQ(at(5 * gib + 2 * mib), data(5 * gib + 2 * mib, 2 * mib));  // rounded out
  EXPECT_EQ(at(5 * gib + 8 * mib - 1), data(5 * gib + 8 * mib - 1, 2 * mib));
  EXPECT_EQ(at(5 * gib + 2 * mib - 1), std::nullopt);
  EXPECT_EQ(at(5 * gib + 8 * mib), std::nullopt);
}

TEST_F(PageTablesTest, MapsWithGiantPagesWhereTheyFit) {
  ASSERT_TRUE(tables(GiantPages::present).map({5 * gib - 2 * mib, 7 * gib + 2 * mib}));
  EXPECT_EQ(at(5 * gib - 1), data(5 * gib - 1, 2 * mib));
  EXPECT_EQ(at(5 * gib), data(5 * gib, gib));
  EXPECT_EQ(at(7 * gib - 1), data(7 * gib - 1, gib));
  EXPECT_EQ(at(7 * gib), data(7 * gib, 2 * mib));
  EXPECT_EQ(at(7 * gib + 2 * mib), std::nullopt);
}

TEST_F(PageTablesTest, MapsHighMemoryAndOverTheEdgeOfATable) {
  ASSERT_TRUE(tables(GiantPages::present).map({tib / 2 - gib, tib / 2 + gib}));
  EXPECT_EQ(at(tib / 2 - gib), data(tib / 2 - gib, gib));
  EXPECT_EQ(at(tib / 2 + gib - 1), data(tib / 2 + gib - 1, gib));
  ASSERT_TRUE(tables(GiantPages::absent).map({127 * tib, 127 * tib + 1}));
  EXPECT_EQ(at(127 * tib), data(127 * tib, 2 * mib));
}

TEST_F(PageTablesTest, LeavesWhatIsMapped) {
  PageTables all = tables(GiantPages::present);
  ASSERT_TRUE(all.map({4 * gib, 4 * gib + 2 * mib}));
  ASSERT_TRUE(all.protect_large(4 * gib, PageRights::device));
  ASSERT_TRUE(all.map({4 * gib, 6 * gib}));  // the first GiB has a table already
  EXPECT_EQ(at(4 * gib), (Found{4 * gib, 2 * mib, true, false, false}));
  EXPECT_EQ(at(4 * gib + 2 * mib), data(4 * gib + 2 * mib, 2 * mib));
  EXPECT_EQ(at(5 * gib), data(5 * gib, gib));
  std::size_t const used = pool_used;
  ASSERT_TRUE(all.map({4 * gib + 17, 6 * gib}));
  EXPECT_EQ(pool_used, used);
}

TEST_F(PageTablesTest, AnEmptyRangeMapsNothing) {
  ASSERT_TRUE(tables(GiantPages::absent).map({8 * mib, 8 * mib}));
  ASSERT_TRUE(tables(GiantPages::absent).map({8 * mib, 4 * mib}));
  EXPECT_EQ(pool_used, 0U);
}

TEST_F(PageTablesTest, ProtectSplitsGiantPages) {
  PageTables all = tables(GiantPages::present);
  ASSERT_TRUE(all.map({4 * gib, 5 * gib}));
  std::uint64_t const guard = 4 * gib + 6 * mib + 0x5000;
  ASSERT_TRUE(all.protect(guard, PageRights::none));
  EXPECT_EQ(at(guard), std::nullopt);
  EXPECT_EQ(at(guard + 0xfff), std::nullopt);
  EXPECT_EQ(at(guard - 1), data(guard - 1, 0x1000));
  EXPECT_EQ(at(guard + 0x1000), data(guard + 0x1000, 0x1000));
  EXPECT_EQ(at(4 * gib + 6 * mib - 1), data(4 * gib + 6 * mib - 1, 2 * mib));
  EXPECT_EQ(at(4 * gib + 8 * mib), data(4 * gib + 8 * mib, 2 * mib));
  EXPECT_EQ(at(5 * gib - 1), data(5 * gib - 1, 2 * mib));
}

TEST_F(PageTablesTest, ProtectGivesEachKindItsRights) {
  PageTables all = tables(GiantPages::absent);
  ASSERT_TRUE(all.protect(0x1000, PageRights::read_only));
  ASSERT_TRUE(all.protect(0x2000, PageRights::read_execute));
  ASSERT_TRUE(all.protect(0x3000, PageRights::read_write));
  ASSERT_TRUE(all.protect(0x4000, PageRights::device));
  EXPECT_EQ(at(0x1000), (Found{0x1000, 0x1000, false, false, true}));
  EXPECT_EQ(at(0x2000), (Found{0x2000, 0x1000, false, true, true}));
  EXPECT_EQ(at(0x3000), (Found{0x3000, 0x1000, true, false, true}));
  EXPECT_EQ(at(0x4000), (Found{0x4000, 0x1000, true, false, false}));
  ASSERT_TRUE(all.protect(0x3000, PageRights::none));
  EXPECT_EQ(at(0x3000), std::nullopt);
  ASSERT_TRUE(all.protect(0x3000, PageRights::read_write));
  EXPECT_EQ(at(0x3000), data(0x3000, 0x1000));
}

TEST_F(PageTablesTest, OutOfMemoryIsAnAnswer) {
  for (pool_limit = 0; pool_limit < 2; ++pool_limit) {
    pool_used = 0;
    EXPECT_FALSE(tables(GiantPages::absent).map({tib * pool_limit, tib * pool_limit + mib}));
    pool_used = 0;
    EXPECT_FALSE(tables(GiantPages::absent).protect(2 * tib, PageRights::none));
  }
}

}  // namespace
}  // namespace acrn::baremetal
