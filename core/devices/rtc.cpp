// SPDX-License-Identifier: BSD-3-Clause
#include "core/devices/rtc.hpp"

#include <algorithm>

#include "core/devices/calendar.hpp"
#include "core/devices/rtc_format.hpp"

namespace acrn::core {
namespace {

using namespace rtc;  // NOLINT(google-build-using-namespace)

constexpr std::uint64_t second_clocks = 32'768;
/// UIP is set 244 us before an update, which takes 1,984 us (MC146818A, "Update Cycle", table 6).
constexpr std::uint64_t warning_clocks = 8;
constexpr std::uint64_t update_clocks = 65;
/// The first update comes half a second after the divider was released ("Divider Control").
constexpr std::uint64_t release_clocks = second_clocks / 2;

}  // namespace

Rtc::Rtc(RtcConfig const& config) noexcept
    : config_{config}, rtc_clock_{config.ticks_hz, clock_hz} {
  state_.memory[reg_a] = 0x26;  // 32,768 Hz divider, 1,024 Hz periodic rate
  state_.memory[reg_b] = b_24_hours;
  state_.memory[reg_d] = d_valid;
  state_.base_seconds = config.epoch_seconds;
}

bool Rtc::divider_runs() const noexcept { return (state_.memory[reg_a] & a_divider) <= 0x20; }

bool Rtc::runs() const noexcept { return divider_runs() && (state_.memory[reg_b] & b_set) == 0; }

/// Clocks between periodic flags; 0: none (MC146818A, table 5; 1 and 2 are 256 and 128 Hz).
std::uint64_t Rtc::rate_clocks() const noexcept {
  unsigned const rate = state_.memory[reg_a] & a_rate;
  if (rate == 0 || !divider_runs()) {
    return 0;
  }
  return rate <= 2 ? std::uint64_t{64} << rate : std::uint64_t{1} << (rate - 1);
}

/// How many updates have ended since `origin`.
std::uint64_t Rtc::updates(std::uint64_t clock) const noexcept {
  std::uint64_t const passed = clock - state_.origin;
  return passed < update_clocks ? 0 : (passed - update_clocks) / second_clocks;
}

std::int64_t Rtc::seconds(std::uint64_t clock) const noexcept {
  return state_.base_seconds + static_cast<std::int64_t>((clock - state_.origin) / second_clocks);
}

bool Rtc::update_in_progress() const noexcept {
  std::uint64_t const passed = state_.synced - state_.origin;
  std::uint64_t const in_second = passed % second_clocks;
  bool const updating = passed >= second_clocks && in_second < update_clocks;
  return runs() && (updating || in_second >= second_clocks - warning_clocks);
}

std::optional<std::uint64_t> Rtc::alarm_in(std::int64_t after) const noexcept {
  return rtc::alarm_in(state_.memory, after);
}

/// Sets every flag whose time came after state_.synced and up to `clock`.
void Rtc::sync(std::uint64_t clock) noexcept {
  if (clock <= state_.synced) {
    return;
  }
  std::uint8_t& c = state_.memory[reg_c];
  std::uint64_t const rate = rate_clocks();
  if (rate != 0 && (clock - state_.origin) / rate != (state_.synced - state_.origin) / rate) {
    c |= flag_periodic;
  }
  std::uint64_t const before = updates(state_.synced);
  std::uint64_t const ended = updates(clock) - before;
  if (runs() && ended != 0) {
    c |= flag_update;
    auto const alarm = alarm_in(state_.base_seconds + static_cast<std::int64_t>(before));
    if (alarm && *alarm <= ended) {
      c |= flag_alarm;
    }
  }
  state_.synced = clock;
}

void Rtc::update_line(Effects& effects) noexcept {
  unsigned const pending = state_.memory[reg_b] & state_.memory[reg_c] & flags;
  state_.line = drive_line(config_.irq, state_.line, to_level(pending != 0), effects);
}

void Rtc::advance(Ticks now, Effects& effects) noexcept {
  sync(rtc_clock_.count_at(now));
  update_line(effects);
}

std::uint8_t Rtc::read(Port port, Ticks now, Effects& effects) noexcept {
  advance(now, effects);
  if (port != data_port) {
    return 0xff;  // the index register cannot be read
  }
  std::uint8_t const value = read_register(state_.index & 0x7fU);
  update_line(effects);
  return value;
}

void Rtc::write(Port port, std::uint8_t value, Ticks now, Effects& effects) noexcept {
  advance(now, effects);
  if (port == index_port) {
    state_.index = value;
  } else if (port == data_port) {
    write_register(state_.index & 0x7fU, value);
    update_line(effects);
  }
}

std::uint8_t Rtc::read_register(std::uint8_t index) noexcept {
  std::uint8_t& stored = state_.memory[index];
  switch (index) {
    case reg_a:
      return static_cast<std::uint8_t>(stored | (update_in_progress() ? a_update_in_progress : 0U));
    case reg_c: {
      std::uint8_t const flagged = stored;
      stored = 0;  // reading clears
      bool const pending = (flagged & state_.memory[reg_b] & flags) != 0;
      return static_cast<std::uint8_t>(flagged | (pending ? c_interrupt : 0U));
    }
    default:
      break;
  }
  if (is_time_register(index) && runs()) {
    show_time();
  }
  return stored;
}

void Rtc::write_register(std::uint8_t index, std::uint8_t value) noexcept {
  if (index == reg_a || index == reg_b) {
    write_control(index, value);
    return;
  }
  if (index == reg_c || index == reg_d) {
    return;
  }
  bool const running = is_time_register(index) && runs();
  if (running) {
    show_time();
  }
  state_.memory[index] = value;
  if (running) {
    take_time();
  }
}

/// Registers A and B: what stops the clock leaves the time in its registers, and what starts it
/// again takes the time from there.
void Rtc::write_control(std::uint8_t index, std::uint8_t value) noexcept {
  bool const ran = runs();
  bool const divided = divider_runs();
  if (ran) {
    show_time();
  }
  if (index == reg_a) {
    state_.memory[reg_a] = value & static_cast<std::uint8_t>(~a_update_in_progress);
  } else {
    bool const setting = (value & b_set) != 0;
    state_.memory[reg_b] = setting ? static_cast<std::uint8_t>(value & ~b_update_interrupt) : value;
    if (ran && !setting) {
      show_time();  // in the format that was just chosen
    }
  }
  if (divider_runs() && !divided) {
    state_.origin = state_.synced - release_clocks;
  }
  if (runs() && !ran) {
    take_time();
  }
}

/// Puts the time into its registers.
void Rtc::show_time() noexcept {
  rtc::show_time(state_.memory, seconds(state_.synced), state_.weekday_offset);
}

/// The registers' time is the time now; the phase of the divider stays.
void Rtc::take_time() noexcept {
  CivilTime const time = read_time(state_.memory);
  std::int64_t const now = seconds_since_1970(time);
  state_.base_seconds = now;
  std::uint64_t const passed = state_.synced - state_.origin;
  state_.origin += passed - passed % second_clocks;
  unsigned const written = decode(state_.memory[reg_weekday], state_.memory[reg_b]);
  state_.weekday_offset = static_cast<std::uint8_t>((written + 6 + 7 - weekday(now)) % 7);
}

void Rtc::set_memory(std::uint8_t index, std::uint8_t value) noexcept {
  if (index > reg_d && index < rtc_memory_size && index != reg_century) {
    state_.memory[index] = value;
  }
}

Ticks Rtc::next_deadline() const noexcept {
  std::uint8_t const b = state_.memory[reg_b];
  if ((b & state_.memory[reg_c] & flags) != 0) {
    return ticks_never;
  }
  Ticks next = ticks_never;
  std::uint64_t const rate = rate_clocks();
  if ((b & flag_periodic) != 0 && rate != 0) {
    std::uint64_t const periods = (state_.synced - state_.origin) / rate;
    next = rtc_clock_.ticks_at(state_.origin + (periods + 1) * rate);
  }
  if (!runs()) {
    return next;
  }
  std::uint64_t const ended = updates(state_.synced);
  std::uint64_t const last_end = state_.origin + ended * second_clocks + update_clocks;
  if ((b & flag_update) != 0) {
    next = earlier(next, rtc_clock_.ticks_at(last_end + second_clocks));
  }
  if ((b & flag_alarm) != 0) {
    auto const alarm = alarm_in(state_.base_seconds + static_cast<std::int64_t>(ended));
    if (alarm) {
      next = earlier(next, rtc_clock_.ticks_at(last_end + *alarm * second_clocks));
    }
  }
  return next;
}

void Rtc::restore(RtcState const& state) noexcept {
  // Four digits of year either way: beyond, arithmetic on dates could overflow.
  constexpr std::int64_t seconds_max = std::int64_t{10'000} * 366 * day_seconds;
  state_ = state;
  state_.memory[reg_a] &= static_cast<std::uint8_t>(~a_update_in_progress);
  state_.memory[reg_c] &= flags;
  state_.memory[reg_d] = d_valid;
  state_.weekday_offset %= 7;
  state_.base_seconds = std::clamp(state.base_seconds, -seconds_max, seconds_max);
  if (state.synced - state.origin > ~std::uint64_t{0} / 2) {
    state_.origin = state.synced;
  }
}

}  // namespace acrn::core
