// SPDX-License-Identifier: BSD-3-Clause
// The exceptions that traces throws at its edge: each names the file, the place and the remedy.
#pragma once

#include <stdexcept>
#include <string>

namespace acrn::traces {

/// The content of a file is wrong (exit code 3 of the command line). `what()` is one line:
/// "FILE: offset N | line N: what was found, what was expected; what to do".
class ContentError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The environment lacks something: a file cannot be opened or written, a tool or permission is
/// missing (exit code 4 of the command line).
class EnvironmentError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace acrn::traces
