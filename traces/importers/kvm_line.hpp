// SPDX-License-Identifier: BSD-3-Clause
// The part of a KVM event line that all events share: task, CPU, time, event name.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace acrn::traces {

/// Who printed a line, as far as the line itself tells.
enum class KvmPrinter : std::uint8_t { ftrace, trace_cmd, perf_script };

/// A time stamp as printed: "2871.346555" has seconds 2871, fraction 346555, fraction_digits 6.
/// A clock that does not count seconds ("x86-tsc") prints one number and no fraction.
struct TextStamp {
  std::uint64_t seconds{};
  std::uint64_t fraction{};
  std::uint8_t fraction_digits{};

  /// In units of 10^-digits seconds; finer digits are cut, coarser ones filled with zeros.
  [[nodiscard]] std::uint64_t ticks(std::uint8_t digits) const noexcept;
};

struct KvmLine {
  std::uint64_t thread{};            ///< the task's pid, which is a thread id
  std::optional<std::uint64_t> cpu;  ///< the host's
  TextStamp time;
  std::string_view event;    ///< without a "kvm:" before it
  std::string_view message;  ///< trimmed
  KvmPrinter printer{};
};

/// Takes a line apart: `[instance:] comm-pid [cpu] flags? time: event: message`, or perf script's
/// `comm pid [cpu] time: kvm:event: message`. The comm may hold blanks, slashes, dashes and
/// brackets, so that it is read from the right. The latency format of trace-cmd report (`-l`) has
/// CPU and flags in one column without brackets: `comm-pid 3d..1 time: ...`. Leading "> " of quoted
/// mail is skipped. Nothing where the line is not of that form.
std::optional<KvmLine> parse_kvm_line(std::string_view text) noexcept;

/// Whether the line has a time like ftrace's own latency-format option prints: `  123us!:
/// kvm_pio:`, counted from a moment that the text does not tell.
bool has_relative_time(std::string_view text) noexcept;

/// A marker of lost events: `CPU:1 [LOST 5 EVENTS]`, `CPU:1 [5 EVENTS DROPPED]`, or perf's
/// `PERF_RECORD_LOST lost 5`.
struct LostMarker {
  std::optional<std::uint64_t> cpu;
  std::uint64_t count{1};  ///< 1 where the marker does not say
};
std::optional<LostMarker> parse_lost_marker(std::string_view text) noexcept;

/// Events that a file's heading says were overwritten:
/// `# entries-in-buffer/entries-written: 44611/50000   #P:2`. 0 for any other text.
std::uint64_t overwritten_entries(std::string_view text) noexcept;

/// Comments, headings and blank lines: the kind to count them under, or nullptr for other lines.
char const* kvm_remark_kind(std::string_view text) noexcept;

}  // namespace acrn::traces
