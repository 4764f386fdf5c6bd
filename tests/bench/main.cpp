// SPDX-License-Identifier: BSD-3-Clause
// The entry of the benchmarks. libsystemc brings a main of its own; this one is linked as an
// object.
#include <benchmark/benchmark.h>

#include <cstdlib>

/// libsystemc refers to it; benchmarks start simulations themselves.
extern "C" [[gnu::visibility("default")]] int sc_main(int, char**) { return EXIT_FAILURE; }

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return EXIT_FAILURE;
  if (benchmark::RunSpecifiedBenchmarks() == 0) return EXIT_FAILURE;
  benchmark::Shutdown();
  return EXIT_SUCCESS;
}
