// SPDX-License-Identifier: BSD-3-Clause
// Rewrites a capture with a progress bar, and tells how many rows it has and what it takes now.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

#include "sim/cli/import_report.hpp"
#include "traces/recompress.hpp"

namespace acrn::cli {

/// Rewrites. Ctrl-C ends the process with a word about what is left. Throws what
/// traces::recompress() does.
traces::RecompressReport run_rewrite(ImportJob const& job, Talk const& talk, ProgressMode mode);

std::string rewrite_text(traces::RecompressReport const& report, ImportJob const& job);
/// The same with schema "acrntb.rewrite/1".
nlohmann::ordered_json rewrite_json(traces::RecompressReport const& report, ImportJob const& job);

}  // namespace acrn::cli
