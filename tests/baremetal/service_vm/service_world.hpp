// SPDX-License-Identifier: BSD-3-Clause
// The real binary of the Service VM under KVM, with core's hypercalls on the other side.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "baremetal/service_vm/service_boot.hpp"
#include "baremetal/service_vm/service_image.hpp"
#include "tests/baremetal/service_vm/kvm_vm.hpp"
#include "tests/unit/baremetal/service_vm/fake_hypervisor.hpp"

namespace acrn::tests {

/// KVM answers VMCALL itself, so the copy in the guest's memory traps by another instruction of the
/// same three bytes: OUT to `hypercall_port`, and NOP.
class ServiceWorld {
 public:
  using Kind = GuestStop::Kind;

  static constexpr std::size_t ram_size = 4U << 20U;
  static constexpr std::uint64_t boot_page = 0x8000;
  static constexpr std::uint16_t hypercall_port = 0xe9;

  /// Skips the test (and answers false) where there is no KVM.
  bool load();
  service_vm::ServiceBoot& boot() {
    return *reinterpret_cast<service_vm::ServiceBoot*>(vm_->ram().data() + boot_page);
  }
  service_vm::ServiceVmBoot& want(std::string_view name, std::uint32_t forwarded,
                                  service_vm::CompletionMode completion);
  void start() { vm_->start(header_.entry, boot_page); }

  /// Runs until the guest halts or does what it should not; answers how it stopped.
  GuestStop run();
  /// The same, but stops at the first byte of text, too.
  GuestStop run_until_text();
  void upcall() { vm_->interrupt(service_vm::upcall_vector); }

  [[nodiscard]] KvmVm& vm() { return *vm_; }
  [[nodiscard]] service_vm::ServiceHeader const& header() const { return header_; }
  service_vm::fakes::Hypervisor& hypervisor() { return *hypervisor_; }

 private:
  void trap_vmcalls(std::span<std::uint8_t> code);

  std::unique_ptr<KvmVm> vm_;
  service_vm::ServiceHeader header_{};
  std::unique_ptr<service_vm::fakes::Hypervisor> hypervisor_;
};

}  // namespace acrn::tests
