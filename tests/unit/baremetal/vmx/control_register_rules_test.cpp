// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/baremetal/vmx/valid_guests.hpp"

namespace acrn::baremetal {
namespace {

using testing::IsEmpty;
using testing::StartsWith;
using enum GuestStart::Mode;

constexpr std::uint64_t not_canonical = 0x0080'0000'0000'0000 << 1U;

constexpr Violation violations[] = {
    {"NumericError", real, [](GuestState& s) { s.cr0 &= ~0x20ULL; }, "CR0 must have the bits"},
    {"Cr0Unknown", real, [](GuestState& s) { s.cr0 |= 1ULL << 40U; }, "CR0 must have the bits"},
    {"PagingUnprotected", real, [](GuestState& s) { s.cr0 |= 1ULL << 31U; }, "CR0.PG = 1 needs"},
    {"Vmxe", real, [](GuestState& s) { s.cr4 = 0; }, "CR4 must have the bits"},
    {"Cr4Unknown", real, [](GuestState& s) { s.cr4 |= 1ULL << 30U; }, "CR4 must have the bits"},
    {"Cet", protected32, [](GuestState& s) { s.cr4 |= 1ULL << 23U; }, "CR4.CET = 1 needs"},
    {"Debugctl", real, [](GuestState& s) { s.debugctl = 4; }, "IA32_DEBUGCTL"},
    {"Ia32eUnpaged", long64, [](GuestState& s) { s.cr0 &= ~(1ULL << 31U); }, "An IA-32e mode"},
    {"Ia32eWithoutPae", long64, [](GuestState& s) { s.cr4 &= ~0x20ULL; }, "An IA-32e mode"},
    {"Pcide", protected32, [](GuestState& s) { s.cr4 |= 1ULL << 17U; }, "CR4.PCIDE"},
    {"Cr3", long64, [](GuestState& s) { s.cr3 = 1ULL << 40U; }, "CR3 must fit"},
    {"Dr7", real, [](GuestState& s) { s.dr7 |= 1ULL << 32U; }, "DR7 must have"},
    {"SysenterEsp", real, [](GuestState& s) { s.sysenter_esp = not_canonical; },
     "IA32_SYSENTER_ESP"},
    {"SysenterEip", real, [](GuestState& s) { s.sysenter_eip = not_canonical; },
     "IA32_SYSENTER_ESP"},
    {"PatTwo", real, [](GuestState& s) { s.pat = 2; }, "Each byte of IA32_PAT"},
    {"PatThree", real, [](GuestState& s) { s.pat = 3ULL << 56U; }, "Each byte of IA32_PAT"},
    {"PatEight", real, [](GuestState& s) { s.pat = 8ULL << 24U; }, "Each byte of IA32_PAT"},
    {"Efer", real, [](GuestState& s) { s.efer = 2; }, "IA32_EFER must have"},
    {"LmaOutside", real, [](GuestState& s) { s.efer = 0x400; }, "IA32_EFER.LMA must equal"},
    {"LmaMissing", long64, [](GuestState& s) { s.efer = 0x100; }, "IA32_EFER.LMA must equal"},
    {"LmeMissing", long64, [](GuestState& s) { s.efer = 0x400; }, "With CR0.PG = 1"},
};

class ControlRegisterRule : public testing::TestWithParam<Violation> {};

TEST_P(ControlRegisterRule, IsNamedWhenBroken) {
  GuestState state = valid_guest(GetParam().mode);
  // LA57 decides what is canonical; the changes assume that the CPU lacks it.
  GuestStateLimits const cpu = limits_of(skylake_x);
  ASSERT_EQ(first_violated_rule(state, cpu), "");
  GuestStateLimits everything = cpu;
  everything.cr4_fixed1 |= 1ULL << 23U;
  GetParam().change(state);
  EXPECT_THAT(std::string{first_violated_rule(state, everything)}, StartsWith(GetParam().rule));
}

INSTANTIATE_TEST_SUITE_P(Broken, ControlRegisterRule, testing::ValuesIn(violations),
                         [](auto const& row) { return std::string{row.param.name}; });

TEST(ControlRegisterRules, CacheBitsOfCr0AreNotChecked) {
  GuestState state = valid_guest(real);
  state.cr0 |= 0x6000'0000;
  EXPECT_THAT(violated(state), IsEmpty());
}

TEST(ControlRegisterRules, RulesOfUnusedControlsDoNotHold) {
  GuestState state = valid_guest(real);
  state.entry_controls = 0;
  state.debugctl = 4;
  state.dr7 |= 1ULL << 40U;
  state.pat = 2;
  state.efer = 2;
  EXPECT_THAT(violated(state), IsEmpty());
}

TEST(ControlRegisterRules, PageDirectoryPointersAreCheckedInPaeGuestsOnly) {
  constexpr std::uint64_t reserved = 1ULL << 5U;
  GuestState state = valid_guest(protected32);
  state.pdptes[2] = reserved | 1;
  EXPECT_THAT(violated(state), IsEmpty());
  state.cr0 |= 1ULL << 31U;
  state.cr4 |= 0x20;
  EXPECT_THAT(violated(state), StartsWith("With PAE paging"));
  state.pdptes[2] = reserved;
  EXPECT_THAT(violated(state), IsEmpty()) << "not present";
  state.pdptes[2] = 1ULL << 40U | 1;
  EXPECT_THAT(violated(state), StartsWith("With PAE paging")) << "beyond the address width";
  state.pdptes[2] = 0x5000 | 1;
  EXPECT_THAT(violated(state), IsEmpty());
}

TEST(ControlRegisterRules, FivePagingLevelsWidenWhatIsCanonical) {
  GuestState state = valid_guest(real);
  state.sysenter_esp = 1ULL << 50U;
  GuestStateLimits cpu = limits;
  cpu.cr4_fixed1 |= 1ULL << 12U;
  EXPECT_EQ(first_violated_rule(state, cpu), "");
  cpu.cr4_fixed1 &= ~(1ULL << 12U);
  EXPECT_NE(first_violated_rule(state, cpu), "");
}

}  // namespace
}  // namespace acrn::baremetal
