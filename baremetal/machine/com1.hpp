// SPDX-License-Identifier: BSD-3-Clause
// The image's only voice: the 16550 UART at COM1, polled, 115200 baud, 8n1. Any CPU may print:
// lines come out whole. Missing features: receiving, interrupts, flow control. Documentation:
// PC16550D data sheet (National Semiconductor, 1995), section 8 "Registers".
#pragma once

#include <cstdint>
#include <string_view>

#include "core/types.hpp"

namespace acrn::baremetal {

/// Sets line, divisor and FIFO of the UART at `base`, where everything is printed from now on.
void com1_start(core::Port base) noexcept;
/// Prints `text`; "\n" becomes "\r\n". What follows the last "\n" is kept until its line ends, or
/// until print_pending().
void print(std::string_view text) noexcept;
/// Prints the part of this CPU's line that is there already: a prompt, say.
void print_pending() noexcept;
/// Prints in decimal.
void print_decimal(std::uint64_t value) noexcept;
/// Prints "0x" and exactly `digits` (1 to 16) lower-case hexadecimal digits.
void print_hex(std::uint64_t value, unsigned digits) noexcept;
/// From now on this CPU prints without regard to others, even if one of them stopped while it
/// printed. For the end of a run, when the others are being halted.
void print_alone() noexcept;
/// Waits until the last bit has left the wire; to be called before the machine is stopped.
void com1_drain() noexcept;

}  // namespace acrn::baremetal
