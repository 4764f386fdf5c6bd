// SPDX-License-Identifier: BSD-3-Clause
// How devices tell a change of their interrupt output: only changes become effects.
#pragma once

#include <cstdint>

#include "core/emulate/effects.hpp"

namespace acrn::core {

/// The two levels of a digital signal.
enum class Level : std::uint8_t { low, high };

constexpr Level to_level(bool high) noexcept { return high ? Level::high : Level::low; }

/// Brings `line` from `before` to `after` in the effects, and returns `after`.
constexpr Level drive_line(IrqLine line, Level before, Level after, Effects& effects) noexcept {
  if (before != after) {
    effects.change_irq({line, after == Level::high ? IrqAction::raise : IrqAction::lower});
  }
  return after;
}

}  // namespace acrn::core
