// SPDX-License-Identifier: BSD-3-Clause
// Turns an event into one grep-able line, or one JSON object, with stable columns.
#pragma once

#include <fmt/format.h>

#include <cstdint>

#include "sim/cli/event.hpp"
#include "traces/capture_info.hpp"

namespace acrn::cli {

enum class TimeStyle : std::uint8_t { seconds, nanoseconds };

/// Formats the events of one capture. The grammar, in full in sim/cli/README.md:
///
///   vm1/vcpu0 [???] 12.000345678: ioreq:submit slot=0 pio W 0x03f8 size=1 value=0x41 free->pending
///
/// VM and vCPU, physical CPU, time, class:event, then what the event has in an order that never
/// changes. What is not known is "?".
class EventLine {
 public:
  /// Times are counted from `start` (ticks), the capture's first stamp.
  EventLine(traces::CaptureInfo const& info, std::uint64_t start, TimeStyle style);

  /// Appends the line with its line feed.
  void append(fmt::memory_buffer& out, Event const& event) const;

 private:
  void row(fmt::memory_buffer& out, Event const& event, traces::ExitRow const& exit) const;
  void row(fmt::memory_buffer& out, Event const& event, traces::AccessRow const& access) const;
  void row(fmt::memory_buffer& out, Event const& event, traces::SlotRow const& slot) const;
  void row(fmt::memory_buffer& out, Event const& event, traces::InjectRow const& inject) const;
  void row(fmt::memory_buffer& out, Event const& event, traces::InputRow const& input) const;
  void time(fmt::memory_buffer& out, std::uint64_t ticks) const;

  traces::CaptureInfo const* info_;
  std::uint64_t start_{};
  TimeStyle style_{};
};

}  // namespace acrn::cli
