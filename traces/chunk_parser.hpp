// SPDX-License-Identifier: BSD-3-Clause
// From the bytes of a chunk's payload to its head and its columns. Internal to the reader.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "traces/malformed.hpp"
#include "traces/reader.hpp"
#include "traces/wire/columns.hpp"

namespace acrn::traces {

struct ParsedChunk {
  ChunkHead head;
  std::vector<std::pair<ClientId, std::string>> names;
  std::span<std::byte const> columns;  ///< the message of the head's stream; empty without rows
};

/// Checks the head's bounds. Throws Malformed.
ParsedChunk parse_chunk(std::span<std::byte const> payload);

/// Decodes accesses. column_slack readable bytes must follow `columns` in memory; each of the
/// message's fields must appear at most once and packed, otherwise false: see normalise_access().
/// Throws Malformed. `batch.info` stays as it is.
bool decode_access(ChunkHead const& head, std::span<std::byte const> columns, AccessBatch& batch);

/// The same AccessColumns as libprotobuf understands them and writes them; each field once, packed,
/// and column_slack bytes more. Throws Malformed.
std::vector<std::byte> normalise_access(std::span<std::byte const> columns);

/// Decode the other streams with libprotobuf, appending to nothing: `rows` is replaced. Throw
/// Malformed.
void decode_rows(ChunkHead const& head, std::span<std::byte const> columns,
                 std::vector<ExitRow>& rows);
void decode_rows(ChunkHead const& head, std::span<std::byte const> columns,
                 std::vector<SlotRow>& rows);
void decode_rows(ChunkHead const& head, std::span<std::byte const> columns,
                 std::vector<InjectRow>& rows);
void decode_rows(ChunkHead const& head, std::span<std::byte const> columns,
                 std::vector<InputRow>& rows);

/// The batch as rows.
void to_rows(AccessBatch const& batch, std::vector<AccessRow>& rows);

}  // namespace acrn::traces
