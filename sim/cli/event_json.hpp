// SPDX-License-Identifier: BSD-3-Clause
// Turns an event into one JSON object, for `report --json`.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>

#include "sim/cli/event.hpp"
#include "traces/capture_info.hpp"

namespace acrn::cli {

using Json = nlohmann::ordered_json;

/// The event with schema "acrntb.event/1". Times are nanoseconds from `start` (ticks); what is not
/// known is null.
Json event_json(traces::CaptureInfo const& info, std::uint64_t start, Event const& event);

}  // namespace acrn::cli
