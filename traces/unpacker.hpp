// SPDX-License-Identifier: BSD-3-Clause
// From a frame to its payload, decompressed. Internal to the reader.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "traces/codec.hpp"
#include "traces/frame_source.hpp"

namespace acrn::traces {

class Unpacker {
 public:
  /// The payload, followed in memory by column_slack readable bytes; valid until the next call.
  /// Throws Malformed.
  std::span<std::byte const> unpack(Frame const& frame);

 private:
  Decompressor decompressor_;
  std::vector<std::byte> raw_;
};

}  // namespace acrn::traces
