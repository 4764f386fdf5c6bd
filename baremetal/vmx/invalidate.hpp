// SPDX-License-Identifier: BSD-3-Clause
// Drops cached guest-physical translations of the calling CPU.
#pragma once

#include <cstdint>

namespace acrn::baremetal {

/// INVEPT of one EPT pointer: to be called on every CPU that runs a vCPU of the VM after Ept::unmap
/// or Ept::protect.
void invalidate_ept(std::uint64_t ept_pointer) noexcept;

/// INVVPID of one VPID, for a vCPU that takes over a used one. Nothing for VPID 0.
void invalidate_vpid(std::uint16_t vpid) noexcept;

}  // namespace acrn::baremetal
