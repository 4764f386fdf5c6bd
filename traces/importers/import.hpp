// SPDX-License-Identifier: BSD-3-Clause
// Turns a trace in another tool's format into a capture: the one entry that the command line calls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "traces/capture_info.hpp"
#include "traces/writer.hpp"

namespace acrn::traces {

/// How far an import is. Reported about once per MiB of text, and once at the end.
struct ImportProgress {
  std::uint64_t bytes_read{};   ///< of the source as stored, that is, compressed
  std::uint64_t bytes_total{};  ///< size of the source as stored; 0: not known (a pipe)
  std::uint64_t lines{};        ///< lines seen so far
};

struct ImportOptions {
  std::string dialect{};              ///< one of dialect_names(); empty: detect
  std::size_t rejected_shown_max{5};  ///< how many rejected lines the report keeps in full
  std::function<void(ImportProgress const&)> progress{};  ///< may throw to cancel; nothing is left
  WriterOptions writer{};
};

/// A line that looked like an event and could not be one.
struct RejectedLine {
  std::uint64_t line{};  ///< counted from 1
  std::string reason;
  std::string text;  ///< its first 200 bytes; other than printable ASCII shown as '?'
};

/// How an import went. Every line of the source is used, ignored or rejected, in one of the three
/// maps, so that their sums are `source.used`, `source.ignored` and `source.rejected`.
struct ImportReport {
  SourceInfo source;
  Clock clock;
  std::map<std::string, std::uint64_t> used_by_kind;
  std::map<std::string, std::uint64_t> ignored_by_kind;
  std::map<std::string, std::uint64_t> rejected_by_reason;
  std::vector<RejectedLine> rejected;          ///< the first few, in source order
  std::map<std::string, std::uint64_t> notes;  ///< what was repaired or assumed, how many times
  std::uint64_t lines{};
  std::uint64_t accesses{};
  std::uint64_t exits{};
  std::uint64_t injections{};
  std::uint64_t inputs{};
  std::size_t vcpus{};
  /// Threads that print the number of a vCPU which another thread already runs: the source holds
  /// several VMs, whose events cannot be told apart and are one VM in the capture.
  std::vector<std::uint64_t> threads_of_other_vms;
};

/// The dialects that ImportOptions::dialect takes: "kvm-ftrace", "kvm-trace-cmd",
/// "kvm-perf-script", "qemu-log".
std::span<std::string_view const> dialect_names();

/// Reads the trace `source` (plain, .xz, .gz or .zst, told apart by content; "-" is standard input)
/// and writes the capture `destination` ("-" is standard output). On any exception nothing is left
/// at `destination`.
///
/// Throws ContentError (a source that is damaged, or that is no trace of a known dialect),
/// EnvironmentError (a file that cannot be read or written) and std::invalid_argument (a dialect
/// that is not in dialect_names()).
ImportReport import_capture(std::string const& source, std::string const& destination,
                            ImportOptions const& options);

}  // namespace acrn::traces
