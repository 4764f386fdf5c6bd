// SPDX-License-Identifier: BSD-3-Clause
// A VM's RAM answers inside its bounds, and says no beyond them.
#include "baremetal/hypervisor/vm_memory.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <numeric>
#include <vector>

namespace acrn::baremetal {
namespace {

class VmMemoryTest : public testing::Test {
 protected:
  VmMemoryTest() { std::iota(bytes_.begin(), bytes_.end(), std::uint8_t{0}); }
  bool read(std::uint64_t gpa, std::span<std::uint8_t> out) { return memory_.read({gpa}, out); }

  alignas(8) std::array<std::uint8_t, 64> bytes_{};
  VmMemory memory_{bytes_};
};

TEST_F(VmMemoryTest, ReadsAnySizeAtAnyPlace) {
  for (std::size_t size = 1; size <= 15; ++size) {
    for (std::uint64_t gpa = 0; gpa + size <= bytes_.size(); ++gpa) {
      std::vector<std::uint8_t> out(size);
      ASSERT_TRUE(read(gpa, out));
      for (std::size_t i = 0; i < size; ++i) ASSERT_EQ(out[i], gpa + i);
    }
  }
}

TEST_F(VmMemoryTest, RefusesWhatReachesBeyondItsEnd) {
  std::array<std::uint8_t, 8> out{};
  out.fill(0xee);
  EXPECT_FALSE(read(bytes_.size() - 7, out));
  EXPECT_FALSE(read(bytes_.size(), out));
  EXPECT_FALSE(read(std::numeric_limits<std::uint64_t>::max() - 3, out)) << "no wrap-around";
  EXPECT_EQ(out[0], 0xee) << "untouched";
  EXPECT_FALSE(memory_.write({bytes_.size() - 7}, out));
  EXPECT_EQ(bytes_.back(), 63);
  EXPECT_TRUE(read(bytes_.size() - 8, out));
}

TEST_F(VmMemoryTest, WritesWhatItIsGiven) {
  std::array<std::uint8_t, 3> const in{0xaa, 0xbb, 0xcc};
  ASSERT_TRUE(memory_.write({5}, in));
  EXPECT_EQ(bytes_[4], 4);
  EXPECT_EQ(bytes_[5], 0xaa);
  EXPECT_EQ(bytes_[7], 0xcc);
  EXPECT_EQ(bytes_[8], 8);
}

TEST_F(VmMemoryTest, ExchangesWordsOfFourAndEightBytes) {
  EXPECT_TRUE(memory_.compare_exchange({8}, 8, 0x0f0e'0d0c'0b0a'0908, 0x1122'3344'5566'7788));
  EXPECT_EQ(bytes_[8], 0x88);
  EXPECT_FALSE(memory_.compare_exchange({8}, 8, 0x0f0e'0d0c'0b0a'0908, 0)) << "holds another value";
  EXPECT_TRUE(memory_.compare_exchange({4}, 4, 0x0706'0504, 0xffff'ffff'0000'0001));
  EXPECT_EQ(bytes_[4], 1);
  EXPECT_EQ(bytes_[8], 0x88) << "the neighbour stays";
}

TEST_F(VmMemoryTest, RefusesExchangesThatAreNoAlignedWord) {
  EXPECT_FALSE(memory_.compare_exchange({4}, 8, 0x0b0a'0908'0706'0504, 0));
  EXPECT_FALSE(memory_.compare_exchange({2}, 4, 0x0504'0302, 0));
  EXPECT_FALSE(memory_.compare_exchange({2}, 2, 0x0302, 0));
  EXPECT_FALSE(memory_.compare_exchange({64}, 8, 0, 0));
  EXPECT_EQ(bytes_[4], 4);
}

}  // namespace
}  // namespace acrn::baremetal
