// SPDX-License-Identifier: BSD-3-Clause
#include "traces/importers/access_window.hpp"

namespace acrn::traces {

std::uint64_t AccessWindow::open(std::uint16_t vcpu, AccessRow const& row) {
  if (rows_.size() == rows_max) {
    rows_.front().closed = true;
    ++closed_early_;
    hand_over_closed();
  }
  rows_.push_back({row, vcpu, false});
  rows_.back().row.sequence = next_sequence() - 1;
  return rows_.back().row.sequence;
}

AccessRow* AccessWindow::find(std::uint64_t sequence) {
  if (sequence < first_ || sequence >= next_sequence()) return nullptr;
  return &rows_[static_cast<std::size_t>(sequence - first_)].row;
}

void AccessWindow::close(std::uint64_t sequence) {
  if (sequence < first_ || sequence >= next_sequence()) return;
  rows_[static_cast<std::size_t>(sequence - first_)].closed = true;
  hand_over_closed();
}

void AccessWindow::close_all() {
  for (Waiting& waiting : rows_) waiting.closed = true;
  hand_over_closed();
}

void AccessWindow::hand_over_closed() {
  while (!rows_.empty() && rows_.front().closed) {
    sink_.write(rows_.front().vcpu, rows_.front().row);
    rows_.pop_front();
    ++first_;
  }
}

}  // namespace acrn::traces
