// SPDX-License-Identifier: BSD-3-Clause
#include "core/paging/linear.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace acrn::core {
namespace {

constexpr auto gp = TranslationFailure::general_protection;
constexpr auto ss_fault = TranslationFailure::stack_fault;

// Access rights as a VMCS has them.
constexpr std::uint32_t data_rw = 0xc093;
constexpr std::uint32_t data_ro = 0xc091;
constexpr std::uint32_t expand_down_32 = 0xc097;
constexpr std::uint32_t expand_down_16 = 0x0097;
constexpr std::uint32_t code_xr = 0xc09b;
constexpr std::uint32_t code_x = 0xc099;
constexpr std::uint32_t conforming_xr = 0xc09f;
constexpr std::uint32_t null_segment = 0x10000;

AddressingState rules(SegmentRules segment_rules, std::uint8_t linear_bits = 32) {
  return {.rules = segment_rules, .linear_bits = linear_bits};
}

struct Row {
  std::string name;
  AddressingState state;
  SegmentedAccess access;
  std::uint64_t start;  ///< expected, if there is no failure
  std::optional<TranslationFailure> failure{};
};

class LinearTable : public testing::TestWithParam<Row> {};

TEST_P(LinearTable, TranslatesOrFails) {
  Row const& row = GetParam();
  auto const range = linear_range(row.state, row.access);
  if (row.failure) {
    ASSERT_FALSE(range);
    EXPECT_EQ(range.error(), (TranslationError{.failure = *row.failure}));
  } else {
    ASSERT_TRUE(range);
    EXPECT_EQ(*range, (LinearRange{{row.start}, row.access.size}));
  }
}

constexpr auto read = AccessKind::read;
constexpr auto write = AccessKind::write;

AddressingState const flat = rules(SegmentRules::protected_mode);
AddressingState const bits64 = rules(SegmentRules::long_mode, 48);
AddressingState const bits64_57 = rules(SegmentRules::long_mode, 57);
AddressingState const real = rules(SegmentRules::real_mode);
AddressingState const v86 = rules(SegmentRules::virtual_8086);

SegmentState segment(std::uint64_t base, std::uint32_t limit, std::uint32_t rights) {
  return {.base = base, .limit = limit, .access_rights = rights};
}

SegmentState const all = segment(0, 0xffffffff, data_rw);
SegmentState const none = segment(0, 0, null_segment);
SegmentState const page = segment(0x1000, 0xfff, data_rw);
SegmentState const real_segment = segment(0xffff0, 0xffff, 0x93);

// The columns of SegmentedAccess: segment, state, offset, address size, size, kind.
INSTANTIATE_TEST_SUITE_P(
    Protected, LinearTable,
    testing::Values(
        Row{"BaseIsAdded", flat, {Segment::ds, page, 0xffc, 4, 4, read}, 0x1ffc},
        Row{"LastByteBeyondTheLimit", flat, {Segment::ds, page, 0xffd, 4, 4, read}, 0, gp},
        Row{"FirstByteBeyondTheLimit", flat, {Segment::es, page, 0x1000, 4, 1, write}, 0, gp},
        Row{"BeyondTheStack", flat, {Segment::ss, page, 0xffd, 4, 4, read}, 0, ss_fault},
        Row{"FsAndGsHaveLimits", flat, {Segment::gs, page, 0x1000, 4, 1, read}, 0, gp},
        Row{"OffsetIsCutTo32Bits", flat, {Segment::ds, all, 0x1'0000'0010, 4, 4, read}, 0x10},
        Row{"OffsetIsCutTo16Bits", flat, {Segment::ds, all, 0x1'0010, 2, 4, read}, 0x10},
        Row{"TheCutPrecedesTheBase",
            flat,
            {Segment::ds, segment(0xf000, 0xffffffff, data_rw), 0x1'8000, 2, 1, read},
            0x17000},
        Row{"A16BitOffsetMayRunPast64KiB", flat, {Segment::ds, all, 0xffff, 2, 2, read}, 0xffff},
        Row{"BasePlusOffsetWraps",
            flat,
            {Segment::ds, segment(0xffff'f000, 0xffffffff, data_rw), 0x2000, 4, 4, read},
            0x1000},
        Row{"OnlyTheLow32BitsOfABaseCount",
            flat,
            {Segment::fs, segment(0x7'0000'1000, 0xffffffff, data_rw), 4, 4, 4, read},
            0x1004},
        Row{"AFlatSegmentWrapsAt4GiB",
            flat,
            {Segment::ds, all, 0xffff'fffe, 4, 4, write},
            0xffff'fffe},
        Row{"ALimitJustBelow4GiBDoesNot",
            flat,
            {Segment::ds, segment(0, 0xffff'fffe, data_rw), 0xffff'fffe, 4, 2, write},
            0,
            gp},
        Row{"ANullSegment", flat, {Segment::ds, none, 0, 4, 1, read}, 0, gp},
        Row{"ANullStack", flat, {Segment::ss, none, 0, 4, 1, read}, 0, ss_fault}));

INSTANTIATE_TEST_SUITE_P(
    Type, LinearTable,
    testing::Values(Row{"ReadOnlyDataIsRead",
                        flat,
                        {Segment::ds, segment(0, 0xffffffff, data_ro), 0, 4, 1, read},
                        0},
                    Row{"ReadOnlyDataIsNotWritten",
                        flat,
                        {Segment::ds, segment(0, 0xffffffff, data_ro), 0, 4, 1, write},
                        0,
                        gp},
                    Row{"ReadOnlyStackIsNotWritten",
                        flat,
                        {Segment::ss, segment(0, 0xffffffff, data_ro), 0, 4, 1, write},
                        0,
                        gp},
                    Row{"ReadableCodeIsRead",
                        flat,
                        {Segment::cs, segment(0, 0xffffffff, code_xr), 0, 4, 1, read},
                        0},
                    Row{"ConformingCodeHasAnUpperLimit",
                        flat,
                        {Segment::cs, segment(0, 0xfff, conforming_xr), 0, 4, 1, read},
                        0},
                    Row{"ConformingCodeEndsThere",
                        flat,
                        {Segment::cs, segment(0, 0xfff, conforming_xr), 0x1000, 4, 1, read},
                        0,
                        gp},
                    Row{"ExecuteOnlyCodeIsNotRead",
                        flat,
                        {Segment::cs, segment(0, 0xffffffff, code_x), 0, 4, 1, read},
                        0,
                        gp},
                    Row{"ExecuteOnlyCodeIsExecuted",
                        flat,
                        {Segment::cs, segment(0, 0xffffffff, code_x), 0, 4, 1, AccessKind::fetch},
                        0},
                    Row{"CodeIsNotWritten",
                        flat,
                        {Segment::cs, segment(0, 0xffffffff, code_xr), 0, 4, 1, write},
                        0,
                        gp}));

INSTANTIATE_TEST_SUITE_P(
    ExpandDown, LinearTable,
    testing::Values(Row{"FirstValidByte",
                        flat,
                        {Segment::ds, segment(0, 0xfff, expand_down_32), 0x1000, 4, 1, write},
                        0x1000},
                    Row{"TheLimitItselfIsOutside",
                        flat,
                        {Segment::ds, segment(0, 0xfff, expand_down_32), 0xfff, 4, 1, write},
                        0,
                        gp},
                    Row{"AnOperandThatBeginsBelow",
                        flat,
                        {Segment::ss, segment(0, 0xfff, expand_down_32), 0xffe, 4, 4, write},
                        0,
                        ss_fault},
                    Row{"LastByteOf4GiB",
                        flat,
                        {Segment::ss, segment(0, 0xfff, expand_down_32), 0xffff'fffc, 4, 4, write},
                        0xffff'fffc},
                    Row{"NoWrapAt4GiB",
                        flat,
                        {Segment::ss, segment(0, 0xfff, expand_down_32), 0xffff'fffd, 4, 4, write},
                        0,
                        ss_fault},
                    Row{"LastByteOf64KiB",
                        flat,
                        {Segment::ds, segment(0x100, 0xfff, expand_down_16), 0xfffe, 2, 2, read},
                        0x100fe},
                    Row{"NothingBeyond64KiB",
                        flat,
                        {Segment::ds, segment(0x100, 0xfff, expand_down_16), 0xffff, 2, 2, read},
                        0,
                        gp},
                    Row{"NorBy32BitAddress",
                        flat,
                        {Segment::ds, segment(0, 0xfff, expand_down_16), 0x1'0000, 4, 1, read},
                        0,
                        gp},
                    Row{"ALimitOf4GiBLeavesNothing",
                        flat,
                        {Segment::ds, segment(0, 0xffff'ffff, expand_down_32), 0xffff'ffff, 4, 1,
                         read},
                        0,
                        gp}));

INSTANTIATE_TEST_SUITE_P(
    RealModes, LinearTable,
    testing::Values(
        Row{"BeyondOneMiB", real, {Segment::ds, real_segment, 0xffff, 2, 1, read}, 0x10ffef},
        Row{"AWordAtTheLimit", real, {Segment::ds, real_segment, 0xffff, 2, 2, read}, 0, gp},
        Row{"AWordOfStackAtTheLimit",
            real,
            {Segment::ss, real_segment, 0xffff, 2, 2, write},
            0,
            ss_fault},
        Row{"A32BitOffsetIsNotCut", real, {Segment::ds, real_segment, 0x1'0000, 4, 1, read}, 0, gp},
        Row{"ALargeCachedLimitCounts",
            real,
            {Segment::ds, segment(0, 0xffff'ffff, 0x93), 0xfee0'0000, 4, 4, write},
            0xfee0'0000},
        Row{"CodeMayBeWritten", real, {Segment::cs, segment(0, 0xffff, 0x9b), 4, 2, 4, write}, 4},
        Row{"V86", v86, {Segment::ds, segment(0x12340, 0xffff, 0xf3), 0x10, 2, 1, write}, 0x12350},
        Row{"V86Limit", v86, {Segment::ds, segment(0, 0xffff, 0xf3), 0xfffe, 4, 4, write}, 0, gp}));

constexpr std::uint64_t low_end_48 = 0x7fff'ffff'ffff;
constexpr std::uint64_t high_begin_48 = 0xffff'8000'0000'0000;
constexpr std::uint64_t low_end_57 = 0x00ff'ffff'ffff'ffff;

INSTANTIATE_TEST_SUITE_P(
    Long, LinearTable,
    testing::Values(
        Row{"BasesAndLimitsOfDsDoNotCount",
            bits64,
            {Segment::ds, page, 0x123456, 8, 8, write},
            0x123456},
        Row{"NullSegmentsDoNotMatter", bits64, {Segment::ss, none, 0x1000, 8, 8, write}, 0x1000},
        Row{"CodeMayBeWritten",
            bits64,
            {Segment::cs, segment(0, 0, code_x), 0x1000, 8, 8, write},
            0x1000},
        Row{"TheBaseOfGsCounts",
            bits64,
            {Segment::gs, segment(high_begin_48, 0, null_segment), 8, 8, 8, read},
            high_begin_48 + 8},
        Row{"A32BitOffsetPlusABase",
            bits64,
            {Segment::fs, segment(0x1'0000'0000, 0, data_rw), 0xf'ffff'ffff, 4, 1, read},
            0x1'ffff'ffff},
        Row{"BasePlusOffsetWraps",
            bits64,
            {Segment::fs, segment(0xffff'ffff'ffff'f000, 0, data_rw), 0x1800, 8, 1, read},
            0x800},
        Row{"LastOfTheLowHalf", bits64, {Segment::ds, all, low_end_48, 8, 1, read}, low_end_48},
        Row{"FirstOfTheHole", bits64, {Segment::ds, all, low_end_48 + 1, 8, 1, read}, 0, gp},
        Row{"IntoTheHole", bits64, {Segment::ds, all, low_end_48, 8, 2, read}, 0, gp},
        Row{"IntoTheHoleByTheStack",
            bits64,
            {Segment::ss, all, low_end_48, 8, 2, read},
            0,
            ss_fault},
        Row{"LastOfTheHole",
            bits64,
            {Segment::ss, all, high_begin_48 - 1, 8, 8, read},
            0,
            ss_fault},
        Row{"FirstOfTheHighHalf",
            bits64,
            {Segment::ds, all, high_begin_48, 8, 8, read},
            high_begin_48},
        Row{"AcrossTheTop",
            bits64,
            {Segment::ds, all, ~std::uint64_t{3}, 8, 8, read},
            ~std::uint64_t{3}},
        Row{"HoleOf48BitsWith57",
            bits64_57,
            {Segment::ds, all, low_end_48, 8, 32, read},
            low_end_48},
        Row{"LastOfTheLowHalfOf57",
            bits64_57,
            {Segment::ds, all, low_end_57, 8, 1, read},
            low_end_57},
        Row{"IntoTheHoleOf57", bits64_57, {Segment::ds, all, low_end_57, 8, 2, read}, 0, gp},
        Row{"FirstOfTheHighHalfOf57",
            bits64_57,
            {Segment::ds, all, 0xff00'0000'0000'0000, 8, 32, write},
            0xff00'0000'0000'0000}));

static_assert(is_canonical(0x7fff'ffff'ffff, 48) && !is_canonical(0x8000'0000'0000, 48));
static_assert(is_canonical(0x8000'0000'0000, 57) && !is_canonical(0x0100'0000'0000'0000, 57));

}  // namespace
}  // namespace acrn::core
