// SPDX-License-Identifier: BSD-3-Clause
// Who answers a planned access in the machine under replay.
#pragma once

#include <cstdint>

#include "core/access.hpp"
#include "core/types.hpp"
#include "traces/rows.hpp"

namespace acrn::replay {

/// Ports of PCI configuration mechanism 1. Source: PCI Local Bus Specification 3.0, 3.2.2.3.2.
inline constexpr std::uint64_t config_address_port = 0xcf8;
inline constexpr std::uint64_t config_port_last = 0xcff;

constexpr bool touches_config_ports(core::Access const& access) {
  return access.space == core::Space::port && access.address <= config_port_last &&
         access.address + access.size > config_address_port;
}

/// Whether the recorded device inside the hypervisor takes it: what a handler there answered, what
/// was queued without waiting, and configuration ports of a VM without a host bridge. Those nobody
/// claimed, yet an HSM would answer them as if there were one.
constexpr bool device_answers(core::Access const& access, traces::Handling handling) {
  switch (handling) {
    case traces::Handling::hypervisor:
    case traces::Handling::queued:
      return true;
    case traces::Handling::unclaimed:
      return touches_config_ports(access);
    case traces::Handling::unknown:
    case traces::Handling::forwarded:
      break;
  }
  return false;
}

/// What the part of the access at `address` that `piece` is has of the whole's `value`, not cut to
/// its size.
constexpr std::uint64_t piece_of(std::uint64_t address, core::Access const& piece,
                                 std::uint64_t value) {
  // Of ports the low bits are the same although they wrap; no access is longer than 8 bytes.
  return value >> (8U * ((piece.address - address) % core::access_size_max));
}

}  // namespace acrn::replay
