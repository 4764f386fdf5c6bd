// SPDX-License-Identifier: BSD-3-Clause
// Replays of capture files, with and without a recording, for tests.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "sim/replay/functional.hpp"
#include "sim/replay/recorder.hpp"
#include "traces/reader.hpp"
#include "traces/writer.hpp"

namespace acrn::tests {

inline replay::Plan load_plan(std::filesystem::path const& capture) {
  traces::Reader reader{capture.string()};
  return replay::Plan::load(reader);
}

/// Replays `plan` and writes what was replayed to `out`, a finished capture.
inline replay::ReplayResult replay_recording(replay::Plan const& plan,
                                             std::filesystem::path const& out,
                                             core::Profile const& profile = core::architectural) {
  traces::CaptureInfo const info = replay::recording_info(plan, profile.name);
  traces::Writer writer{out.string(), info};
  replay::ReplayResult result =
      replay::replay_functional(plan, {.profile = &profile, .record = &writer});
  writer.finish(info);
  return result;
}

inline std::string bytes_of(std::filesystem::path const& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace acrn::tests
