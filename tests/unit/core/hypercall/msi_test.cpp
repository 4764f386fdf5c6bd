// SPDX-License-Identifier: BSD-3-Clause
#include "core/hypercall/msi.hpp"

#include <gtest/gtest.h>

namespace acrn::core {
namespace {

static_assert(decode_msi(0xfeea'b00c, 0x0041) == Msi{.destination = 0xab,
                                                     .destination_mode = DestinationMode::logical,
                                                     .delivery = DeliveryMode::fixed,
                                                     .vector = 0x41,
                                                     .redirection_hint = true});

TEST(DecodeMsi, RefusesAddressesOutsideTheWindow) {
  for (std::uint64_t address : {0ULL, 0xfed0'0000ULL, 0xfef0'0000ULL, 0x1'fee0'0000ULL,
                                0xfee0'0000'0000'0000ULL, 0xfedf'ffffULL}) {
    EXPECT_FALSE(decode_msi(address, 0x31)) << std::hex << address;
  }
  EXPECT_TRUE(decode_msi(0xfeef'ffff, 0x31));
}

TEST(DecodeMsi, KnowsTheDeliveryModes) {
  for (std::uint64_t mode = 0; mode < 8; ++mode) {
    auto const msi = decode_msi(0xfee0'0000, mode << 8U | 0x31U);
    EXPECT_EQ(msi.has_value(), mode != 3 && mode != 6) << mode;
    if (msi) {
      EXPECT_EQ(static_cast<std::uint64_t>(msi->delivery), mode);
    }
  }
}

TEST(DecodeMsi, RefusesExceptionVectorsWhereAVectorIsUsed) {
  for (std::uint64_t vector = 0; vector < 16; ++vector) {
    EXPECT_FALSE(decode_msi(0xfee0'0000, vector)) << vector;
    EXPECT_FALSE(decode_msi(0xfee0'0000, 1U << 8U | vector)) << vector;
    EXPECT_TRUE(decode_msi(0xfee0'0000, 4U << 8U | vector)) << "an NMI has none";
  }
  EXPECT_TRUE(decode_msi(0xfee0'0000, 16));
}

TEST(DecodeMsi, RefusesDataWiderThanTheRegister) {
  EXPECT_FALSE(decode_msi(0xfee0'0000, 1ULL << 32U | 0x31U));
  EXPECT_TRUE(decode_msi(0xfee0'0000, 0xffff'c031)) << "level and reserved bits change nothing";
}

}  // namespace
}  // namespace acrn::core
