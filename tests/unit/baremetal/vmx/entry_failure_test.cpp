// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/vmx/entry_failure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace acrn::baremetal {
namespace {

TEST(EntryFailure, EachKindHasASentenceOfItsOwn) {
  std::set<std::string> seen;
  for (unsigned kind = 0; kind <= static_cast<unsigned>(EntryFailureKind::machine_check); ++kind) {
    std::string const text{sentence(EntryFailureKind{static_cast<std::uint8_t>(kind)})};
    EXPECT_TRUE(seen.insert(text).second) << text;
    EXPECT_THAT(text, testing::StartsWith("The VM entry "));
    EXPECT_THAT(text, testing::Not(testing::HasSubstr("unknown")));
  }
  EXPECT_THAT(std::string{sentence(EntryFailureKind{99})}, testing::HasSubstr("unknown"));
}

TEST(EntryFailure, InstructionErrorsHaveNames) {
  EXPECT_EQ(instruction_error_name(7), "VM entry with invalid control fields");
  EXPECT_EQ(instruction_error_name(8), "VM entry with invalid host-state fields");
  EXPECT_EQ(instruction_error_name(0), "unknown");
  EXPECT_EQ(instruction_error_name(14), "unknown");
  EXPECT_EQ(instruction_error_name(~0U), "unknown");
}

}  // namespace
}  // namespace acrn::baremetal
