// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/vmx/control_registers.hpp"

#include <gtest/gtest.h>

#include "tests/unit/baremetal/vmx/real_cpus.hpp"

namespace acrn::baremetal {
namespace {

TEST(ControlRegisters, RealCr0HasWhatVmxFixesAndNoCacheControl) {
  EXPECT_EQ(real_cr0(0, skylake_x.cr0_fixed0), 0x30U);
  EXPECT_EQ(real_cr0(0x6000'0010, skylake_x.cr0_fixed0), 0x30U);
  EXPECT_EQ(real_cr0(0x8005'0033, skylake_x.cr0_fixed0), 0x8005'0033U);
}

TEST(ControlRegisters, RealCr4HasVmxe) {
  EXPECT_EQ(real_cr4(0, skylake_x.cr4_fixed0), 0x2000U);
  EXPECT_EQ(real_cr4(0x6b0, skylake_x.cr4_fixed0), 0x26b0U);
}

TEST(ControlRegisters, TheGuestSeesItsOwnBitsAndItsOwnWrites) {
  std::uint64_t const real = real_cr0(0x6000'0011, skylake_x.cr0_fixed0);
  EXPECT_EQ(guest_view(real, 0x6000'0011, cr0_host_owned), 0x6000'0011U);
  EXPECT_EQ(guest_view(real | 8U, 0x6000'0011, cr0_host_owned), 0x6000'0019U) << "TS is its own";
  EXPECT_EQ(guest_view(0x2020, 0, cr4_host_owned), 0x20U) << "VMXE stays hidden";
}

TEST(ControlRegisters, GuestsOwnNoBitOfCr4ThatTheirCpuidHides) {
  constexpr std::uint64_t vmxe = 1U << 13U;
  constexpr std::uint64_t smxe = 1U << 14U;
  constexpr std::uint64_t la57 = 1U << 12U;
  constexpr std::uint64_t pcide = 1U << 17U;
  constexpr std::uint64_t osxsave = 1U << 18U;
  constexpr std::uint64_t keys = 1U << 22U | 1U << 24U;
  EXPECT_EQ(cr4_guest_owned & (vmxe | smxe | la57 | pcide | osxsave | keys), 0U);
  EXPECT_EQ(cr4_guest_owned, 0x31'0fffU);
}

TEST(ControlRegisters, OnlyProtectedGuestsGetErrorCodes) {
  constexpr std::uint32_t general_protection = 0x8000'0b0d;
  EXPECT_EQ(deliverable(general_protection, 0x31), general_protection);
  EXPECT_EQ(deliverable(general_protection, 0x30), 0x8000'030dU);
  EXPECT_EQ(deliverable(0x8000'0020, 0x30), 0x8000'0020U);
}

TEST(ControlRegisters, PdptesAreForPaeOnly) {
  EXPECT_TRUE(uses_pdptes(0x8000'0001, 0x20, 0));
  EXPECT_FALSE(uses_pdptes(0x8000'0001, 0x20, 0x500)) << "four-level paging";
  EXPECT_FALSE(uses_pdptes(0x8000'0001, 0, 0)) << "32-bit paging";
  EXPECT_FALSE(uses_pdptes(1, 0x20, 0)) << "no paging";
}

}  // namespace
}  // namespace acrn::baremetal
