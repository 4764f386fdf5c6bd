// SPDX-License-Identifier: BSD-3-Clause
// Runs an import with a progress bar and tells what became of the source's lines.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

#include "sim/cli/output.hpp"
#include "sim/cli/progress.hpp"
#include "traces/importers/import.hpp"

namespace acrn::cli {

struct ImportJob {
  std::string source;
  std::string output;
  std::string dialect;  ///< empty: detect
};

/// Imports. Ctrl-C ends the process with a word about what is left. Throws what import_capture()
/// does, and traces::ContentError when no line of the source could be used.
traces::ImportReport run_import(ImportJob const& job, Talk const& talk, ProgressMode mode);

/// One warning when lines were rejected.
void warn_rejected(traces::ImportReport const& report, std::string const& source, Talk const& talk);

/// Used, ignored and rejected lines by kind, and the first rejected lines.
std::string import_text(traces::ImportReport const& report, ImportJob const& job);
/// The same with schema "acrntb.import/1".
nlohmann::ordered_json import_json(traces::ImportReport const& report, ImportJob const& job);

}  // namespace acrn::cli
