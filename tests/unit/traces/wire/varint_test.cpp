// SPDX-License-Identifier: BSD-3-Clause
#include "traces/wire/varint.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace acrn::traces {
namespace {

constexpr std::uint64_t max = std::numeric_limits<std::uint64_t>::max();

static_assert(zigzag(0) == 0 && zigzag(max) == 1 && zigzag(1) == 2 && zigzag(max - 1) == 3);
static_assert(zigzag(std::uint64_t{1} << 63U) == max && unzigzag(max) == std::uint64_t{1} << 63U);
static_assert(varint_size(0) == 1 && varint_size(127) == 1 && varint_size(128) == 2);
static_assert(varint_size(max) == varint_size_max);

TEST(Varint, SizeIsWhatIsWrittenAtEveryPowerOfTwo) {
  for (unsigned shift = 0; shift < 64; ++shift) {
    for (std::uint64_t const offset : {max, std::uint64_t{0}, std::uint64_t{1}}) {
      std::uint64_t const value = (std::uint64_t{1} << shift) + offset;
      std::array<std::byte, varint_size_max> bytes{};
      std::byte* const end = put_varint(bytes.data(), value);
      EXPECT_EQ(static_cast<std::size_t>(end - bytes.data()), varint_size(value)) << value;
      std::uint64_t back = 0;
      EXPECT_EQ(get_varint(bytes.data(), end, back), end);
      EXPECT_EQ(back, value);
      EXPECT_EQ(get_varint(bytes.data(), end - 1, back), nullptr) << "cut: " << value;
      EXPECT_EQ(unzigzag(zigzag(value)), value);
    }
  }
}

TEST(Varint, LongerThanTenBytesIsRefused) {
  std::array<std::byte, 11> bytes{};
  bytes.fill(std::byte{0x80});
  std::uint64_t value = 0;
  EXPECT_EQ(get_varint(bytes.data(), bytes.data() + bytes.size(), value), nullptr);
}

TEST(Varint, PaddedWithZerosIsReadAsProtobufReadsIt) {
  std::array<std::byte, 3> const bytes{std::byte{0x85}, std::byte{0x80}, std::byte{0x00}};
  std::uint64_t value = 0;
  EXPECT_EQ(get_varint(bytes.data(), bytes.data() + 3, value), bytes.data() + 3);
  EXPECT_EQ(value, 5U);
}

}  // namespace
}  // namespace acrn::traces
