// SPDX-License-Identifier: BSD-3-Clause
// The committed captures as plans, for benchmarks on real accesses.
#pragma once

#include "sim/replay/plan.hpp"

namespace acrn::bench {

/// Each imports the committed text to a temporary file and loads it. Throws what the importer
/// throws. A quarter of SeaBIOS' accesses are forwarded, and nearly all of microvm's.
replay::Plan seabios_plan();
replay::Plan microvm_plan();

}  // namespace acrn::bench
