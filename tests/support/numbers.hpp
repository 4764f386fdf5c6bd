// SPDX-License-Identifier: BSD-3-Clause
// A small generator of random numbers, the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>

namespace acrn::tests {

/// Its state is one number (SplitMix64 by Steele, Lea and Flood, 2014).
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : state_{seed} {}
  std::uint64_t next() {
    state_ += 0x9E37'79B9'7F4A'7C15U;
    std::uint64_t word = (state_ ^ (state_ >> 30U)) * 0xBF58'476D'1CE4'E5B9U;
    word = (word ^ (word >> 27U)) * 0x94D0'49BB'1331'11EBU;
    return word ^ (word >> 31U);
  }
  unsigned below(std::size_t limit) { return static_cast<unsigned>(next() % limit); }
  std::uint8_t byte() { return static_cast<std::uint8_t>(next()); }
  /// True in `percent` of 100 cases.
  bool chance(unsigned percent) { return below(100) < percent; }

 private:
  std::uint64_t state_;
};

}  // namespace acrn::tests
