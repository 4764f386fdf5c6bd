// SPDX-License-Identifier: BSD-3-Clause
// Numbers, ranges and durations: from text and to text.
#include "sim/cli/text_units.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>

#include "sim/cli/exit_code.hpp"

namespace acrn::cli {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t ns_per_second = 1'000'000'000;
constexpr std::uint64_t maximum = std::numeric_limits<std::uint64_t>::max();

std::optional<std::uint64_t> parse_digits(std::string_view digits, int base) {
  std::uint64_t value{};
  auto const [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

[[noreturn]] void refuse(OptionSpec const& option, std::string_view text, std::string_view why) {
  throw UsageError(
      fmt::format("{} '{}': {}; for example: {}", option.name, text, why, option.example));
}

Range parse_range(OptionSpec const& option, std::string_view item, std::string_view text) {
  std::size_t const dash = item.find('-');
  auto const first = parse_number(item.substr(0, dash));
  auto const last = dash == item.npos ? first : parse_number(item.substr(dash + 1));
  if (!first || !last) {
    refuse(option, text, fmt::format("'{}' is neither a number nor a range FIRST-LAST", item));
  }
  if (*first > *last) {
    refuse(
        option, text,
        fmt::format("the range '{}' is reversed, did you mean {:#x}-{:#x}", item, *last, *first));
  }
  if (*last > option.value_max) {
    refuse(option, text, fmt::format("'{}' is above the largest, {:#x}", item, option.value_max));
  }
  return {*first, *last};
}

struct Unit {
  std::string_view suffix;
  std::uint64_t ns;
};

// Longer suffixes first: "ms" ends in "s".
constexpr std::array units{Unit{"ns", 1}, Unit{"us", 1'000}, Unit{"\u00b5s", 1'000},
                           Unit{"ms", 1'000'000}, Unit{"s", ns_per_second}};

}  // namespace

std::optional<std::uint64_t> parse_number(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0X")) return parse_digits(text.substr(2), 16);
  return parse_digits(text, 10);
}

std::vector<Range> parse_ranges(OptionSpec const& option, std::string_view text) {
  std::vector<Range> ranges;
  std::size_t begin = 0;
  while (true) {
    std::size_t const comma = text.find(',', begin);
    ranges.push_back(parse_range(option, text.substr(begin, comma - begin), text));
    if (comma == text.npos) return ranges;
    begin = comma + 1;
  }
}

std::optional<std::uint64_t> parse_duration_ns(std::string_view text) {
  std::uint64_t unit_ns = ns_per_second;
  for (Unit const& unit : units) {
    if (text.ends_with(unit.suffix)) {
      unit_ns = unit.ns;
      text.remove_suffix(unit.suffix.size());
      break;
    }
  }
  std::size_t const point = text.find('.');
  auto const whole = parse_digits(text.substr(0, point), 10);
  if (!whole) return std::nullopt;
  Wide total = Wide{*whole} * unit_ns;
  if (point != text.npos) {
    std::string_view const fraction = text.substr(point + 1);
    if (fraction.empty()) return std::nullopt;
    std::uint64_t place_ns = unit_ns;
    for (char const digit : fraction) {
      if (digit < '0' || digit > '9') return std::nullopt;
      if (place_ns % 10 != 0 && digit != '0') return std::nullopt;
      place_ns /= 10;
      total += Wide{place_ns} * static_cast<unsigned>(digit - '0');
    }
  }
  if (total > maximum / 2) return std::nullopt;
  return static_cast<std::uint64_t>(total);
}

std::uint64_t ticks_to_ns(traces::Clock const& clock, std::uint64_t ticks) {
  // 2^64 ticks * 10^9 fits 128 bits; the denominator is divided out first where that is exact.
  Wide const scaled = Wide{ticks} * ns_per_second;
  Wide const ns = scaled / clock.hz_numerator * clock.hz_denominator +
                  scaled % clock.hz_numerator * clock.hz_denominator / clock.hz_numerator;
  return ns > maximum ? maximum : static_cast<std::uint64_t>(ns);
}

std::uint64_t ns_to_ticks(traces::Clock const& clock, std::uint64_t ns) {
  Wide const ticks = Wide{ns} * clock.hz_numerator / (Wide{clock.hz_denominator} * ns_per_second);
  return ticks > maximum ? maximum : static_cast<std::uint64_t>(ticks);
}

std::string seconds_text(std::uint64_t ns) {
  return fmt::format("{}.{:09}", ns / ns_per_second, ns % ns_per_second);
}

std::string duration_text(std::uint64_t ns) {
  if (ns < 1'000) return fmt::format("{} ns", ns);
  constexpr std::array<std::string_view, 3> names{"us", "ms", "s"};
  double value = static_cast<double>(ns) / 1e3;
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < names.size()) {
    value /= 1e3;
    ++unit;
  }
  if (value >= 99.95) return fmt::format("{:.0f} {}", value, names[unit]);
  return fmt::format("{:.{}f} {}", value, value >= 9.995 ? 1 : 2, names[unit]);
}

std::string grouped(std::uint64_t number) {
  std::string const digits = std::to_string(number);
  std::string text;
  for (std::size_t at = 0; at < digits.size(); ++at) {
    if (at != 0 && (digits.size() - at) % 3 == 0) text += ',';
    text += digits[at];
  }
  return text;
}

}  // namespace acrn::cli
