// SPDX-License-Identifier: BSD-3-Clause
#include "tests/baremetal/service_vm/service_world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

namespace acrn::tests {

using service_vm::ServiceBoot;

bool ServiceWorld::load() {
  std::ifstream file{ACRN_SERVICE_IMAGE, std::ios::binary};
  std::vector<std::uint8_t> const image{std::istreambuf_iterator<char>{file}, {}};
  auto const header = service_vm::parse_service_image(image, ram_size);
  if (!header) {
    ADD_FAILURE() << ACRN_SERVICE_IMAGE << ": " << sentence(header.error());
    return false;
  }
  header_ = *header;
  std::string why;
  vm_ = KvmVm::make(ram_size, why);
  if (!vm_) {
    std::cerr << "skipped: " << why << '\n';
    return false;
  }
  auto const place = vm_->ram().subspan(header_.load_address, header_.memory_size);
  std::ranges::fill(place, std::uint8_t{0xcc});  // the binary clears its own memory, or is told to
  std::copy_n(image.begin(), header_.file_size, place.begin());
  std::ranges::fill(place.subspan(header_.file_size), std::uint8_t{0});
  trap_vmcalls(place.first(header_.file_size));
  hypervisor_ = std::make_unique<service_vm::fakes::Hypervisor>(
      service_vm::fakes::Ram{.base = reinterpret_cast<std::uintptr_t>(vm_->ram().data())});
  boot() = ServiceBoot{};
  boot().ram_size = ram_size;
  boot().tsc_hz = 2'000'000'000;
  return true;
}

void ServiceWorld::trap_vmcalls(std::span<std::uint8_t> code) {
  constexpr std::array<std::uint8_t, 3> vmcall{0x0f, 0x01, 0xc1};
  constexpr std::array<std::uint8_t, 3> trap{0xe6, hypercall_port, 0x90};
  auto place = code.begin();
  int found = 0;
  for (;; ++found) {
    place = std::search(place, code.end(), vmcall.begin(), vmcall.end());
    if (place == code.end()) break;
    std::ranges::copy(trap, place);
  }
  EXPECT_GT(found, 0) << "a Service VM without VMCALL";
}

service_vm::ServiceVmBoot& ServiceWorld::want(std::string_view name, std::uint32_t forwarded,
                                              service_vm::CompletionMode completion) {
  auto& vm = boot().vms.at(boot().vm_count);
  ++boot().vm_count;
  std::copy(name.begin(), name.end(), vm.name.begin());
  vm.forwarded = forwarded;
  vm.completion = static_cast<std::uint32_t>(completion);
  vm.cpu_affinity = 1;
  return vm;
}

GuestStop ServiceWorld::run() {
  for (;;) {
    GuestStop const stop = run_until_text();
    if (stop.kind != Kind::out) return stop;
    hypervisor_->out(stop.port, stop.value);
  }
}

GuestStop ServiceWorld::run_until_text() {
  for (;;) {
    GuestStop const stop = vm_->run();
    if (stop.kind != Kind::out || stop.port == service_vm::console_port) return stop;
    if (stop.port != hypercall_port) {
      hypervisor_->out(stop.port, stop.value);
      continue;
    }
    kvm_regs const registers = vm_->registers();
    std::int64_t const result = hypervisor_->hypercall(
        static_cast<core::abi::Hypercall>(registers.r8), registers.rdi, registers.rsi);
    vm_->set_rax(static_cast<std::uint64_t>(result));
  }
}

}  // namespace acrn::tests
