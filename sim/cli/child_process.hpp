// SPDX-License-Identifier: BSD-3-Clause
// Runs another program and waits for it.
#pragma once

#include <string>
#include <vector>

namespace acrn::cli {

/// How a program ended: its exit code, or 128 + the number of the signal that ended it.
struct ChildResult {
  int code{};
};

/// Runs `command` (found by PATH) with its standard output on `output_descriptor` and standard
/// error on ours. Ctrl-C reaches it as usual, and this call still waits for its end. Throws
/// traces::EnvironmentError when it cannot be started.
ChildResult run_child(std::vector<std::string> const& command, int output_descriptor);

/// The program's full path, or empty when PATH has none of that name.
std::string find_program(std::string const& name);

}  // namespace acrn::cli
