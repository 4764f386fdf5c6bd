// SPDX-License-Identifier: BSD-3-Clause
#include "sim/replay/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace acrn::replay {
namespace {

constexpr std::uint64_t largest = ~std::uint64_t{0};
constexpr std::uint32_t shares[] = {0, 1, 100, 5000, 9000, 9900, 9990, 9999, 10'000};

/// The value that the smallest ceil(n * share / 10,000) values end with, as sorting gives it.
std::uint64_t oracle(std::vector<std::uint64_t> const& sorted, std::uint32_t share) {
  std::size_t const rank = (sorted.size() * share + 9'999) / 10'000;
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

TEST(Histogram, EmptyIsAllZero) {
  Histogram const empty;
  EXPECT_EQ(empty.count(), 0U);
  EXPECT_EQ(empty.sum(), 0U);
  EXPECT_EQ(empty.min(), 0U);
  EXPECT_EQ(empty.max(), 0U);
  for (std::uint32_t const share : shares) EXPECT_EQ(empty.percentile(share), 0U);
}

TEST(Histogram, IsExactBelow128) {
  std::mt19937_64 random{7};
  Histogram histogram;
  std::vector<std::uint64_t> values;
  for (int i = 0; i < 10'001; ++i) {
    values.push_back(random() % 128);
    histogram.record(values.back());
  }
  std::sort(values.begin(), values.end());
  for (std::uint32_t const share : shares) {
    EXPECT_EQ(histogram.percentile(share), oracle(values, share)) << share;
  }
}

TEST(Histogram, StaysWithinOneSixtyFourthOfTheSortedValues) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random{seed};
    Histogram histogram;
    std::vector<std::uint64_t> values;
    for (int i = 0; i < 3'000; ++i) {
      values.push_back(random() >> (random() % 64));
      histogram.record(values.back());
    }
    std::sort(values.begin(), values.end());
    for (std::uint32_t const share : shares) {
      std::uint64_t const exact = oracle(values, share);
      std::uint64_t const got = histogram.percentile(share);
      EXPECT_GE(got, exact) << "seed " << seed << " share " << share;
      EXPECT_LE(got - exact, exact / 64) << "seed " << seed << " share " << share;
    }
    EXPECT_EQ(histogram.min(), values.front());
    EXPECT_EQ(histogram.max(), values.back());
    EXPECT_EQ(histogram.percentile(10'000), values.back());
  }
}

TEST(Histogram, PercentilesAreValuesThatWereRecorded) {
  Histogram histogram;
  histogram.record(1'000, 98);
  histogram.record(1'000'000);
  histogram.record(1'000'001);
  EXPECT_EQ(histogram.percentile(5000), 1'000U);
  EXPECT_EQ(histogram.percentile(9800), 1'000U);
  EXPECT_EQ(histogram.percentile(9900), 1'000'001U);  // both share a bucket
  EXPECT_EQ(histogram.percentile(9990), 1'000'001U);
}

TEST(Histogram, EveryPowerOfTwoAndItsNeighboursAreCountedOnce) {
  Histogram histogram;
  for (unsigned shift = 0; shift < 64; ++shift) {
    std::uint64_t const power = std::uint64_t{1} << shift;
    for (std::uint64_t const value : {power - 1, power, power | (power - 1)}) {
      Histogram one;
      one.record(value);
      EXPECT_EQ(one.percentile(5000), value) << value;
      histogram.record(value);
    }
  }
  EXPECT_EQ(histogram.count(), 3U * 64U);
  EXPECT_EQ(histogram.max(), largest);
  EXPECT_EQ(histogram.min(), 0U);
}

TEST(Histogram, TimesCountsAsManyRecords) {
  Histogram once;
  Histogram many;
  for (int i = 0; i < 1000; ++i) once.record(77'000);
  once.record(5);
  many.record(77'000, 1000);
  many.record(5, 1);
  many.record(123, 0);
  EXPECT_EQ(once, many);
  EXPECT_EQ(many.sum(), 77'000'005U);
}

TEST(Histogram, CountsBeyond32Bits) {
  Histogram histogram;
  histogram.record(10, std::uint64_t{1} << 33U);
  histogram.record(20, (std::uint64_t{1} << 33U) - 1);
  EXPECT_EQ(histogram.count(), (std::uint64_t{1} << 34U) - 1);
  EXPECT_EQ(histogram.percentile(5000), 10U);
  EXPECT_EQ(histogram.percentile(5001), 20U);
}

TEST(Histogram, SaturatesInsteadOfWrapping) {
  Histogram histogram;
  histogram.record(largest, 3);
  histogram.record(1, largest);
  EXPECT_EQ(histogram.sum(), largest);
  EXPECT_EQ(histogram.count(), largest);
  EXPECT_EQ(histogram.percentile(5000), 1U);
  Histogram twice = histogram;
  twice.merge(histogram);
  EXPECT_EQ(twice.count(), largest);
  EXPECT_EQ(twice.sum(), largest);
}

TEST(Histogram, MergeEqualsRecordingEverything) {
  std::mt19937_64 random{3};
  Histogram all;
  Histogram parts[3];
  for (int i = 0; i < 3'000; ++i) {
    std::uint64_t const value = random() >> (random() % 64);
    all.record(value);
    parts[i % 2].record(value);  // the third stays empty
  }
  Histogram merged;
  for (Histogram const& part : parts) merged.merge(part);
  EXPECT_EQ(merged.count(), all.count());
  EXPECT_EQ(merged.sum(), all.sum());
  EXPECT_EQ(merged, all);
}

}  // namespace
}  // namespace acrn::replay
