// SPDX-License-Identifier: BSD-3-Clause
// Switches VMX on: the CPU that calls enters VMX operation and stays there.
#pragma once

#include <optional>

#include "baremetal/vmx/capabilities.hpp"
#include "baremetal/vmx/frame_source.hpp"

namespace acrn::baremetal {

/// Reads the calling CPU's CPUID and capability MSRs.
VmxCapabilities read_vmx_capabilities() noexcept;

/// Checks the calling CPU, writes IA32_FEATURE_CONTROL where firmware left it unlocked, makes CR0
/// and CR4 what VMX operation needs, and executes VMXON. Every CPU calls it once, before its first
/// VmxVcpu. On a refusal nothing but IA32_FEATURE_CONTROL and CR4 may have changed.
std::optional<VmxRefusal> enable_vmx(FrameSource frames) noexcept;

}  // namespace acrn::baremetal
