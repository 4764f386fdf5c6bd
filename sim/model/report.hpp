// SPDX-License-Identifier: BSD-3-Clause
// What a replay found and where the time went: as text for people, as JSON for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "sim/model/timed.hpp"
#include "sim/replay/functional.hpp"
#include "sim/replay/plan.hpp"
#include "traces/capture_info.hpp"

namespace acrn::model {

/// What a report says about its subject besides the result.
struct ReportContext {
  traces::CaptureInfo const* info{};
  std::span<replay::PlannedVcpu const> vcpus;  ///< Plan::vcpus()
  std::size_t top{15};                ///< rows of the table of ports and regions, text only
  std::string_view unit{"accesses"};  ///< what is replayed
};

/// The untimed part: what was replayed, what equality proved, the first divergence, the digest.
/// Ends in a line feed, as format_report() does.
std::string format_summary(replay::ReplayResult const& result, ReportContext const& context);

/// Stages, ports and regions, clients, utilisation, recorded against simulated, and lateness.
std::string format_times(TimedResult const& result, Timing const& timing,
                         ReportContext const& context);

/// format_summary(), then stages, ports and regions, clients, utilisation, recorded against
/// simulated, and lateness. Times are integer nanoseconds; shares are of the total latency.
std::string format_report(TimedResult const& result, Timing const& timing,
                          ReportContext const& context);

/// The functional replay as one object with "schema": "acrntb.replay/1", "engine": "functional".
/// Names come from files and may not be UTF-8: dump with json::error_handler_t::replace.
nlohmann::json to_json(replay::ReplayResult const& result, ReportContext const& context);

/// The same with "engine": "systemc" and all that format_report() prints; tables are complete.
nlohmann::json to_json(TimedResult const& result, Timing const& timing,
                       ReportContext const& context);

/// Puts what format_times() prints into `out`.
void add_times(nlohmann::json& out, TimedResult const& result, Timing const& timing);

}  // namespace acrn::model
