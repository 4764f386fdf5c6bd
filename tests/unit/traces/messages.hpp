// SPDX-License-Identifier: BSD-3-Clause
// Files made by hand from Protobuf messages, for tests that spoil them.
#pragma once

#include <string>

#include "tests/unit/traces/capture_file.hpp"
#include "traces/schema/capture.pb.h"
#include "traces/wire/frame.hpp"

namespace acrn::traces {

/// The first bytes of a file.
inline std::string magic() {
  return {reinterpret_cast<char const*>(file_magic.data()), file_magic.size()};
}

/// A header without problem; the clock is timed.
inline v1::Header good_header() {
  v1::Header header;
  header.set_version(1);
  header.set_min_reader(1);
  v1::Clock& clock = *header.add_clocks();
  clock.set_hz_numerator(1000);
  clock.set_hz_denominator(1);
  return header;
}

/// A file of this header only.
inline std::string with_header(v1::Header const& header) {
  return magic() + frame(FrameKind::header, header.SerializeAsString());
}

/// Three accesses without problem.
inline v1::Chunk good_chunk() {
  v1::Chunk chunk;
  chunk.set_stream(v1::STREAM_ACCESS);
  chunk.set_rows(3);
  v1::AccessColumns& access = *chunk.mutable_access();
  access.add_sequence(1);
  access.set_shape(std::string(1, '\x04'));
  for (int i = 0; i < 3; ++i) access.add_address(i);
  access.add_value(7);
  return chunk;
}

/// A file of one chunk, cut behind it.
inline std::string with_chunk(v1::Chunk const& chunk) {
  return with_header(good_header()) + frame(FrameKind::chunk, chunk.SerializeAsString());
}

}  // namespace acrn::traces
