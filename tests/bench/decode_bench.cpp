// SPDX-License-Identifier: BSD-3-Clause
// Decoding what drivers do to device registers: core's decoder, and Zydis' full decode beside it.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>

#include "core/insn/decoder.hpp"
#include "tests/bench/mmio_mix.hpp"
#include "tests/bench/zydis_full.hpp"

namespace acrn::bench {
namespace {

constexpr std::size_t instruction_count = 4096;

MmioMix const& mix() {
  static MmioMix const instance{instruction_count};
  return instance;
}

void BM_DecodeMmio(benchmark::State& state) {
  std::size_t refused = 0;
  for (auto _ : state) {
    for (std::size_t i = 0; i < mix().count(); ++i) {
      core::Decoded const decoded = core::decode(mix().fetched(i), core::CodeSize::bits64);
      refused += decoded.status == core::DecodeStatus::decoded ? 0 : 1;
      benchmark::DoNotOptimize(&decoded);
      benchmark::ClobberMemory();
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(mix().count()));
  if (refused != 0) state.SkipWithError("the decoder refused an instruction of the mix");
}
BENCHMARK(BM_DecodeMmio)->Unit(benchmark::kMicrosecond);

void BM_DecodeMmioZydis(benchmark::State& state) {
  ZydisFull const zydis;
  std::size_t refused = 0;
  for (auto _ : state) refused += zydis.decode(mix());
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(mix().count()));
  if (refused != 0) state.SkipWithError("Zydis refused an instruction of the mix");
}
BENCHMARK(BM_DecodeMmioZydis)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace acrn::bench
