// SPDX-License-Identifier: BSD-3-Clause
// The filters that report and replay share: by vCPU, port, guest-physical address and time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/types.hpp"
#include "sim/cli/text_units.hpp"
#include "traces/capture_info.hpp"

namespace acrn::cli {

/// The filter options as typed; empty means not given.
struct FilterOptions {
  std::string vcpu{};  ///< "0,2"
  std::string port{};  ///< "0x3f8-0x3ff"
  std::string gpa{};   ///< "0xfed00000-0xfed003ff"
  std::string time{};  ///< "FROM,TO", see parse_time_window()
};

/// One end of a time window, before the capture's length is known.
struct TimeBound {
  enum class Base : std::uint8_t { start, from, end };
  Base base{};
  std::uint64_t offset_ns{};  ///< added to start or from, taken off end
  friend bool operator==(TimeBound const&, TimeBound const&) = default;
};

struct TimeWindow {
  std::optional<TimeBound> from{};
  std::optional<TimeBound> to{};
};

/// "FROM,TO" in seconds from the start of the capture. Either may be empty. Each is a duration
/// ("1.5", "20ms") or counts back from the end ("end-1s"); TO may be "+10ms", which is FROM + 10
/// ms. Throws UsageError.
TimeWindow parse_time_window(std::string_view text);

/// First and last stamp of a capture, in ticks.
struct TimeSpan {
  std::uint64_t first{};
  std::uint64_t last{};
};

/// Where an event happened, as far as it is known.
struct EventPlace {
  core::VcpuId vcpu{};
  std::optional<core::Space> space{};
  std::uint64_t address{};
  std::uint8_t size{1};  ///< bytes from `address`
  std::uint64_t time{};  ///< ticks
};

/// The filters, ready to be asked. An event that has no address passes an address filter never.
class Filters {
 public:
  /// Checks and stores the options. Throws UsageError.
  explicit Filters(FilterOptions const& options);

  /// Fixes the time window for one capture. Throws UsageError when a window was asked for and the
  /// capture is untimed or its span is not known, or the window ends before it begins. Call once
  /// before keep().
  void resolve(traces::Clock const& clock, std::optional<TimeSpan> const& known_span);

  [[nodiscard]] bool keep(EventPlace const& place) const;
  /// Whether any filter is set.
  [[nodiscard]] bool active() const;

 private:
  [[nodiscard]] bool keeps_address(EventPlace const& place) const;

  std::vector<Range> vcpus_;
  std::vector<Range> ports_;
  std::vector<Range> gpas_;
  std::string time_text_;
  TimeWindow window_;
  std::optional<Range> ticks_;
};

}  // namespace acrn::cli
