// SPDX-License-Identifier: BSD-3-Clause
#include "core/asyncio/descriptor.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string_view>

namespace acrn::core {
namespace {

constexpr AsyncDescriptor any_at(std::uint64_t address, std::uint64_t element = 7) {
  return {.space = Space::mmio, .address = address, .element = element};
}
constexpr AsyncDescriptor data_at(std::uint64_t address, std::uint64_t data,
                                  std::uint64_t element = 7) {
  return {.space = Space::mmio, .address = address, .data = data, .element = element};
}
constexpr Access mmio_write(std::uint64_t address, std::uint64_t value, std::uint8_t size = 2) {
  return {Space::mmio, Direction::write, size, address, value};
}

TEST(AsyncTable, T77_EveryRefusalReachesTheCallerAndChangesNothing) {
  struct Row {
    AsyncDescriptor descriptor;
    AsyncError error;
  };
  AsyncTable table;
  ASSERT_TRUE(table.assign(any_at(0x1000)).has_value());
  ASSERT_TRUE(table.assign(data_at(0x2000, 5)).has_value());
  constexpr std::array rows{
      Row{any_at(0), AsyncError::address_zero},
      Row{{.space = Space::port, .address = 0}, AsyncError::address_zero},
      Row{{.space = Space::pci_config, .address = 1}, AsyncError::space},
      Row{{.space = Space::write_protect, .address = 1}, AsyncError::space},
      Row{{.space = Space::port, .address = 0x1'0000}, AsyncError::address_too_high},
      Row{{.space = Space::port, .address = 1, .data = 0x1'0000'0000}, AsyncError::data_too_wide},
      Row{any_at(0x1000, 8), AsyncError::conflict},
      Row{data_at(0x1000, 1), AsyncError::conflict},
      Row{any_at(0x2000), AsyncError::conflict},
      Row{data_at(0x2000, 5, 9), AsyncError::conflict},
  };
  for (Row const& row : rows) {
    auto const refused = table.assign(row.descriptor);
    ASSERT_FALSE(refused.has_value()) << name(row.error);
    EXPECT_EQ(refused.error(), row.error) << name(row.error);
    EXPECT_EQ(table.size(), 2U);
  }
  EXPECT_TRUE(table.assign({.space = Space::port, .address = 0xffff, .data = 0xffff'ffff}));
  EXPECT_TRUE(table.assign(data_at(0x3000, ~0ULL))) << "MMIO writes carry 64 bits";
}

TEST(AsyncTable, T77_TheSixtyFifthDescriptorIsRefusedAndRemovalMakesRoom) {
  AsyncTable table;
  for (std::uint64_t i = 1; i <= async_descriptor_count_max; ++i) {
    ASSERT_TRUE(table.assign(any_at(i * 4)).has_value()) << i;
  }
  auto const refused = table.assign(any_at(0x8000));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error(), AsyncError::full);
  ASSERT_TRUE(table.remove(any_at(4)).has_value());
  EXPECT_TRUE(table.assign(any_at(0x8000)).has_value());
  EXPECT_EQ(table.find(mmio_write(4, 0)), nullptr);
  for (std::uint64_t i = 2; i <= async_descriptor_count_max; ++i) {
    EXPECT_NE(table.find(mmio_write(i * 4, 0)), nullptr) << i;
  }
}

TEST(AsyncTable, T73_SameAddressDifferentDataGoesToDifferentElements) {
  AsyncTable table;
  ASSERT_TRUE(table.assign(data_at(0x1000, 0, 10)).has_value());
  ASSERT_TRUE(table.assign(data_at(0x1000, 1, 11)).has_value());
  ASSERT_TRUE(table.assign({.space = Space::port, .address = 0x1000, .element = 12}).has_value())
      << "the same number in the other space is another register";
  EXPECT_EQ(table.find(mmio_write(0x1000, 0))->element, 10U);
  EXPECT_EQ(table.find(mmio_write(0x1000, 1))->element, 11U);
  EXPECT_EQ(table.find(mmio_write(0x1000, 2)), nullptr);
  EXPECT_EQ(table.find(mmio_write(0x1001, 0)), nullptr) << "addresses are equal or do not match";
  EXPECT_EQ(table.find({Space::port, Direction::write, 2, 0x1000, 99})->element, 12U);
}

TEST(AsyncTable, T75_ReadsMatchNothing) {
  AsyncTable table;
  ASSERT_TRUE(table.assign(any_at(0x1000)).has_value());
  Access read = mmio_write(0x1000, 0);
  EXPECT_NE(table.find(read), nullptr);
  read.direction = Direction::read;
  EXPECT_EQ(table.find(read), nullptr);
}

TEST(AsyncTable, AWriteOfAnyWidthMatches) {
  AsyncTable table;
  ASSERT_TRUE(table.assign(data_at(0x1000, 3)).has_value());
  for (std::uint8_t const size : std::array<std::uint8_t, 4>{1, 2, 4, 8}) {
    EXPECT_NE(table.find(mmio_write(0x1000, 3, size)), nullptr) << +size;
  }
}

TEST(AsyncTable, RemovalNeedsEveryFieldEqual) {
  AsyncTable table;
  AsyncDescriptor const assigned = data_at(0x1000, 0, 10);
  ASSERT_TRUE(table.assign(assigned).has_value());
  for (AsyncDescriptor const& other :
       {any_at(0x1000, 10), data_at(0x1000, 1, 10), data_at(0x1004, 0, 10), data_at(0x1000, 0, 11),
        AsyncDescriptor{.space = Space::port, .address = 0x1000, .data = 0, .element = 10}}) {
    auto const refused = table.remove(other);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error(), AsyncError::not_found);
  }
  EXPECT_TRUE(table.remove(assigned).has_value());
  EXPECT_FALSE(table.remove(assigned).has_value());
  EXPECT_EQ(table.size(), 0U);
}

TEST(AsyncError, NamesAreDistinct) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(AsyncError::not_found); ++i) {
    names.insert(name(static_cast<AsyncError>(i)));
  }
  EXPECT_EQ(names.size(), 7U);
  EXPECT_FALSE(names.contains("?"));
  EXPECT_EQ(name(static_cast<AsyncError>(7)), "?");
}

}  // namespace
}  // namespace acrn::core
