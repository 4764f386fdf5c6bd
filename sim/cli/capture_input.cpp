// SPDX-License-Identifier: BSD-3-Clause
// Opening and reading a capture.
#include "sim/cli/capture_input.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "sim/cli/exit_code.hpp"
#include "sim/cli/interrupt.hpp"
#include "sim/cli/text_units.hpp"
#include "traces/error.hpp"

namespace acrn::cli {
namespace {

/// The writer of a pipe may never write again, and a read looks at no flag: what Ctrl-C says then.
constexpr std::string_view waiting_words{"interrupted: the input did not end"};

/// Whether the file begins as the sources of import do: printable text, or a compressed stream.
bool looks_importable(std::string const& path) {
  std::array<char, 256> start{};
  std::ifstream file{path, std::ios::binary};
  file.read(start.data(), static_cast<std::streamsize>(start.size()));
  std::string_view const text{start.data(), static_cast<std::size_t>(file.gcount())};
  using namespace std::string_view_literals;
  for (std::string_view const magic : {"\xfd"
                                       "7zXZ\0"sv,
                                       "\x1f\x8b"sv, "\x28\xb5\x2f\xfd"sv}) {
    if (text.starts_with(magic)) return true;
  }
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char const c) {
    return (c >= ' ' && c != '\x7f') || c == '\n' || c == '\t' || c == '\r';
  });
}

bool is_seekable(std::string const& path) {
  std::error_code error;
  return path != "-" && std::filesystem::is_regular_file(path, error);
}

traces::Reader open_reader(std::string const& path) {
  check_readable(path);
  if (is_seekable(path) && looks_importable(path)) {
    throw traces::ContentError(fmt::format(
        "{}: offset 0: not a capture but text or a compressed file; import it first: acrntb import "
        "{} -o X.acap",
        path, path));
  }
  if (is_seekable(path)) return traces::Reader{path};
  ImmediateInterrupt const words{std::string{waiting_words}};
  return traces::Reader{path};
}

}  // namespace

bool ends_without_index(traces::CaptureInfo const& info) { return info.source.dialect == "hv"; }

void check_readable(std::string const& path) {
  if (path == "-") return;
  std::error_code error;
  auto const status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::directory) {
    throw traces::EnvironmentError(
        fmt::format("{}: is a directory; name a file, or - for standard input", path));
  }
  bool const pipe = status.type() == std::filesystem::file_type::fifo;
  if (pipe) return;  // to open one is to be seen by its writer
  int const descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    throw traces::EnvironmentError(
        fmt::format("{}: cannot be read: {}; check the name and its "
                    "permissions",
                    path, std::generic_category().message(errno)));
  }
  ::close(descriptor);
}

CaptureInput::CaptureInput(std::string path, Damage damage)
    : path_{std::move(path)},
      seekable_{is_seekable(path_)},
      damage_{damage},
      reader_{open_reader(path_)} {}

bool CaptureInput::next(traces::Reader::Rows& rows) {
  while (true) {
    if (interrupted()) throw Interrupted("interrupted");
    try {
      if (!read(rows)) return false;
      ++chunks_;
      rows_ += rows.info.rows;
      return true;
    } catch (traces::ContentError const& error) {
      if (damage_ == Damage::refuse) {
        throw traces::ContentError(
            fmt::format("{} (--skip-damaged goes on behind it)", error.what()));
      }
      ++skipped_;
      if (!reader_.recover()) return false;
    }
  }
}

bool CaptureInput::read(traces::Reader::Rows& rows) {
  if (seekable_) return reader_.next(rows);
  ImmediateInterrupt const words{std::string{waiting_words}};
  return reader_.next(rows);
}

void CaptureInput::check_all() {
  if (damage_ == Damage::skip || !seekable_) return;
  traces::Reader::Rows rows;
  while (next(rows)) {
  }
  reader_.rewind();
  chunks_ = rows_ = 0;
}

std::optional<TimeSpan> CaptureInput::time_span() {
  if (!seekable_) return std::nullopt;
  TimeSpan span{.first = ~std::uint64_t{0}, .last = 0};
  for (traces::StreamTotals const& totals : reader_.totals()) {
    if (totals.rows == 0) continue;
    span.first = std::min(span.first, totals.first_time);
    span.last = std::max(span.last, totals.last_time);
  }
  return span.first > span.last ? TimeSpan{} : span;
}

void CaptureInput::tell_origin(Talk const& talk) const {
  traces::CaptureInfo const& header = info();
  std::string const source = header.source.file.empty() ? "an origin that it does not name"
                                                        : fmt::format("{} ({})", header.source.file,
                                                                      header.source.dialect);
  std::string const clock =
      header.clock.timed() ? fmt::format("clock {} at {}/{} Hz", header.clock.kind,
                                         header.clock.hz_numerator, header.clock.hz_denominator)
                           : std::string{"no time stamps"};
  talk.detail(fmt::format("{}: format {}, from {}, {}, profile {}", path_, header.version, source,
                          clock, header.profile));
}

void CaptureInput::tell_end(Talk const& talk) const {
  if (chunks_ != 0) {
    talk.detail(
        fmt::format("{}: rows read: {}, chunks: {}", path_, grouped(rows_), grouped(chunks_)));
  }
  if (reader_.cut()) {
    std::string_view const what =
        ends_without_index(info())
            ? "no index, as the hypervisor sends it; had its run been cut, what follows the last "
              "whole chunk would be missing"
            : "the end is missing, the recording was cut; everything up to there was used";
    talk.warning(fmt::format("{}: {}", path_, what));
  }
  if (skipped_ != 0) {
    talk.warning(fmt::format("{}: events are missing; damaged places skipped: {}", path_,
                             grouped(skipped_)));
  }
}

}  // namespace acrn::cli
