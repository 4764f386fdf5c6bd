// SPDX-License-Identifier: BSD-3-Clause
// The orderly end of a run: the verdict as text, then as the emulator's exit status, then HLT.
#pragma once

#include <cstdint>

namespace acrn::baremetal {

/// What isa-debug-exit is given; QEMU then exits with (value << 1) | 1.
enum class Verdict : std::uint8_t { passed = 0, failed = 1, crashed = 2 };

/// Prints the line "hv: end: passed|failed|crashed", waits for the UART and stops the machine.
/// On any CPU; the first one counts, the others halt.
[[noreturn]] void finish(Verdict verdict) noexcept;

/// Makes this CPU the one that ends the run, and the only one that still prints: the others are
/// sent an NMI and halt, at the latest when they print. Does not return where another CPU already
/// ends the run. The first thing in a crash; finish() does it, too.
void claim_the_end() noexcept;

/// Whether a CPU other than this has called claim_the_end().
bool another_cpu_ends_the_run() noexcept;

}  // namespace acrn::baremetal
