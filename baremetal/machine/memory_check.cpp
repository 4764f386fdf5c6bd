// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/machine/memory_check.hpp"

#include <algorithm>

namespace acrn::baremetal {
namespace {

bool answers(std::uint64_t address) noexcept {
  auto volatile* const word = reinterpret_cast<std::uint64_t volatile*>(address);
  constexpr std::uint64_t pattern = 0x5a5a'1234'a5a5'4321;
  std::uint64_t const before = *word;
  *word = pattern;
  bool const first = *word == pattern;
  *word = ~pattern;
  bool const second = *word == ~pattern;
  *word = before;
  return first && second;
}

}  // namespace

bool every_range_answers(FrameRanges const& free) noexcept {
  return std::all_of(free.ranges().begin(), free.ranges().end(), [](AddressRange const& range) {
    return answers(range.begin) && answers(range.end - sizeof(std::uint64_t));
  });
}

}  // namespace acrn::baremetal
