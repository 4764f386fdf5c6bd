// SPDX-License-Identifier: BSD-3-Clause
// Puts a program without a header into a guest's RAM, and starts it in one of three modes.
#pragma once

#include <cstdint>
#include <span>

#include "baremetal/guest/guest_ram.hpp"
#include "baremetal/guest/load_error.hpp"
#include "baremetal/vmx/guest_start.hpp"
#include "core/expected.hpp"

namespace acrn::baremetal {

/// Where a flat program lies and starts, in every mode: real mode sees it at 0x1000:0.
inline constexpr std::uint64_t flat_address = 0x10000;
/// The most bytes of a program, so that it and its stack stay in one segment in real mode, and
/// below 640 KiB in the other modes.
inline constexpr std::uint64_t flat_size_max_real = 60 << 10U;
inline constexpr std::uint64_t flat_size_max = 480 << 10U;

/// Copies `program` to flat_address and starts at its first byte, interrupts off. Real mode: all
/// segments 0x1000, SP 0xFFF0. protected32 and long64: a GDT (code 0x10, data 0x18) below 0x1000,
/// stack top at 0x9F000; long64: identity page tables over the first 4 GiB from 0x2000 on.
/// Errors: flat_size, memory.
core::Expected<GuestStart, LoadError> load_flat(std::span<std::uint8_t const> program,
                                                GuestStart::Mode mode, GuestRam ram) noexcept;

}  // namespace acrn::baremetal
