// SPDX-License-Identifier: BSD-3-Clause
// Draws the progress bar.
#include "sim/cli/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "sim/cli/text_units.hpp"

namespace acrn::cli {
namespace {

constexpr std::chrono::milliseconds redraw_interval{100};

std::size_t terminal_columns() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

/// A bar that cannot be drawn is no failure.
void draw(std::string const& text) {
  static_cast<void>(std::fputs(text.c_str(), stderr));
  static_cast<void>(std::fflush(stderr));
}

}  // namespace

std::string progress_text(std::string_view label, Progress const& progress, std::size_t columns) {
  std::string const lines = fmt::format("{} lines", grouped(progress.lines));
  if (progress.total == 0) return fmt::format("{} {}", label, lines).substr(0, columns);
  double const share =
      std::min(1.0, static_cast<double>(progress.done) / static_cast<double>(progress.total));
  std::string const tail = fmt::format(" {:3.0f} % {}", share * 100, lines);
  std::size_t const taken = label.size() + 3 + tail.size();
  if (columns < taken + 10) return fmt::format("{}{}", label, tail).substr(0, columns);
  std::size_t const width = std::min<std::size_t>(columns - taken, 40);
  auto const filled = static_cast<std::size_t>(share * static_cast<double>(width));
  return fmt::format("{} [{}{}]{}", label, std::string(filled, '#'),
                     std::string(width - filled, '-'), tail);
}

ProgressBar::ProgressBar(Talk const& talk, std::string label, ProgressMode mode)
    : label_{std::move(label)},
      enabled_{mode == ProgressMode::automatic && talk.on_terminal() &&
               talk.verbosity() != Verbosity::quiet} {}

ProgressBar::~ProgressBar() { wipe(); }

void ProgressBar::update(Progress const& progress) {
  if (!enabled_) return;
  auto const now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + redraw_interval;
  std::size_t const columns = terminal_columns();
  std::string const text = progress_text(label_, progress, columns > 1 ? columns - 1 : columns);
  draw("\r" + text + "\x1b[K");
  drawn_ = true;
}

void ProgressBar::wipe() {
  if (!drawn_) return;
  draw("\r\x1b[K");
  drawn_ = false;
}

}  // namespace acrn::cli
