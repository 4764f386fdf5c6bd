// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/boot/multiboot2.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace acrn::baremetal {
namespace {

/// Boot information as a loader builds it: fixed part, tags at multiples of 8, end tag.
class Information {
 public:
  Information() : bytes_(8) {}

  Information& tag(std::uint32_t type, std::string const& payload) {
    return tag(type, payload, static_cast<std::uint32_t>(8 + payload.size()));
  }
  Information& tag(std::uint32_t type, std::string const& payload, std::uint32_t claimed_size) {
    put(type);
    put(claimed_size);
    bytes_.insert(bytes_.end(), payload.begin(), payload.end());
    bytes_.resize((bytes_.size() + 7) / 8 * 8);
    return *this;
  }
  std::vector<std::uint8_t> finish() {
    tag(0, "");
    return finish(static_cast<std::uint32_t>(bytes_.size()));
  }
  std::vector<std::uint8_t> finish(std::uint32_t claimed_total) {
    for (unsigned i = 0; i < 4; ++i) {
      bytes_[i] = static_cast<std::uint8_t>(claimed_total >> (8U * i));
    }
    return bytes_;
  }

 private:
  void put(std::uint32_t word) {
    for (unsigned i = 0; i < 4; ++i) bytes_.push_back(static_cast<std::uint8_t>(word >> (8U * i)));
  }
  std::vector<std::uint8_t> bytes_;
};

std::string const quiet{"quiet\0", 6};

TEST(BootCommandLine, IsFoundBehindOtherTags) {
  auto const bytes = Information{}.tag(9, "odd").tag(4, "12345678").tag(1, quiet).finish();
  EXPECT_EQ(boot_command_line(bytes), "quiet");
}

TEST(BootCommandLine, MayBeEmpty) {
  EXPECT_EQ(boot_command_line(Information{}.tag(1, std::string(1, '\0')).finish()), "");
}

TEST(BootCommandLine, WithoutNulEndsWithItsTag) {
  EXPECT_EQ(boot_command_line(Information{}.tag(1, "abc").tag(4, "x").finish()), "abc");
}

TEST(BootCommandLine, IsNothingWhereTheTagIsMissingOrBehindTheEnd) {
  EXPECT_EQ(boot_command_line(Information{}.tag(4, "x").finish()), std::nullopt);
  EXPECT_EQ(boot_command_line(Information{}.tag(0, "").tag(1, quiet).finish()), std::nullopt);
}

TEST(BootCommandLine, IsNothingForSizesThatCannotBe) {
  for (std::uint32_t const size : {0U, 1U, 7U, 15U + 8U, 0x7fff'ffffU, 0xffff'fff8U, ~0U}) {
    EXPECT_EQ(boot_command_line(Information{}.tag(1, quiet, size).finish(24)), std::nullopt)
        << size;
    EXPECT_EQ(boot_command_line(Information{}.tag(4, "x", size).tag(1, quiet).finish(40)),
              std::nullopt)
        << size;
  }
}

TEST(BootCommandLine, StaysInsideEveryCutOfTheInformation) {
  auto const bytes = Information{}.tag(9, "odd").tag(1, quiet).finish();
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    std::vector<std::uint8_t> const cut(bytes.begin(),
                                        bytes.begin() + static_cast<std::ptrdiff_t>(size));
    bool const whole = size >= 8 + 16 + 8 + quiet.size();
    EXPECT_EQ(boot_command_line(cut).has_value(), whole) << size;
  }
}

TEST(BootOption, IsTheValueOfTheFirstWordWithThatKey) {
  EXPECT_EQ(boot_option("crash=ud2", "crash"), "ud2");
  EXPECT_EQ(boot_option("a=1  crash=ud2 crash=panic", "crash"), "ud2");
  EXPECT_EQ(boot_option("a=1 b= c", "b"), "");
  EXPECT_EQ(boot_option("a=b=c", "a"), "b=c");
}

TEST(BootOption, IsNothingForOtherWords) {
  for (std::string_view const line : {"", " ", "crash", "xcrash=1", "crashed=1", "a crash =1"}) {
    EXPECT_EQ(boot_option(line, "crash"), std::nullopt) << line;
  }
}

}  // namespace
}  // namespace acrn::baremetal
