// SPDX-License-Identifier: BSD-3-Clause
#include "tests/bench/zydis_full.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <stdexcept>

namespace acrn::bench {

ZydisFull::ZydisFull() {
  if (ZYAN_FAILED(ZydisDecoderInit(&decoder_, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64))) {
    throw std::runtime_error("Zydis cannot be set up for 64-bit code");
  }
}

std::size_t ZydisFull::decode(MmioMix const& mix) const {
  std::size_t refused = 0;
  for (std::size_t i = 0; i < mix.count(); ++i) {
    ZydisDecodedInstruction instruction;
    std::array<ZydisDecodedOperand, ZYDIS_MAX_OPERAND_COUNT> operands;
    auto const bytes = mix.fetched(i);
    ZyanStatus const status = ZydisDecoderDecodeFull(&decoder_, bytes.data(), bytes.size(),
                                                     &instruction, operands.data());
    refused += ZYAN_SUCCESS(status) ? 0 : 1;
    benchmark::DoNotOptimize(&instruction);
    benchmark::DoNotOptimize(operands.data());
    benchmark::ClobberMemory();
  }
  return refused;
}

}  // namespace acrn::bench
