// SPDX-License-Identifier: BSD-3-Clause
// Writes data to standard output and talk to standard error.
#include "sim/cli/output.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include "sim/cli/exit_code.hpp"
#include "sim/cli/interrupt.hpp"
#include "traces/error.hpp"

namespace acrn::cli {
namespace {

constexpr std::size_t buffer_bytes = std::size_t{64} << 10U;

/// Whether a write of PIPE_BUF bytes would not have to wait.
bool can_write_now() {
  pollfd output{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
  return ::poll(&output, 1, 0) == 1;
}

}  // namespace

void Output::write(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= buffer_bytes) flush();
}

void Output::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    bool const hurry = interrupted();
    if (hurry && !can_write_now()) {
      buffer_.clear();
      throw Interrupted("interrupted: the rest of the output was not read");
    }
    std::size_t const size = hurry ? std::min<std::size_t>(rest.size(), PIPE_BUF) : rest.size();
    ssize_t const written = ::write(STDOUT_FILENO, rest.data(), size);
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
      continue;  // after a write that Ctrl-C cut short, `hurry` decides about the rest
    }
    int const error = errno;
    if (error == EINTR) continue;
    buffer_.clear();
    if (error == EPIPE) throw OutputClosed{};
    throw traces::EnvironmentError(
        fmt::format("standard output: cannot be written: {}; the output is not complete, make room "
                    "or write elsewhere",
                    std::generic_category().message(error)));
  }
  buffer_.clear();
}

Talk::Talk() : on_terminal_{::isatty(STDERR_FILENO) == 1} {
  char const* const no_color = std::getenv("NO_COLOR");
  char const* const terminal = std::getenv("TERM");
  bool const dumb = terminal != nullptr && std::string_view{terminal} == "dumb";
  color_ = on_terminal_ && !dumb && (no_color == nullptr || *no_color == '\0');
}

void Talk::error(std::string_view message) const { say("error: ", "\x1b[1;31m", message); }
void Talk::warning(std::string_view message) const { say("warning: ", "\x1b[1;33m", message); }

void Talk::end(std::string_view message) const { say("", "", message); }

void Talk::note(std::string_view message) const {
  if (verbosity_ != Verbosity::quiet) say("", "", message);
}

void Talk::detail(std::string_view message) const {
  if (verbosity_ == Verbosity::verbose) say("", "", message);
}

void Talk::say(std::string_view label, std::string_view color, std::string_view message) const {
  bool const colored = color_ && !color.empty();
  std::string const line =
      fmt::format("{}{}{}{}\n", colored ? color : "", label, colored ? "\x1b[0m" : "", message);
  // A lost message has nowhere to be reported.
  static_cast<void>(std::fputs(line.c_str(), stderr));
}

}  // namespace acrn::cli
