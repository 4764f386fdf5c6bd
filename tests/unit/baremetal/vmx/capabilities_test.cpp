// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/vmx/capabilities.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "baremetal/vmx/controls.hpp"
#include "tests/unit/baremetal/vmx/real_cpus.hpp"

namespace acrn::baremetal {
namespace {

TEST(VmxCapabilities, BothModelsCanRunGuests) {
  EXPECT_EQ(missing_for_guests(skylake_x), std::nullopt);
  EXPECT_EQ(missing_for_guests(tigerlake), std::nullopt);
}

TEST(VmxCapabilities, FieldsAreTakenApart) {
  EXPECT_EQ(skylake_x.revision(), 0x2bU);
  EXPECT_EQ(tigerlake.revision(), 4U);
  EXPECT_EQ(skylake_x.preemption_timer_shift(), 0);
  EXPECT_TRUE(skylake_x.has_vpid());
}

TEST(VmxCapabilities, PreemptionTimerShiftIsTheLowFiveBits) {
  VmxCapabilities cpu = skylake_x;
  cpu.miscellaneous = 0x6004'01e5;
  EXPECT_EQ(cpu.preemption_timer_shift(), 5);
  cpu.miscellaneous = 0xff;
  EXPECT_EQ(cpu.preemption_timer_shift(), 31);
}

TEST(VmxCapabilities, VpidNeedsTheControlAndItsInvalidation) {
  VmxCapabilities cpu = skylake_x;
  cpu.ept_vpid &= ~(std::uint64_t{1} << 41U);
  EXPECT_FALSE(cpu.has_vpid());
  cpu = skylake_x;
  cpu.secondary.raw &= ~(std::uint64_t{secondary_control::vpid} << 32U);
  EXPECT_FALSE(cpu.has_vpid());
  EXPECT_EQ(missing_for_guests(cpu), std::nullopt) << "a CPU without VPID can run guests";
}

TEST(VmxCapabilities, AnUnlockedFeatureControlIsNoObstacle) {
  VmxCapabilities cpu = skylake_x;
  cpu.feature_control = 0;
  EXPECT_EQ(missing_for_guests(cpu), std::nullopt);
}

constexpr void forbid(ControlCapability& group, std::uint32_t control) {
  group.raw &= ~(std::uint64_t{control} << 32U);
}

struct Lack {
  char const* name;
  VmxRefusal refusal;
  void (*take_away)(VmxCapabilities&);
};

using Cpu = VmxCapabilities;
constexpr Lack lacks[] = {
    {"Vmx", VmxRefusal::no_vmx, [](Cpu& cpu) { cpu.cpuid_1_ecx &= ~0x20U; }},
    {"LockedOff", VmxRefusal::locked_by_firmware, [](Cpu& cpu) { cpu.feature_control = 1; }},
    {"LockedForSmxOnly", VmxRefusal::locked_by_firmware, [](Cpu& cpu) { cpu.feature_control = 3; }},
    {"VmcsSize", VmxRefusal::vmcs_too_large,
     [](Cpu& cpu) { cpu.basic |= std::uint64_t{0x1001} << 32U; }},
    {"VmcsMemoryType", VmxRefusal::vmcs_not_write_back,
     [](Cpu& cpu) { cpu.basic &= ~(std::uint64_t{0xf} << 50U); }},
    {"SecondaryControls", VmxRefusal::no_secondary_controls,
     [](Cpu& cpu) { forbid(cpu.processor, processor_control::secondary_controls); }},
    {"Ept", VmxRefusal::no_ept, [](Cpu& cpu) { forbid(cpu.secondary, secondary_control::ept); }},
    {"FourLevels", VmxRefusal::no_ept_four_levels, [](Cpu& cpu) { cpu.ept_vpid &= ~0x40ULL; }},
    {"WriteBack", VmxRefusal::no_ept_write_back, [](Cpu& cpu) { cpu.ept_vpid &= ~0x4000ULL; }},
    {"Invept", VmxRefusal::no_invept, [](Cpu& cpu) { cpu.ept_vpid &= ~(1ULL << 20U); }},
    {"InveptSingle", VmxRefusal::no_invept, [](Cpu& cpu) { cpu.ept_vpid &= ~(1ULL << 25U); }},
    {"UnrestrictedGuest", VmxRefusal::no_unrestricted_guest,
     [](Cpu& cpu) { forbid(cpu.secondary, secondary_control::unrestricted_guest); }},
    {"ExternalInterrupts", VmxRefusal::no_external_interrupt_exiting,
     [](Cpu& cpu) { forbid(cpu.pin, pin_control::external_interrupt_exiting); }},
    {"Nmis", VmxRefusal::no_nmi_exiting,
     [](Cpu& cpu) { forbid(cpu.pin, pin_control::nmi_exiting); }},
    {"PreemptionTimer", VmxRefusal::no_preemption_timer,
     [](Cpu& cpu) { forbid(cpu.pin, pin_control::preemption_timer); }},
    {"Hlt", VmxRefusal::no_hlt_exiting,
     [](Cpu& cpu) { forbid(cpu.processor, processor_control::hlt_exiting); }},
    {"TscOffset", VmxRefusal::no_tsc_offsetting,
     [](Cpu& cpu) { forbid(cpu.processor, processor_control::tsc_offsetting); }},
    {"IoBitmaps", VmxRefusal::no_io_bitmaps,
     [](Cpu& cpu) { forbid(cpu.processor, processor_control::io_bitmaps); }},
    {"MsrBitmaps", VmxRefusal::no_msr_bitmaps,
     [](Cpu& cpu) { forbid(cpu.processor, processor_control::msr_bitmaps); }},
    {"InterruptWindow", VmxRefusal::no_interrupt_window,
     [](Cpu& cpu) { forbid(cpu.processor, processor_control::interrupt_window); }},
    {"MovDr", VmxRefusal::no_mov_dr_exiting,
     [](Cpu& cpu) { forbid(cpu.processor, processor_control::mov_dr_exiting); }},
    {"FreeCr3", VmxRefusal::forced_cr3_exiting,
     [](Cpu& cpu) { cpu.processor.raw = 0xf7f9'fffe'0401'e172; }},
    {"Host64", VmxRefusal::no_64_bit_host,
     [](Cpu& cpu) { forbid(cpu.exit, exit_control::host_64_bit); }},
    {"Acknowledge", VmxRefusal::no_acknowledge_on_exit,
     [](Cpu& cpu) { forbid(cpu.exit, exit_control::acknowledge_interrupt); }},
    {"Ia32e", VmxRefusal::no_ia32e_guest,
     [](Cpu& cpu) { forbid(cpu.entry, entry_control::ia32e_guest); }},
    {"EferEntry", VmxRefusal::no_efer_switching,
     [](Cpu& cpu) { forbid(cpu.entry, entry_control::load_efer); }},
    {"EferExit", VmxRefusal::no_efer_switching,
     [](Cpu& cpu) { forbid(cpu.exit, exit_control::save_efer); }},
    {"PatEntry", VmxRefusal::no_pat_switching,
     [](Cpu& cpu) { forbid(cpu.entry, entry_control::load_pat); }},
    {"PatExit", VmxRefusal::no_pat_switching,
     [](Cpu& cpu) { forbid(cpu.exit, exit_control::load_pat); }},
};

class WithoutTest : public testing::TestWithParam<Lack> {};

TEST_P(WithoutTest, IsRefused) {
  VmxCapabilities cpu = skylake_x;
  GetParam().take_away(cpu);
  EXPECT_EQ(missing_for_guests(cpu), GetParam().refusal);
}

INSTANTIATE_TEST_SUITE_P(Without, WithoutTest, testing::ValuesIn(lacks),
                         [](auto const& row) { return std::string{row.param.name}; });

TEST(VmxRefusal, ACpuWithNothingIsRefusedForTheFirstThing) {
  EXPECT_EQ(missing_for_guests({}), VmxRefusal::no_vmx);
}

TEST(VmxRefusal, EachHasASentenceOfItsOwnWithARemedy) {
  std::set<std::string> seen;
  for (unsigned value = 0; value <= static_cast<unsigned>(VmxRefusal::vmcs_failed); ++value) {
    std::string const text{sentence(VmxRefusal{static_cast<std::uint8_t>(value)})};
    EXPECT_TRUE(seen.insert(text).second) << text;
    EXPECT_THAT(text, testing::EndsWith("."));
    EXPECT_THAT(text, testing::Not(testing::HasSubstr("unknown"))) << value;
  }
  EXPECT_THAT(std::string{sentence(VmxRefusal{200})}, testing::HasSubstr("unknown"));
}

TEST(VmxRefusal, EveryLackOfTheEnumerationIsTested) {
  std::set<VmxRefusal> tested;
  for (Lack const& lack : lacks) tested.insert(lack.refusal);
  EXPECT_EQ(tested.size(), static_cast<std::size_t>(VmxRefusal::no_memory));
}

}  // namespace
}  // namespace acrn::baremetal
