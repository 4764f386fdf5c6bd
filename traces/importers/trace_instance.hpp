// SPDX-License-Identifier: BSD-3-Clause
// A private trace buffer of the kernel: a tracefs instance that never outlives its owner.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace acrn::traces {

/// Where tracefs is: `wanted`, or the first of the usual places that has KVM's events. Throws
/// EnvironmentError, with the remedy, when it is not mounted, may not be read, or the kernel has
/// no KVM events.
std::filesystem::path find_tracefs(std::string const& wanted);

/// An instance of its own, so that nobody else's tracing is disturbed. The destructor switches its
/// events off and removes it.
class TraceInstance {
 public:
  /// Makes `root`/instances/`name`. Throws EnvironmentError.
  TraceInstance(std::filesystem::path const& root, std::string const& name);
  ~TraceInstance();
  TraceInstance(TraceInstance const&) = delete;
  TraceInstance& operator=(TraceInstance const&) = delete;

  [[nodiscard]] std::filesystem::path const& path() const { return path_; }

  /// Writes a control file. Throws EnvironmentError.
  void set(std::string const& file, std::string_view value) const;
  /// The same for files that older kernels lack: whether it could be written.
  [[nodiscard]] bool try_set(std::string const& file, std::string_view value) const;
  /// Switches on those of `events` that this kernel has; throws EnvironmentError if it has none.
  void enable(std::vector<std::string> const& events);
  /// Stops tracing and switches the events off. Does nothing the second time.
  void disable();
  /// Removes the instance, which must be unused; whether that succeeded.
  bool remove();

 private:
  std::filesystem::path path_;
  std::vector<std::string> enabled_;  ///< control files that hold "1"
  bool present_{true};
};

}  // namespace acrn::traces
