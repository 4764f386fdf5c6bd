// SPDX-License-Identifier: BSD-3-Clause
#include "traces/importers/soft_breaks.hpp"

#include <cstddef>
#include <string_view>
#include <utility>

namespace acrn::traces {
namespace {

constexpr std::size_t encoded_bytes_max = 76;
/// Encoders fill their lines; this leaves room for an escape that would not have fitted.
constexpr std::size_t broken_bytes_min = 70;
constexpr std::string_view escaped_equals = "=3D";

bool is_broken(Line const& line) {
  return line.text.ends_with('=') && line.text.size() >= broken_bytes_min &&
         line.text.size() <= encoded_bytes_max && !line.text.starts_with('#');
}

void unescape(std::string& text) {
  for (std::size_t at = text.find(escaped_equals); at != std::string::npos;
       at = text.find(escaped_equals, at + 1)) {
    text.erase(at + 1, escaped_equals.size() - 1);
  }
}

}  // namespace

std::optional<Line> SoftBreaks::take(Line const& line) {
  bool const broken = is_broken(line);
  bool const escaped = line.text.find(escaped_equals) != std::string_view::npos;
  if (!open_ && !broken && !escaped) return line;
  if (!std::exchange(open_, broken)) text_.clear();
  text_ += line.text;
  number_ = line.number;
  if (broken) {
    text_.pop_back();
    bool const too_long = text_.size() > LineSource::line_bytes_max;
    if (!too_long) return std::nullopt;
    open_ = false;
    return Line{text_, number_, true};
  }
  unescape(text_);
  return Line{text_, number_, line.too_long || text_.size() > LineSource::line_bytes_max};
}

std::optional<Line> SoftBreaks::finish() {
  if (!std::exchange(open_, false)) return std::nullopt;
  unescape(text_);
  return Line{text_, number_, false};
}

}  // namespace acrn::traces
