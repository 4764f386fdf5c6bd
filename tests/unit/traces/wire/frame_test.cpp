// SPDX-License-Identifier: BSD-3-Clause
#include "traces/wire/frame.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "traces/wire/crc32c.hpp"

namespace acrn::traces {
namespace {

std::string hex(std::span<std::byte const> bytes) {
  std::string text;
  for (std::byte const byte : bytes) {
    text += "0123456789abcdef"[static_cast<unsigned>(byte) >> 4U];
    text += "0123456789abcdef"[static_cast<unsigned>(byte) & 15U];
  }
  return text;
}

TEST(Frame, HasTheDocumentedBytes) {
  std::string_view const payload = "123456789";
  std::array<std::byte, frame_header_size> out{};
  encode_frame_header({.kind = 2, .codec = 1, .stored = 9, .raw = 0x01020304},
                      std::as_bytes(std::span{payload}), out);
  EXPECT_EQ(hex(std::span{out}.first<14>()),
            "f7616346"
            "02"
            "01"
            "09000000"
            "04030201");
  std::string const covered =
      std::string{reinterpret_cast<char const*>(out.data()), 14} + std::string{payload};
  std::uint32_t const crc = crc32c_portable(0, std::as_bytes(std::span{covered}));
  auto const header = decode_frame_header(out);
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->crc, crc);
  EXPECT_EQ(header->kind, 2);
  EXPECT_EQ(header->codec, 1);
  EXPECT_EQ(header->stored, 9U);
  EXPECT_EQ(header->raw, 0x01020304U);
}

TEST(Frame, WithoutSyncIsNone) {
  std::array<std::byte, frame_header_size> out{};
  encode_frame_header({.kind = 2}, {}, out);
  for (std::size_t i = 0; i < 4; ++i) {
    auto damaged = out;
    damaged[i] ^= std::byte{0x10};
    EXPECT_FALSE(decode_frame_header(damaged).has_value()) << i;
  }
}

TEST(Trailer, GivesTheOffsetAndNoticesEveryFlippedBit) {
  std::array<std::byte, trailer_size> out{};
  encode_trailer(0x1122334455667788, out);
  EXPECT_EQ(decode_trailer(out), 0x1122334455667788U);
  EXPECT_EQ(hex(std::span{out}.first<8>()), "8877665544332211");
  EXPECT_EQ(hex(std::span{out}.last<8>()), "41434150656e640a");
  for (std::size_t bit = 0; bit < 8 * trailer_size; ++bit) {
    auto damaged = out;
    damaged[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
    EXPECT_FALSE(decode_trailer(damaged).has_value()) << bit;
  }
}

}  // namespace
}  // namespace acrn::traces
