// SPDX-License-Identifier: BSD-3-Clause
#include "core/devices/pic.hpp"

#include "core/devices/pic_chip.hpp"

namespace acrn::core {
namespace {

using pic_chip::Role;

constexpr unsigned cascade_input = 2;
constexpr unsigned default_input = 7;  // what is acknowledged when nothing is pending
/// IRQ 0 to 2 on the master, 8 and 13 on the slave are edge-triggered on every board.
constexpr std::array<std::uint8_t, 2> elcr_bits{0xf8, 0xde};

std::uint8_t vector_of(PicChipState const& chip, unsigned input) noexcept {
  return static_cast<std::uint8_t>(chip.vector_base | input);
}

/// A read after the poll command: bit 7 says that an interrupt was pending, bits 2:0 which.
std::uint8_t answer_poll(PicChipState& chip, Role role) noexcept {
  chip.poll = false;
  auto const input = pic_chip::winner(chip, role);
  if (!input) {
    return 0;
  }
  pic_chip::take(chip, *input);
  return static_cast<std::uint8_t>(0x80U | *input);
}

}  // namespace

std::uint8_t Pic::peek(Port port) const noexcept {
  auto const& [master, slave] = state_.chips;
  switch (port.value) {
    case master_first.value:
      return pic_chip::read_status(master);
    case master_first.value + 1:
      return master.mask;
    case slave_first.value:
      return pic_chip::read_status(slave);
    case slave_first.value + 1:
      return slave.mask;
    case elcr_first.value:
      return master.level_triggered;
    case elcr_first.value + 1:
      return slave.level_triggered;
    default:
      return 0xff;
  }
}

std::uint8_t Pic::read(Port port, Ticks /*now*/, Effects& /*effects*/) noexcept {
  auto const is_at = [port](Port first) { return (port.value & ~1U) == first.value; };
  unsigned const which = is_at(master_first) ? 0 : 1;
  PicChipState& chip = state_.chips[which];
  if (!chip.poll || (!is_at(master_first) && !is_at(slave_first))) return peek(port);
  std::uint8_t const answer = answer_poll(chip, which == 0 ? Role::master : Role::slave);
  update_cascade();
  return answer;
}

void Pic::write(Port port, std::uint8_t value, Ticks /*now*/, Effects& /*effects*/) noexcept {
  for (unsigned i = 0; i < state_.chips.size(); ++i) {
    PicChipState& chip = state_.chips[i];
    unsigned const first = i == 0 ? master_first.value : slave_first.value;
    if (port.value == elcr_first.value + i) {
      chip.level_triggered = value & elcr_bits[i];
      pic_chip::follow_levels(chip);
    } else if (port.value == first) {
      pic_chip::write_command(chip, value);
    } else if (port.value == first + 1) {
      pic_chip::write_data(chip, value);
    }
  }
  update_cascade();
}

void Pic::change(IrqChange change) noexcept {
  unsigned const line = change.line.value;
  if (line >= line_count || line == cascade_input) {
    return;
  }
  PicChipState& chip = state_.chips[line / 8];
  unsigned const input = line % 8;
  bool const high_first =
      change.action == IrqAction::raise || change.action == IrqAction::raising_pulse;
  pic_chip::set_line(chip, input, to_level(high_first));
  if (change.action == IrqAction::raising_pulse) {
    pic_chip::set_line(chip, input, Level::low);
  } else if (change.action == IrqAction::falling_pulse) {
    pic_chip::set_line(chip, input, Level::high);
  }
  update_cascade();
}

/// The slave's INT is the master's IR2. The slave lowers it while it is acknowledged, so each new
/// request of the slave is a new edge.
void Pic::update_cascade() noexcept {
  bool const wanted = pic_chip::winner(state_.chips[1], Role::slave).has_value();
  PicChipState& master = state_.chips[0];
  pic_chip::set_line(master, cascade_input, to_level(wanted));
  if (!wanted) {  // a withdrawn slave is not asked: the master's own default IR7 would be wrong
    master.requests = static_cast<std::uint8_t>(master.requests & ~(1U << cascade_input));
  }
}

Level Pic::output() const noexcept {
  return to_level(pic_chip::winner(state_.chips[0], Role::master).has_value());
}

std::optional<std::uint8_t> Pic::pending_vector() const noexcept {
  auto const input = pic_chip::winner(state_.chips[0], Role::master);
  if (!input) {
    return std::nullopt;
  }
  if (*input != cascade_input) {
    return vector_of(state_.chips[0], *input);
  }
  auto const slave_input = pic_chip::winner(state_.chips[1], Role::slave);
  return vector_of(state_.chips[1], slave_input.value_or(default_input));
}

std::uint8_t Pic::acknowledge() noexcept {
  auto& [master, slave] = state_.chips;
  auto const input = pic_chip::winner(master, Role::master);
  if (!input) {
    return vector_of(master, default_input);
  }
  pic_chip::take(master, *input);
  if (*input != cascade_input) {
    return vector_of(master, *input);
  }
  auto const slave_input = pic_chip::winner(slave, Role::slave);
  if (slave_input) {
    pic_chip::take(slave, *slave_input);
  }
  pic_chip::set_line(master, cascade_input, Level::low);
  update_cascade();
  return vector_of(slave, slave_input.value_or(default_input));
}

void Pic::restore(PicState const& state) noexcept {
  state_ = state;
  for (unsigned i = 0; i < state_.chips.size(); ++i) {
    PicChipState& chip = state_.chips[i];
    chip.vector_base &= 0xf8U;
    chip.lowest &= 7U;
    chip.level_triggered &= elcr_bits[i];
    if (chip.words_to_come == 1 || chip.words_to_come > 4) {
      chip.words_to_come = 0;
    }
    pic_chip::follow_levels(chip);
  }
  update_cascade();
}

}  // namespace acrn::core
