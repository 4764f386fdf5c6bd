// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include <bit>

#include "core/hypercall/error_numbers.hpp"
#include "tests/unit/core/hypercall/service_vm.hpp"

namespace acrn::core {
namespace {

using abi::Hypercall;
using fakes::ServiceRam;

class VmCalls : public fakes::ServiceVm {
 protected:
  /// Creation fails with that error, says so in the structure, and leaves no VM.
  void expect_refused(abi::VmCreation const& wanted, std::int32_t error) {
    auto const result = create(wanted);
    EXPECT_EQ(result.rax, error);
    EXPECT_EQ(result.effect.kind, Kind::none);
    EXPECT_EQ(told().vmid, abi::vmid_invalid);
    for (std::uint16_t vm = 1; vm <= user_vm_count_max; ++vm) {
      EXPECT_EQ(life_of(vm), VmLife::absent);
    }
  }
};

TEST_F(VmCalls, CreationTellsTheIdAndTheVcpus) {
  auto const result = create(creation(0b1011));
  ASSERT_EQ(result.rax, 0);
  EXPECT_EQ(result.effect.kind, Kind::create_vm);
  EXPECT_EQ(result.effect.vm, VmId{1});
  EXPECT_EQ(result.effect.vcpu_count, 3);
  EXPECT_EQ(result.effect.cpu_affinity, 0b1011U);
  EXPECT_EQ(result.effect.completion, Completion::notify);
  EXPECT_EQ(told().vmid, 1);
  EXPECT_EQ(told().vcpu_count, 3);
  EXPECT_EQ(told().cpu_affinity, 0b1011U) << "what was given is left";
  auto const polling = create(creation(1, abi::vm_flag_completion_polling));
  EXPECT_EQ(polling.effect.vm, VmId{2});
  EXPECT_EQ(polling.effect.completion, Completion::polling);
}

TEST_F(VmCalls, T27_MoreVcpusThanSlotsAreRefused) {
  ASSERT_EQ(std::popcount(0x1'ffffU), 17);
  expect_refused(creation(0x1'ffff), errors::invalid_argument);
  ASSERT_EQ(create(creation(0xffff)).rax, 0);
  EXPECT_EQ(told().vcpu_count, 16);
}

TEST_F(VmCalls, CreationChecksEveryField) {
  expect_refused(creation(0), errors::invalid_argument);
  expect_refused(creation(1ULL << 20U), errors::invalid_argument);
  expect_refused(creation(1ULL << 63U | 1U), errors::invalid_argument);
  abi::VmCreation wanted = creation(1);
  wanted.reserved0 = 1;
  expect_refused(wanted, errors::invalid_argument);
  wanted = creation(1);
  wanted.reserved1 = 0x8000;
  expect_refused(wanted, errors::invalid_argument);
}

TEST_F(VmCalls, ANameIsUsedOnceAtATimeAndTheNinthVmIsRefused) {
  abi::VmCreation const first = creation(1);
  ASSERT_EQ(create(first).rax, 0);
  EXPECT_EQ(create(first).rax, errors::already_exists);
  for (int i = 2; i <= 8; ++i) ASSERT_EQ(create(creation(1)).rax, 0);
  EXPECT_EQ(create(creation(1)).rax, errors::no_space);
  EXPECT_EQ(told().vmid, abi::vmid_invalid);
  ASSERT_EQ(call(Hypercall::pause_vm, 1).rax, 0);
  ASSERT_EQ(call(Hypercall::destroy_vm, 1).rax, 0);
  EXPECT_EQ(create(first).rax, 0);
  EXPECT_EQ(told().vmid, 1);
}

TEST_F(VmCalls, AVmThatCannotBeToldToItsCreatorIsNotMade) {
  abi::VmCreation const wanted = creation(1);
  std::memcpy(ram_.bytes.data() + ServiceRam::size - 0x1000, &wanted, sizeof wanted);
  EXPECT_EQ(call(Hypercall::create_vm, ServiceRam::read_only).rax, errors::bad_address);
  EXPECT_EQ(life_of(1), VmLife::absent);
}

TEST_F(VmCalls, TheBufferEffectSaysWhatToAnnounce) {
  ASSERT_EQ(create(creation(0b111, abi::vm_flag_completion_polling)).rax, 0);
  auto const result = set_buffer(1);
  ASSERT_EQ(result.rax, 0);
  EXPECT_EQ(result.effect.kind, Kind::attach_page);
  EXPECT_EQ(result.effect.vm, VmId{1});
  EXPECT_EQ(result.effect.gpa, Gpa{page});
  EXPECT_EQ(result.effect.vcpu_count, 3);
  EXPECT_EQ(result.effect.completion, Completion::polling);
}

TEST_F(VmCalls, T29_AnUnmappedOrUnalignedBufferIsRefusedAndChangesNothing) {
  ASSERT_EQ(create(creation(1)).rax, 0);
  for (std::uint64_t gpa : {std::uint64_t{0}, page + 1, page + 8, page + 0x800, ServiceRam::end,
                            ServiceRam::first - 0x1000, ~std::uint64_t{0xfff}, ~std::uint64_t{0}}) {
    auto const result = set_buffer(1, gpa);
    EXPECT_EQ(result.rax, errors::refused) << std::hex << gpa;
    EXPECT_EQ(result.effect.kind, Kind::none);
    EXPECT_EQ(call(Hypercall::start_vm, 1).rax, errors::refused) << "still without a page";
  }
  EXPECT_EQ(call(Hypercall::set_ioreq_buffer, 1, 0).rax, errors::refused) << "the argument itself";
  ASSERT_EQ(set_buffer(1).rax, 0);
  EXPECT_EQ(set_buffer(1, page + 1).rax, errors::refused);
  EXPECT_EQ(call(Hypercall::start_vm, 1).rax, 0) << "the page that was set is still the page";
}

TEST_F(VmCalls, ARealTimeVmIsNotPausedWhileItRuns) {
  std::uint64_t const vm = vm_in(VmLife::running, abi::vm_flag_realtime);
  EXPECT_EQ(call(Hypercall::pause_vm, vm).rax, errors::refused);
  EXPECT_EQ(life_of(vm), VmLife::running);
  ASSERT_TRUE(calls_.power_off({static_cast<std::uint16_t>(vm)}));
  EXPECT_EQ(call(Hypercall::pause_vm, vm).rax, 0) << "it asked to go";
}

TEST_F(VmCalls, OneVmsCallsLeaveTheOthersAlone) {
  std::uint64_t const first = vm_in(VmLife::running);
  std::uint64_t const second = vm_in(VmLife::running);
  ASSERT_EQ(call(Hypercall::pause_vm, first).rax, 0);
  ASSERT_EQ(call(Hypercall::reset_vm, first).rax, 0);
  EXPECT_EQ(life_of(first), VmLife::created);
  EXPECT_EQ(life_of(second), VmLife::running);
}

}  // namespace
}  // namespace acrn::core
