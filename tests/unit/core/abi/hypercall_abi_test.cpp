// SPDX-License-Identifier: BSD-3-Clause
// core/abi/hypercall.hpp against <linux/acrn.h>, for what that header defines.
#include "core/abi/hypercall.hpp"

#include <gtest/gtest.h>
#include <linux/acrn.h>
#include <sys/ioctl.h>

#include <cstddef>

namespace acrn::core::abi {
namespace {

static_assert(sizeof(VmCreation) == sizeof(acrn_vm_creation));
static_assert(offsetof(VmCreation, vmid) == offsetof(acrn_vm_creation, vmid));
static_assert(offsetof(VmCreation, reserved0) == offsetof(acrn_vm_creation, reserved0));
static_assert(offsetof(VmCreation, vcpu_count) == offsetof(acrn_vm_creation, vcpu_num));
static_assert(offsetof(VmCreation, reserved1) == offsetof(acrn_vm_creation, reserved1));
static_assert(offsetof(VmCreation, name) == offsetof(acrn_vm_creation, uuid));
static_assert(offsetof(VmCreation, flags) == offsetof(acrn_vm_creation, vm_flag));
static_assert(offsetof(VmCreation, ioreq_buffer) == offsetof(acrn_vm_creation, ioreq_buf));
static_assert(offsetof(VmCreation, cpu_affinity) == offsetof(acrn_vm_creation, cpu_affinity));
static_assert(sizeof(MsiEntry) == sizeof(acrn_msi_entry));
static_assert(offsetof(MsiEntry, address) == offsetof(acrn_msi_entry, msi_addr));
static_assert(offsetof(MsiEntry, data) == offsetof(acrn_msi_entry, msi_data));

/// Hypercalls and the ioctls that lead to them have the same low byte.
constexpr bool same_number(Hypercall call, unsigned long ioctl_code) {
  return (static_cast<std::uint64_t>(call) & 0xffU) == _IOC_NR(ioctl_code);
}

TEST(HypercallAbi, NumbersFollowTheIoctlsOfTheServiceModule) {
  EXPECT_TRUE(same_number(Hypercall::create_vm, ACRN_IOCTL_CREATE_VM));
  EXPECT_TRUE(same_number(Hypercall::destroy_vm, ACRN_IOCTL_DESTROY_VM));
  EXPECT_TRUE(same_number(Hypercall::start_vm, ACRN_IOCTL_START_VM));
  EXPECT_TRUE(same_number(Hypercall::pause_vm, ACRN_IOCTL_PAUSE_VM));
  EXPECT_TRUE(same_number(Hypercall::reset_vm, ACRN_IOCTL_RESET_VM));
  EXPECT_TRUE(same_number(Hypercall::inject_msi, ACRN_IOCTL_INJECT_MSI));
  EXPECT_TRUE(same_number(Hypercall::set_irqline, ACRN_IOCTL_SET_IRQLINE));
  EXPECT_TRUE(same_number(Hypercall::notify_request_finish, ACRN_IOCTL_NOTIFY_REQUEST_FINISH));
}

}  // namespace
}  // namespace acrn::core::abi
