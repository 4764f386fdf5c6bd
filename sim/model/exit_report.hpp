// SPDX-License-Identifier: BSD-3-Clause
// What an exit-exact replay found: as text for people, as JSON for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string>

#include "sim/model/timed_exits.hpp"
#include "sim/replay/exits/result.hpp"
#include "traces/capture_info.hpp"

namespace acrn::model {

/// What a report says about its subject besides the result.
struct ExitReportContext {
  traces::CaptureInfo const& info;
  std::size_t top{15};  ///< rows of the table of ports and regions, text only
};

/// The untimed part: exits, what equality proved, the first divergence, what is not replayed, how
/// the VMs ended, the digests. Ends in a line feed, as format_report() does.
std::string format_summary(replay::exits::Result const& result, ExitReportContext const& context);

/// format_summary(), then what format_times() prints.
std::string format_report(TimedExits const& result, Timing const& timing,
                          ExitReportContext const& context);

/// One object with "schema": "acrntb.replay/1", as for accesses, with the exits beside them.
nlohmann::json to_json(replay::exits::Result const& result, ExitReportContext const& context);

/// The same with "engine": "systemc" and all that format_report() prints; tables are complete.
nlohmann::json to_json(TimedExits const& result, Timing const& timing,
                       ExitReportContext const& context);

}  // namespace acrn::model
