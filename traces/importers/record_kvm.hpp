// SPDX-License-Identifier: BSD-3-Clause
// Records a guest of this machine's KVM by a private tracefs instance; needs root, but no perf.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "traces/importers/import.hpp"

namespace acrn::traces {

/// What to record, until when. A recording ends when `duration` is over, `command` has ended, or
/// `stop` says so, whichever is first; without any of them it would not end, which is refused. A
/// command that still runs at the end is ended (SIGTERM), as timeout(1) does.
struct KvmRecording {
  std::optional<std::uint64_t> pid{};  ///< of the VMM; nothing: every guest of the machine
  std::vector<std::string> command{};  ///< VMM to start and record; not with `pid`
  std::optional<std::chrono::milliseconds> duration{};
  std::function<bool()> stop{};  ///< asked 20 times a second, as for Ctrl-C
  std::string tracefs{};         ///< where it is mounted; empty: the usual places
  std::string kvm_device{"/dev/kvm"};
  std::string work_folder{};         ///< for the text; empty: the folder for temporary files
  std::uint64_t buffer_kib{16'384};  ///< of the kernel, for each CPU
  /// Told where the instance is, before its control files are written.
  std::function<void(std::filesystem::path const&)> instance_made{};
};

/// The events that are recorded, where the kernel has them.
std::vector<std::string> const& recorded_kvm_events();

/// Records and imports into the capture `destination`. Whatever happens, no event stays enabled and
/// the instance is removed; events that the kernel's buffer lost are in the report.
///
/// Throws EnvironmentError, with the remedy: no KVM, no tracefs, no permission, no KVM events, no
/// such process, a command that cannot be run. Throws ContentError when no event was seen. Throws
/// std::invalid_argument for a recording that contradicts itself.
ImportReport record_kvm(KvmRecording const& recording, std::string const& destination,
                        ImportOptions const& options);

}  // namespace acrn::traces
