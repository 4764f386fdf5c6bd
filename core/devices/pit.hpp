// SPDX-License-Identifier: BSD-3-Clause
// The 8254 interval timer of a PC (ports 0x40 to 0x43) and port 0x61, which gates its channel 2.
//
// Missing features: outputs that reach nobody (channel 1's DRAM refresh, the speaker's sound); the
//   NMI sources of port 0x61, whose status bits 6 and 7 read 0. Rising edges of OUT0 that come
//   faster than advance() is called are one edge to the interrupt controller, as lost ticks are.
// Ignored bits: port 0x61 bits 4 to 7 when written; control words' bit 0 in the read-back command.
//   Counts of 1 in modes 2 and 3, which the datasheet forbids, count as 2.
// Documentation: Intel 8254 datasheet (order 231164), "Mode Definitions" and "Read Operations";
//   port 0x61: Intel 82371FB (PIIX) datasheet, section 2.5.5 "NMI Status and Control Register".
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "core/devices/clock.hpp"
#include "core/devices/pit_channel.hpp"
#include "core/emulate/effects.hpp"
#include "core/profile.hpp"
#include "core/types.hpp"

namespace acrn::core {

struct PitConfig {
  IrqLine irq{0};
  std::uint64_t ticks_hz{1'000'000'000};
  DeviceWidthRule width{DeviceWidthRule::each_byte};
};

struct PitState {
  std::array<PitChannelState, 3> channels{};
  std::uint8_t control_61{};  ///< port 0x61 bits 3:0: gate 2, speaker, two NMI masks
  Level line{};               ///< OUT0 as it was told last
  std::uint64_t clock{};      ///< the newest clock seen; time does not go back
  friend constexpr bool operator==(PitState const&, PitState const&) = default;
};
static_assert(std::is_trivially_copyable_v<PitState>);

class Pit {
 public:
  static constexpr std::uint64_t clock_hz = 1'193'182;  // 14.31818 MHz / 12, as Linux has it
  static constexpr Port first{0x40};                    // to 0x43
  static constexpr Port control_61{0x61};

  explicit constexpr Pit(PitConfig const& config) noexcept
      : config_{config}, pit_clock_{config.ticks_hz, clock_hz} {}

  std::uint8_t read(Port port, Ticks now, Effects& effects) noexcept;
  void write(Port port, std::uint8_t value, Ticks now, Effects& effects) noexcept;

  /// Tells the edges of OUT0 up to `now`. Needed at next_deadline(), harmless at any other time; a
  /// host may call later to bound how often a guest's tiny counts wake it.
  void advance(Ticks now, Effects& effects) noexcept;
  /// When OUT0 rises next by itself.
  [[nodiscard]] Ticks next_deadline() const noexcept;

  [[nodiscard]] Level line() const noexcept { return line_; }
  [[nodiscard]] DeviceWidthRule width_rule() const noexcept { return config_.width; }
  [[nodiscard]] PitState state() const noexcept;
  /// Takes over a snapshot; what no timer can be in is brought into range.
  void restore(PitState const& state) noexcept;

 private:
  void write_command(std::uint8_t value) noexcept;
  std::uint8_t read_61() const noexcept;
  void tell_edges(std::uint64_t rises, Effects& effects) noexcept;

  PitConfig config_;
  DeviceClock pit_clock_;
  std::array<PitChannel, 3> channels_{PitChannel{Level::high}, PitChannel{Level::high},
                                      PitChannel{Level::low}};  // port 0x61 is 0
  std::uint8_t control_61_{};
  Level line_{};
  std::uint64_t clock_{};
};
static_assert(std::is_trivially_copyable_v<Pit>);

}  // namespace acrn::core
