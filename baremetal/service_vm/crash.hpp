// SPDX-License-Identifier: BSD-3-Clause
// The Service VM's end when something is broken: a text on the console, the state, and HLT for
// ever.
#pragma once

#include "baremetal/service_vm/service_boot.hpp"

namespace acrn::service_vm {

/// Where a crash is told besides the console; nowhere before this is called.
void tell_crashes_in(ServiceBoot& boot) noexcept;

/// With interrupts off, which is how the hypervisor tells it from idling.
[[noreturn]] void halt_forever() noexcept;

}  // namespace acrn::service_vm
