// SPDX-License-Identifier: BSD-3-Clause
#include "core/devices/pit_channel.hpp"

#include <algorithm>

namespace acrn::core {
namespace {

constexpr std::uint32_t binary_modulus = 0x1'0000;
constexpr std::uint32_t bcd_modulus = 10'000;

constexpr std::uint32_t modulus(bool bcd) noexcept { return bcd ? bcd_modulus : binary_modulus; }

/// Four digits to a number; a digit above 9 counts for what it is.
constexpr std::uint32_t from_bcd(std::uint32_t digits) noexcept {
  return (digits & 0xfU) + 10 * (digits >> 4U & 0xfU) + 100 * (digits >> 8U & 0xfU) +
         1000 * (digits >> 12U & 0xfU);
}
constexpr std::uint32_t to_bcd(std::uint32_t number) noexcept {
  return number % 10 | number / 10 % 10 << 4U | number / 100 % 10 << 8U | number / 1000 % 10 << 12U;
}
static_assert(from_bcd(0x9876) == 9876 && to_bcd(1234) == 0x1234);

/// How long OUT is high in a period of mode 3: one clock longer than low if N is odd.
constexpr std::uint64_t high_half(std::uint64_t period) noexcept { return (period + 1) / 2; }

}  // namespace

bool PitChannel::loaded(std::uint64_t clock) const noexcept {
  return static_cast<std::int64_t>(clock - state_.start) >= 0;
}

/// Clocks since the counting element was loaded; 0 before.
std::uint64_t PitChannel::elapsed(std::uint64_t clock) const noexcept {
  if (state_.phase == PitPhase::paused) {
    return state_.paused_at;
  }
  return loaded(clock) ? clock - state_.start : 0;
}

/// The counting element (8254 datasheet, "Mode Definitions").
std::uint32_t PitChannel::value(std::uint64_t clock) const noexcept {
  bool const running = state_.phase == PitPhase::counting || state_.phase == PitPhase::paused;
  if (!running || !loaded(clock)) {
    return state_.held;
  }
  std::uint64_t const passed = elapsed(clock);
  std::uint64_t const period = state_.period;
  std::uint32_t const wrap = modulus(state_.bcd);
  if (state_.mode == 2) {
    return static_cast<std::uint32_t>((period - passed % period) % wrap);
  }
  if (state_.mode == 3) {  // counts N, or N - 1 if N is odd, down by two in each half
    std::uint64_t const in_period = passed % period;
    std::uint64_t const half = high_half(period);
    std::uint64_t const in_half = in_period < half ? in_period : in_period - half;
    return static_cast<std::uint32_t>((period - period % 2 - 2 * in_half) % wrap);
  }
  return static_cast<std::uint32_t>((period + wrap - passed % wrap) % wrap);
}

std::uint16_t PitChannel::readable(std::uint64_t clock) const noexcept {
  std::uint32_t const number = value(clock);
  return static_cast<std::uint16_t>(state_.bcd ? to_bcd(number) : number);
}

Level PitChannel::out(std::uint64_t clock) const noexcept {
  if (state_.phase == PitPhase::idle || state_.phase == PitPhase::armed) {
    return to_level(state_.mode != 0);
  }
  if (periodic() && state_.phase == PitPhase::paused) {
    return Level::high;  // a low gate forces it
  }
  if (!loaded(clock)) {
    return state_.out_before;
  }
  std::uint64_t const passed = elapsed(clock);
  std::uint64_t const period = state_.period;
  switch (state_.mode) {
    case 0:
    case 1:
      return to_level(passed >= period);
    case 2:
      return to_level(passed % period != period - 1);
    case 3:
      return to_level(passed % period < high_half(period));
    default:
      return to_level(passed != period);  // the strobe: low for one clock
  }
}

/// How often OUT has risen in the first `elapsed_clocks` clocks after a load.
std::uint64_t PitChannel::rises_after(std::uint64_t elapsed_clocks) const noexcept {
  switch (state_.mode) {
    case 0:
    case 1:
      return elapsed_clocks >= state_.period ? 1 : 0;
    case 2:
    case 3:
      return elapsed_clocks / state_.period;
    default:
      return elapsed_clocks > state_.period ? 1 : 0;
  }
}

std::uint64_t PitChannel::sync(std::uint64_t clock) noexcept {
  if (state_.phase != PitPhase::counting || !loaded(clock)) {
    return 0;
  }
  std::uint64_t told = 0;
  if (periodic() && state_.next != 0 && static_cast<std::int64_t>(clock - state_.reload_at) >= 0) {
    // In the middle of mode 3's period the low half goes on with the new count.
    bool const at_middle =
        (state_.reload_at - state_.start) % state_.period != 0 && state_.mode == 3;
    told = at_middle ? 0 : 1;
    state_.period = state_.next;
    state_.start = state_.reload_at - (at_middle ? high_half(state_.period) : 0);
    state_.next = 0;
    state_.rises = 0;
  }
  std::uint64_t const rises = rises_after(elapsed(clock));
  told += rises - std::min(rises, state_.rises);
  state_.rises = rises;
  return told;
}

/// `count` enters the counting element with the next clock.
void PitChannel::load(std::uint32_t count, std::uint64_t clock) noexcept {
  state_.held = value(clock);
  state_.out_before = out(clock);
  state_.period = periodic() ? std::max(count, std::uint32_t{2}) : count;
  state_.next = 0;
  state_.rises = 0;
  state_.start = clock + 1;
  state_.paused_at = 0;
  bool const stopped = state_.gate == Level::low && !waits_for_trigger();
  state_.phase = stopped ? PitPhase::paused : PitPhase::counting;
}

void PitChannel::take_count(std::uint32_t count, std::uint64_t clock) noexcept {
  if (waits_for_trigger()) {
    state_.next = count;
    if (state_.phase == PitPhase::idle) {
      state_.phase = PitPhase::armed;
    }
    return;
  }
  bool const in_period = periodic() && state_.phase == PitPhase::counting && loaded(clock);
  if (!in_period) {
    load(count, clock);
    return;
  }
  state_.next = std::max(count, std::uint32_t{2});
  std::uint64_t const in_cycle = elapsed(clock) % state_.period;
  std::uint64_t const half = high_half(state_.period);
  bool const first_half = state_.mode == 3 && in_cycle < half;
  state_.reload_at = clock - in_cycle + (first_half ? half : state_.period);
}

void PitChannel::write_control(std::uint8_t value_written, std::uint64_t clock) noexcept {
  std::uint32_t const kept = value(clock);
  std::uint8_t const mode = value_written >> 1U & 7U;
  state_ = {.held = kept,
            .mode = static_cast<std::uint8_t>(mode > 5 ? mode & 3U : mode),
            .access = static_cast<std::uint8_t>(value_written >> 4U & 3U),
            .gate = state_.gate,
            .bcd = (value_written & 1U) != 0};
}

void PitChannel::write(std::uint8_t byte, std::uint64_t clock) noexcept {
  std::uint32_t raw = 0;
  if (state_.access == 3 && !state_.write_high_next) {
    state_.low_byte = byte;
    state_.write_high_next = true;
    if (state_.mode == 0) {  // the first of two bytes stops the count; OUT goes low at once
      state_.held = value(clock);
      state_.phase = PitPhase::idle;
    }
    return;
  }
  if (state_.access == 3) {
    raw = std::uint32_t{byte} << 8U | state_.low_byte;
    state_.write_high_next = false;
  } else {
    raw = state_.access == 2 ? std::uint32_t{byte} << 8U : byte;
  }
  std::uint32_t const count = state_.bcd ? from_bcd(raw) : raw;
  if (state_.mode == 0) {
    state_.held = value(clock);
    state_.phase = PitPhase::idle;
  }
  take_count(count == 0 ? modulus(state_.bcd) : count, clock);
}

std::uint8_t PitChannel::read(std::uint64_t clock) noexcept {
  if (state_.status_latched) {
    state_.status_latched = false;
    return state_.latched_status;
  }
  std::uint16_t const count = state_.count_latched ? state_.latched_count : readable(clock);
  bool const high = state_.access == 2 || (state_.access == 3 && state_.read_high_next);
  bool const last = state_.access != 3 || state_.read_high_next;
  state_.read_high_next = !last;
  state_.count_latched = state_.count_latched && !last;
  return static_cast<std::uint8_t>(high ? count >> 8U : count);
}

void PitChannel::latch_count(std::uint64_t clock) noexcept {
  if (!state_.count_latched) {  // a second latch before the count was read is ignored
    state_.latched_count = readable(clock);
    state_.count_latched = true;
  }
}

void PitChannel::latch_status(std::uint64_t clock) noexcept {
  if (state_.status_latched) {
    return;
  }
  bool const running = state_.phase == PitPhase::counting || state_.phase == PitPhase::paused;
  bool const null_count = !running || state_.next != 0 || !loaded(clock);
  state_.latched_status = static_cast<std::uint8_t>(
      (out(clock) == Level::high ? 0x80U : 0U) | (null_count ? 0x40U : 0U) |
      unsigned{state_.access} << 4U | unsigned{state_.mode} << 1U | (state_.bcd ? 1U : 0U));
  state_.status_latched = true;
}

void PitChannel::set_gate(Level gate, std::uint64_t clock) noexcept {
  if (gate == state_.gate) {
    return;
  }
  if (gate == Level::low) {
    if (!waits_for_trigger() && state_.phase == PitPhase::counting) {
      state_.paused_at = elapsed(clock);
      state_.phase = PitPhase::paused;
    }
    state_.gate = gate;
    return;
  }
  state_.gate = gate;
  if (waits_for_trigger()) {
    if (state_.phase == PitPhase::armed || state_.phase == PitPhase::counting) {
      load(state_.next != 0 ? state_.next : state_.period, clock);
    }
  } else if (state_.phase == PitPhase::paused) {
    if (periodic()) {
      load(state_.next != 0 ? state_.next : state_.period, clock);
    } else if (loaded(clock)) {
      state_.start = clock - state_.paused_at;
      state_.phase = PitPhase::counting;
    } else {
      state_.phase = PitPhase::counting;
    }
  }
}

std::optional<std::uint64_t> PitChannel::next_rise(std::uint64_t clock) const noexcept {
  if (state_.phase != PitPhase::counting) {
    return std::nullopt;
  }
  std::uint64_t const passed = elapsed(clock);
  std::uint64_t const period = state_.period;
  if (!periodic()) {
    std::uint64_t const at = period + (state_.mode >= 4 ? 1 : 0);
    return passed < at ? std::optional{state_.start + at} : std::nullopt;
  }
  if (state_.next != 0) {
    bool const at_middle = (state_.reload_at - state_.start) % period != 0;
    return at_middle ? state_.reload_at + state_.next / 2 : state_.reload_at;
  }
  return state_.start + (passed / period + 1) * period;
}

void PitChannel::restore(PitChannelState const& state) noexcept {
  state_ = state;
  state_.mode = static_cast<std::uint8_t>(state.mode > 5 ? state.mode & 3U : state.mode);
  state_.access = std::clamp<std::uint8_t>(state.access, 1, 3);
  state_.period = std::min(state.period, binary_modulus);
  state_.next = std::min(state.next, binary_modulus);
  bool const needs_period = state_.phase == PitPhase::counting || state_.phase == PitPhase::paused;
  if (state_.phase > PitPhase::paused || (needs_period && state_.period < (periodic() ? 2U : 1U))) {
    state_.phase = PitPhase::idle;
  }
  if (state_.phase == PitPhase::armed && state_.next == 0) {
    state_.phase = PitPhase::idle;
  }
}

}  // namespace acrn::core
