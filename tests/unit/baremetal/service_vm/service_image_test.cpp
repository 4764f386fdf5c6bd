// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/service_vm/service_image.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <string>
#include <vector>

namespace acrn::service_vm {
namespace {

constexpr std::uint64_t ram = 0x40'0000;

ServiceHeader sound() {
  return {.magic = image_magic,
          .version = image_version,
          .header_size = sizeof(ServiceHeader),
          .load_address = 0x10'0000,
          .entry = 0x10'0030,
          .file_size = 0x100,
          .memory_size = 0x1000};
}

std::vector<std::uint8_t> image_of(ServiceHeader const& header) {
  std::vector<std::uint8_t> bytes(0x100);
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes;
}

TEST(ServiceImage, ASoundHeaderIsTakenAsItIs) {
  auto bytes = image_of(sound());
  bytes.resize(0x200);  // what follows is nobody's
  auto const header = parse_service_image(bytes, ram);
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->load_address, 0x10'0000U);
  EXPECT_EQ(header->entry, 0x10'0030U);
  EXPECT_EQ(header->file_size, 0x100U);
  EXPECT_EQ(header->memory_size, 0x1000U);
  EXPECT_TRUE(parse_service_image(bytes, 0x10'1000).has_value()) << "RAM to the last byte";
}

TEST(ServiceImage, EveryUnsoundFieldIsNamed) {
  using enum ServiceImageError;
  struct Row {
    void (*spoil)(ServiceHeader&);
    ServiceImageError error;
  };
  for (Row const& row : {
           Row{[](ServiceHeader& h) { h.magic ^= 1; }, magic},
           Row{[](ServiceHeader& h) { h.version = 2; }, version},
           Row{[](ServiceHeader& h) { h.header_size = 47; }, version},
           Row{[](ServiceHeader& h) { h.file_size = 0x101; }, cut},
           Row{[](ServiceHeader& h) { h.file_size = 47; }, cut},
           Row{[](ServiceHeader& h) { h.load_address += 8; }, load_address},
           Row{[](ServiceHeader& h) { h.entry = 0x10'002f; }, entry},
           Row{[](ServiceHeader& h) { h.entry = 0x10'0100; }, entry},
           Row{[](ServiceHeader& h) { h.entry = 0; }, entry},
           Row{[](ServiceHeader& h) { h.memory_size = 0xff; }, memory_size},
           Row{[](ServiceHeader& h) { h.memory_size = ram - 0x10'0000 + 1; }, ram_size},
           Row{[](ServiceHeader& h) { h.memory_size = ~0ULL; }, ram_size},
           Row{[](ServiceHeader& h) {
                 h.load_address = ~0xfffULL;
                 h.entry = h.load_address + 48;
               },
               ram_size},
       }) {
    ServiceHeader header = sound();
    row.spoil(header);
    auto const result = parse_service_image(image_of(header), ram);
    ASSERT_FALSE(result.has_value()) << sentence(row.error);
    EXPECT_EQ(result.error(), row.error)
        << sentence(row.error) << ", not " << sentence(result.error());
  }
}

TEST(ServiceImage, FewerBytesThanAHeaderAreNone) {
  auto const bytes = image_of(sound());
  for (std::size_t size : {0U, 1U, 47U}) {
    auto const result = parse_service_image(std::span{bytes}.first(size), ram);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error(), ServiceImageError::too_short);
  }
}

TEST(ServiceImage, EveryErrorHasASentenceOfItsOwn) {
  std::set<std::string_view> seen;
  for (unsigned i = 0; i <= static_cast<unsigned>(ServiceImageError::ram_size); ++i) {
    auto const text = sentence(static_cast<ServiceImageError>(i));
    EXPECT_GT(text.size(), 20U);
    EXPECT_TRUE(seen.insert(text).second) << text;
  }
  EXPECT_EQ(sentence(static_cast<ServiceImageError>(99)), "?");
}

}  // namespace
}  // namespace acrn::service_vm
