// SPDX-License-Identifier: BSD-3-Clause
// The exit codes of acrntb, and the exceptions of the command line itself that lead to them.
#pragma once

#include <stdexcept>

namespace acrn::cli {

/// What the process returns. Scripts rely on these numbers.
enum class ExitCode : int {
  ok = 0,             ///< done
  no = 1,             ///< the question was answered, and the answer is "no" (a replay diverged)
  usage = 2,          ///< the command line is wrong
  content = 3,        ///< the content of a file is wrong
  environment = 4,    ///< a file, a tool, a permission or space is missing
  internal = 70,      ///< an error in acrntb itself
  interrupted = 130,  ///< stopped by the user
};

/// The command line is wrong. `what()` is one line: option, text given, what was expected.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The user asked to stop and the verb came to a clean end of its output.
class Interrupted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Nobody reads standard output any more (`acrntb ... | head`). Not an error.
class OutputClosed : public std::exception {};

}  // namespace acrn::cli
