// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/machine/vtx.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace acrn::baremetal {
namespace {

static_assert(cpuid_offers_vmx(0x20) && cpuid_offers_vmx(~0U));
static_assert(!cpuid_offers_vmx(0) && !cpuid_offers_vmx(~0x20U));

TEST(FeatureControl, OnlyALockedRegisterWithoutTheVmxBitForbids) {
  EXPECT_EQ(vtx_from_feature_control(0), Vtx::available);
  EXPECT_EQ(vtx_from_feature_control(1), Vtx::off_by_firmware);
  EXPECT_EQ(vtx_from_feature_control(4), Vtx::available);
  EXPECT_EQ(vtx_from_feature_control(5), Vtx::available);
}

TEST(FeatureControl, VmxInsideSmxIsNotEnough) {
  EXPECT_EQ(vtx_from_feature_control(3), Vtx::off_by_firmware);
}

TEST(Vtx, EachStateHasASentence) {
  using testing::StartsWith;
  EXPECT_THAT(std::string{sentence(Vtx::absent)}, StartsWith("VT-x is absent: "));
  EXPECT_THAT(std::string{sentence(Vtx::off_by_firmware)}, StartsWith("VT-x is switched off: "));
  EXPECT_THAT(std::string{sentence(Vtx::available)}, StartsWith("VT-x is available: "));
}

}  // namespace
}  // namespace acrn::baremetal
