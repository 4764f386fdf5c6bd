// SPDX-License-Identifier: BSD-3-Clause
// The instructions with which drivers touch device registers, in about the shares they have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace acrn::bench {

/// Instructions of 64-bit code, each at the front of its 15 bytes, as an exit finds them.
class MmioMix {
 public:
  /// `count` instructions, drawn by their shares, the same in every run.
  explicit MmioMix(std::size_t count);

  [[nodiscard]] std::size_t count() const { return bytes_.size() / slot_size; }
  /// What a hypervisor fetches for instruction `index`: it, and what follows it in memory.
  [[nodiscard]] std::span<std::uint8_t const> fetched(std::size_t index) const {
    return std::span{bytes_}.subspan(index * slot_size, fetch_size);
  }

 private:
  static constexpr std::size_t slot_size = 16;
  static constexpr std::size_t fetch_size = 15;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace acrn::bench
