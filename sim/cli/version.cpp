// SPDX-License-Identifier: BSD-3-Clause
// Puts the version line together.
#include "sim/cli/version.hpp"

#include <fmt/format.h>
#include <linux/acrn.h>

#include "sim/cli/revision.hpp"
#include "traces/capture_info.hpp"

namespace acrn::cli {

std::string version_text() {
  return fmt::format(
      "acrntb {}, capture format {}, ioreq ABI linux/acrn.h {} x {} bytes, revision {}",
      ACRN_TESTBED_VERSION, traces::format_version, ACRN_IO_REQUEST_MAX, sizeof(acrn_io_request),
      ACRN_TESTBED_REVISION);
}

}  // namespace acrn::cli
