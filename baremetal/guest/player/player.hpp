// SPDX-License-Identifier: BSD-3-Clause
// The program that re-executes a list of accesses, as the image carries it.
#pragma once

#include <cstdint>
#include <span>

namespace acrn::baremetal {

/// A flat program for 64-bit mode, for load_replay(). It takes the list's address in RSI.
std::span<std::uint8_t const> replay_player() noexcept;

}  // namespace acrn::baremetal
