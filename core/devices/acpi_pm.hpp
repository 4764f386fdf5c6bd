// SPDX-License-Identifier: BSD-3-Clause
// ACPI fixed hardware: PM1a event and control registers (sleep, power button) and the PM timer.
//
// Missing features: PM1b, general-purpose events, SMI (with SCI_EN = 0 events interrupt nobody),
//   bus-master status; sleeping states other than the two that the configuration names.
// Ignored bits: PM1 status bits 4, 5, 11 and 14 (never set), PM1 control bits 1, 2 and 9; PM timer
//   writes. WAK_STS is set by wake().
// Documentation: ACPI Specification 6.5, section 4.8.3.1 "PM1 Event Grouping", 4.8.3.2 "PM1 Control
//   Grouping", 4.8.3.3 "Power Management Timer", 4.8.2.1 (its 3.579545 MHz).
#pragma once

#include <cstdint>
#include <type_traits>

#include "core/devices/clock.hpp"
#include "core/devices/interrupt_line.hpp"
#include "core/emulate/device.hpp"
#include "core/emulate/effects.hpp"
#include "core/profile.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// The width of the PM timer, as FADT flag TMR_VAL_EXT tells it to the guest.
enum class PmTimerWidth : std::uint8_t { bits24 = 24, bits32 = 32 };

/// Whether the device model sees writes to the control register too.
enum class SleepControl : std::uint8_t {
  handled,  ///< the hypervisor's alone
  peeked,   ///< acted on, then declined: ACRN's virtual PM1a control of VMs with a device model
};

struct AcpiPmConfig {
  Port event{0x400};    ///< status, then enable: 2 bytes each
  Port control{0x404};  ///< 2 bytes
  Port timer{0x408};    ///< 4 bytes
  PmTimerWidth timer_width{PmTimerWidth::bits32};
  SleepControl sleep_control{SleepControl::handled};
  std::uint8_t sleep_type_s3{1};  ///< SLP_TYP of the DSDT's _S3 and _S5
  std::uint8_t sleep_type_s5{5};
  IrqLine sci{9};
  std::uint64_t ticks_hz{1'000'000'000};
};

struct AcpiPmState {
  std::uint16_t status{};
  std::uint16_t enable{};
  std::uint16_t control{};
  Level line{};
  std::uint64_t clock{};  ///< the newest clock of the PM timer that was looked at
  friend constexpr bool operator==(AcpiPmState const&, AcpiPmState const&) = default;
};
static_assert(std::is_trivially_copyable_v<AcpiPmState>);

class AcpiPm {
 public:
  static constexpr std::uint64_t clock_hz = 3'579'545;

  explicit constexpr AcpiPm(AcpiPmConfig const& config) noexcept
      : config_{config}, pm_clock_{config.ticks_hz, clock_hz} {}

  std::uint8_t read(Port port, Ticks now, Effects& effects) noexcept;
  void write(Port port, std::uint8_t value, Ticks now, Effects& effects) noexcept;

  void press_power_button(Effects& effects) noexcept;
  /// The machine has left a sleeping state.
  void wake(Effects& effects) noexcept;

  /// Notes the timer's carry. Needed at next_deadline(), harmless at any other time.
  void advance(Ticks now, Effects& effects) noexcept;
  [[nodiscard]] Ticks next_deadline() const noexcept;
  /// The timer at `now`.
  [[nodiscard]] std::uint32_t timer(Ticks now) const noexcept;

  [[nodiscard]] Level line() const noexcept { return state_.line; }
  [[nodiscard]] AcpiPmConfig const& config() const noexcept { return config_; }
  /// Its registers are wider than a byte: a wide access is always all of its bytes.
  [[nodiscard]] static constexpr DeviceWidthRule width_rule() noexcept {
    return DeviceWidthRule::each_byte;
  }
  [[nodiscard]] AcpiPmState const& state() const noexcept { return state_; }
  /// Takes over a snapshot; bits that the registers do not have are dropped.
  void restore(AcpiPmState const& state) noexcept;

 private:
  void write_control(std::uint8_t high_byte, Effects& effects) noexcept;
  void update_line(Effects& effects) noexcept;

  AcpiPmConfig config_;
  DeviceClock pm_clock_;
  AcpiPmState state_{};
};
static_assert(std::is_trivially_copyable_v<AcpiPm>);

/// The device as a VM's table takes it, for its three ranges of ports; it declines what
/// AcpiPmConfig::sleep_control leaves to the device model. `pm` must outlive the VM.
Device acpi_pm_device(AcpiPm& pm) noexcept;

}  // namespace acrn::core
