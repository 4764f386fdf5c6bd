// SPDX-License-Identifier: BSD-3-Clause
#include "traces/packed_column.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace acrn::traces {
namespace {

std::vector<std::byte> encode(std::vector<std::uint64_t> const& values) {
  std::vector<std::byte> bytes(values.size() * varint_size_max);
  std::byte* end = bytes.data();
  for (std::uint64_t const value : values) end = put_varint(end, value);
  bytes.resize(static_cast<std::size_t>(end - bytes.data()));
  return bytes;
}

/// The column in memory of exactly its size and slack, so that ASan sees any read beyond.
struct Decoded {
  bool exact{};
  std::vector<std::uint64_t> values;
};

Decoded decode(std::vector<std::byte> bytes, std::size_t count, std::byte slack = std::byte{0}) {
  std::size_t const size = bytes.size();
  bytes.resize(size + column_slack, slack);
  bytes.shrink_to_fit();
  Decoded decoded{.exact = false, .values = std::vector<std::uint64_t>(count)};
  decoded.exact = decode_packed(std::span{bytes}.first(size), count,
                                [&](std::size_t i, std::uint64_t v) { decoded.values.at(i) = v; });
  return decoded;
}

TEST(PackedColumn, DecodesRunsOfEverySizeOfNumber) {
  std::mt19937_64 random{42};
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::uint64_t> values(random() % 40);
    unsigned const bits = static_cast<unsigned>(random() % 65);
    for (auto& value : values) {
      unsigned const here = random() % 4 == 0 ? static_cast<unsigned>(random() % 65) : bits;
      value = here == 0 ? 0 : random() >> (64 - here);
    }
    for (std::byte const slack : {std::byte{0}, std::byte{0xFF}}) {
      Decoded const decoded = decode(encode(values), values.size(), slack);
      EXPECT_TRUE(decoded.exact) << round;
      EXPECT_EQ(decoded.values, values) << round;
    }
  }
}

TEST(PackedColumn, RefusesMoreOrFewerNumbersThanRows) {
  for (std::uint64_t const value : {std::uint64_t{5}, std::uint64_t{300}, ~std::uint64_t{0}}) {
    for (std::size_t rows = 1; rows < 30; ++rows) {
      std::vector<std::uint64_t> const values(rows, value);
      EXPECT_TRUE(decode(encode(values), rows).exact);
      EXPECT_FALSE(decode(encode(values), rows - 1).exact);
      EXPECT_FALSE(decode(encode(values), rows + 1).exact);
    }
  }
}

TEST(PackedColumn, RefusesANumberCutByTheColumnsEnd) {
  for (std::byte const slack : {std::byte{0}, std::byte{1}, std::byte{0x80}}) {
    for (std::uint64_t const value : {std::uint64_t{300}, std::uint64_t{1} << 60U}) {
      auto bytes = encode(std::vector<std::uint64_t>(9, value));
      bytes.pop_back();
      EXPECT_FALSE(decode(bytes, 9, slack).exact);
    }
  }
}

TEST(PackedColumn, RefusesElevenByteNumbers) {
  std::vector<std::byte> const bytes(11, std::byte{0x80});
  EXPECT_FALSE(decode(bytes, 1).exact);
}

}  // namespace
}  // namespace acrn::traces
