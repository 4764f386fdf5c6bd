// SPDX-License-Identifier: BSD-3-Clause
#include "traces/wire/digest.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <vector>

namespace acrn::traces {
namespace {

using core::Access;
using core::Direction;
using core::Space;

constexpr Access out_a{.space = Space::port,
                       .direction = Direction::write,
                       .size = 1,
                       .address = 0x3f8,
                       .value = 0x41};

std::uint32_t digest_of(std::vector<DigestEntry> const& entries) {
  VcpuDigest digest;
  for (DigestEntry const& entry : entries) digest.add(entry);
  return digest.value();
}

TEST(Digest, IsTheCrcOfTheDocumentedRecords) {
  Access const mmio{.space = Space::mmio,
                    .direction = Direction::read,
                    .size = 8,
                    .address = 0x1122'3344'5566'7788,
                    .value = 0x99aa'bbcc'ddee'ff01};
  constexpr std::array<unsigned char, 64> bytes{0,    0,    0,    0,    0,    0,    0,    0,     //
                                                0,    1,    1,    0,    0,    0,    0,    0,     //
                                                0xf8, 0x03, 0,    0,    0,    0,    0,    0,     //
                                                0x41, 0,    0,    0,    0,    0,    0,    0,     //
                                                1,    0,    0,    0,    0,    0,    0,    0,     //
                                                1,    0,    8,    0,    0,    0,    0,    0,     //
                                                0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11,  //
                                                0x01, 0xff, 0xee, 0xdd, 0xcc, 0xbb, 0xaa, 0x99};
  EXPECT_EQ(digest_of({{out_a}, {mmio}}), crc32c(0, std::as_bytes(std::span{bytes})));
}

/// Pinned, and computed bit by bit outside this project: every engine and compiler must agree.
TEST(Digest, HasItsGoldenValue) {
  EXPECT_EQ(digest_of({{out_a}, {out_a, digest_fault(13)}}), 0xe251'd3b0);
  std::array<std::uint32_t, 3> const vcpus{digest_of({{out_a}}), 0, 0xffff'ffff};
  EXPECT_EQ(combine_digests(vcpus), 0x240c'7d8f);
}

TEST(Digest, EveryFieldCounts) {
  std::uint32_t const before = digest_of({{out_a}});
  Access access = out_a;
  access.space = Space::mmio;
  EXPECT_NE(digest_of({{access}}), before);
  access = out_a;
  access.direction = Direction::read;
  EXPECT_NE(digest_of({{access}}), before);
  access = out_a;
  access.size = 2;
  EXPECT_NE(digest_of({{access}}), before);
  access = out_a;
  access.address ^= std::uint64_t{1} << 63U;
  EXPECT_NE(digest_of({{access}}), before);
  access = out_a;
  access.value = 0x42;
  EXPECT_NE(digest_of({{access}}), before);
  EXPECT_NE(digest_of({{out_a, digest_fault(13)}}), before);
  EXPECT_NE(digest_of({{out_a, digest_fault(13)}}), digest_of({{out_a, digest_fault(6)}}));
}

TEST(Digest, OrderAndNumberOfAccessesCount) {
  Access other = out_a;
  other.value = 0x42;
  EXPECT_NE(digest_of({{out_a}, {other}}), digest_of({{other}, {out_a}}));
  EXPECT_NE(digest_of({{out_a}, {out_a}}), digest_of({{out_a}}));
  std::array<std::uint32_t, 2> const ab{1, 2};
  std::array<std::uint32_t, 2> const ba{2, 1};
  EXPECT_NE(combine_digests(ab), combine_digests(ba));
}

TEST(Digest, IgnoresBitsAboveTheSizeAndTheValueOfAFault) {
  Access dirty = out_a;
  dirty.value |= 0xffff'ff00;
  EXPECT_EQ(digest_of({{dirty}}), digest_of({{out_a}}));
  EXPECT_EQ(digest_of({{out_a, digest_fault(13)}}), digest_of({{{.space = Space::port,
                                                                 .direction = Direction::write,
                                                                 .size = 1,
                                                                 .address = 0x3f8,
                                                                 .value = 7},
                                                                digest_fault(13)}}));
}

TEST(Digest, NothingReplayedIsZero) {
  EXPECT_EQ(VcpuDigest{}.value(), 0U);
  EXPECT_EQ(combine_digests({}), 0U);
}

}  // namespace
}  // namespace acrn::traces
