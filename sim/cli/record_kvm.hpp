// SPDX-License-Identifier: BSD-3-Clause
// Records the KVM events of a running or freshly started guest with perf.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace acrn::cli {

/// What to record. With neither `pid` nor `command`, every guest of the machine.
struct RecordJob {
  std::optional<std::uint64_t> pid{};          ///< of the VMM
  std::vector<std::string> command{};          ///< VMM to start
  std::optional<std::uint64_t> duration_ns{};  ///< not with `command`
  std::string tracefs{};                       ///< where it is mounted; empty: the usual places
};

/// The KVM events that a recording needs, in the order perf is told.
std::vector<std::string> const& kvm_event_names();

/// Finds the KVM events below `tracefs` (empty: the usual places) and returns those of
/// kvm_event_names() that this kernel has. Throws traces::EnvironmentError with the remedy when
/// tracefs is not mounted or not readable, or when the kernel has no KVM events.
std::vector<std::string> find_kvm_events(std::string const& tracefs);

/// The perf command line that records into `data_path`.
std::vector<std::string> perf_record_command(RecordJob const& job,
                                             std::vector<std::string> const& events,
                                             std::string const& data_path);

/// Records until the command ends, the time is over or Ctrl-C, and writes the events as text to
/// `text_path`; `folder` is for intermediate files. Throws traces::EnvironmentError.
void record_kvm(RecordJob const& job, std::string const& folder, std::string const& text_path);

}  // namespace acrn::cli
