// SPDX-License-Identifier: BSD-3-Clause
// Timed replay from memory: accesses per second on one core; with a bare SystemC ping-pong of two
// methods as the yardstick of the same run.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <utility>
#include <vector>

#include "sim/model/timed.hpp"
#include "sim/model/timeline.hpp"
#include "sim/replay/plan_builder.hpp"
#include "tests/bench/captures.hpp"
#include "tests/bench/synthetic.hpp"

namespace acrn::bench {
namespace {

void replay(benchmark::State& state, replay::Plan const& plan, model::TimedOptions const& options) {
  model::Timing const timing = model::Timing::defaults();
  model::TimedResult result;
  for (auto _ : state) {
    result = model::replay_timed(plan, timing, options);
    benchmark::DoNotOptimize(result.replay.digest);
  }
  auto const elements = static_cast<double>(result.replay.elements);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(result.replay.elements));
  state.counters["forwarded_share"] = static_cast<double>(result.replay.forwarded) / elements;
  state.counters["activations_per_access"] =
      static_cast<double>(result.kernel_activations) / elements;
  if (result.replay.divergences != 0) state.SkipWithError("the replay diverged from its plan");
}

/// The synthetic accesses dealt out to `vcpus` vCPUs, so that their requests contend.
replay::Plan dealt_plan(std::uint64_t count, std::uint16_t vcpus) {
  traces::CaptureInfo info;
  info.clock = {.kind = "tsc", .hz_numerator = 1'000'000'000};
  std::vector<std::vector<traces::AccessRow>> dealt(vcpus);
  for (traces::AccessRow const& row : synthetic_rows(count)) {
    dealt[row.sequence * 7 % 11 % vcpus].push_back(row);
  }
  replay::PlanBuilder builder{info, "synthetic"};
  for (std::uint16_t vcpu = 0; vcpu < vcpus; ++vcpu) {
    traces::ChunkInfo chunk;
    chunk.stream = traces::Stream::access;
    chunk.vcpu = vcpu;
    builder.add(chunk, dealt[vcpu]);
  }
  return std::move(builder).build();
}

void BM_TimedSynthetic(benchmark::State& state) {
  static replay::Plan const plan = synthetic_plan(1'000'000);
  replay(state, plan, {});
}
BENCHMARK(BM_TimedSynthetic)->Unit(benchmark::kMillisecond);

void BM_TimedSyntheticByEvent(benchmark::State& state) {
  static replay::Plan const plan = synthetic_plan(300'000);
  model::TimedOptions options;
  options.hops = model::Hops::by_event;
  replay(state, plan, options);
}
BENCHMARK(BM_TimedSyntheticByEvent)->Unit(benchmark::kMillisecond);

void BM_TimedSyntheticFourVcpus(benchmark::State& state) {
  static replay::Plan const plan = dealt_plan(1'000'000, 4);
  replay(state, plan, {});
}
BENCHMARK(BM_TimedSyntheticFourVcpus)->Unit(benchmark::kMillisecond);

void BM_TimedSeaBios(benchmark::State& state) { replay(state, seabios_plan(), {}); }
BENCHMARK(BM_TimedSeaBios)->Unit(benchmark::kMillisecond);

/// The yardstick: two methods that notify each other in turn, a nanosecond apart.
class PingPong : public sc_core::sc_module {
 public:
  PingPong(sc_core::sc_module_name const& name, std::int64_t rounds)
      : sc_module{name}, left_{rounds} {
    SC_HAS_PROCESS(PingPong);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wzero-as-null-pointer-constant"  // inside SystemC's macro
    SC_METHOD(ping);
    sensitive << ping_event_;
    dont_initialize();
    SC_METHOD(pong);
    sensitive << pong_event_;
    dont_initialize();
#pragma GCC diagnostic pop
    ping_event_.notify(sc_core::SC_ZERO_TIME);
  }

 private:
  void ping() {
    if (left_-- > 0) pong_event_.notify(step_);
  }
  void pong() { ping_event_.notify(step_); }

  sc_core::sc_time const step_{sc_core::sc_time::from_value(1000)};
  sc_core::sc_event ping_event_;
  sc_core::sc_event pong_event_;
  std::int64_t left_;
};

void BM_SystemcPingPong(benchmark::State& state) {
  constexpr std::int64_t rounds = 500'000;
  for (auto _ : state) {
    model::Timeline const context{model::Hops::by_event};  // a fresh simulation context
    PingPong const both{"ping_pong", rounds};
    sc_core::sc_start();
  }
  state.SetItemsProcessed(state.iterations() * rounds);
  state.SetLabel("items are rounds: two activations");
}
BENCHMARK(BM_SystemcPingPong)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace acrn::bench
