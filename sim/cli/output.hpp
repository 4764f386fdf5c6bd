// SPDX-License-Identifier: BSD-3-Clause
// The two ways out of acrntb: data on standard output, talk on standard error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace acrn::cli {

/// Data on standard output, buffered, with every failed write noticed.
class Output {
 public:
  Output() = default;
  Output(Output const&) = delete;
  Output& operator=(Output const&) = delete;

  /// Throws traces::EnvironmentError when the data cannot be written (full disk), OutputClosed when
  /// nobody reads any more, Interrupted when Ctrl-C was pressed while nobody read.
  void write(std::string_view text);
  void flush();

 private:
  std::string buffer_;
};

enum class Verbosity : std::uint8_t { quiet, normal, verbose };

/// Talk on standard error: one line per message. Colour only on a terminal without NO_COLOR.
class Talk {
 public:
  Talk();

  void set_verbosity(Verbosity verbosity) { verbosity_ = verbosity; }
  [[nodiscard]] Verbosity verbosity() const { return verbosity_; }
  [[nodiscard]] bool on_terminal() const { return on_terminal_; }

  void error(std::string_view message) const;    ///< always
  void warning(std::string_view message) const;  ///< always: it changes what the result means
  void end(std::string_view message) const;      ///< always, without a label: how the run ended
  void note(std::string_view message) const;     ///< unless quiet
  void detail(std::string_view message) const;   ///< with -v only

 private:
  void say(std::string_view label, std::string_view color, std::string_view message) const;

  Verbosity verbosity_{Verbosity::normal};
  bool on_terminal_{};
  bool color_{};
};

}  // namespace acrn::cli
