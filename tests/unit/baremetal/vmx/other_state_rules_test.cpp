// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/unit/baremetal/vmx/valid_guests.hpp"

namespace acrn::baremetal {
namespace {

using testing::IsEmpty;
using testing::StartsWith;
using enum GuestStart::Mode;

constexpr std::uint64_t not_canonical = 1ULL << 60U;
constexpr std::uint64_t flag_interrupt = 0x200;
constexpr std::uint64_t flag_trap = 0x100;
constexpr std::uint32_t external_interrupt = 0x8000'0020;
constexpr std::uint32_t nmi = 0x8000'0202;
constexpr std::uint32_t machine_check = 0x8000'0312;
constexpr std::uint32_t invalid_opcode = 0x8000'0306;
constexpr std::uint32_t hlt = 1;
constexpr std::uint32_t shutdown = 2;

constexpr Violation violations[] = {
    {"GdtBase", long64, [](GuestState& s) { s.gdtr.base = not_canonical; }, "The bases of GDTR"},
    {"IdtBase", long64, [](GuestState& s) { s.idtr.base = not_canonical; }, "The bases of GDTR"},
    {"GdtLimit", real, [](GuestState& s) { s.gdtr.limit = 0x10000; }, "The limits of GDTR"},
    {"IdtLimit", real, [](GuestState& s) { s.idtr.limit = 0x10000; }, "The limits of GDTR"},
    {"RipOfProtectedMode", protected32, [](GuestState& s) { s.rip = 1ULL << 32U; },
     "RIP must be below 4 GiB"},
    {"RipOfLongMode", long64, [](GuestState& s) { s.rip = not_canonical; },
     "RIP must be below 4 GiB"},
    {"FlagsFixed", real, [](GuestState& s) { s.rflags = 0; }, "RFLAGS must have bits"},
    {"FlagsReserved", real, [](GuestState& s) { s.rflags |= 0x8; }, "RFLAGS must have bits"},
    {"FlagsHigh", real, [](GuestState& s) { s.rflags |= 1ULL << 22U; }, "RFLAGS must have bits"},
    {"InterruptsOff", real, [](GuestState& s) { s.interruption_information = external_interrupt; },
     "Injecting an external interrupt needs RFLAGS.IF"},
    {"UnknownActivity", real, [](GuestState& s) { s.activity = 4; }, "The activity state must be"},
    {"HltInUserMode", long64,
     [](GuestState& s) {
       s.activity = hlt;
       s.segment(VmcsSegment::cs).state.access_rights = 0xa0fb;
       s.segment(VmcsSegment::ss).state.access_rights = 0xc0f3;
     },
     "The activity state HLT needs"},
    {"HltBlocked", real,
     [](GuestState& s) {
       s.activity = hlt;
       s.interruptibility = interruptibility::by_mov_ss;
     },
     "Blocking by STI or MOV SS needs the activity"},
    {"ExceptionWhileHalted", real,
     [](GuestState& s) {
       s.activity = hlt;
       s.interruption_information = invalid_opcode;
     },
     "The event to inject must be one"},
    {"InterruptInShutdown", real,
     [](GuestState& s) {
       s.activity = shutdown;
       s.rflags |= flag_interrupt;
       s.interruption_information = external_interrupt;
     },
     "The event to inject must be one"},
    {"NmiWhileWaiting", real,
     [](GuestState& s) {
       s.activity = 3;
       s.interruption_information = nmi;
     },
     "The event to inject must be one"},
    {"Interruptibility", real, [](GuestState& s) { s.interruptibility = 0x20; },
     "Interruptibility state"},
    {"BothBlockings", real,
     [](GuestState& s) {
       s.rflags |= flag_interrupt;
       s.interruptibility = 3;
     },
     "Blocking by STI and by MOV SS"},
    {"StiWithoutFlag", real, [](GuestState& s) { s.interruptibility = 1; },
     "Blocking by STI needs RFLAGS.IF"},
    {"InterruptWhileBlocked", real,
     [](GuestState& s) {
       s.rflags |= flag_interrupt;
       s.interruptibility = interruptibility::by_sti;
       s.interruption_information = external_interrupt;
     },
     "Injecting an external interrupt needs no blocking"},
    {"NmiWhileBlocked", real,
     [](GuestState& s) {
       s.interruptibility = interruptibility::by_mov_ss;
       s.interruption_information = nmi;
     },
     "Injecting an NMI needs no blocking"},
    {"Smi", real, [](GuestState& s) { s.interruptibility = interruptibility::by_smi; },
     "Outside SMM"},
    {"VirtualNmi", real,
     [](GuestState& s) {
       s.pin_controls |= pin_control::virtual_nmis;
       s.interruptibility = interruptibility::by_nmi;
       s.interruption_information = nmi;
     },
     "With virtual NMIs"},
    {"PendingDebug", real, [](GuestState& s) { s.pending_debug = 0x10; }, "Pending debug"},
    {"StepMissing", real,
     [](GuestState& s) {
       s.rflags |= flag_interrupt | flag_trap;
       s.interruptibility = interruptibility::by_sti;
     },
     "While STI, MOV SS or HLT delays"},
    {"StepWithoutFlag", real,
     [](GuestState& s) {
       s.activity = hlt;
       s.pending_debug = 0x4000;
     },
     "While STI, MOV SS or HLT delays"},
    {"LinkPointer", real, [](GuestState& s) { s.link_pointer = 0x1001; }, "The VMCS link pointer"},
    {"LinkPointerWidth", real, [](GuestState& s) { s.link_pointer = 1ULL << 40U; },
     "The VMCS link pointer"},
};

class OtherStateRule : public testing::TestWithParam<Violation> {};

TEST_P(OtherStateRule, IsNamedWhenBroken) {
  GuestState state = valid_guest(GetParam().mode);
  GetParam().change(state);
  EXPECT_THAT(std::string{first_violated_rule(state, limits_of(skylake_x))},
              StartsWith(GetParam().rule));
}

INSTANTIATE_TEST_SUITE_P(Broken, OtherStateRule, testing::ValuesIn(violations),
                         [](auto const& row) { return std::string{row.param.name}; });

TEST(OtherStateRules, Virtual8086ModeNeedsProtectionAndNoLongMode) {
  GuestState state = valid_v8086_guest();
  state.cr0 &= ~1ULL;
  EXPECT_THAT(violated(state), StartsWith("RFLAGS.VM = 1 needs"));
  state = valid_v8086_guest();
  state.cr0 |= 1ULL << 31U;
  state.cr4 |= 0x20;
  state.efer = 0x500;
  state.entry_controls |= entry_control::ia32e_guest;
  EXPECT_THAT(violated(state), StartsWith("RFLAGS.VM = 1 needs"));
}

TEST(OtherStateRules, AllowedEventsAndStatesPass) {
  GuestState state = valid_guest(real);
  state.rflags |= flag_interrupt;
  state.interruption_information = external_interrupt;
  EXPECT_THAT(violated(state), IsEmpty());
  state.activity = hlt;
  EXPECT_THAT(violated(state), IsEmpty());
  state.interruption_information = nmi;
  EXPECT_THAT(violated(state), IsEmpty());
  state.activity = shutdown;
  EXPECT_THAT(violated(state), IsEmpty());
  state.interruption_information = machine_check;
  EXPECT_THAT(violated(state), IsEmpty());
  state.activity = 0;
  state.interruption_information = invalid_opcode;
  EXPECT_THAT(violated(state), IsEmpty());
}

TEST(OtherStateRules, AnActivityStateThatTheCpuLacksIsRefused) {
  GuestState state = valid_guest(real);
  state.activity = hlt;
  GuestStateLimits cpu = limits;
  EXPECT_EQ(first_violated_rule(state, cpu), "");
  cpu.miscellaneous &= ~(1ULL << 6U);
  EXPECT_THAT(std::string{first_violated_rule(state, cpu)},
              StartsWith("The activity state must be"));
}

TEST(OtherStateRules, APendingStepUnderBlockingIsValidWithTheTrapFlag) {
  GuestState state = valid_guest(real);
  state.rflags |= flag_interrupt | flag_trap;
  state.interruptibility = interruptibility::by_sti;
  state.pending_debug = 0x4000;
  EXPECT_THAT(violated(state), IsEmpty());
  state.debugctl = 2;
  EXPECT_THAT(violated(state), StartsWith("While STI")) << "BTF: steps are by branches";
}

TEST(GuestRules, SentencesAreWholeAndDistinct) {
  std::set<std::string_view> seen;
  for (auto const group : {control_register_rules(), segment_rules(), other_state_rules()}) {
    for (GuestRule const& rule : group) {
      EXPECT_TRUE(seen.insert(rule.sentence).second) << rule.sentence;
      EXPECT_TRUE(rule.sentence.ends_with('.')) << rule.sentence;
    }
  }
  EXPECT_EQ(seen.size(), 56U);
}

}  // namespace
}  // namespace acrn::baremetal
