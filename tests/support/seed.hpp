// SPDX-License-Identifier: BSD-3-Clause
// The seed of tests that draw at random: printed first, the same in every run, and changeable.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace acrn::tests {

/// $ACRN_TEST_SEED, or `usual`. Prints how to repeat the run.
inline std::uint64_t announced_seed(std::uint64_t usual) {
  char const* const wanted = std::getenv("ACRN_TEST_SEED");
  std::uint64_t const seed = wanted != nullptr ? std::strtoull(wanted, nullptr, 0) : usual;
  std::printf("seed 0x%llx (repeat with ACRN_TEST_SEED=0x%llx)\n",
              static_cast<unsigned long long>(seed), static_cast<unsigned long long>(seed));
  return seed;
}

}  // namespace acrn::tests
