// SPDX-License-Identifier: BSD-3-Clause
#include "core/emulate/split.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/core/emulate/fakes.hpp"

namespace acrn::core {
namespace {

/// All pieces of `access`, each answered with the value that `answer` gives; the whole value too.
template <class Answer>
std::pair<std::vector<Access>, std::uint64_t> cut(VmState const& vm, Access const& access,
                                                  Answer const& answer) {
  std::vector<Access> pieces;
  Splitter splitter{access};
  while (!splitter.is_finished()) {
    Access piece = splitter.next(vm);
    pieces.push_back(piece);
    if (piece.direction == Direction::read) {
      piece.value = answer(piece);
    }
    splitter.done(piece);
  }
  return {pieces, splitter.value()};
}

std::vector<Access> cut(VmState const& vm, Access const& access) {
  return cut(vm, access, fakes::Bytes::read).first;
}

class SplitterTest : public testing::Test {
 protected:
  VmState vm{};
  fakes::Recorder device{};
};

TEST_F(SplitterTest, CutsAtRangeEdgesInAscendingOrder) {
  fakes::add_ports(vm, device.device(), 0xcf8, 1);
  EXPECT_EQ(cut(vm, fakes::out(0xcf6, 4, 0x4433'2211)),
            (std::vector{fakes::out(0xcf6, 2, 0x2211), fakes::out(0xcf8, 1, 0x33),
                         fakes::out(0xcf9, 1, 0x44)}));
}

TEST_F(SplitterTest, CutsThreeBytesIntoTwoAndOne) {
  fakes::add_ports(vm, device.device(), 0x400, 4);
  EXPECT_EQ(cut(vm, fakes::out(0x3fd, 4, 0x4433'2211)),
            (std::vector{fakes::out(0x3fd, 2, 0x2211), fakes::out(0x3ff, 1, 0x33),
                         fakes::out(0x400, 1, 0x44)}));
}

TEST_F(SplitterTest, CutsMmioAtPageEdgesEvenWithinOneRange) {
  fakes::add_mmio(vm, device.device(), 0x1000, 0x4000);
  EXPECT_EQ(cut(vm, fakes::store(0x1ffb, 8, 0x8877'6655'4433'2211)),
            (std::vector{fakes::store(0x1ffb, 4, 0x4433'2211), fakes::store(0x1fff, 1, 0x55),
                         fakes::store(0x2000, 2, 0x7766), fakes::store(0x2002, 1, 0x88)}));
}

TEST_F(SplitterTest, LeavesAnAccessWholeThatNeedsNoCut) {
  EXPECT_EQ(cut(vm, fakes::store(0x1ff8, 8, 5)), std::vector{fakes::store(0x1ff8, 8, 5)});
  EXPECT_EQ(cut(vm, fakes::out(0xfffc, 4, 5)), std::vector{fakes::out(0xfffc, 4, 5)});
}

TEST_F(SplitterTest, T47_GoesOnAtPortZeroAfterPortFfff) {
  fakes::add_ports(vm, device.device(), 0, 1);
  EXPECT_EQ(
      cut(vm, fakes::out(0xfffe, 4, 0x4433'2211)),
      (std::vector{fakes::out(0xfffe, 2, 0x2211), fakes::out(0, 1, 0x33), fakes::out(1, 1, 0x44)}));
}

TEST_F(SplitterTest, T48_CutsUpToTheTopOfMmioWithoutAWrap) {
  constexpr std::uint64_t top = ~std::uint64_t{0};
  fakes::add_mmio(vm, device.device(), top, 1);
  EXPECT_EQ(cut(vm, fakes::store(top - 3, 4, 0x4433'2211)),
            (std::vector{fakes::store(top - 3, 2, 0x2211), fakes::store(top - 1, 1, 0x33),
                         fakes::store(top, 1, 0x44)}));
}

TEST_F(SplitterTest, TakesNoMoreOfAPieceThanItsSize) {
  fakes::add_ports(vm, device.device(), 0x61, 1);
  auto const [pieces, value] =
      cut(vm, fakes::in(0x60, 4), [](Access const&) { return ~std::uint64_t{0}; });
  EXPECT_EQ(pieces.size(), 3U);
  EXPECT_EQ(value, 0xffff'ffffU);
}

TEST_F(SplitterTest, FollowsMapsThatChangeBetweenPieces) {
  DeviceId const id = fakes::add_ports(vm, device.device(), 0x60, 1);
  Splitter splitter{fakes::in(0x60, 4)};
  Access const first = splitter.next(vm);
  EXPECT_EQ(first.size, 1);
  splitter.done(first);
  ASSERT_TRUE(vm.ports.insert(PortRange::make({0x62}, 1).value(), id));
  EXPECT_EQ(splitter.next(vm).size, 1) << "port 61H alone: 62H is claimed now";
}

TEST_F(SplitterTest, PiecesCoverEveryByteOnceAndGatherItsValue) {
  fakes::add_mmio(vm, device.device(), 0xffc, 2);
  fakes::add_mmio(vm, device.device(), 0x1001, 3);
  fakes::add_mmio(vm, device.device(), 0x1005, 1);
  for (std::uint64_t gpa = 0xff0; gpa < 0x1010; ++gpa) {
    for (std::uint8_t size : fakes::mmio_sizes) {
      auto const [pieces, value] = cut(vm, fakes::load(gpa, size), fakes::Bytes::read);
      std::uint64_t next = gpa;
      for (Access const& piece : pieces) {
        ASSERT_EQ(piece.address, next);
        ASSERT_TRUE(is_access_size(Space::mmio, piece.size));
        ASSERT_TRUE(vm.mmio.lookup({piece.address}).covers(piece.size));
        ASSERT_EQ(piece.address / 4096, (piece.address + piece.size - 1) / 4096);
        next += piece.size;
      }
      ASSERT_EQ(next, gpa + size);
      ASSERT_EQ(value, fakes::Bytes::read(fakes::load(gpa, size))) << std::hex << gpa;
    }
  }
}

}  // namespace
}  // namespace acrn::core
