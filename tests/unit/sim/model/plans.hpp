// SPDX-License-Identifier: BSD-3-Clause
// Plans and timings that the tests of the model replay.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/model/timed.hpp"
#include "sim/replay/plan_builder.hpp"

namespace acrn::tests {

/// One access of VM 0, a byte written to a port unless said otherwise.
struct Made {
  std::uint16_t vcpu{};
  std::uint64_t time{};
  traces::Handling handling{traces::Handling::forwarded};
  std::uint16_t port{0x60};
  std::uint16_t vm{};
  std::uint32_t count{1};
  core::Direction direction{core::Direction::write};
  std::uint64_t end{traces::no_stamp};  ///< recorded t15
};

inline traces::CaptureInfo capture_info(std::uint64_t hz) {
  traces::CaptureInfo info;
  info.clock.hz_numerator = hz;
  info.clock.kind = hz == 0 ? "none" : "test";
  info.source.file = "t.acap";
  return info;
}

/// Sequences are the order given; the clock ticks in nanoseconds unless said otherwise, 0: untimed.
inline replay::Plan plan_of(std::vector<Made> const& made, std::uint64_t hz = 1'000'000'000) {
  replay::PlanBuilder builder{capture_info(hz), "t.acap"};
  std::vector<std::uint64_t> sequences(64);
  for (Made const& one : made) {
    traces::AccessRow row;
    row.sequence = sequences[one.vm]++;
    row.time = one.time;
    row.access = {.space = core::Space::port,
                  .direction = one.direction,
                  .size = 1,
                  .address = one.port,
                  .value = row.sequence & 0xffU};
    row.handling = one.handling;
    row.count = one.count;
    row.stages[15] = one.end;
    traces::ChunkInfo chunk;
    chunk.vm = one.vm;
    chunk.vcpu = one.vcpu;
    builder.add(chunk, std::vector{row});
  }
  return std::move(builder).build();
}

/// Costs of 10, 20, ... in the order of stages, 0 for the turn and 5 for emulate: a forwarded
/// access alone takes 10 + 20 + 30 + 40 + 50 + 60 + 70 + 80 + 90 + 100 + 110 = 660 ns, a handled
/// one 125.
inline model::Timing round_timing() {
  model::Timing timing = model::Timing::defaults();
  using model::Stage;
  auto const set = [&](Stage stage, std::uint64_t ns) {
    timing.costs[static_cast<std::size_t>(stage)].ns = ns;
  };
  set(Stage::exit, 10);
  set(Stage::turn, 0);
  set(Stage::emulate, 5);
  set(Stage::submit, 20);
  set(Stage::upcall, 30);
  set(Stage::worker_wake, 40);
  set(Stage::dispatch, 50);
  set(Stage::client_wake, 60);
  set(Stage::service, 70);
  set(Stage::complete, 80);
  set(Stage::notify, 90);
  set(Stage::resume, 100);
  set(Stage::entry, 110);
  return timing;
}

/// Stamp t`stage` of the access at `position`, ns.
inline std::uint64_t stamp(model::TimedResult const& result, std::size_t position,
                           std::size_t stage) {
  return result.stamps.at(position * traces::stage_count + stage);
}

inline model::TimedResult run(replay::Plan const& plan, model::Timing const& timing,
                              model::Hops hops = model::Hops::direct) {
  model::TimedOptions options;
  options.keep_stamps = true;
  options.hops = hops;
  return model::replay_timed(plan, timing, options);
}

}  // namespace acrn::tests
