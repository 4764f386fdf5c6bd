// SPDX-License-Identifier: BSD-3-Clause
// The test of the VMX engine on the CPU itself: small guests, and what their exits say.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "baremetal/self_test/self_test.hpp"
#include "baremetal/vmx/capabilities.hpp"
#include "baremetal/vmx/frame_source.hpp"

namespace acrn::baremetal {

/// Switches VMX on and makes the test's vCPUs: to be called once, before vmx_checks() run. The CPU
/// stays in VMX operation.
std::optional<VmxRefusal> prepare_vmx_test(FrameSource frames) noexcept;

/// The checks, for run_self_test().
std::span<SelfTestCheck const> vmx_checks() noexcept;

/// TSC ticks of one round trip of an OUT: exit, exit information, a commit that skips it, entry,
/// and the guest's two instructions. Under Bochs a tick is an instruction.
std::uint64_t vmx_round_trip_ticks() noexcept;

}  // namespace acrn::baremetal
