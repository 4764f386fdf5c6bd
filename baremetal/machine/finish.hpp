// SPDX-License-Identifier: BSD-3-Clause
// The orderly end of a run: the verdict as text, then as the emulator's exit status, then HLT.
#pragma once

#include <cstdint>

namespace acrn::baremetal {

/// What isa-debug-exit is given; QEMU then exits with (value << 1) | 1.
enum class Verdict : std::uint8_t { passed = 0, failed = 1, crashed = 2 };

/// Prints the line "hv: end: passed|failed|crashed", waits for the UART and stops the machine.
[[noreturn]] void finish(Verdict verdict) noexcept;

}  // namespace acrn::baremetal
