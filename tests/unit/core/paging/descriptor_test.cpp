// SPDX-License-Identifier: BSD-3-Clause
#include "core/paging/descriptor.hpp"

#include <gtest/gtest.h>

#include "tests/support/guest_ram.hpp"
#include "tests/support/page_tables.hpp"

namespace acrn::core {
namespace {

using tests::GuestRam;
using tests::P;
using tests::PageTables;
using tests::RW;
using tests::Tables;
using tests::US;

constexpr std::uint64_t flat_code = 0x00cf'9b00'0000'ffff;

TranslationError general_protection(std::uint32_t code) {
  return {.failure = TranslationFailure::general_protection, .error_code = code};
}

/// A GDT at linear 0x1ff0, across a page edge, that only the supervisor may read.
struct DescriptorTest : testing::Test {
  GuestRam ram{0x20000};
  PageTables paging{ram, Tables::levels4, 0x10000};
  DescriptorTables tables{.gdt_base = 0x1ff0,
                          .gdt_limit = 0x27,
                          .ldt = {.base = 0x3000, .limit = 0xf, .access_rights = 0x82}};

  DescriptorTest() {
    paging.map(0x1000, 0x5000, P);
    paging.map(0x2000, 0x8000, P);
    paging.map(0x3000, 0x6000, P);
    ram.store({0x5ff8}, 8, flat_code);
    ram.store({0x8000}, 8, 0x1111'2222'3333'4444);
    ram.store({0x8008}, 8, 0x5555'6666'7777'8888);
    ram.store({0x8010}, 8, 0x9999'aaaa'bbbb'cccc);
    ram.store({0x6000}, 8, 0x0123'4567'89ab'cdef);
  }
  [[nodiscard]] AddressingState state() const {
    return {.control = paging.control,
            .rules = SegmentRules::long_mode,
            .linear_bits = 48,
            .privilege = Privilege::user};
  }
  Expected<Descriptor, TranslationError> read(std::uint16_t selector,
                                              DescriptorSize size = DescriptorSize::bytes8) {
    return DescriptorReader<GuestRam>{state(), tables, ram}.read({selector}, size);
  }
};

TEST_F(DescriptorTest, EntriesAreFoundBySelectorWhateverTheRpl) {
  EXPECT_EQ(read(0x08).value(), (Descriptor{flat_code, 0}));
  EXPECT_EQ(read(0x0b).value(), (Descriptor{flat_code, 0}));
  EXPECT_EQ(read(0x10).value(), (Descriptor{0x1111'2222'3333'4444, 0}));
}

TEST_F(DescriptorTest, SystemDescriptorsHave16BytesEvenAcrossPages) {
  EXPECT_EQ(read(0x08, DescriptorSize::bytes16).value(),
            (Descriptor{flat_code, 0x1111'2222'3333'4444}));
  EXPECT_EQ(read(0x18, DescriptorSize::bytes16).value(),
            (Descriptor{0x5555'6666'7777'8888, 0x9999'aaaa'bbbb'cccc}));
}

TEST_F(DescriptorTest, TheLimitIsOfTheLastByte) {
  EXPECT_EQ(read(0x20).value(), (Descriptor{0x9999'aaaa'bbbb'cccc, 0}));
  EXPECT_EQ(read(0x20, DescriptorSize::bytes16).error(), general_protection(0x20));
  EXPECT_EQ(read(0x2b).error(), general_protection(0x28)) << "without the RPL";
  tables.gdt_limit = 0x26;
  EXPECT_EQ(read(0x20).error(), general_protection(0x20));
  tables.gdt_limit = 0xffff;
  EXPECT_EQ(read(0xfff8).error().failure, TranslationFailure::page_fault);
}

TEST_F(DescriptorTest, ANullSelectorHasNoDescriptor) {
  for (std::uint16_t selector = 0; selector < 4; ++selector) {
    EXPECT_EQ(read(selector).error(), general_protection(0));
  }
}

TEST_F(DescriptorTest, TheLocalTableMustBeThere) {
  EXPECT_EQ(read(0x04).value(), (Descriptor{0x0123'4567'89ab'cdef, 0}));
  EXPECT_EQ(read(0x17).error(), general_protection(0x14));
  tables.ldt.access_rights = 0x10000;
  EXPECT_EQ(read(0x07).error(), general_protection(0x04));
}

TEST_F(DescriptorTest, TheAccessIsOfTheSupervisorAndImplicit) {
  paging.map(0x3000, 0x6000, P | US);
  paging.control.cr4 |= 0x200000;
  DescriptorReader<GuestRam> const reader{
      {.control = paging.control, .linear_bits = 48, .alignment_check = true}, tables, ram};
  EXPECT_EQ(reader.read({0x04}, DescriptorSize::bytes8).error(),
            (TranslationError{TranslationFailure::page_fault, 1, 0x3000}));
}

TEST_F(DescriptorTest, AnAbsentPageFaultsAsASupervisorsRead) {
  paging.map(0x2000, 0, 0);
  EXPECT_EQ(read(0x10).error(), (TranslationError{TranslationFailure::page_fault, 0, 0x2000}));
}

TEST_F(DescriptorTest, TablesLieAt64BitAddressesInCompatibilityModeToo) {
  paging.map(0xffff'8000'0000'0000, 0x5000, P | RW);
  tables.gdt_base = 0xffff'8000'0000'0ff0;
  AddressingState compatibility = state();
  compatibility.rules = SegmentRules::protected_mode;
  compatibility.linear_bits = 32;
  DescriptorReader<GuestRam> const reader{compatibility, tables, ram};
  EXPECT_EQ(reader.read({0x08}, DescriptorSize::bytes8).value(), (Descriptor{flat_code, 0}));
}

TEST_F(DescriptorTest, ATableThatIsNotCanonicalIsRefused) {
  tables.gdt_base = 0x7fff'ffff'fff0;
  EXPECT_EQ(read(0x10).error(), general_protection(0x10));
}

TEST(Descriptor32, ATableMayWrapAt4GiB) {
  GuestRam ram{0x2000};
  ram.store({8}, 8, flat_code);
  AddressingState const state{
      .control = {.cr0 = 1}, .rules = SegmentRules::protected_mode, .linear_bits = 32};
  DescriptorTables const tables{.gdt_base = 0xffff'fff0, .gdt_limit = 0xff};
  DescriptorReader<GuestRam> const reader{state, tables, ram};
  EXPECT_EQ(reader.read({0x18}, DescriptorSize::bytes8).value(), (Descriptor{flat_code, 0}));
  EXPECT_EQ(reader.read({0x08}, DescriptorSize::bytes8).error(),
            (TranslationError{TranslationFailure::memory_not_ram, 0, 0xffff'fff8}));
}

TEST(SegmentStateOfADescriptor, HasBaseLimitAndRightsInTheirPlaces) {
  EXPECT_EQ(segment_state({flat_code, 0}),
            (SegmentState{.base = 0, .limit = 0xffffffff, .access_rights = 0xc09b}));
  // Base 0x12345678, limit 0xabcde in bytes, type 7, DPL 2, present, AVL and L set.
  EXPECT_EQ(segment_state({0x123a'd734'5678'bcde, 0}),
            (SegmentState{.base = 0x12345678, .limit = 0xabcde, .access_rights = 0x30d7}));
  EXPECT_EQ(segment_state({0x12ba'd734'5678'bcde, 0}).limit, 0xabcdefffU);
  EXPECT_EQ(segment_state({0x1200'8934'5678'0067, 0xffff'8000}).base, 0xffff'8000'1234'5678U);
}

}  // namespace
}  // namespace acrn::core
