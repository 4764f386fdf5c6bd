// SPDX-License-Identifier: BSD-3-Clause
// The two ports by which a PC is reset: the chipset's 0xCF9, and the keyboard controller's 0x64.
//
// Missing features: the keyboard controller itself: 0x64 reads all ones, so that guests find none;
//   INIT as opposed to a full reset: both are PowerEvent::reset.
// Ignored bits: 0xCF9 bits 0 and 7:4, which read 0. 0x64: every command but "pulse output lines"
//   (0xF0 to 0xFF) with line 0, the CPU's reset, among them.
// Documentation: Intel 82371AB (PIIX4) datasheet, section 4.1.6.5 "Reset Control Register"; IBM
//   PC/AT Technical Reference, "Keyboard Controller", commands F0 to FF.
#pragma once

#include <cstdint>
#include <type_traits>

#include "core/devices/clock.hpp"
#include "core/emulate/effects.hpp"
#include "core/profile.hpp"
#include "core/types.hpp"

namespace acrn::core {

struct ResetControlState {
  std::uint8_t value{};  ///< bits 1 (hard or soft), 2 (reset), 3 (power cycle)
  friend constexpr bool operator==(ResetControlState const&, ResetControlState const&) = default;
};

/// Port 0xCF9. Bit 2 resets when it goes from 0 to 1.
class ResetControl {
 public:
  static constexpr Port port{0xcf9};

  std::uint8_t read(Port at, Ticks /*now*/, Effects& /*effects*/) const noexcept {
    return at == port ? state_.value : std::uint8_t{0xff};
  }
  void write(Port at, std::uint8_t value, Ticks /*now*/, Effects& effects) noexcept {
    constexpr std::uint8_t bits = 0x0e;
    constexpr std::uint8_t reset = 4;
    if (at != port) {
      return;
    }
    if ((value & ~state_.value & reset) != 0) {
      effects.request_power(PowerEvent::reset);
    }
    state_.value = value & bits;
  }

  void advance(Ticks /*now*/, Effects& /*effects*/) noexcept {}
  [[nodiscard]] static constexpr Ticks next_deadline() noexcept { return ticks_never; }
  [[nodiscard]] static constexpr DeviceWidthRule width_rule() noexcept {
    return DeviceWidthRule::each_byte;
  }
  [[nodiscard]] ResetControlState const& state() const noexcept { return state_; }
  void restore(ResetControlState const& state) noexcept { state_.value = state.value & 0x0eU; }

 private:
  ResetControlState state_{};
};
static_assert(std::is_trivially_copyable_v<ResetControl>);

/// Port 0x64 of a PC without a keyboard controller. It remembers nothing.
class KeyboardReset {
 public:
  static constexpr Port port{0x64};

  static std::uint8_t read(Port /*at*/, Ticks /*now*/, Effects& /*effects*/) noexcept {
    return 0xff;
  }
  static void write(Port at, std::uint8_t value, Ticks /*now*/, Effects& effects) noexcept {
    constexpr std::uint8_t pulse = 0xf0;  // a line is pulsed whose bit is 0
    constexpr std::uint8_t reset_line = 1;
    if (at == port && (value & pulse) == pulse && (value & reset_line) == 0) {
      effects.request_power(PowerEvent::reset);
    }
  }
  [[nodiscard]] static constexpr DeviceWidthRule width_rule() noexcept {
    return DeviceWidthRule::each_byte;
  }
};

}  // namespace acrn::core
