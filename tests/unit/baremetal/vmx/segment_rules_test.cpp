// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/baremetal/vmx/valid_guests.hpp"

namespace acrn::baremetal {
namespace {

using testing::IsEmpty;
using testing::StartsWith;
using enum GuestStart::Mode;
using enum VmcsSegment;

constexpr std::uint64_t not_canonical = 1ULL << 60U;

core::SegmentState& at(GuestState& state, VmcsSegment segment) {
  return state.segment(segment).state;
}
/// A usable LDTR.
void give_ldtr(GuestState& state) {
  at(state, ldtr) = {.base = 0x5000, .limit = 0xffff, .access_rights = 0x82};
}

Violation const violations[] = {
    {"TaskSelector", real, [](GuestState& s) { s.segment(tr).selector = 4; }, "TR's selector"},
    {"LdtSelector", long64,
     [](GuestState& s) {
       give_ldtr(s);
       s.segment(ldtr).selector = 4;
     },
     "A usable LDTR's selector"},
    {"TaskBase", long64, [](GuestState& s) { at(s, tr).base = not_canonical; }, "The bases of TR"},
    {"FsBase", long64, [](GuestState& s) { at(s, fs).base = not_canonical; }, "The bases of TR"},
    {"GsBase", long64, [](GuestState& s) { at(s, gs).base = not_canonical; }, "The bases of TR"},
    {"LdtBase", long64,
     [](GuestState& s) {
       give_ldtr(s);
       at(s, ldtr).base = not_canonical;
     },
     "The bases of TR"},
    {"CodeBase", long64, [](GuestState& s) { at(s, cs).base = 1ULL << 32U; }, "The bases of CS"},
    {"StackBase", long64, [](GuestState& s) { at(s, ss).base = 1ULL << 32U; }, "The bases of CS"},
    {"CodeType", protected32, [](GuestState& s) { at(s, cs).access_rights = 0xc09a; },
     "CS's type must"},
    {"StackType", protected32, [](GuestState& s) { at(s, ss).access_rights = 0xc09b; },
     "A usable SS's type"},
    {"DataNotAccessed", protected32, [](GuestState& s) { at(s, ds).access_rights = 0xc092; },
     "Usable DS, ES"},
    {"UnreadableCode", protected32, [](GuestState& s) { at(s, gs).access_rights = 0xc099; },
     "Usable DS, ES"},
    {"SystemSegment", protected32, [](GuestState& s) { at(s, es).access_rights = 0xc083; },
     "CS and usable SS, DS, ES, FS and GS must be code or data"},
    {"DataAsCodeDpl", real, [](GuestState& s) { at(s, cs).access_rights = 0xf3; },
     "CS's DPL must be 0 for data"},
    {"CodeDpl", protected32, [](GuestState& s) { at(s, cs).access_rights = 0xc0fb; },
     "CS's DPL must be 0 for data"},
    {"ConformingDpl", protected32, [](GuestState& s) { at(s, cs).access_rights = 0xc0ff; },
     "CS's DPL must be 0 for data"},
    {"RealModeStackDpl", real,
     [](GuestState& s) {
       at(s, ss).access_rights = 0xf3;
       at(s, cs).access_rights = 0xfb;
     },
     "SS's DPL must be 0 in real mode"},
    {"CodeNotPresent", long64, [](GuestState& s) { at(s, cs).access_rights = 0xa01b; },
     "CS and usable SS, DS, ES, FS and GS must be present"},
    {"Reserved", long64, [](GuestState& s) { at(s, fs).access_rights |= 0x100; },
     "Access rights must have"},
    {"ReservedHigh", long64, [](GuestState& s) { at(s, fs).access_rights |= 1U << 17U; },
     "Access rights must have"},
    {"LongAndBig", long64, [](GuestState& s) { at(s, cs).access_rights = 0xe09b; },
     "In an IA-32e mode guest CS"},
    {"ByteGranular", protected32, [](GuestState& s) { at(s, ds).access_rights = 0x4093; },
     "A limit with bits 31:20"},
    {"PageGranular", protected32, [](GuestState& s) { at(s, ds).limit = 0xfffff000; },
     "A limit with bits 31:20"},
    {"TaskType", protected32, [](GuestState& s) { at(s, tr).access_rights = 0x89; },
     "TR must be a busy TSS"},
    {"Task16InLongMode", long64, [](GuestState& s) { at(s, tr).access_rights = 0x83; },
     "TR must be a busy TSS"},
    {"TaskUnusable", real, [](GuestState& s) { at(s, tr).access_rights = 0x1008b; },
     "TR must be usable"},
    {"TaskNotPresent", real, [](GuestState& s) { at(s, tr).access_rights = 0x0b; },
     "TR must be usable"},
    {"TaskLimit", real, [](GuestState& s) { at(s, tr).limit = 0x100000; }, "TR must be usable"},
    {"LdtType", real,
     [](GuestState& s) {
       give_ldtr(s);
       at(s, ldtr).access_rights = 0x83;
     },
     "A usable LDTR must be of type 2"},
    {"LdtNotPresent", real,
     [](GuestState& s) {
       give_ldtr(s);
       at(s, ldtr).access_rights = 0x02;
     },
     "A usable LDTR must be present"},
};

class SegmentRule : public testing::TestWithParam<Violation> {};

TEST_P(SegmentRule, IsNamedWhenBroken) {
  GuestState state = valid_guest(GetParam().mode);
  GetParam().change(state);
  EXPECT_THAT(violated(state), StartsWith(GetParam().rule));
}

INSTANTIATE_TEST_SUITE_P(Broken, SegmentRule, testing::ValuesIn(violations),
                         [](auto const& row) { return std::string{row.param.name}; });

TEST(SegmentRules, Virtual8086ModeHasItsOwn) {
  GuestState state = valid_v8086_guest();
  EXPECT_THAT(violated(state), IsEmpty());
  at(state, fs).base = 0x1234;
  EXPECT_THAT(violated(state), StartsWith("In virtual-8086 mode each segment's base"));
  state = valid_v8086_guest();
  at(state, gs).limit = 0xfffff;
  EXPECT_THAT(violated(state), StartsWith("In virtual-8086 mode each segment's limit"));
  state = valid_v8086_guest();
  at(state, ds).access_rights = 0x93;
  EXPECT_THAT(violated(state), StartsWith("In virtual-8086 mode each segment's access rights"));
}

TEST(SegmentRules, UnusableSegmentsAreNotLookedAt) {
  GuestState state = valid_guest(long64);
  for (VmcsSegment const segment : {ss, ds, es, fs, gs}) {
    at(state, segment) = {.limit = 0x123, .access_rights = 0x10000};
  }
  EXPECT_THAT(violated(state), IsEmpty());
}

TEST(SegmentRules, UserModeIsValid) {
  GuestState state = valid_guest(long64);
  at(state, cs).access_rights = 0xa0fb;
  at(state, ss).access_rights = 0xc0f3;
  EXPECT_THAT(violated(state), IsEmpty());
}

TEST(SegmentRules, ConformingCodeMayBelongToALowerLevel) {
  GuestState state = valid_guest(protected32);
  at(state, cs).access_rights = 0xc09f;
  at(state, ss).access_rights = 0xc0f3;
  EXPECT_THAT(violated(state), IsEmpty());
}

TEST(SegmentRules, AUsableLdtrIsValid) {
  GuestState state = valid_guest(protected32);
  give_ldtr(state);
  EXPECT_THAT(violated(state), IsEmpty());
}

}  // namespace
}  // namespace acrn::baremetal
