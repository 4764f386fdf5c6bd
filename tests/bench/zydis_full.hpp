// SPDX-License-Identifier: BSD-3-Clause
// The yardstick of the decoder's and the executor's benchmarks: Zydis' full decode.
#pragma once

#include <Zydis/Zydis.h>

#include "tests/bench/mmio_mix.hpp"

namespace acrn::bench {

/// ZydisDecoderDecodeFull of 64-bit code.
class ZydisFull {
 public:
  /// Throws std::runtime_error if Zydis cannot be set up.
  ZydisFull();
  /// Decodes the whole mix; gives how many instructions Zydis refused.
  [[nodiscard]] std::size_t decode(MmioMix const& mix) const;

 private:
  ZydisDecoder decoder_;
};

}  // namespace acrn::bench
