// SPDX-License-Identifier: BSD-3-Clause
#include "core/decode/ept_qualification.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace acrn::core {
namespace {

static_assert(decode_ept_qualification(0x181).read && !decode_ept_qualification(0x181).readable);
static_assert(encode_ept_qualification({.write = true, .later = 0x2001}) == 0x2002);

struct Row {
  std::string name;
  std::uint64_t raw;
  EptQualification expected;
};

class EptQualificationTable : public testing::TestWithParam<Row> {};

TEST_P(EptQualificationTable, DecodesAndEncodes) {
  EptQualification const decoded = decode_ept_qualification(GetParam().raw);
  EXPECT_EQ(decoded, GetParam().expected);
  EXPECT_TRUE(decoded.is_valid());
  EXPECT_EQ(encode_ept_qualification(decoded), GetParam().raw);
}

INSTANTIATE_TEST_SUITE_P(
    , EptQualificationTable,
    testing::Values(
        // As kernels print them: traces-and-latency.md 2.3.
        Row{"ReadOfAbsentPage",
            0x181,
            {.read = true, .linear_address_valid = true, .final_translation = true}},
        Row{"WriteOfAbsentPage",
            0x182,
            {.write = true, .linear_address_valid = true, .final_translation = true}},
        Row{"WriteWithAdvancedInformation",
            0xd82,
            {.write = true,
             .linear_address_valid = true,
             .final_translation = true,
             .linear_writable = true,
             .linear_execute_disable = true}},
        Row{"PageWalk",
            0x683,
            {.read = true,
             .write = true,
             .linear_address_valid = true,
             .user_mode_address = true,
             .linear_writable = true}},
        Row{"FetchFromAbsentPage",
            0x784,
            {.fetch = true,
             .linear_address_valid = true,
             .final_translation = true,
             .user_mode_address = true,
             .linear_writable = true}},
        Row{"WriteProtected",
            0x1aa,
            {.write = true,
             .readable = true,
             .executable = true,
             .linear_address_valid = true,
             .final_translation = true}},
        Row{"NmiUnblockingWithoutLinearAddress", 0x1001, {.read = true, .nmi_unblocking = true}}),
    [](auto const& row) { return row.param.name; });

TEST(EptQualification, PutsEachOfTheBits0To12InAFieldOfItsOwn) {
  for (unsigned bit = 0; bit < 64; ++bit) {
    std::uint64_t const raw = std::uint64_t{1} << bit;
    EptQualification const ept = decode_ept_qualification(raw);
    EXPECT_EQ(ept.later, bit < 13 ? 0 : raw) << bit;
    EXPECT_EQ(ept == EptQualification{}, false) << bit;
    EXPECT_EQ(encode_ept_qualification(ept), raw) << bit;
  }
}

TEST(EptQualification, LosesNothingOfAnyLowWord) {
  for (std::uint64_t low = 0; low <= 0xffff; ++low) {
    std::uint64_t const raw = 0x0123'4567'89ab'0000 | low;
    ASSERT_EQ(encode_ept_qualification(decode_ept_qualification(raw)), raw) << std::hex << raw;
  }
}

TEST(EptQualification, IsInvalidWhereBitsHaveNoMeaningOrNoAccessIsNamed) {
  EXPECT_FALSE(decode_ept_qualification(0x180).is_valid()) << "neither read, write nor fetch";
  EXPECT_FALSE(decode_ept_qualification(0x101).is_valid()) << "bit 8 without bit 7";
}

TEST(EptQualification, TakesOnlyAWriteToAReadableExecutablePageForWriteProtection) {
  for (std::uint64_t low = 0; low < 64; ++low) {
    bool const expected = (low & 2) != 0 && (low & 0x38) == 0x28;
    EXPECT_EQ(decode_ept_qualification(low).is_write_protection(), expected) << low;
  }
}

}  // namespace
}  // namespace acrn::core
