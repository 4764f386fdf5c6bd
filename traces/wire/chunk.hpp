// SPDX-License-Identifier: BSD-3-Clause
// Serialises one chunk, byte for byte as libprotobuf serialises message Chunk of capture.proto.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "traces/wire/columns.hpp"

namespace acrn::traces {

/// The columns of one stream; `columns` points to the struct that belongs to `ChunkHead::stream`,
/// or all are nullptr in a chunk without rows.
struct ChunkView {
  ChunkHead head;
  std::span<ClientNameView const> names{};
  ExitColumns const* exit{};
  AccessColumns const* access{};
  SlotColumns const* slot{};
  InjectColumns const* inject{};
  InputColumns const* input{};
};

/// How many bytes encode_chunk() writes.
std::size_t chunk_size(ChunkView const& chunk) noexcept;

/// Writes the chunk to the start of `out`, which holds at least chunk_size(chunk) bytes (checked);
/// returns the part written.
std::span<std::byte> encode_chunk(ChunkView const& chunk, std::span<std::byte> out) noexcept;

}  // namespace acrn::traces
