// SPDX-License-Identifier: BSD-3-Clause
// What this build of acrntb is.
#pragma once

#include <string>

namespace acrn::cli {

/// "acrntb 0.1.0, capture format 2, ioreq ABI ..., revision 1a2b3c4d".
std::string version_text();

}  // namespace acrn::cli
