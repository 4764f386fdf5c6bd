// SPDX-License-Identifier: BSD-3-Clause
// A command that is started but held back until its recording is ready.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace acrn::traces {

/// A child process between fork and exec, then the command. The destructor ends a child that is
/// still there: it was started here and belongs to the recording.
class HeldChild {
 public:
  /// Forks. `command` must not be empty. Throws EnvironmentError.
  explicit HeldChild(std::vector<std::string> const& command);
  ~HeldChild();
  HeldChild(HeldChild const&) = delete;
  HeldChild& operator=(HeldChild const&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Lets the command run. Throws EnvironmentError when it cannot be executed.
  void release();
  /// Whether the command has ended.
  bool ended();

 private:
  std::string name_;
  pid_t pid_{-1};
  int go_{-1};       ///< closing it releases the child
  int failure_{-1};  ///< carries errno of a failed exec
};

}  // namespace acrn::traces
