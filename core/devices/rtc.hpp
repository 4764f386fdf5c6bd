// SPDX-License-Identifier: BSD-3-Clause
// The MC146818 real-time clock of a PC with its CMOS memory (ports 0x70 and 0x71).
//
// Missing features: daylight saving (DSE); the square wave; the second bank of memory (0x72, 0x73);
//   separate counters per field: the fields are one date, so an impossible one that is set (30
//   February) reads back as the day it means once the clock runs, and a change of the data mode
//   converts it. While an update is in progress the new time reads already.
// Ignored bits: port 0x70 bit 7 (NMI mask) is kept in the snapshot and masks nothing; register A
//   bits 6:4 are "runs" (0 to 2) or "stopped" (3 to 7); register D but bit 7, which reads 1.
// Documentation: Motorola MC146818A datasheet, "Time, Calendar, and Alarm Locations", "Interrupts",
//   "Divider Stages", "Update Cycle" and "Registers"; century at 0x32: IBM PC/AT Technical
//   Reference, "Real-Time Clock"; ACPI Specification 6.5, section 5.2.9 (FADT), field CENTURY.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <type_traits>

#include "core/devices/clock.hpp"
#include "core/devices/interrupt_line.hpp"
#include "core/emulate/effects.hpp"
#include "core/profile.hpp"
#include "core/types.hpp"

namespace acrn::core {

struct RtcConfig {
  std::int64_t epoch_seconds{};  ///< what the clock shows at Ticks 0, in seconds since 1970
  std::uint64_t ticks_hz{1'000'000'000};
  IrqLine irq{8};
  DeviceWidthRule width{DeviceWidthRule::each_byte};
};

inline constexpr std::size_t rtc_memory_size = 128;

/// Everything that the clock remembers. Clocks are absolute numbers of its 32,768 Hz.
struct RtcState {
  /// Registers and memory. The time's registers count only while the clock stands still.
  std::array<std::uint8_t, rtc_memory_size> memory{};
  std::int64_t base_seconds{};  ///< the time that began at `origin`, in seconds since 1970
  std::uint64_t origin{};
  std::uint64_t synced{};         ///< the clock up to which flags were set
  std::uint8_t index{};           ///< port 0x70, bit 7 included
  std::uint8_t weekday_offset{};  ///< 0 to 6: what the guest's day of the week is ahead
  Level line{};
  friend constexpr bool operator==(RtcState const&, RtcState const&) = default;
};
static_assert(std::is_trivially_copyable_v<RtcState>);

class Rtc {
 public:
  static constexpr Port index_port{0x70};
  static constexpr Port data_port{0x71};

  explicit Rtc(RtcConfig const& config) noexcept;

  std::uint8_t read(Port port, Ticks now, Effects& effects) noexcept;
  void write(Port port, std::uint8_t value, Ticks now, Effects& effects) noexcept;

  /// A byte of the memory proper, for what firmware keeps there; registers are left alone.
  void set_memory(std::uint8_t index, std::uint8_t value) noexcept;

  /// Sets the flags that were due up to `now`. Needed at next_deadline(), harmless at other times.
  void advance(Ticks now, Effects& effects) noexcept;
  /// When the next interrupt that is enabled comes; never, while one waits to be read.
  [[nodiscard]] Ticks next_deadline() const noexcept;

  [[nodiscard]] Level line() const noexcept { return state_.line; }
  [[nodiscard]] DeviceWidthRule width_rule() const noexcept { return config_.width; }
  [[nodiscard]] RtcState const& state() const noexcept { return state_; }
  /// Takes over a snapshot; what no clock can be in is brought into range.
  void restore(RtcState const& state) noexcept;

 private:
  static constexpr std::uint64_t clock_hz = 32'768;

  [[nodiscard]] bool divider_runs() const noexcept;
  [[nodiscard]] bool runs() const noexcept;
  [[nodiscard]] std::uint64_t rate_clocks() const noexcept;
  [[nodiscard]] std::uint64_t updates(std::uint64_t clock) const noexcept;
  [[nodiscard]] std::int64_t seconds(std::uint64_t clock) const noexcept;
  [[nodiscard]] bool update_in_progress() const noexcept;
  [[nodiscard]] std::optional<std::uint64_t> alarm_in(std::int64_t after) const noexcept;

  std::uint8_t read_register(std::uint8_t index) noexcept;
  void write_register(std::uint8_t index, std::uint8_t value) noexcept;
  void write_control(std::uint8_t index, std::uint8_t value) noexcept;
  void show_time() noexcept;
  void take_time() noexcept;
  void sync(std::uint64_t clock) noexcept;
  void update_line(Effects& effects) noexcept;

  RtcConfig config_;
  DeviceClock rtc_clock_;
  RtcState state_{};
};
static_assert(std::is_trivially_copyable_v<Rtc>);

}  // namespace acrn::core
