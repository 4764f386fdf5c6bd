// SPDX-License-Identifier: BSD-3-Clause
// Widths are those of the longest cell of each column.
#include "sim/model/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/check.hpp"

namespace acrn::model {

void TextTable::row(std::vector<std::string> cells) {
  core::check(cells.size() == rows_.front().size(), "a table's row has the header's cells");
  rows_.push_back(std::move(cells));
}

std::string TextTable::str() const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (auto const& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string out;
  for (auto const& row : rows_) {
    std::string line = fmt::format("  {:<{}}", row.front(), widths.front());
    for (std::size_t i = 1; i < row.size(); ++i) {
      line += fmt::format("  {:>{}}", row[i], widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
  return out;
}

}  // namespace acrn::model
