// SPDX-License-Identifier: BSD-3-Clause
#include "core/vcpu/control_access.hpp"

#include <gtest/gtest.h>

#include "core/decode/control_qualification.hpp"
#include "core/vcpu/control_bits.hpp"

namespace acrn::core {
namespace {

constexpr SegmentState code32{.access_rights = 0xc09b};
constexpr SegmentState code64{.access_rights = 0xa09b};
constexpr ControlState real_mode{.cr0 = 0x10, .physical_bits = 39};
constexpr ControlState protected_mode{.cr0 = 0x11, .physical_bits = 39};
constexpr ControlState ready_for_long{.cr0 = 0x11, .cr4 = 0x20, .efer = 0x100, .physical_bits = 39};
constexpr ControlState long_mode{
    .cr0 = 0x8000'0011, .cr4 = 0x20, .efer = 0x500, .physical_bits = 39};
constexpr ControlState pae{.cr0 = 0x8000'0011, .cr4 = 0x20, .physical_bits = 39};

TEST(ControlAccess, Cr0DropsReservedBitsAndKeepsEt) {
  ControlResult const result = write_cr0(real_mode, 0xffff'ffff & ~cr0::paging, code32);
  EXPECT_FALSE(result.refused);
  EXPECT_EQ(result.write.value, 0x6005'003fU);
  EXPECT_EQ(write_cr0(real_mode, 0, code32).write.value, 0x10U);
}

TEST(ControlAccess, Cr0RefusesWhatTheSdmRefuses) {
  struct Row {
    char const* why;
    ControlState before;
    std::uint64_t value;
    SegmentState cs;
    bool refused;
  };
  ControlState without_pae = ready_for_long;
  without_pae.cr4 = 0;
  for (Row const& row : {
           Row{"upper half", real_mode, 0x1'0000'0011, code32, true},
           Row{"PG without PE", real_mode, 0x8000'0010, code32, true},
           Row{"PG with PE", real_mode, 0x8000'0011, code32, false},
           Row{"NW without CD", protected_mode, 0x2000'0011, code32, true},
           Row{"NW with CD", protected_mode, 0x6000'0011, code32, false},
           Row{"CD alone", protected_mode, 0x4000'0011, code32, false},
           Row{"LME without PAE", without_pae, 0x8000'0011, code32, true},
           Row{"LME with PAE", ready_for_long, 0x8000'0011, code32, false},
           Row{"LME and CS.L", ready_for_long, 0x8000'0011, code64, true},
           Row{"paging off in 64-bit code", long_mode, 0x11, code64, true},
           Row{"paging off in compatibility code", long_mode, 0x11, code32, false},
           Row{"PE off with PG", long_mode, 0x8000'0010, code64, true},
       }) {
    EXPECT_EQ(write_cr0(row.before, row.value, row.cs).refused, row.refused) << row.why;
  }
}

TEST(ControlAccess, LmaFollowsPagingWhereLmeIsSet) {
  ControlResult const on = write_cr0(ready_for_long, 0x8000'0011, code32);
  EXPECT_EQ(on.write.efer_change, Change::set);
  EXPECT_EQ(on.write.efer, 0x500U);
  EXPECT_FALSE(on.loads_pdptes);
  ControlResult const off = write_cr0(long_mode, 0x11, code32);
  EXPECT_EQ(off.write.efer_change, Change::set);
  EXPECT_EQ(off.write.efer, 0x100U);
  EXPECT_EQ(write_cr0(long_mode, 0x8001'0011, code64).write.efer_change, Change::keep);
  EXPECT_EQ(write_cr0(protected_mode, 0x8000'0011, code32).write.efer_change, Change::keep);
}

TEST(ControlAccess, PdptesAreLoadedWhenPaePagingStartsOrItsCachingChanges) {
  ControlState starting = pae;
  starting.cr0 = 0x11;
  EXPECT_TRUE(write_cr0(starting, 0x8000'0011, code32).loads_pdptes);
  EXPECT_TRUE(write_cr0(pae, 0xc000'0011, code32).loads_pdptes);
  EXPECT_FALSE(write_cr0(pae, 0x8001'0011, code32).loads_pdptes);
  EXPECT_FALSE(write_cr0(pae, 0x11, code32).loads_pdptes);
  EXPECT_TRUE(write_cr3(pae, 0x1000).loads_pdptes);
  EXPECT_FALSE(write_cr3(long_mode, 0x1000).loads_pdptes);
  EXPECT_TRUE(write_cr4(pae, 0xa0).loads_pdptes);
  EXPECT_FALSE(write_cr4(pae, 0x28).loads_pdptes);
  EXPECT_FALSE(write_cr4(pae, 0).loads_pdptes);
  EXPECT_FALSE(write_cr4(long_mode, 0xa0).loads_pdptes);
}

TEST(ControlAccess, PdptesComeFromTheNewCr3) {
  ControlState state = pae;
  state.cr3 = 0xffff'ffff'1234'567f;
  EXPECT_EQ(pdpte_base(state, {.target = ControlRegister::cr4}), Gpa{0x1234'5660});
  EXPECT_EQ(pdpte_base(state, {.target = ControlRegister::cr3, .value = 0x2038}), Gpa{0x2020});
}

TEST(ControlAccess, PresentPdptesHaveNoReservedBits) {
  EXPECT_TRUE(are_valid_pdptes({0x1e6, ~std::uint64_t{1}, 0, 0}, 39)) << "not present";
  for (unsigned bit = 1; bit < 64; ++bit) {
    bool const reserved = bit == 1 || bit == 2 || (bit >= 5 && bit <= 8) || bit >= 39;
    std::uint64_t const entry = 1 | std::uint64_t{1} << bit;
    EXPECT_EQ(are_valid_pdptes({0, 0, 0, entry}, 39), !reserved) << bit;
  }
}

TEST(ControlAccess, Cr3InLongModeHasThePhysicalWidth) {
  EXPECT_FALSE(write_cr3(long_mode, 0x7f'ffff'f000).refused);
  EXPECT_TRUE(write_cr3(long_mode, 0x80'0000'0000).refused);
  EXPECT_TRUE(write_cr3(long_mode, std::uint64_t{1} << 63U).refused);
  EXPECT_FALSE(write_cr3(protected_mode, 0xffff'ffff).refused);
}

TEST(ControlAccess, Cr4CannotLosePaeInLongMode) {
  EXPECT_TRUE(write_cr4(long_mode, 0).refused);
  EXPECT_FALSE(write_cr4(long_mode, 0x20).refused);
  EXPECT_FALSE(write_cr4(pae, 0).refused);
  EXPECT_TRUE(write_cr4(pae, cr4::vmx_enable).refused);
}

TEST(ControlAccess, EferKeepsLmaAndRefusesReservedBits) {
  EXPECT_EQ(write_efer(long_mode, 0x901).write.efer, 0xd01U);
  EXPECT_EQ(write_efer(protected_mode, 0x500).write.efer, 0x100U);
  EXPECT_TRUE(write_efer(long_mode, 0).refused);
  EXPECT_TRUE(write_efer(pae, 0x100).refused);
  for (unsigned bit = 0; bit < 64; ++bit) {
    bool const known = bit == 0 || bit == 8 || bit == 10 || bit == 11;
    EXPECT_EQ(write_efer(real_mode, std::uint64_t{1} << bit).refused, !known) << bit;
  }
}

TEST(ControlAccess, LmswCanSetPeButNotClearIt) {
  EXPECT_EQ(lmsw_value(0x10, 0xffff), 0x1fU);
  EXPECT_EQ(lmsw_value(0x1f, 0), 0x11U);
  EXPECT_EQ(lmsw_value(0x8000'0031, 0xa), 0x8000'003bU);
}

TEST(ControlQualification, TakesTheWordApart) {
  EXPECT_EQ(decode_control_qualification(0xabcd'0f34),
            (ControlQualification{4, ControlAccess::lmsw, Register::r15, 0xabcd}));
  EXPECT_EQ(decode_control_qualification(0x0010).access, ControlAccess::mov_from_cr);
  EXPECT_EQ(decode_control_qualification(0x0020).access, ControlAccess::clts);
  EXPECT_EQ(decode_debug_qualification(0x0317),
            (DebugQualification{7, Direction::read, Register::rbx}));
  EXPECT_EQ(decode_debug_qualification(0x0f00),
            (DebugQualification{0, Direction::write, Register::r15}));
}

}  // namespace
}  // namespace acrn::core
