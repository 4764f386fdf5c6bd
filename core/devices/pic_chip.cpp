// SPDX-License-Identifier: BSD-3-Clause
#include "core/devices/pic_chip.hpp"

namespace acrn::core::pic_chip {
namespace {

constexpr unsigned cascade_input = 2;

constexpr std::uint8_t bit(unsigned input) noexcept {
  return static_cast<std::uint8_t>(1U << (input & 7U));
}

void set(std::uint8_t& mask, std::uint8_t which) noexcept {
  mask = static_cast<std::uint8_t>(mask | which);
}
void clear(std::uint8_t& mask, std::uint8_t which) noexcept {
  mask = static_cast<std::uint8_t>(mask & ~which);
}

/// The input at a place of the priority order, 0 the highest.
constexpr unsigned at_priority(PicChipState const& chip, unsigned place) noexcept {
  return (chip.lowest + 1U + place) & 7U;
}

/// The input of the highest priority among `inputs`.
std::optional<unsigned> highest(PicChipState const& chip, unsigned inputs) noexcept {
  for (unsigned place = 0; place < 8; ++place) {
    unsigned const input = at_priority(chip, place);
    if ((inputs & bit(input)) != 0) {
      return input;
    }
  }
  return std::nullopt;
}

/// OCW2 (8259A, "Operation Command Words", figure 8): EOI and rotation.
void write_ocw2(PicChipState& chip, std::uint8_t value) noexcept {
  enum class Command : std::uint8_t {
    rotate_off_in_automatic_eoi = 0,
    eoi = 1,
    none = 2,
    specific_eoi = 3,
    rotate_on_in_automatic_eoi = 4,
    rotate_on_eoi = 5,
    set_priority = 6,
    rotate_on_specific_eoi = 7,
  };
  std::uint8_t const level = value & 7U;
  auto const command = static_cast<Command>(value >> 5U);
  switch (command) {
    case Command::rotate_off_in_automatic_eoi:
    case Command::rotate_on_in_automatic_eoi:
      chip.rotate_on_automatic_eoi = command == Command::rotate_on_in_automatic_eoi;
      return;
    case Command::eoi:
    case Command::rotate_on_eoi: {
      // In special mask mode an input that is masked is not cleared by a non-specific EOI.
      unsigned const held = chip.special_mask ? chip.in_service & ~chip.mask : chip.in_service;
      auto const ended = highest(chip, held);
      if (ended) {
        clear(chip.in_service, bit(*ended));
        if (command == Command::rotate_on_eoi) {
          chip.lowest = static_cast<std::uint8_t>(*ended);
        }
      }
      return;
    }
    case Command::specific_eoi:
      clear(chip.in_service, bit(level));
      return;
    case Command::rotate_on_specific_eoi:
      clear(chip.in_service, bit(level));
      chip.lowest = level;
      return;
    case Command::set_priority:
      chip.lowest = level;
      return;
    case Command::none:
      return;
  }
}

/// OCW3: special mask mode, poll, and which register is read.
void write_ocw3(PicChipState& chip, std::uint8_t value) noexcept {
  if ((value & 0x40U) != 0) {
    chip.special_mask = (value & 0x20U) != 0;
  }
  if ((value & 4U) != 0) {
    chip.poll = true;
  }
  if ((value & 2U) != 0) {
    chip.read_in_service = (value & 1U) != 0;
  }
}

/// ICW1 starts an initialisation (8259A, "Initialization Command Words", items a to f).
void write_icw1(PicChipState& chip, std::uint8_t value) noexcept {
  PicChipState fresh{.lines = chip.lines,
                     .level_triggered = chip.level_triggered,
                     .vector_base = chip.vector_base,
                     .words_to_come = 2,
                     .icw4_to_come = (value & 1U) != 0,
                     .single = (value & 2U) != 0};
  chip = fresh;
  follow_levels(chip);
}

}  // namespace

std::optional<unsigned> winner(PicChipState const& chip, Role role) noexcept {
  if (chip.words_to_come != 0) {
    return std::nullopt;  // while it is initialised, a chip asks for nothing
  }
  unsigned const wanted = chip.requests & ~unsigned{chip.mask};
  if (wanted == 0) return std::nullopt;
  unsigned blocking = chip.in_service;  // and all inputs of lower priority
  if (chip.special_mask) {
    blocking &= ~unsigned{chip.mask};
  }
  if (chip.special_fully_nested && role == Role::master) {
    blocking &= ~unsigned{bit(cascade_input)};
  }
  for (unsigned place = 0; place < 8; ++place) {
    unsigned const input = at_priority(chip, place);
    if ((blocking & bit(input)) != 0) {
      return std::nullopt;
    }
    if ((wanted & bit(input)) != 0) {
      return input;
    }
  }
  return std::nullopt;
}

void take(PicChipState& chip, unsigned input) noexcept {
  if ((chip.level_triggered & bit(input)) == 0) {
    clear(chip.requests, bit(input));
  }
  if (!chip.automatic_eoi) {
    set(chip.in_service, bit(input));
  } else if (chip.rotate_on_automatic_eoi) {
    chip.lowest = static_cast<std::uint8_t>(input & 7U);
  }
}

void set_line(PicChipState& chip, unsigned input, Level level) noexcept {
  std::uint8_t const which = bit(input);
  bool const edge = level == Level::high && (chip.lines & which) == 0;
  level == Level::high ? set(chip.lines, which) : clear(chip.lines, which);
  if (edge) {
    set(chip.requests, which);
  }
  follow_levels(chip);
}

void follow_levels(PicChipState& chip) noexcept {
  clear(chip.requests, chip.level_triggered);
  set(chip.requests, chip.lines & chip.level_triggered);
}

void write_command(PicChipState& chip, std::uint8_t value) noexcept {
  if ((value & 0x10U) != 0) {
    write_icw1(chip, value);
  } else if ((value & 8U) != 0) {
    write_ocw3(chip, value);
  } else {
    write_ocw2(chip, value);
  }
}

void write_data(PicChipState& chip, std::uint8_t value) noexcept {
  switch (chip.words_to_come) {
    case 2:
      chip.vector_base = value & 0xf8U;
      chip.words_to_come = chip.single ? (chip.icw4_to_come ? 4 : 0) : 3;
      return;
    case 3:
      chip.words_to_come = chip.icw4_to_come ? 4 : 0;
      return;
    case 4:
      chip.automatic_eoi = (value & 2U) != 0;
      chip.special_fully_nested = (value & 0x10U) != 0;
      chip.words_to_come = 0;
      return;
    default:
      chip.mask = value;
      return;
  }
}

std::uint8_t read_status(PicChipState const& chip) noexcept {
  return chip.read_in_service ? chip.in_service : chip.requests;
}

}  // namespace acrn::core::pic_chip
