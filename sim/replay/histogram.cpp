// SPDX-License-Identifier: BSD-3-Clause
#include "sim/replay/histogram.hpp"

#include <algorithm>
#include <bit>

namespace acrn::replay {
namespace {

constexpr std::uint64_t largest = ~std::uint64_t{0};

constexpr std::uint64_t add_saturating(std::uint64_t a, std::uint64_t b) {
  return a > largest - b ? largest : a + b;
}

constexpr std::uint64_t multiply_saturating(std::uint64_t a, std::uint64_t b) {
  return a != 0 && b > largest / a ? largest : a * b;
}

}  // namespace

// Row 0 holds 0 to 63, one value a bucket; row r > 0 holds [2^(r+5), 2^(r+6)), cut in 64.
std::size_t Histogram::index_of(std::uint64_t value) {
  if (value < (1U << sub_bits)) return value;
  unsigned const shift = static_cast<unsigned>(std::bit_width(value)) - 1 - sub_bits;
  return (static_cast<std::size_t>(shift) << sub_bits) + (value >> shift);
}

void Histogram::record(std::uint64_t value, std::uint64_t times) {
  if (times == 0) return;
  std::size_t const index = index_of(value);
  if (index >= buckets_.size()) buckets_.resize(((index >> sub_bits) + 1) << sub_bits);
  Bucket& bucket = buckets_[index];
  bucket.count = add_saturating(bucket.count, times);
  bucket.max = std::max(bucket.max, value);
  count_ = add_saturating(count_, times);
  sum_ = add_saturating(sum_, multiply_saturating(value, times));
  min_ = std::min(min_, value);
  max_ = std::max(max_, value);
}

void Histogram::merge(Histogram const& other) {
  if (other.count_ == 0) return;
  if (other.buckets_.size() > buckets_.size()) buckets_.resize(other.buckets_.size());
  for (std::size_t i = 0; i < other.buckets_.size(); ++i) {
    buckets_[i].count = add_saturating(buckets_[i].count, other.buckets_[i].count);
    buckets_[i].max = std::max(buckets_[i].max, other.buckets_[i].max);
  }
  count_ = add_saturating(count_, other.count_);
  sum_ = add_saturating(sum_, other.sum_);
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

std::uint64_t Histogram::percentile(std::uint32_t per_ten_thousand) const {
  if (count_ == 0) return 0;
  std::uint64_t const share = std::min<std::uint32_t>(per_ten_thousand, 10'000);
  // ceil(count * share / 10,000) without overflow.
  std::uint64_t const rank = std::max<std::uint64_t>(
      1, count_ / 10'000 * share + (count_ % 10'000 * share + 9'999) / 10'000);
  std::uint64_t seen = 0;
  for (Bucket const& bucket : buckets_) {
    seen = add_saturating(seen, bucket.count);
    if (seen >= rank) return bucket.max;
  }
  return max_;
}

}  // namespace acrn::replay
