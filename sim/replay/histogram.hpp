// SPDX-License-Identifier: BSD-3-Clause
// A log-linear histogram of integer values: bounded memory, relative error below 1/64.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace acrn::replay {

/// Counts 64-bit values in buckets of at most 1.6 % width and keeps the largest value of each, so
/// that values below 128, and those that share their bucket with no other, are exact. Memory grows
/// with the largest value seen, up to 60 KiB. Counts and sums saturate at 2^64 - 1, never wrap.
class Histogram {
 public:
  void record(std::uint64_t value, std::uint64_t times = 1);
  void merge(Histogram const& other);
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t sum() const { return sum_; }
  [[nodiscard]] std::uint64_t min() const { return count_ == 0 ? 0 : min_; }
  [[nodiscard]] std::uint64_t max() const { return max_; }
  /// A recorded value that at least `per_ten_thousand`/10,000 of all values do not exceed: the
  /// largest in the bucket where that share is reached. 5000 is p50, 9990 is p99.9. 0 when empty.
  [[nodiscard]] std::uint64_t percentile(std::uint32_t per_ten_thousand) const;
  friend bool operator==(Histogram const&, Histogram const&) = default;

 private:
  struct Bucket {
    std::uint64_t count{};
    std::uint64_t max{};
    friend bool operator==(Bucket const&, Bucket const&) = default;
  };

  static constexpr unsigned sub_bits = 6;  // 64 buckets per power of two
  static constexpr std::size_t bucket_count = (64 - sub_bits) * 64 + 64;
  static std::size_t index_of(std::uint64_t value);

  std::vector<Bucket> buckets_;  // up to the highest power of two seen, whole rows of 64
  std::uint64_t count_{};
  std::uint64_t sum_{};
  std::uint64_t min_{~std::uint64_t{0}};
  std::uint64_t max_{};
};

}  // namespace acrn::replay
