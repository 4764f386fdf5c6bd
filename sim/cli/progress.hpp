// SPDX-License-Identifier: BSD-3-Clause
// A progress bar on standard error, drawn only where a person watches.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "sim/cli/output.hpp"

namespace acrn::cli {

/// How far a job is. `total` 0 means that the end is not known.
struct Progress {
  std::uint64_t done{};
  std::uint64_t total{};
  std::uint64_t lines{};
};

/// The bar's text, at most `columns` wide, without line control.
std::string progress_text(std::string_view label, Progress const& progress, std::size_t columns);

enum class ProgressMode : std::uint8_t { automatic, off };

/// Draws at most ten times a second, and wipes itself when destroyed.
class ProgressBar {
 public:
  ProgressBar(Talk const& talk, std::string label, ProgressMode mode);
  ~ProgressBar();
  ProgressBar(ProgressBar const&) = delete;
  ProgressBar& operator=(ProgressBar const&) = delete;

  void update(Progress const& progress);
  /// Removes the bar from the screen until the next update.
  void wipe();

 private:
  using Time = std::chrono::steady_clock::time_point;
  std::string label_;
  bool enabled_{};
  bool drawn_{};
  Time next_{};
};

}  // namespace acrn::cli
