// SPDX-License-Identifier: BSD-3-Clause
// A table of text with aligned columns, for reports that people and grep read.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace acrn::model {

/// Collects rows and pads them: the first column to the left, all others to the right.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header) { rows_.push_back(std::move(header)); }

  /// One more row; it has as many cells as the header.
  void row(std::vector<std::string> cells);
  /// Every row on a line of its own, indented by two blanks; no blanks at the ends of lines.
  [[nodiscard]] std::string str() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace acrn::model
