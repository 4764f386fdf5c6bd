// SPDX-License-Identifier: BSD-3-Clause
// Parses the filter options and answers whether an event passes them.
#include "sim/cli/filters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "sim/cli/exit_code.hpp"

namespace acrn::cli {
namespace {

constexpr std::uint64_t maximum = std::numeric_limits<std::uint64_t>::max();
constexpr OptionSpec vcpu_option{"--vcpu", "--vcpu 0,2", 0xffff};
constexpr OptionSpec port_option{"--port", "--port 0x3f8-0x3ff", 0xffff};
constexpr OptionSpec gpa_option{"--gpa", "--gpa 0xfed00000-0xfed003ff", maximum};
constexpr std::string_view time_examples{"--time 0.5,1.5 or --time 1,+10ms or --time end-1s,"};

[[noreturn]] void refuse_time(std::string_view text, std::string_view why) {
  throw UsageError(fmt::format("--time '{}': {}; for example: {}", text, why, time_examples));
}

std::vector<Range> parse_optional(OptionSpec const& option, std::string const& text) {
  return text.empty() ? std::vector<Range>{} : parse_ranges(option, text);
}

std::optional<TimeBound> parse_bound(std::string_view bound, std::string_view text) {
  if (bound.empty()) return std::nullopt;
  TimeBound result;
  std::string_view duration = bound;
  if (bound.starts_with('+')) {
    result.base = TimeBound::Base::from;
    duration.remove_prefix(1);
  } else if (bound == "end") {
    return TimeBound{.base = TimeBound::Base::end, .offset_ns = 0};
  } else if (bound.starts_with("end-")) {
    result.base = TimeBound::Base::end;
    duration.remove_prefix(4);
  }
  auto const ns = parse_duration_ns(duration);
  if (!ns) refuse_time(text, fmt::format("'{}' is not a time in seconds or with a unit", bound));
  result.offset_ns = *ns;
  return result;
}

bool contains(std::vector<Range> const& ranges, std::uint64_t value) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [value](Range const& range) { return range.contains(value); });
}

bool overlaps(std::vector<Range> const& ranges, std::uint64_t first, std::uint64_t last) {
  return std::any_of(ranges.begin(), ranges.end(), [first, last](Range const& range) {
    return first <= range.last && range.first <= last;
  });
}

std::uint64_t saturating_add(std::uint64_t a, std::uint64_t b) {
  return a > maximum - b ? maximum : a + b;
}

}  // namespace

TimeWindow parse_time_window(std::string_view text) {
  std::size_t const comma = text.find(',');
  if (comma == text.npos || text.find(',', comma + 1) != text.npos) {
    refuse_time(text, "two times are needed, FROM,TO, of which one may be empty");
  }
  TimeWindow window{.from = parse_bound(text.substr(0, comma), text),
                    .to = parse_bound(text.substr(comma + 1), text)};
  if (window.from && window.from->base == TimeBound::Base::from) {
    refuse_time(text, "'+' is for the second time, it counts from the first");
  }
  if (window.from && window.to && window.from->base == window.to->base) {
    bool const from_end = window.from->base == TimeBound::Base::end;
    bool const reversed = from_end ? window.from->offset_ns < window.to->offset_ns
                                   : window.from->offset_ns > window.to->offset_ns;
    if (reversed) refuse_time(text, "the window is reversed, it ends before it begins");
  }
  return window;
}

Filters::Filters(FilterOptions const& options)
    : vcpus_{parse_optional(vcpu_option, options.vcpu)},
      ports_{parse_optional(port_option, options.port)},
      gpas_{parse_optional(gpa_option, options.gpa)},
      time_text_{options.time} {
  if (!time_text_.empty()) window_ = parse_time_window(time_text_);
}

void Filters::resolve(traces::Clock const& clock, std::optional<TimeSpan> const& known_span) {
  if (time_text_.empty()) return;
  if (!clock.timed()) refuse_time(time_text_, "this capture has no time stamps to choose by");
  if (!known_span) refuse_time(time_text_, "standard input has no known length, give a file");
  TimeSpan const span = *known_span;
  auto const tick = [&](TimeBound const& bound, std::uint64_t from) {
    std::uint64_t const offset = ns_to_ticks(clock, bound.offset_ns);
    if (bound.base == TimeBound::Base::end) {
      return span.last - std::min(offset, span.last - span.first);
    }
    return saturating_add(bound.base == TimeBound::Base::from ? from : span.first, offset);
  };
  Range ticks{span.first, maximum};
  if (window_.from) ticks.first = tick(*window_.from, span.first);
  if (window_.to) ticks.last = tick(*window_.to, ticks.first);
  if (ticks.first > ticks.last) {
    refuse_time(time_text_, fmt::format("in this capture of {} s the window ends before it begins",
                                        seconds_text(ticks_to_ns(clock, span.last - span.first))));
  }
  ticks_ = ticks;
}

bool Filters::keep(EventPlace const& place) const {
  if (!vcpus_.empty() && !contains(vcpus_, place.vcpu.value)) return false;
  if (ticks_ && !ticks_->contains(place.time)) return false;
  return keeps_address(place);
}

bool Filters::keeps_address(EventPlace const& place) const {
  if (ports_.empty() && gpas_.empty()) return true;
  if (!place.space) return false;
  std::vector<Range> const& ranges = *place.space == core::Space::port ? ports_ : gpas_;
  std::uint64_t const extra = place.size > 0 ? place.size - 1U : 0U;
  return overlaps(ranges, place.address, saturating_add(place.address, extra));
}

bool Filters::active() const {
  return !vcpus_.empty() || !ports_.empty() || !gpas_.empty() || !time_text_.empty();
}

}  // namespace acrn::cli
