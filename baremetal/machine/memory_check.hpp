// SPDX-License-Identifier: BSD-3-Clause
// A look at the memory before it is used.
#pragma once

#include "baremetal/machine/frame_ranges.hpp"

namespace acrn::baremetal {

/// Whether the first and the last word of every free range keep two patterns that are written to
/// them. Contents are put back. All memory must be mapped, and nothing else uses it.
bool every_range_answers(FrameRanges const& free) noexcept;

}  // namespace acrn::baremetal
