// SPDX-License-Identifier: BSD-3-Clause
// The router: who answers an access. Knows nothing of instructions, and never waits.
#pragma once

#include <cstdint>

#include "core/access.hpp"
#include "core/emulate/effects.hpp"
#include "core/emulate/route.hpp"
#include "core/emulate/vm_state.hpp"
#include "core/profile.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// Size of the pages that EPT maps guest-physical memory by, at their smallest.
inline constexpr std::uint64_t guest_page_size_bytes = 4096;

/// Routes one access. On return a write's value is cut to its size; a read's value is what was
/// answered, cut to its size, or all ones of its size where nobody has answered yet. Routes:
///  - completed: a device answered, or nobody exists who could (no device model: all ones);
///  - queued: a write that an asynchronous descriptor takes; it is on the ring, and the effects ask
///    for the upcall;
///  - ring_full: such a write, and the ring has no room: nothing happened, route it again later;
///    the effects ask for the upcall, so that somebody makes room;
///  - forward: unclaimed or declined, and the VM has a device model;
///  - no_handler: unclaimed or declined, where the profile says so;
///  - spans_devices: refused, or, under SpanRule::split, to be cut by Splitter;
///  - invalid: a size or address that no access in that space can have, or a space that is not
///    routed here (only the service module makes pci_config requests);
///  - handler_error: effects.handler_errno() says what the device returned.
Route emulate_io(VmState& vm, Turn turn, Profile const& profile, Access& access, Ticks now,
                 Effects& effects);

}  // namespace acrn::core
