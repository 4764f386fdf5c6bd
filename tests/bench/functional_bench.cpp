// SPDX-License-Identifier: BSD-3-Clause
// Functional replay from memory: accesses per second on one core.
#include <benchmark/benchmark.h>

#include <stdexcept>

#include "sim/replay/functional.hpp"
#include "tests/bench/captures.hpp"
#include "tests/bench/synthetic.hpp"

namespace acrn::bench {
namespace {

void replay(benchmark::State& state, replay::Plan const& plan, core::Profile const& profile) {
  replay::ReplayResult result;
  for (auto _ : state) {
    result = replay::replay_functional(plan, {.profile = &profile, .record = nullptr});
    benchmark::DoNotOptimize(result.digest);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(result.elements));
  state.counters["forwarded_share"] =
      static_cast<double>(result.forwarded) / static_cast<double>(result.elements);
  if (result.divergences != 0) state.SkipWithError("the replay diverged from its plan");
}

void BM_FunctionalSynthetic(benchmark::State& state) {
  static replay::Plan const plan = synthetic_plan(1'000'000);
  replay(state, plan, *core::profiles.at(static_cast<std::size_t>(state.range(0))));
  state.SetLabel(std::string{core::profiles.at(static_cast<std::size_t>(state.range(0)))->name});
}
BENCHMARK(BM_FunctionalSynthetic)->DenseRange(0, 2)->Unit(benchmark::kMillisecond);

void BM_FunctionalSeaBios(benchmark::State& state) {
  replay(state, seabios_plan(), core::architectural);
}
BENCHMARK(BM_FunctionalSeaBios)->Unit(benchmark::kMillisecond);

void BM_FunctionalMicrovm(benchmark::State& state) {
  replay(state, microvm_plan(), core::architectural);
}
BENCHMARK(BM_FunctionalMicrovm)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace acrn::bench
