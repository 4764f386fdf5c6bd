// SPDX-License-Identifier: BSD-3-Clause
// The command line as a function: parses, runs the verb, and maps every failure to an exit code.
#pragma once

namespace acrn::cli {

/// Runs acrntb. Never throws. Returns an ExitCode as a number.
int run(int argc, char const* const* argv) noexcept;

}  // namespace acrn::cli
