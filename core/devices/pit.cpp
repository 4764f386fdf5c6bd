// SPDX-License-Identifier: BSD-3-Clause
#include "core/devices/pit.hpp"

#include <algorithm>

namespace acrn::core {
namespace {

constexpr std::uint16_t command_port = Pit::first.value + 3;
constexpr std::uint8_t read_back = 3;         // in the channel's place of a control word
constexpr std::uint64_t refresh_clocks = 18;  // 15.1 us: channel 1 as every BIOS programs it

}  // namespace

std::uint8_t Pit::read(Port port, Ticks now, Effects& effects) noexcept {
  advance(now, effects);
  if (port == control_61) {
    return read_61();
  }
  if (port < first || port.value >= command_port) {
    return 0xff;  // the control word register cannot be read
  }
  return channels_[port.value - std::size_t{first.value}].read(clock_);
}

void Pit::write(Port port, std::uint8_t value, Ticks now, Effects& effects) noexcept {
  advance(now, effects);
  if (port == control_61) {
    control_61_ = value & 0xfU;
    channels_[2].set_gate(to_level((value & 1U) != 0), clock_);
  } else if (port.value == command_port) {
    write_command(value);
  } else if (port >= first && port.value < command_port) {
    channels_[port.value - std::size_t{first.value}].write(value, clock_);
  }
  tell_edges(0, effects);
}

/// A control word, counter latch, or read-back command (8254 datasheet, figures 7, 9 and 11).
void Pit::write_command(std::uint8_t value) noexcept {
  std::uint8_t const select = value >> 6U;
  if (select != read_back) {
    if ((value & 0x30U) == 0) {
      channels_[select].latch_count(clock_);
    } else {
      channels_[select].write_control(value, clock_);
    }
    return;
  }
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    if ((value >> (i + 1) & 1U) == 0) {
      continue;
    }
    if ((value & 0x20U) == 0) {
      channels_[i].latch_count(clock_);
    }
    if ((value & 0x10U) == 0) {
      channels_[i].latch_status(clock_);
    }
  }
}

std::uint8_t Pit::read_61() const noexcept {
  std::uint64_t const refresh = clock_ / refresh_clocks & 1U;
  bool const out2 = channels_[2].out(clock_) == Level::high;
  return static_cast<std::uint8_t>(control_61_ | refresh << 4U | (out2 ? 0x20U : 0U));
}

void Pit::advance(Ticks now, Effects& effects) noexcept {
  clock_ = std::max(clock_, pit_clock_.count_at(now));
  std::uint64_t const rises = channels_[0].sync(clock_);
  channels_[1].sync(clock_);
  channels_[2].sync(clock_);
  tell_edges(rises, effects);
}

/// Brings the line from where it was, over `rises` rising edges, to OUT0's level now.
void Pit::tell_edges(std::uint64_t rises, Effects& effects) noexcept {
  Level const after = channels_[0].out(clock_);
  if (rises != 0 && line_ == after) {
    effects.change_irq(
        {config_.irq, after == Level::high ? IrqAction::falling_pulse : IrqAction::raising_pulse});
  } else if (rises > 1 || (rises == 1 && after == Level::low)) {
    effects.change_irq({config_.irq, IrqAction::falling_pulse});
  }
  line_ = drive_line(config_.irq, line_, after, effects);
}

Ticks Pit::next_deadline() const noexcept {
  auto const rise = channels_[0].next_rise(clock_);
  return rise ? pit_clock_.ticks_at(*rise) : ticks_never;
}

PitState Pit::state() const noexcept {
  return {.channels = {channels_[0].state(), channels_[1].state(), channels_[2].state()},
          .control_61 = control_61_,
          .line = line_,
          .clock = clock_};
}

void Pit::restore(PitState const& state) noexcept {
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    PitChannelState channel = state.channels[i];
    bool const gated = i == 2 && (state.control_61 & 1U) == 0;
    channel.gate = to_level(!gated);
    channels_[i].restore(channel);
  }
  control_61_ = state.control_61 & 0xfU;
  line_ = to_level(state.line == Level::high);
  clock_ = state.clock;
}

}  // namespace acrn::core
