// SPDX-License-Identifier: BSD-3-Clause
// The image's only voice: the 16550 UART at COM1, polled, 115200 baud, 8n1.
// Missing features: receiving, interrupts, flow control.
// Documentation: PC16550D data sheet (National Semiconductor, 1995), section 8 "Registers".
#pragma once

#include <cstdint>
#include <string_view>

namespace acrn::baremetal {

/// Sets line, divisor and FIFO. Call once, before anything prints.
void com1_start() noexcept;
/// Prints `text`; "\n" becomes "\r\n".
void print(std::string_view text) noexcept;
/// Prints in decimal.
void print_decimal(std::uint64_t value) noexcept;
/// Prints "0x" and exactly `digits` (1 to 16) lower-case hexadecimal digits.
void print_hex(std::uint64_t value, unsigned digits) noexcept;
/// Waits until the last bit has left the wire; to be called before the machine is stopped.
void com1_drain() noexcept;

}  // namespace acrn::baremetal
