// SPDX-License-Identifier: BSD-3-Clause
// Exit reason names of both vendors, old and new.
#include "traces/importers/exit_reason.hpp"

#include <gtest/gtest.h>

namespace acrn::traces {
namespace {

TEST(ExitReason, NamesBecomeNumbers) {
  struct Row {
    char const* name;
    Vendor vendor;
    std::uint32_t number;
  };
  for (Row const& row : {
           Row{"EXCEPTION_NMI", Vendor::vmx, 0},
           Row{"EXTERNAL_INTERRUPT", Vendor::vmx, 1},
           Row{"IO_INSTRUCTION", Vendor::vmx, 30},
           Row{"io_instruction", Vendor::vmx, 30},
           Row{"EPT_VIOLATION", Vendor::vmx, 48},
           Row{"EPT_MISCONFIG", Vendor::vmx, 49},
           Row{"apic_access", Vendor::vmx, 44},
           Row{"ext_irq", Vendor::vmx, 1},
           Row{"PREEMPTION_TIMER", Vendor::vmx, 52},
           Row{"MSR_WRITE_IMM", Vendor::vmx, 85},
           Row{"npf", Vendor::svm, 0x400},
           Row{"EXIT_NPF", Vendor::svm, 0x400},
           Row{"io", Vendor::svm, 0x7b},
           Row{"EXIT_IOIO", Vendor::svm, 0x7b},
           Row{"ioio", Vendor::svm, 0x7b},
           Row{"interrupt", Vendor::svm, 0x60},
           Row{"EXIT_INTR", Vendor::svm, 0x60},
           Row{"PF excp", Vendor::svm, 0x4e},
           Row{"hypercall", Vendor::svm, 0x81},
           Row{"hypercall", Vendor::vmx, 18},
           Row{"hlt", Vendor::svm, 0x78},
           Row{"HLT", Vendor::vmx, 12},
           Row{"cpuid", Vendor::svm, 0x72},
           Row{"cpuid", Vendor::vmx, 10},
           Row{"vmgexit_mmio_read", Vendor::svm, 0x80000001},
           Row{"invalid_guest_state", Vendor::svm, 0xffffffff},
           Row{"UNKNOWN (65)", Vendor::vmx, 65},
           Row{"0x41", Vendor::vmx, 0x41},
           Row{"[74]", Vendor::vmx, 74},
           Row{"npf", Vendor::unknown, 0x400},
       }) {
    EXPECT_EQ(exit_reason_number(row.name, row.vendor), row.number) << row.name;
  }
  EXPECT_FALSE(exit_reason_number("NO_SUCH_REASON", Vendor::vmx));
  EXPECT_FALSE(exit_reason_number("", Vendor::svm));
  EXPECT_FALSE(exit_reason_number("0x100000000", Vendor::vmx));
}

TEST(ExitReason, NamesTellTheVendorWhereOnlyOneHasThem) {
  EXPECT_EQ(vendor_of_reason("EPT_VIOLATION"), Vendor::vmx);
  EXPECT_EQ(vendor_of_reason("CPUID"), Vendor::vmx);
  EXPECT_EQ(vendor_of_reason("apic_access"), Vendor::vmx);
  EXPECT_EQ(vendor_of_reason("npf"), Vendor::svm);
  EXPECT_EQ(vendor_of_reason("EXIT_CPUID"), Vendor::svm);
  EXPECT_EQ(vendor_of_reason("interrupt"), Vendor::svm);
  EXPECT_EQ(vendor_of_reason("DB excp"), Vendor::svm);
  EXPECT_EQ(vendor_of_reason("cpuid"), Vendor::unknown);
  EXPECT_EQ(vendor_of_reason("nonsense"), Vendor::unknown);
  EXPECT_EQ(vendor_of_reason("EXIT_NONSENSE"), Vendor::unknown);
}

}  // namespace
}  // namespace acrn::traces
