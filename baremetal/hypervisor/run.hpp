// SPDX-License-Identifier: BSD-3-Clause
// A whole run: VMX on every CPU, the configured VMs, their end, the verdict.
#pragma once

#include <cstdint>

#include "baremetal/boot/boot_information.hpp"
#include "baremetal/config/configuration.hpp"
#include "baremetal/machine/finish.hpp"

namespace acrn::baremetal {

/// Switches VMX on here and, for those that run vCPUs, on the other CPUs; makes the VMs and runs
/// them until all User VMs have ended. The machine is started.
/// Says on the console what went wrong, if anything.
Verdict run_vms(Configuration const& configuration, BootInformation const& boot) noexcept;

}  // namespace acrn::baremetal
