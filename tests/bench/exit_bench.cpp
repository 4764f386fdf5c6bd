// SPDX-License-Identifier: BSD-3-Clause
// Functional replay of exits from memory: exits per second on one core.
#include <benchmark/benchmark.h>

#include "sim/replay/exits/functional.hpp"
#include "tests/unit/sim/replay/exits/capture_rows.hpp"
#include "tests/unit/sim/replay/exits/recorded_guest.hpp"

namespace acrn::bench {
namespace {

constexpr int rounds = 4000;

/// Of ten exits: six at ports of the hypervisor's devices, one CPUID, one interrupt window, and
/// two, a write and a read, at ports of the service VM.
replay::exits::Plan make_plan() {
  tests::CaptureFile file{{{.id = 1, .config = tests::script_config()}}};
  tests::RecordedGuest guest{1, tests::script_config()};
  for (int i = 0; i < rounds; ++i) {
    guest.out(0x21, 0xff);
    guest.in(0x21);
    guest.in(0x3fd);
    guest.out(0x3f8, 'x');
    guest.out(0x3f9, 0);
    guest.in(0x61);
    guest.take(core::MachineReason::cpuid);
    guest.take(core::MachineReason::interrupt_window, 0);
    guest.out(0x70, 0x0c);
    guest.in(0x71);
    if (guest.recorder().wants_flush()) guest.flush(file);
  }
  guest.flush(file);
  return tests::plan_of(tests::read_capture(file.bytes()));
}

void BM_ExitReplay(benchmark::State& state) {
  static replay::exits::Plan const plan = make_plan();
  replay::exits::Result result;
  for (auto _ : state) {
    result = replay::exits::replay_functional(plan);
    benchmark::DoNotOptimize(result.replay.digest);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(result.exits));
  if (result.replay.divergences != 0) state.SkipWithError("the replay diverged from its capture");
  if (result.exits != 10U * rounds) state.SkipWithError("exits were lost");
}
BENCHMARK(BM_ExitReplay)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace acrn::bench
