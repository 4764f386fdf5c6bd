// SPDX-License-Identifier: BSD-3-Clause
#include "traces/wire/crc32c.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string_view>
#include <vector>

namespace acrn::traces {
namespace {

constexpr std::array<std::byte, 32> repeated(unsigned value) {
  std::array<std::byte, 32> bytes{};
  bytes.fill(static_cast<std::byte>(value));
  return bytes;
}

constexpr std::array<std::byte, 32> counting(bool upwards) {
  std::array<std::byte, 32> bytes{};
  for (unsigned i = 0; i < 32; ++i) bytes[i] = static_cast<std::byte>(upwards ? i : 31 - i);
  return bytes;
}

// RFC 3720, appendix B.4 "CRC Examples" (the RFC prints the bytes of the result lowest first).
static_assert(crc32c_portable(0, repeated(0x00)) == 0x8A91'36AA);
static_assert(crc32c_portable(0, repeated(0xFF)) == 0x62A8'AB43);
static_assert(crc32c_portable(0, counting(true)) == 0x46DD'794E);
static_assert(crc32c_portable(0, counting(false)) == 0x113F'DB5C);
static_assert(crc32c_portable(0, {}) == 0);

/// Pretends for its lifetime that the CPU has no CRC32 instruction.
class WithoutInstruction {
 public:
  WithoutInstruction() { detail::crc32c_instruction = 1; }
  ~WithoutInstruction() { detail::crc32c_instruction = 0; }
  WithoutInstruction(WithoutInstruction const&) = delete;
  WithoutInstruction& operator=(WithoutInstruction const&) = delete;
};

TEST(Crc32c, GivesTheCheckValueOfTheCatalogue) {
  std::string_view const digits = "123456789";
  auto const bytes = std::as_bytes(std::span{digits});
  EXPECT_EQ(crc32c(0, bytes), 0xE306'9283U);
  WithoutInstruction const pretence;
  EXPECT_EQ(crc32c(0, bytes), 0xE306'9283U);
}

TEST(Crc32c, GivesTheExamplesOfRfc3720) {
  EXPECT_EQ(crc32c(0, repeated(0x00)), 0x8A91'36AAU);
  EXPECT_EQ(crc32c(0, repeated(0xFF)), 0x62A8'AB43U);
  EXPECT_EQ(crc32c(0, counting(true)), 0x46DD'794EU);
}

TEST(Crc32c, BothPathsAgreeForEveryLengthAlignmentAndSplit) {
  std::mt19937_64 random{20261120};
  std::vector<std::byte> bytes(300);
  std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<std::byte>(random()); });
  for (std::size_t start = 0; start < 9; ++start) {
    for (std::size_t size = 0; size + start <= 128; ++size) {
      auto const part = std::span{bytes}.subspan(start, size);
      std::uint32_t const whole = crc32c(0x1234, part);
      EXPECT_EQ(whole, crc32c_portable(0x1234, part)) << start << " " << size;
      std::size_t const cut = size / 3;
      EXPECT_EQ(whole, crc32c(crc32c(0x1234, part.first(cut)), part.subspan(cut)));
    }
  }
}

TEST(Crc32c, WordIsTheSameAsItsBytesOnBothPaths) {
  std::mt19937_64 random{7};
  for (int round = 0; round < 1000; ++round) {
    std::uint64_t const word = random();
    auto const crc = static_cast<std::uint32_t>(random());
    std::uint32_t const expected = crc32c_portable(crc, std::as_bytes(std::span{&word, 1}));
    EXPECT_EQ(crc32c_u64(crc, word), expected);
    WithoutInstruction const pretence;
    EXPECT_EQ(crc32c_u64(crc, word), expected);
  }
}

TEST(Crc32c, RemembersWhatTheCpuHas) {
  detail::crc32c_instruction = 0;
  bool const present = detail::has_crc32c_instruction();
  EXPECT_EQ(detail::crc32c_instruction.load(), present ? 2 : 1);
}

}  // namespace
}  // namespace acrn::traces
