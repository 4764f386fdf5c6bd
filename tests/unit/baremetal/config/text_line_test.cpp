// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/config/text_line.hpp"

#include <gtest/gtest.h>

#include <string>

namespace acrn::baremetal {
namespace {

TEST(TextLine, JoinsTextsAndNumbers) {
  TextLine line;
  line << "a=" << std::uint64_t{0} << ", b=" << ~std::uint64_t{0};
  EXPECT_EQ(line.text(), "a=0, b=18446744073709551615");
  EXPECT_EQ(TextLine{}.text(), "");
}

TEST(TextLine, EndsWithDotsWhenItIsFull) {
  std::string const exact(TextLine::size_max, 'x');
  TextLine line;
  line << exact;
  EXPECT_EQ(line.text(), exact);
  line << "y";
  EXPECT_EQ(line.text(), exact.substr(3) + "...");
  line << "z" << std::uint64_t{1};
  EXPECT_EQ(line.text(), exact.substr(3) + "...");
}

}  // namespace
}  // namespace acrn::baremetal
