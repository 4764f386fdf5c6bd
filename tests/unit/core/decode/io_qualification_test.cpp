// SPDX-License-Identifier: BSD-3-Clause
#include "core/decode/io_qualification.hpp"

#include <gtest/gtest.h>

#include <string>

namespace acrn::core {
namespace {

static_assert(decode_io_qualification(0x03f8'0008).port == Port{0x3f8});
static_assert(encode_io_qualification(
                  {.port = {0x5658}, .size = 4, .direction = Direction::read}) == 0x5658'000b);
static_assert(io_qualification_reserved == 0xffff'ffff'0000'ff80);

struct Row {
  std::string name;
  std::uint64_t raw;
  IoQualification expected;
};

class IoQualificationTable : public testing::TestWithParam<Row> {};

TEST_P(IoQualificationTable, DecodesAndEncodes) {
  IoQualification const decoded = decode_io_qualification(GetParam().raw);
  EXPECT_EQ(decoded, GetParam().expected);
  EXPECT_TRUE(decoded.is_valid());
  EXPECT_EQ(encode_io_qualification(decoded), GetParam().raw);
}

constexpr auto in = Direction::read;
constexpr auto out = Direction::write;

INSTANTIATE_TEST_SUITE_P(
    , IoQualificationTable,
    testing::Values(
        // As kernels print them: traces-and-latency.md 2.3.
        Row{"Out1AtCom1", 0x03f8'0000, {.port = {0x3f8}, .size = 1, .direction = out}},
        Row{"In1AtCom1Status", 0x03fd'0008, {.port = {0x3fd}, .size = 1, .direction = in}},
        Row{"In1AtKeyboard", 0x0064'0008, {.port = {0x64}, .size = 1, .direction = in}},
        Row{"In4AtVmwarePort", 0x5658'000b, {.port = {0x5658}, .size = 4, .direction = in}},
        Row{"In1AtE9", 0x00e9'0008, {.port = {0xe9}, .size = 1, .direction = in}},
        Row{"Out2", 0x0404'0001, {.port = {0x404}, .size = 2, .direction = out}},
        Row{"Outs", 0x03f8'0010, {.port = {0x3f8}, .direction = out, .form = IoForm::string}},
        Row{"RepIns2",
            0x01f0'0039,
            {.port = {0x1f0},
             .size = 2,
             .direction = in,
             .form = IoForm::string,
             .repeat = IoRepeat::rep}},
        Row{"InImmediate",
            0x0070'0048,
            {.port = {0x70}, .direction = in, .operand = IoOperand::immediate}},
        Row{"HighestPort", 0xffff'0000, {.port = {0xffff}, .direction = out}}),
    [](auto const& row) { return row.param.name; });

TEST(IoQualification, LosesNothingOfAnyLowWord) {
  for (std::uint64_t low = 0; low <= 0xffff; ++low) {
    std::uint64_t const raw = 0xdead'beef'0cf8'0000 | low;
    ASSERT_EQ(encode_io_qualification(decode_io_qualification(raw)), raw) << std::hex << raw;
  }
}

TEST(IoQualification, SaysWhichSizeCodesTheSdmDefines) {
  for (std::uint64_t code = 0; code < 8; ++code) {
    IoQualification const io = decode_io_qualification(code);
    EXPECT_EQ(io.size, code + 1);
    EXPECT_EQ(io.has_valid_size(), code == 0 || code == 1 || code == 3) << code;
    EXPECT_EQ(io.is_valid(), io.has_valid_size()) << code;
  }
}

TEST(IoQualification, SaysWhenAReservedBitIsSet) {
  for (unsigned bit = 0; bit < 64; ++bit) {
    bool const reserved = (bit >= 7 && bit <= 15) || bit >= 32;
    std::uint64_t const raw = std::uint64_t{1} << bit;
    EXPECT_EQ(decode_io_qualification(raw).reserved, reserved ? raw : 0) << bit;
    if (bit > 2) {
      EXPECT_EQ(decode_io_qualification(raw).is_valid(), !reserved) << bit;
    }
  }
}

TEST(IoQualification, SaysWhatIsAPlainAccessAndWhatAByte) {
  for (std::uint64_t low = 0; low <= 0xffff; ++low) {
    std::uint64_t const raw = 0x03f8'0000 | low;
    IoQualification const io = decode_io_qualification(raw);
    bool const plain =
        io.is_valid() && io.size == 1 && io.form == IoForm::plain && io.repeat == IoRepeat::none;
    ASSERT_EQ(is_plain_byte_access(raw), plain) << std::hex << raw;
    bool const any_size = io.is_valid() && io.form == IoForm::plain && io.repeat == IoRepeat::none;
    ASSERT_EQ(is_plain_access(raw), any_size) << std::hex << raw;
  }
  EXPECT_FALSE(is_plain_access(std::uint64_t{1} << 63U));
  EXPECT_FALSE(is_plain_byte_access(std::uint64_t{1} << 32U));
  EXPECT_TRUE(is_plain_byte_access(0xffff'0008));
}

}  // namespace
}  // namespace acrn::core
