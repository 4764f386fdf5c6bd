// SPDX-License-Identifier: BSD-3-Clause
// Checks the name of an output before any work is done.
#include "sim/cli/output_path.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>
#include <system_error>

#include "sim/cli/exit_code.hpp"
#include "traces/error.hpp"

namespace acrn::cli {
namespace fs = std::filesystem;

std::string default_capture_name(std::string const& source) {
  if (source == "-") {
    throw UsageError("-o is needed when the source is standard input; for example: -o boot.acap");
  }
  fs::path name = fs::path{source}.filename();
  for (std::string_view const ending : {".xz", ".gz", ".zst"}) {
    if (name.extension() == ending) {
      name.replace_extension();
      break;
    }
  }
  for (std::string_view const ending : {".txt", ".log", ".trace"}) {
    if (name.extension() == ending) {
      name.replace_extension();
      break;
    }
  }
  return name.string() + ".acap";
}

void check_output(std::string const& path, std::string const& source, Overwrite overwrite) {
  if (path == "-") return;
  std::error_code error;
  fs::file_status const status = fs::status(path, error);
  if (fs::is_directory(status)) {
    throw traces::EnvironmentError(
        fmt::format("{}: cannot be written: is a directory; name a file in it", path));
  }
  fs::path const folder = fs::path{path}.parent_path();
  if (!folder.empty() && !fs::is_directory(folder, error)) {
    throw traces::EnvironmentError(fmt::format(
        "{}: cannot be written: there is no folder {}; make it first", path, folder.string()));
  }
  if (!fs::is_regular_file(status)) return;
  if (source != "-" && fs::equivalent(path, source, error)) {
    throw UsageError(fmt::format("{}: is the input as well; name another output", path));
  }
  if (overwrite == Overwrite::refuse) {
    throw UsageError(
        fmt::format("{}: exists already; name another output, or overwrite it with --force", path));
  }
}

}  // namespace acrn::cli
