// SPDX-License-Identifier: BSD-3-Clause
// The facts about a capture that info shows, and their text and JSON.
#pragma once

#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "sim/cli/capture_input.hpp"
#include "traces/capture_info.hpp"
#include "traces/reader.hpp"

namespace acrn::cli {

struct CaptureSummary {
  std::string path;
  traces::CaptureInfo info;
  bool cut{};
  std::optional<std::uint64_t> file_bytes;       ///< nothing for standard input
  std::array<traces::StreamTotals, 6> totals{};  ///< by traces::Stream, 0 unused
  std::optional<TimeSpan> span;                  ///< nothing when untimed or empty
};

CaptureSummary summarise(CaptureInput& capture);
std::string summary_text(CaptureSummary const& summary);
/// Schema "acrntb.info/1".
nlohmann::ordered_json summary_json(CaptureSummary const& summary);

}  // namespace acrn::cli
