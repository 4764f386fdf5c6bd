// SPDX-License-Identifier: BSD-3-Clause
// The committed SeaBIOS capture as a plan, for benchmarks on real accesses.
#pragma once

#include "sim/replay/plan.hpp"

namespace acrn::bench {

/// Imports the committed text to a temporary file and loads it. Throws what the importer throws.
replay::Plan seabios_plan();

}  // namespace acrn::bench
