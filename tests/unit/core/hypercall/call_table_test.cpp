// SPDX-License-Identifier: BSD-3-Clause
#include "core/hypercall/call_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/hypercall/hypercalls.hpp"
#include "tests/unit/core/hypercall/service_vm.hpp"

namespace acrn::core {
namespace {

using CallTable = fakes::ServiceVm;

constexpr std::uint64_t id_of(CallInfo const& call) { return static_cast<std::uint64_t>(call.id); }

TEST_F(CallTable, HoldsTheCallsThatTheDispatcherAnswersAndNoOthers) {
  for (std::uint64_t id = 0x8000'0000; id < 0x8000'0100; ++id) {
    auto const result = raw({.id = id, .first = 99, .second = arguments, .caller = service});
    EXPECT_EQ(result.rax != errors::not_a_call, find_call(id) != nullptr) << std::hex << id;
  }
  EXPECT_EQ(find_call(0x1'8000'0031), nullptr) << "no part of an id is cut off";
}

TEST_F(CallTable, RefusesAVmThatIsNoneWhereRdiNamesOne) {
  for (CallInfo const& call : call_table) {
    if (!call.first.starts_with("VM id, ")) continue;
    EXPECT_EQ(raw({.id = id_of(call), .first = 8, .second = arguments, .caller = service}).rax,
              errors::refused)
        << call.name;
    EXPECT_TRUE(may_return(call, errors::refused)) << call.name;
  }
}

TEST(CallTableRows, AscendAndAreComplete) {
  EXPECT_TRUE(std::ranges::is_sorted(call_table, {}, id_of));
  std::set<std::string_view> names;
  for (CallInfo const& call : call_table) {
    names.insert(call.name);
    EXPECT_EQ(call.name, name(call.id));
    EXPECT_TRUE(call.name.starts_with("HC_"));
    EXPECT_FALSE(call.purpose.empty() || call.first.empty()) << call.name;
    EXPECT_NE(call.errors.front().number, 0) << call.name << " can fail";
    for (CallError const& error : call.errors) {
      EXPECT_EQ(error.number == 0, error.when.empty()) << call.name;
      EXPECT_NE(error.number, errors::not_a_call) << call.name;
    }
  }
  EXPECT_EQ(names.size(), call_table.size());
}

TEST(CallTableRows, AllowWhatTheyListAndSuccess) {
  CallInfo const* const deassign = find_call(0x8000'0033);
  ASSERT_NE(deassign, nullptr);
  EXPECT_TRUE(may_return(*deassign, 0));
  EXPECT_TRUE(may_return(*deassign, errors::no_entry));
  EXPECT_FALSE(may_return(*deassign, errors::no_space));
  EXPECT_FALSE(may_return(*deassign, 1));
}

TEST(ErrorNames, AreLinux) {
  EXPECT_EQ(errors::name(-14), "EFAULT");
  EXPECT_EQ(errors::name(-25), "ENOTTY");
  EXPECT_EQ(errors::name(errors::refused), "") << "ACRN says just -1";
}

}  // namespace
}  // namespace acrn::core
