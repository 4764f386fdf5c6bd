// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/vmx/invalidate.hpp"

#include <array>

namespace acrn::baremetal {
namespace {

/// The operand of INVEPT and INVVPID. Source: Intel SDM vol. 3C (Sep 2023), figures 31-1 and 31-2.
using Descriptor = std::array<std::uint64_t, 2>;
constexpr std::uint64_t single_context = 1;

}  // namespace

void invalidate_ept(std::uint64_t ept_pointer) noexcept {
  Descriptor const descriptor{ept_pointer, 0};
  asm volatile(
      "invept %0, %1\n\t"
      "jbe hv_vmcs_access_failed"
      :
      : "m"(descriptor), "r"(single_context)
      : "cc", "memory");
}

void invalidate_vpid(std::uint16_t vpid) noexcept {
  if (vpid == 0) return;
  Descriptor const descriptor{vpid, 0};
  asm volatile(
      "invvpid %0, %1\n\t"
      "jbe hv_vmcs_access_failed"
      :
      : "m"(descriptor), "r"(single_context)
      : "cc", "memory");
}

}  // namespace acrn::baremetal
