// SPDX-License-Identifier: BSD-3-Clause
// The test of the VMX engine on the CPU itself: small guests, and what their exits say.
#pragma once

#include "baremetal/machine/finish.hpp"

namespace acrn::baremetal {

/// Switches VMX on, runs all checks on the calling CPU, and reports on COM1: each failure, how many
/// passed, and what a round trip costs. The CPU stays in VMX operation. Needs Frames.
Verdict test_vmx() noexcept;

}  // namespace acrn::baremetal
