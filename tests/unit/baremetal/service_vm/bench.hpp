// SPDX-License-Identifier: BSD-3-Clause
// The Service VM's program on a fake hypervisor, with the VMs that a test wants.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string_view>

#include "baremetal/service_vm/service.hpp"
#include "tests/support/hsm_world.hpp"
#include "tests/unit/baremetal/service_vm/fake_hypervisor.hpp"

namespace acrn::service_vm::fakes {

inline constexpr std::uint64_t tsc_hz = 1'000'000'000;

class ServiceBench : public testing::Test {
 protected:
  using StampIndex = core::abi::StampIndex;
  using Kind = core::Poll::Kind;

  /// Adds a User VM to the boot page.
  ServiceVmBoot& want(std::string_view name, std::uint32_t forwarded = forwarded_known,
                      CompletionMode completion = CompletionMode::notification) {
    ServiceVmBoot& vm = boot_->vms.at(boot_->vm_count);
    ++boot_->vm_count;
    std::copy(name.begin(), name.end(), vm.name.begin());
    vm.forwarded = forwarded;
    vm.completion = static_cast<std::uint32_t>(completion);
    vm.cpu_affinity = 1;
    return vm;
  }
  /// The same, and starts the program.
  void start_with_one(std::uint32_t forwarded = forwarded_known,
                      CompletionMode completion = CompletionMode::notification) {
    want("one", forwarded, completion);
    ASSERT_TRUE(service_->start());
    hypervisor_.lines.clear();
  }
  /// A whole request: the value of a read.
  std::uint64_t request(core::Access const& access, std::size_t vm = 1) {
    auto const ticket = hypervisor_.submit(vm, access);
    hypervisor_.upcall();
    EXPECT_EQ(service_->run_once(), 1U);
    auto const poll = hypervisor_.poll(vm, ticket);
    EXPECT_EQ(poll.kind, Kind::value);
    return poll.value;
  }
  std::uint64_t in(std::uint64_t port, std::uint8_t size = 1, std::size_t vm = 1) {
    return request(tests::port_read(port, size), vm);
  }
  void out(std::uint64_t port, std::uint64_t value, std::uint8_t size = 1, std::size_t vm = 1) {
    request({.space = core::Space::port,
             .direction = core::Direction::write,
             .size = size,
             .address = port,
             .value = value},
            vm);
  }
  /// Puts bytes into the ring of VM 1's UART, as the hypervisor does.
  void type(std::string_view bytes) {
    ByteRing& ring = boot_->received[0];
    for (char const byte : bytes) {
      ring.bytes[ring.written % ByteRing::size] = static_cast<std::uint8_t>(byte);
      ++ring.written;
    }
  }
  [[nodiscard]] ServiceStatus const& status() const { return boot_->status; }

  std::unique_ptr<ServiceBoot> boot_ = [] {
    auto boot = std::make_unique<ServiceBoot>();
    boot->tsc_hz = tsc_hz;
    boot->stamps = static_cast<std::uint32_t>(RequestStamps::wanted);
    boot->rtc_epoch_seconds = 1'700'000'000;  // 14 November 2023, 22:13:20 UTC
    return boot;
  }();
  std::unique_ptr<VmMemories> memories_ = std::make_unique<VmMemories>();
  Hypervisor hypervisor_;
  std::unique_ptr<Service<Hypervisor>> service_ =
      std::make_unique<Service<Hypervisor>>(hypervisor_, *boot_, *memories_);
};

}  // namespace acrn::service_vm::fakes
