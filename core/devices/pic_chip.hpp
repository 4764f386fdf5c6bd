// SPDX-License-Identifier: BSD-3-Clause
// One 8259A: its registers, priorities and acknowledge cycle. The pair is pic.hpp's.
#pragma once

#include <cstdint>
#include <optional>

#include "core/devices/interrupt_line.hpp"
#include "core/devices/pic.hpp"

namespace acrn::core::pic_chip {

/// Whether the chip is the one that has another at its IR2.
enum class Role : std::uint8_t { master, slave };

/// The input with the highest priority that is pending, not masked, and not held back by what is
/// in service.
std::optional<unsigned> winner(PicChipState const& chip, Role role) noexcept;

/// Acknowledges `winner`: into service, or with automatic EOI out of it at once.
void take(PicChipState& chip, unsigned input) noexcept;

void set_line(PicChipState& chip, unsigned input, Level level) noexcept;

/// Brings the requests of level-triggered inputs in line with their level.
void follow_levels(PicChipState& chip) noexcept;

/// A0 = 0: ICW1, OCW2 and OCW3. A0 = 1: ICW2 to ICW4, and the mask.
void write_command(PicChipState& chip, std::uint8_t value) noexcept;
void write_data(PicChipState& chip, std::uint8_t value) noexcept;
/// A0 = 0, but for the poll command: IRR or ISR.
std::uint8_t read_status(PicChipState const& chip) noexcept;

}  // namespace acrn::core::pic_chip
