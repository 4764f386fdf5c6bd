// SPDX-License-Identifier: BSD-3-Clause
// The content of the golden captures. Never change it: the files are evidence of their format
// versions.
#pragma once

#include "traces/writer.hpp"

namespace acrn::tests {

traces::CaptureInfo golden_info();

/// Writes rows of all five streams, two VMs, three vCPUs, with absences, losses and extremes.
void write_golden(traces::Writer& writer);

/// The same, and what format 2 has a shorter form for or alone: requests with all their slot
/// transitions, accesses with many stamps, inputs that name their exit.
void write_golden_v2(traces::Writer& writer);

/// The options that make several chunks of so few rows.
inline constexpr std::uint32_t golden_chunk_rows = 16;

}  // namespace acrn::tests
