// SPDX-License-Identifier: BSD-3-Clause
// Decodes the stamps of one stage of accesses. Internal to the reader.
#pragma once

#include <cstddef>
#include <span>

#include "traces/reader.hpp"
#include "traces/wire/columns.hpp"

namespace acrn::traces {

/// What a stage column counts from.
struct StagePlace {
  ChunkHead const& head;
  AccessBatch const& batch;   ///< its times are decoded
  StageColumn const* before;  ///< the stage decoded last; nullptr at the first
};

/// Decodes `message`, a StageColumn of the schema, into `out`. Throws Malformed.
void decode_stage(StagePlace const& place, std::span<std::byte const> message, StageColumn& out);

}  // namespace acrn::traces
