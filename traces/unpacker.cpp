// SPDX-License-Identifier: BSD-3-Clause
#include "traces/unpacker.hpp"

#include <algorithm>

#include "traces/malformed.hpp"
#include "traces/packed_column.hpp"

namespace acrn::traces {

std::span<std::byte const> Unpacker::unpack(Frame const& frame) {
  FrameHeader const& header = frame.header;
  if (header.codec > 1) {
    throw Malformed(
        "found codec " + std::to_string(header.codec) + ", expected 0 (none) or 1 (zstd)",
        "use a newer acrntb, or skip this part");
  }
  if (header.codec == 0 && header.raw != header.stored) {
    throw Malformed("found two different sizes of an uncompressed payload");
  }
  raw_.resize(std::max<std::size_t>(raw_.size(), header.raw + column_slack));
  std::span<std::byte> const raw = std::span{raw_}.first(header.raw);
  if (header.codec == 0) {
    std::copy(frame.payload.begin(), frame.payload.end(), raw.begin());
  } else {
    std::string const problem = decompressor_.decompress(frame.payload, raw);
    if (!problem.empty()) throw Malformed("found a frame that cannot be decompressed: " + problem);
  }
  return raw;
}

}  // namespace acrn::traces
