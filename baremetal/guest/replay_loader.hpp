// SPDX-License-Identifier: BSD-3-Clause
// Puts a list of recorded accesses, and the program that executes them, into a guest's RAM.
#pragma once

#include <cstdint>
#include <span>

#include "baremetal/guest/guest_ram.hpp"
#include "baremetal/guest/load_error.hpp"
#include "baremetal/vmx/guest_start.hpp"
#include "core/expected.hpp"

namespace acrn::baremetal {

/// Where the list lies: the player and its tables are in low memory.
inline constexpr std::uint64_t replay_list_address = 0x10'0000;

/// Loads `player` as load_flat() does in 64-bit mode, and `list` (traces/wire/access_list.hpp,
/// checked) at replay_list_address, which RSI has at the start. Errors: list_*, memory, flat_size.
core::Expected<GuestStart, LoadError> load_replay(std::span<std::uint8_t const> player,
                                                  std::span<std::uint8_t const> list,
                                                  GuestRam ram) noexcept;

}  // namespace acrn::baremetal
