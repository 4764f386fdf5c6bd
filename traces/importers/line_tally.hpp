// SPDX-License-Identifier: BSD-3-Clause
// The account of an import: which lines were used, ignored or rejected, and what was repaired.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "traces/importers/import.hpp"
#include "traces/importers/line_source.hpp"

namespace acrn::traces {

/// Counts by name, without allocating for names already known. After 256 names the rest is
/// counted as "other", so that a hostile source cannot make it grow.
class NamedCounts {
 public:
  void add(std::string_view name, std::uint64_t count = 1);
  [[nodiscard]] std::uint64_t total() const { return total_; }
  [[nodiscard]] std::map<std::string, std::uint64_t> sorted() const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::unordered_map<std::string, std::uint64_t, Hash, std::equal_to<>> counts_;
  std::uint64_t total_{};
};

/// Each line of the source goes into exactly one of used(), ignored() and rejected().
class LineTally {
 public:
  explicit LineTally(std::size_t rejected_shown_max) : rejected_shown_max_(rejected_shown_max) {}

  void used(std::string_view kind, std::uint64_t lines = 1) { used_.add(kind, lines); }
  void ignored(std::string_view kind) { ignored_.add(kind); }
  void rejected(Line const& line, std::string_view reason);
  /// Something repaired or assumed, for the reader of the report; lines do not enter here.
  void note(std::string_view what, std::uint64_t count = 1) { notes_.add(what, count); }
  void lost(std::uint64_t events) { lost_ += events; }

  /// Fills the counts and maps of `report`.
  void fill(ImportReport& report) const;

 private:
  NamedCounts used_;
  NamedCounts ignored_;
  NamedCounts rejected_;
  NamedCounts notes_;
  std::vector<RejectedLine> shown_;
  std::size_t rejected_shown_max_;
  std::uint64_t lost_{};
};

}  // namespace acrn::traces
