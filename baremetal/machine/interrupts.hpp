// SPDX-License-Identifier: BSD-3-Clause
// What happens when something interrupts the hypervisor itself.
#pragma once

#include "baremetal/machine/exceptions.hpp"

namespace acrn::baremetal {

/// An NMI: counted, or the end of this CPU when the machine is ending.
void take_nmi() noexcept;

/// An interrupt with a vector of 32 or more, taken inside wait_for_wake().
void take_interrupt(ExceptionFrame const& frame) noexcept;

}  // namespace acrn::baremetal
