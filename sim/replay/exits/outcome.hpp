// SPDX-License-Identifier: BSD-3-Clause
// What an exit wrote into the CPU, as an exit row tells it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/vcpu/exit_environment.hpp"
#include "traces/wire/exit_columns.hpp"

namespace acrn::replay::exits {

/// One value per bit of the mask (traces::exit_written), lowest first.
class Outcome {
 public:
  /// Of an exit that is over. `length` is that of the exit's instruction.
  void take(core::VcpuCommit const& commit, std::uint64_t rip, std::uint8_t length) noexcept;

  [[nodiscard]] std::uint32_t mask() const noexcept { return mask_; }
  [[nodiscard]] std::span<std::uint64_t const> values() const noexcept {
    return {values_.data(), count_};
  }

 private:
  /// Bits are put in ascending order.
  void put(unsigned bit, std::uint64_t value) noexcept {
    mask_ |= 1U << bit;
    values_[count_++] = value;
  }
  void put_registers(core::Commit const& commit) noexcept;
  void put_control(core::ControlWrite const& control) noexcept;
  void put_vector(core::Commit const& commit) noexcept;

  std::uint32_t mask_{};
  std::size_t count_{};
  std::array<std::uint64_t, traces::exit_written::bit_count> values_{};
};

}  // namespace acrn::replay::exits
