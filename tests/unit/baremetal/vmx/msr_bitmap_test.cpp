// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/vmx/msr_bitmap.hpp"

#include <gtest/gtest.h>

namespace acrn::baremetal {
namespace {

TEST(MsrBitmap, AtFirstEverythingExits) {
  MsrBitmap const bitmap;
  for (std::uint32_t const msr : {0U, 0x10U, 0x1fffU, 0x2000U, 0xc000'0000U, 0xc000'1fffU}) {
    EXPECT_TRUE(bitmap.read_exits(msr)) << msr;
    EXPECT_TRUE(bitmap.write_exits(msr)) << msr;
  }
}

TEST(MsrBitmap, PassingOneClearsItsTwoBits) {
  MsrBitmap bitmap;
  bitmap.pass(0x174);
  EXPECT_FALSE(bitmap.read_exits(0x174));
  EXPECT_FALSE(bitmap.write_exits(0x174));
  EXPECT_TRUE(bitmap.read_exits(0x173));
  EXPECT_TRUE(bitmap.read_exits(0x175));
  EXPECT_EQ(bitmap.page()[0x174 / 8], 0xef);
  EXPECT_EQ(bitmap.page()[2048 + 0x174 / 8], 0xef);
}

TEST(MsrBitmap, HighMsrsHaveQuartersOfTheirOwn) {
  MsrBitmap bitmap;
  bitmap.pass(0xc000'0080);
  bitmap.pass(0xc000'1fff);
  EXPECT_EQ(bitmap.page()[1024 + 0x80 / 8], 0xfe);
  EXPECT_EQ(bitmap.page()[3072 + 0x80 / 8], 0xfe);
  EXPECT_EQ(bitmap.page()[2047], 0x7f);
  EXPECT_EQ(bitmap.page()[4095], 0x7f);
}

TEST(MsrBitmap, MsrsOutsideBothRangesAlwaysExit) {
  MsrBitmap bitmap;
  MsrBitmap const before = bitmap;
  for (std::uint32_t const msr : {0x2000U, 0xbfff'ffffU, 0xc000'2000U, 0xffff'ffffU}) {
    bitmap.pass(msr);
    EXPECT_TRUE(bitmap.read_exits(msr)) << msr;
    EXPECT_TRUE(bitmap.write_exits(msr)) << msr;
  }
  EXPECT_EQ(bitmap.page(), before.page());
}

TEST(MsrBitmap, GuestsReachWhatIsSwitchedForThemAndNothingElse) {
  MsrBitmap const bitmap = guest_msr_bitmap();
  unsigned passed = 0;
  for (std::uint32_t const first : {0U, 0xc000'0000U}) {
    for (std::uint32_t msr = first; msr < first + 0x2000; ++msr) {
      EXPECT_EQ(bitmap.read_exits(msr), bitmap.write_exits(msr)) << msr;
      if (!bitmap.read_exits(msr)) ++passed;
    }
  }
  EXPECT_EQ(passed, 13U);
  EXPECT_FALSE(bitmap.read_exits(0xc000'0080)) << "IA32_EFER";
  EXPECT_TRUE(bitmap.read_exits(0x1b)) << "IA32_APIC_BASE";
  EXPECT_TRUE(bitmap.read_exits(0x10)) << "IA32_TIME_STAMP_COUNTER";
  EXPECT_TRUE(bitmap.write_exits(0xc000'0104)) << "an MSR that no guest has";
}

}  // namespace
}  // namespace acrn::baremetal
