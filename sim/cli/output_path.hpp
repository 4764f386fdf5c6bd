// SPDX-License-Identifier: BSD-3-Clause
// Where a verb writes its capture: the default name, and the refusal to overwrite.
#pragma once

#include <cstdint>
#include <string>

namespace acrn::cli {

enum class Overwrite : std::uint8_t { refuse, allow };

/// "dir/boot.perf-script.txt.xz" gives "boot.perf-script.acap", in the current directory. Throws
/// UsageError for standard input, which has no name.
std::string default_capture_name(std::string const& source);

/// Throws UsageError when `path` exists and must not be overwritten or is the same file as
/// `source`, traces::EnvironmentError when it is a directory or its folder is missing. "-" and
/// devices pass.
void check_output(std::string const& path, std::string const& source, Overwrite overwrite);

}  // namespace acrn::cli
