// SPDX-License-Identifier: BSD-3-Clause
// Page walks against a virtual machine of the host's: the same page tables, control bits and
// access. Outcome, error code, CR2, and accessed and dirty bits must agree. With nested paging it
// is the CPU that walks; where KVM shadows page tables, its own walk decides what faults.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "tests/differential/paging/comparison.hpp"
#include "tests/differential/paging/kvm_machine.hpp"
#include "tests/support/seed.hpp"

namespace acrn::tests::paging {
namespace {

/// How many accesses per shape: $ACRN_PAGING_TRIALS, or a few seconds' worth in all.
unsigned trials() {
  char const* const wanted = std::getenv("ACRN_PAGING_TRIALS");
  return wanted != nullptr ? static_cast<unsigned>(std::strtoul(wanted, nullptr, 0)) : 5000;
}

/// A machine for one shape, or a skipped test.
struct PagingOnTheHost : testing::TestWithParam<Shape> {
  void SetUp() override {
    std::string why_not;
    machine = KvmMachine::make(why_not);
    if (machine == nullptr) GTEST_SKIP() << "no virtual machines here: " << why_not;
    bool const has_la57 = (machine->offered().cr4 & 0x1000) != 0;
    if (GetParam().kind == Tables::levels5 && !has_la57) GTEST_SKIP() << "no CR4.LA57 here";
  }
  void expect_both_outcomes(Counts const& counts) const {
    EXPECT_GT(counts.faults, 0U);
    bool const has_such_pages = GetParam().leaf < 3 || machine->offered().has_1gib_pages;
    EXPECT_EQ(counts.done > 0, has_such_pages);
  }
  std::unique_ptr<KvmMachine> machine;
};

TEST_P(PagingOnTheHost, TheCpuAgrees) {
  Comparison comparison{GetParam(), *machine, announced_seed(0x5d11)};
  if (!comparison.can_run()) GTEST_SKIP() << "KVM runs no guest with such tables here";
  Counts counts;
  for (unsigned i = 0; i < trials(); ++i) {
    ASSERT_TRUE(comparison.one_trial(counts)) << "trial " << i;
  }
  std::printf("%u translated, %u faulted, %u outside RAM, %u skipped; error codes:", counts.done,
              counts.faults, counts.mmio, counts.skipped);
  for (std::size_t code = 0; code < counts.by_code.size(); ++code) {
    if (counts.by_code[code] != 0) std::printf(" %zx:%u", code, counts.by_code[code]);
  }
  std::printf("\n");
  expect_both_outcomes(counts);
}

TEST_P(PagingOnTheHost, KvmsOwnWalkAgrees) {
  Comparison comparison{GetParam(), *machine, announced_seed(0x7a2e)};
  if (!comparison.can_run()) GTEST_SKIP() << "KVM knows no such tables here";
  Counts counts;
  for (unsigned i = 0; i < trials(); ++i) {
    ASSERT_TRUE(comparison.one_translation(counts)) << "trial " << i;
  }
  std::printf("%u translated, %u faulted\n", counts.done, counts.faults);
  expect_both_outcomes(counts);
}

INSTANTIATE_TEST_SUITE_P(, PagingOnTheHost, testing::ValuesIn(paging_shapes),
                         [](auto const& row) { return std::string{row.param.name}; });

}  // namespace
}  // namespace acrn::tests::paging
