// SPDX-License-Identifier: BSD-3-Clause
// Who answers a planned access in the machine under replay.
#pragma once

#include <cstdint>

#include "core/types.hpp"
#include "sim/replay/plan.hpp"
#include "traces/reader.hpp"

namespace acrn::replay {

/// Ports of PCI configuration mechanism 1. Source: PCI Local Bus Specification 3.0, 3.2.2.3.2.
inline constexpr std::uint64_t config_address_port = 0xcf8;
inline constexpr std::uint64_t config_port_last = 0xcff;

inline bool touches_config_ports(std::uint8_t shape, std::uint64_t address) {
  return address <= config_port_last && traces::shape_space(shape) == core::Space::port &&
         address + traces::shape_size(shape) > config_address_port;
}

/// Whether the recorded device inside the hypervisor takes it: what a handler there answered, what
/// was queued without waiting, and configuration ports of a VM without a host bridge. Those nobody
/// claimed, yet an HSM would answer them as if there were one.
inline bool device_answers(PlannedAccess const& access) {
  switch (access.handling) {
    case traces::Handling::hypervisor:
    case traces::Handling::queued:
      return true;
    case traces::Handling::unclaimed:
      return touches_config_ports(access.shape, access.address);
    case traces::Handling::unknown:
    case traces::Handling::forwarded:
      break;
  }
  return false;
}

}  // namespace acrn::replay
