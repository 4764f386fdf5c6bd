// SPDX-License-Identifier: BSD-3-Clause
#include "core/bus/io_bitmap.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

namespace acrn::core {
namespace {

PortRange ports(std::uint16_t first, std::uint64_t size) {
  return PortRange::make({first}, size).value();
}

TEST(IoBitmap, TakesItsDefaultForEveryPort) {
  auto const exiting = std::make_unique<IoBitmap>(IoBitmap::Default::exit);
  auto const direct = std::make_unique<IoBitmap>(IoBitmap::Default::direct);
  for (std::uint32_t port = 0; port <= 0xffff; ++port) {
    EXPECT_TRUE(exiting->exits({static_cast<std::uint16_t>(port)}, 1));
    EXPECT_FALSE(direct->exits({static_cast<std::uint16_t>(port)}, 1));
  }
}

TEST(IoBitmap, LaysBitsOutAsTheSdmSays) {
  auto const bitmap = std::make_unique<IoBitmap>(IoBitmap::Default::direct);
  bitmap->deny(ports(0x0cf8, 1));
  bitmap->deny(ports(0x7fff, 2));
  EXPECT_EQ(bitmap->page_a()[0xcf8 / 8], 1U);
  EXPECT_EQ(bitmap->page_a()[0xfff], 0x80U) << "port 0x7FFF: the last bit of bitmap A";
  EXPECT_EQ(bitmap->page_b()[0], 1U) << "port 0x8000: the first bit of bitmap B";
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(bitmap->page_b().data()) % 4096, 0U);
}

TEST(IoBitmap, AnAccessExitsIfAnyOfItsBytesDoes) {
  auto const bitmap = std::make_unique<IoBitmap>(IoBitmap::Default::direct);
  bitmap->deny(ports(0xcf8, 1));
  EXPECT_TRUE(bitmap->exits({0xcf6}, 4)) << "though bytes 0xCF6 and 0xCF7 are the guest's";
  EXPECT_FALSE(bitmap->exits({0xcf6}, 2));
  EXPECT_FALSE(bitmap->exits({0xcf4}, 4));
  EXPECT_TRUE(bitmap->exits({0xcf8}, 1));
  EXPECT_FALSE(bitmap->exits({0xcf9}, 4));
}

TEST(IoBitmap, AnAccessThatWrapsExitsWhateverTheBitsSay) {
  auto const bitmap = std::make_unique<IoBitmap>(IoBitmap::Default::direct);
  EXPECT_FALSE(bitmap->exits({0xffff}, 1));
  EXPECT_TRUE(bitmap->exits({0xffff}, 2));
  EXPECT_TRUE(bitmap->exits({0xfffd}, 4));
  EXPECT_FALSE(bitmap->exits({0xfffc}, 4));
  EXPECT_FALSE(bitmap->exits({0xfffe}, 2));
}

TEST(IoBitmap, ARangeAtTheTopDoesNotReachPortZero) {
  auto const bitmap = std::make_unique<IoBitmap>(IoBitmap::Default::exit);
  EXPECT_FALSE(PortRange::make({0xffff}, 2).has_value()) << "there is no range that wraps";
  bitmap->allow(ports(0xffff, 1));
  EXPECT_TRUE(bitmap->exits({0}, 1));
  EXPECT_FALSE(bitmap->exits({0xffff}, 1));
  bitmap->allow(ports(0, 0x10000));
  EXPECT_FALSE(bitmap->exits({0}, 4));
}

TEST(IoBitmap, AgreesWithABooleanPerPortUnderRandomRanges) {
  constexpr std::uint32_t seed = 20260301;
  std::mt19937 engine{seed};
  auto const random = [&engine] { return static_cast<std::uint32_t>(engine()); };
  auto const bitmap = std::make_unique<IoBitmap>(IoBitmap::Default::exit);
  std::vector<bool> model(0x10000, true);
  for (int round = 0; round < 300; ++round) {
    std::uint32_t const first = random() & 0xffffU;
    std::uint32_t const size = 1 + random() % std::min<std::uint32_t>(0x10000 - first, 600);
    bool const deny = (random() & 1U) != 0;
    PortRange const range = ports(static_cast<std::uint16_t>(first), size);
    deny ? bitmap->deny(range) : bitmap->allow(range);
    std::fill_n(model.begin() + first, size, deny);
    for (int probe = 0; probe < 200; ++probe) {
      std::uint32_t const port = random() & 0xffffU;
      std::uint8_t const width = static_cast<std::uint8_t>(1U << random() % 3);
      bool expected = port + width > 0x10000;
      for (std::uint32_t at = port; at < port + width && at <= 0xffff; ++at) {
        expected = expected || model[at];
      }
      ASSERT_EQ(bitmap->exits({static_cast<std::uint16_t>(port)}, width), expected)
          << "seed " << seed << " port " << port << " size " << unsigned{width};
    }
  }
}

}  // namespace
}  // namespace acrn::core
