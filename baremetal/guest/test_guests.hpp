// SPDX-License-Identifier: BSD-3-Clause
// The test guests that the image carries: flat programs, each for one processor mode.
#pragma once

#include <cstdint>
#include <span>

#include "baremetal/vmx/guest_start.hpp"

namespace acrn::baremetal {

/// The program for `mode`, for load_flat(). It needs 1 MiB of RAM, UART, PIC, PIT and the test
/// device; it prints a line per case on COM1 and ends through port 0xF4: 0 when all passed.
std::span<std::uint8_t const> test_guest(GuestStart::Mode mode) noexcept;

}  // namespace acrn::baremetal
