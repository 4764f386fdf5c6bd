// SPDX-License-Identifier: BSD-3-Clause
// One replay from file to report, with options already checked.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>

#include "core/profile.hpp"
#include "sim/cli/capture_input.hpp"
#include "sim/cli/filters.hpp"
#include "sim/cli/output.hpp"
#include "sim/model/timing.hpp"

namespace acrn::cli {

enum class Engine : std::uint8_t { functional, systemc };

struct ReplayJob {
  std::string file;
  Engine engine{};
  core::Profile const* profile{};  ///< nullptr: the one that the capture names
  model::Timing timing;
  std::optional<std::uint64_t> assume_gap_ns{};
  std::string record{};  ///< capture to write; empty: none
  Damage damage{};
  std::size_t top{};
};

struct ReplayOutcome {
  bool diverged{};
  bool incomplete{};  ///< an exit-exact capture has gaps, and what is behind them was not replayed
  std::string text;
  nlohmann::json json;
};

/// Reads, replays, records. Warns on `talk` about missing parts. Throws UsageError when the options
/// do not fit the capture, traces::ContentError and traces::EnvironmentError.
ReplayOutcome run_replay(ReplayJob const& job, Filters& filters, Talk const& talk);

}  // namespace acrn::cli
