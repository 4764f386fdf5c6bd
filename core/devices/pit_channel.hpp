// SPDX-License-Identifier: BSD-3-Clause
// One counter of an 8254. Nothing ticks: every value is computed from the number of the clock.
#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>

#include "core/devices/interrupt_line.hpp"

namespace acrn::core {

/// What a counter does between a control word and its count's end.
enum class PitPhase : std::uint8_t {
  idle,      ///< a control word, and no count yet
  armed,     ///< modes 1 and 5: a count, and no trigger yet
  counting,  ///< from clock `start` on
  paused,    ///< the gate is low; `paused_at` clocks had passed
};

/// Everything that a counter remembers. Clocks are absolute numbers of the 1.193 MHz clock.
struct PitChannelState {
  std::uint64_t start{};      ///< the clock that loads `period` into the counting element
  std::uint64_t reload_at{};  ///< modes 2 and 3: the clock that loads `next`
  std::uint64_t paused_at{};  ///< elapsed clocks, while paused
  std::uint64_t rises{};      ///< rising edges of OUT since `start` that were told already
  std::uint32_t period{};     ///< the count N that counts, 1 to 65,536
  std::uint32_t next{};       ///< a count that was written and is not loaded yet; 0: none
  std::uint32_t held{};       ///< the counting element's value before `start`
  std::uint16_t latched_count{};
  std::uint8_t latched_status{};
  std::uint8_t low_byte{};  ///< first of two bytes written
  std::uint8_t mode{};      ///< 0 to 5
  std::uint8_t access{3};   ///< 1 low byte, 2 high byte, 3 low then high
  PitPhase phase{};
  Level gate{Level::high};
  Level out_before{};  ///< OUT before `start`
  bool bcd{};
  bool write_high_next{};
  bool read_high_next{};
  bool count_latched{};
  bool status_latched{};
  friend constexpr bool operator==(PitChannelState const&, PitChannelState const&) = default;
};
static_assert(std::is_trivially_copyable_v<PitChannelState>);

/// `clock` is the number of the current clock, and never goes back; sync() first, then the rest.
class PitChannel {
 public:
  explicit constexpr PitChannel(Level gate) noexcept : state_{.gate = gate} {}

  /// Brings what happened up to `clock` into the state: a reload that was due. Says how often OUT
  /// rose since the last call.
  std::uint64_t sync(std::uint64_t clock) noexcept;

  /// Bits 5:0 of a control word: access, mode, BCD. Not the latch command.
  void write_control(std::uint8_t value, std::uint64_t clock) noexcept;
  void write(std::uint8_t value, std::uint64_t clock) noexcept;
  std::uint8_t read(std::uint64_t clock) noexcept;
  void latch_count(std::uint64_t clock) noexcept;
  void latch_status(std::uint64_t clock) noexcept;
  void set_gate(Level gate, std::uint64_t clock) noexcept;

  [[nodiscard]] Level out(std::uint64_t clock) const noexcept;
  /// The clock of OUT's next rising edge after `clock`, if it comes by itself.
  [[nodiscard]] std::optional<std::uint64_t> next_rise(std::uint64_t clock) const noexcept;

  [[nodiscard]] PitChannelState const& state() const noexcept { return state_; }
  /// Takes over a snapshot; what no counter can be in is brought into range.
  void restore(PitChannelState const& state) noexcept;

 private:
  [[nodiscard]] bool periodic() const noexcept { return state_.mode == 2 || state_.mode == 3; }
  [[nodiscard]] bool waits_for_trigger() const noexcept {
    return state_.mode == 1 || state_.mode == 5;
  }
  [[nodiscard]] bool loaded(std::uint64_t clock) const noexcept;
  [[nodiscard]] std::uint64_t elapsed(std::uint64_t clock) const noexcept;
  [[nodiscard]] std::uint32_t value(std::uint64_t clock) const noexcept;
  [[nodiscard]] std::uint16_t readable(std::uint64_t clock) const noexcept;
  [[nodiscard]] std::uint64_t rises_after(std::uint64_t elapsed_clocks) const noexcept;
  void load(std::uint32_t count, std::uint64_t clock) noexcept;
  void take_count(std::uint32_t count, std::uint64_t clock) noexcept;

  PitChannelState state_;
};
static_assert(std::is_trivially_copyable_v<PitChannel>);

}  // namespace acrn::core
