// SPDX-License-Identifier: BSD-3-Clause
// How numbers, ranges and durations are written on the command line and in reports.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "traces/capture_info.hpp"

namespace acrn::cli {

/// Numbers from `first` to `last`, both included, as users write them (0x3f8-0x3ff).
struct Range {
  std::uint64_t first{};
  std::uint64_t last{};
  [[nodiscard]] bool contains(std::uint64_t value) const { return first <= value && value <= last; }
  friend bool operator==(Range const&, Range const&) = default;
};

/// What an option accepts, for its error messages.
struct OptionSpec {
  std::string_view name;     ///< "--port"
  std::string_view example;  ///< "--port 0x3f8-0x3ff"
  std::uint64_t value_max{};
};

/// A decimal number, or hexadecimal after 0x; nothing else before or after. Nothing when it is not
/// one or does not fit in 64 bits.
std::optional<std::uint64_t> parse_number(std::string_view text);

/// Comma-separated numbers and ranges: "0x60", "0x3f8-0x3ff,0x60". Throws UsageError naming the
/// option and the text for anything malformed, reversed, or above the option's maximum.
std::vector<Range> parse_ranges(OptionSpec const& option, std::string_view text);

/// Nanoseconds of "10us", "1.5ms", "2s", "250ns" or, without unit, of seconds. Exact: a fraction
/// finer than a nanosecond is refused. Nothing when malformed or beyond 2^63 ns.
std::optional<std::uint64_t> parse_duration_ns(std::string_view text);

/// `ticks` of the clock in nanoseconds, rounded down; saturates. The clock must be timed.
std::uint64_t ticks_to_ns(traces::Clock const& clock, std::uint64_t ticks);
/// `ns` in ticks of the clock, rounded down; saturates. The clock must be timed.
std::uint64_t ns_to_ticks(traces::Clock const& clock, std::uint64_t ns);

/// "12.000345678": seconds with nine digits.
std::string seconds_text(std::uint64_t ns);
/// "830 ns", "12.9 us", "3.28 s": three significant digits and a unit.
std::string duration_text(std::uint64_t ns);
/// "27,342".
std::string grouped(std::uint64_t number);

}  // namespace acrn::cli
