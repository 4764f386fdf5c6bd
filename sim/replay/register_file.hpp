// SPDX-License-Identifier: BSD-3-Clause
// The replayed vCPU's registers: core's CpuView, and a note of which ones it was asked for.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/access.hpp"
#include "core/emulate/step.hpp"
#include "core/exit.hpp"
#include "core/flat_cpu.hpp"

namespace acrn::replay {

/// Number of general-purpose registers.
inline constexpr std::size_t register_count = 16;

/// All zero at first. What was asked since forget_asked() is what a capture has to hold.
class RegisterFile : public core::FlatCpu {
 public:
  /// As core::CpuView wants it.
  std::uint64_t read_register(core::Register reg) noexcept {
    auto const index = static_cast<std::size_t>(reg);
    asked_ |= 1U << index;
    return values_.data()[index];
  }

  [[nodiscard]] std::uint64_t value(core::Register reg) const noexcept {
    return values_.data()[static_cast<std::size_t>(reg)];
  }
  void set(core::Register reg, std::uint64_t value) noexcept {
    values_.data()[static_cast<std::size_t>(reg)] = value;
  }
  /// Puts `value` into the low `size` bytes and keeps the rest.
  void set_low(core::Register reg, std::uint64_t value, std::uint8_t size) noexcept {
    merge(reg, value, core::size_mask(size));
  }
  /// Puts the bits of `value` where `mask` has ones and keeps the rest.
  void merge(core::Register reg, std::uint64_t value, std::uint64_t mask) noexcept {
    std::uint64_t& target = values_.data()[static_cast<std::size_t>(reg)];
    target = (target & ~mask) | (value & mask);
  }

  void apply(core::Commit const& commit) noexcept {
    for (std::size_t i = 0; i < commit.register_count; ++i) {
      set(commit.registers[i], commit.values[i]);
    }
  }

  /// Bit n: register n was read since forget_asked().
  [[nodiscard]] std::uint32_t asked() const noexcept { return asked_; }
  void forget_asked() noexcept { asked_ = 0; }

 private:
  std::array<std::uint64_t, register_count> values_{};
  std::uint32_t asked_{};
};

/// A guest without RAM, as core::GuestMemory: captures of accesses hold none.
struct NoGuestMemory {
  bool read(core::Gpa /*gpa*/, std::span<std::uint8_t> /*out*/) noexcept { return false; }
  bool write(core::Gpa /*gpa*/, std::span<std::uint8_t const> /*in*/) noexcept { return false; }
  bool compare_exchange(core::Gpa /*gpa*/, std::uint8_t /*size*/, std::uint64_t /*expected*/,
                        std::uint64_t /*desired*/) noexcept {
    return false;
  }
};

}  // namespace acrn::replay
