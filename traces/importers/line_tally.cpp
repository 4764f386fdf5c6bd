// SPDX-License-Identifier: BSD-3-Clause
#include "traces/importers/line_tally.hpp"

#include <algorithm>

namespace acrn::traces {
namespace {

constexpr std::size_t names_max = 256;
constexpr std::size_t shown_bytes_max = 200;

std::string printable(std::string_view text) {
  std::string shown{text.substr(0, shown_bytes_max)};
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return c != '\t' && (c < ' ' || c > '~'); }, '?');
  return shown;
}

}  // namespace

void NamedCounts::add(std::string_view name, std::uint64_t count) {
  total_ += count;
  auto found = counts_.find(name);
  if (found == counts_.end()) {
    std::string_view const shown = counts_.size() < names_max ? name : "other";
    found = counts_.try_emplace(std::string{shown}, 0).first;
  }
  found->second += count;
}

std::map<std::string, std::uint64_t> NamedCounts::sorted() const {
  return {counts_.begin(), counts_.end()};
}

void LineTally::rejected(Line const& line, std::string_view reason) {
  rejected_.add(reason);
  if (shown_.size() < rejected_shown_max_) {
    shown_.push_back({line.number, std::string{reason}, printable(line.text)});
  }
}

void LineTally::fill(ImportReport& report) const {
  report.used_by_kind = used_.sorted();
  report.ignored_by_kind = ignored_.sorted();
  report.rejected_by_reason = rejected_.sorted();
  report.notes = notes_.sorted();
  report.rejected = shown_;
  report.source.used = used_.total();
  report.source.ignored = ignored_.total();
  report.source.rejected = rejected_.total();
  report.source.lost = lost_;
}

}  // namespace acrn::traces
