// SPDX-License-Identifier: BSD-3-Clause
// Rewrites a capture: large compressed chunks, an index, and a proper end.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>

#include "traces/capture_info.hpp"

namespace acrn::traces {

struct RecompressReport {
  std::array<std::uint64_t, 6> rows{};  ///< by Stream
  std::uint64_t chunks{};               ///< read
  std::uint64_t dropped{};              ///< rows that the source says it lost
  bool cut{};                           ///< the source had no end, as what a bare machine wrote
  std::uint64_t bytes_read{};           ///< size of the source; 0 where it has none
  std::uint64_t bytes_written{};        ///< size of the output; 0 for standard output
  CaptureInfo info;
};

/// Whether the file starts as captures do; false for what cannot be read, and for streams.
bool is_capture(std::string const& path);

/// Reads `source`, a capture, and writes the same rows to `output` in the same format, compressed
/// well and with an index. `progress` is told how many rows were read. Throws ContentError and
/// EnvironmentError; a source that is cut is read up to its last whole chunk.
RecompressReport recompress(std::string const& source, std::string const& output,
                            std::function<void(std::uint64_t)> const& progress = {});

}  // namespace acrn::traces
