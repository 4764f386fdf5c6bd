// SPDX-License-Identifier: BSD-3-Clause
// Opens a capture for a verb: with the right words when it is not one, and past damage on request.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/cli/filters.hpp"
#include "sim/cli/output.hpp"
#include "traces/reader.hpp"

namespace acrn::cli {

/// What to do at a damaged chunk.
enum class Damage : std::uint8_t { refuse, skip };

/// A capture that is being read.
class CaptureInput {
 public:
  /// Throws traces::ContentError and traces::EnvironmentError.
  CaptureInput(std::string path, Damage damage);

  /// Whether this is a file that can be read again, not standard input or a pipe.
  [[nodiscard]] bool seekable() const { return seekable_; }
  [[nodiscard]] std::string const& path() const { return path_; }
  [[nodiscard]] traces::Reader& reader() { return reader_; }
  [[nodiscard]] traces::CaptureInfo const& info() const { return reader_.info(); }

  /// The next chunk; false at the end. Throws traces::ContentError at damage, or skips and counts.
  bool next(traces::Reader::Rows& rows);
  /// Reads everything once, so that damage is found before any output, and starts again. Does
  /// nothing when damage is skipped or the input cannot seek.
  void check_all();
  /// First and last stamp over all streams, in ticks; zeros when nothing is recorded. Nothing when
  /// the input cannot seek, since the end is not known then.
  std::optional<TimeSpan> time_span();

  /// Tells, with -v, what the file's header says of its origin and clock.
  void tell_origin(Talk const& talk) const;
  /// Warns about a missing end and about damage that was skipped, and tells, with -v, how much was
  /// read since the start. Call at the end.
  void tell_end(Talk const& talk) const;
  [[nodiscard]] std::uint64_t skipped() const { return skipped_; }

 private:
  bool read(traces::Reader::Rows& rows);

  std::string path_;
  bool seekable_{};  // a regular file: not standard input, not a pipe
  Damage damage_;
  traces::Reader reader_;
  std::uint64_t skipped_{};
  std::uint64_t chunks_{};  // read since the start
  std::uint64_t rows_{};
};

/// Whether even a whole recording has no index: the hypervisor sends chunks until it stops.
bool ends_without_index(traces::CaptureInfo const& info);

/// Throws traces::EnvironmentError when `path` names something that cannot be read as a file.
void check_readable(std::string const& path);

}  // namespace acrn::cli
