// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include "core/hypercall/error_numbers.hpp"
#include "tests/unit/core/hypercall/service_vm.hpp"

namespace acrn::core {
namespace {

using abi::Hypercall;

class InterruptCalls : public fakes::ServiceVm {};

TEST_F(InterruptCalls, T26_ANotificationNamesAVcpuThatWasCreated) {
  std::uint64_t const vm = vm_in(VmLife::running);
  for (std::uint64_t vcpu : {0ULL, 1ULL}) {
    auto const result = call(Hypercall::notify_request_finish, vm, vcpu);
    EXPECT_EQ(result.rax, 0);
    EXPECT_EQ(result.effect.kind, Kind::notify_vcpu);
    EXPECT_EQ(result.effect.vm.value, vm);
    EXPECT_EQ(result.effect.vcpu.value, vcpu);
  }
  for (std::uint64_t vcpu : {2ULL, 15ULL, 16ULL, 0x1'0000ULL, 0x1'0001ULL, 1ULL << 32U, ~0ULL}) {
    auto const result = call(Hypercall::notify_request_finish, vm, vcpu);
    EXPECT_EQ(result.rax, errors::refused) << vcpu;
    EXPECT_EQ(result.effect.kind, Kind::none);
  }
}

TEST_F(InterruptCalls, T28_ANotificationNeedsAPage) {
  ASSERT_EQ(create(creation(1)).rax, 0);
  EXPECT_EQ(call(Hypercall::notify_request_finish, 1, 0).rax, errors::refused);
  ASSERT_EQ(set_buffer(1).rax, 0);
  EXPECT_EQ(call(Hypercall::notify_request_finish, 1, 0).rax, 0);
}

TEST_F(InterruptCalls, I10_APollingVmIsNotNotified) {
  std::uint64_t const vm = vm_in(VmLife::running, abi::vm_flag_completion_polling);
  auto const result = call(Hypercall::notify_request_finish, vm, 0);
  EXPECT_EQ(result.rax, 0);
  EXPECT_EQ(result.effect.kind, Kind::none);
}

/// A host that counts instructions asks for the notice alone.
TEST_F(InterruptCalls, ANoticeIsWhatTheCallDoes) {
  for (std::uint64_t const flags : std::initializer_list<std::uint64_t>{
           0, abi::vm_flag_completion_polling, abi::vm_flag_realtime}) {
    std::uint64_t const made = vm_in(VmLife::running, flags);
    for (std::uint64_t const vm :
         {std::uint64_t{0}, made, made + 1, std::uint64_t{9}, ~std::uint64_t{0}}) {
      for (std::uint64_t const vcpu : {0ULL, 1ULL, 2ULL, 16ULL, 1ULL << 32U}) {
        auto const result = call(Hypercall::notify_request_finish, vm, vcpu);
        RequestNotice const notice = calls_.request_notice(vm, vcpu);
        EXPECT_EQ(notice.rax, result.rax) << vm << ", " << vcpu;
        EXPECT_EQ(notice.wakes, result.effect.kind == Kind::notify_vcpu) << vm << ", " << vcpu;
        if (!notice.wakes) continue;
        EXPECT_EQ(notice.vm, result.effect.vm);
        EXPECT_EQ(notice.vcpu, result.effect.vcpu);
      }
    }
  }
}

TEST_F(InterruptCalls, ALineAndItsOperationAreTakenWhole) {
  std::uint64_t const vm = vm_in(VmLife::running);
  for (std::uint64_t operation = 0; operation < 4; ++operation) {
    for (std::uint64_t line : {0ULL, 2ULL, 23ULL}) {
      auto const result = call(Hypercall::set_irqline, vm, operation << 32U | line);
      EXPECT_EQ(result.rax, 0);
      EXPECT_EQ(result.effect.kind, Kind::irq_line);
      EXPECT_EQ(result.effect.line.value, line);
      EXPECT_EQ(static_cast<std::uint64_t>(result.effect.operation), operation);
    }
  }
  for (std::uint64_t value :
       {24ULL, 0x1'0004ULL, 0xffff'ffffULL, 4ULL << 32U, 0x100ULL << 32U, ~0ULL}) {
    EXPECT_EQ(call(Hypercall::set_irqline, vm, value).rax, errors::refused) << std::hex << value;
  }
}

TEST_F(InterruptCalls, AMessageIsDecodedForTheHost) {
  std::uint64_t const vm = vm_in(VmLife::running);
  auto const result = call_with(Hypercall::inject_msi, vm,
                                abi::MsiEntry{.address = 0xfee0'5000, .data = 0x0000'4031});
  EXPECT_EQ(result.rax, 0);
  EXPECT_EQ(result.effect.kind, Kind::inject_msi);
  EXPECT_EQ(result.effect.msi, (Msi{.destination = 5, .vector = 0x31}));
  EXPECT_EQ(
      call_with(Hypercall::inject_msi, vm, abi::MsiEntry{.address = 0xfed0'0000, .data = 49}).rax,
      errors::refused);
}

TEST_F(InterruptCalls, ARealTimeVmIsNotInterruptedByTheServiceVm) {
  std::uint64_t const vm = vm_in(VmLife::running, abi::vm_flag_realtime);
  EXPECT_EQ(call(Hypercall::notify_request_finish, vm, 0).rax, errors::refused);
  EXPECT_EQ(call(Hypercall::set_irqline, vm, 4).rax, errors::refused);
  EXPECT_EQ(
      call_with(Hypercall::inject_msi, vm, abi::MsiEntry{.address = 0xfee0'0000, .data = 49}).rax,
      errors::refused);
}

}  // namespace
}  // namespace acrn::core
