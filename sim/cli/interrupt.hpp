// SPDX-License-Identifier: BSD-3-Clause
// What Ctrl-C does: a clean end of the output where that is possible, and always exit code 130.
#pragma once

#include <string>

namespace acrn::cli {

/// Takes over SIGINT, and disarms SIGPIPE so that writes report it. The first Ctrl-C sets the flag
/// that interrupted() tells; a second one ends the process at once.
void install_signal_handlers();

/// Whether Ctrl-C was pressed.
bool interrupted();

/// While one of these lives, the first Ctrl-C ends the process at once, after saying `message`: for
/// work that cannot look at a flag. One at a time.
class ImmediateInterrupt {
 public:
  /// Throws Interrupted when Ctrl-C was pressed already.
  explicit ImmediateInterrupt(std::string message);
  ~ImmediateInterrupt();
  ImmediateInterrupt(ImmediateInterrupt const&) = delete;
  ImmediateInterrupt& operator=(ImmediateInterrupt const&) = delete;

 private:
  std::string message_;
};

}  // namespace acrn::cli
