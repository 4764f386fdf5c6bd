// SPDX-License-Identifier: BSD-3-Clause
#include "core/devices/acpi_pm.hpp"

#include <algorithm>

#include "core/devices/byte_ports.hpp"

namespace acrn::core {
namespace {

// PM1 status and enable (ACPI 6.5, tables 4.13 and 4.14).
constexpr std::uint16_t timer_carry = 1;
constexpr std::uint16_t power_button = 0x100;
constexpr std::uint16_t wake_status = 0x8000;
constexpr std::uint16_t status_bits = timer_carry | power_button | wake_status;
constexpr std::uint16_t enable_bits = 0x0721;

// PM1 control (table 4.15); SLP_EN reads as 0.
constexpr std::uint16_t sci_enable = 1;
constexpr std::uint16_t control_bits = 0x1c01;
constexpr std::uint8_t sleep_enable_high = 0x20;

constexpr std::uint8_t byte_of(std::uint32_t word, unsigned index) noexcept {
  return static_cast<std::uint8_t>(word >> (8 * index));
}
constexpr std::uint16_t with_byte(std::uint16_t word, unsigned index, std::uint8_t byte) noexcept {
  unsigned const shift = 8 * index;
  return static_cast<std::uint16_t>((word & ~(0xffU << shift)) | unsigned{byte} << shift);
}

/// Half the timer's range: its highest bit changes so often (ACPI 6.5, 4.8.3.3).
constexpr std::uint64_t carry_clocks(PmTimerWidth width) noexcept {
  return std::uint64_t{1} << (static_cast<unsigned>(width) - 1);
}

}  // namespace

std::uint32_t AcpiPm::timer(Ticks now) const noexcept {
  std::uint64_t const count = pm_clock_.count_at(now);
  return static_cast<std::uint32_t>(count & (2 * carry_clocks(config_.timer_width) - 1));
}

std::uint8_t AcpiPm::read(Port port, Ticks now, Effects& effects) noexcept {
  advance(now, effects);
  unsigned const event = unsigned{port.value} - config_.event.value;
  unsigned const control = unsigned{port.value} - config_.control.value;
  unsigned const counter = unsigned{port.value} - config_.timer.value;
  if (event < 4) {
    return byte_of(event < 2 ? state_.status : state_.enable, event % 2);
  }
  if (control < 2) {
    return byte_of(state_.control, control);
  }
  return counter < 4 ? byte_of(timer(now), counter) : std::uint8_t{0xff};
}

void AcpiPm::write(Port port, std::uint8_t value, Ticks now, Effects& effects) noexcept {
  advance(now, effects);
  unsigned const event = unsigned{port.value} - config_.event.value;
  unsigned const control = unsigned{port.value} - config_.control.value;
  if (event < 2) {  // writing 1 clears
    state_.status = static_cast<std::uint16_t>(state_.status & ~(unsigned{value} << (8 * event)));
  } else if (event < 4) {
    state_.enable = with_byte(state_.enable, event - 2, value) & enable_bits;
  } else if (control < 2) {
    state_.control = with_byte(state_.control, control, value) & control_bits;
    if (control == 1) {
      write_control(value, effects);
    }
  }
  update_line(effects);
}

/// SLP_TYP and SLP_EN are both in the register's high byte.
void AcpiPm::write_control(std::uint8_t high_byte, Effects& effects) noexcept {
  if ((high_byte & sleep_enable_high) == 0) {
    return;
  }
  std::uint8_t const type = high_byte >> 2U & 7U;
  if (type == config_.sleep_type_s5) {
    effects.request_power(PowerEvent::shutdown);
  } else if (type == config_.sleep_type_s3) {
    effects.request_power(PowerEvent::suspend);
  }
}

void AcpiPm::update_line(Effects& effects) noexcept {
  bool const pending = (state_.status & state_.enable) != 0 && (state_.control & sci_enable) != 0;
  state_.line = drive_line(config_.sci, state_.line, to_level(pending), effects);
}

void AcpiPm::press_power_button(Effects& effects) noexcept {
  state_.status |= power_button;
  update_line(effects);
}

void AcpiPm::wake(Effects& effects) noexcept {
  state_.status |= wake_status;
  update_line(effects);
}

void AcpiPm::advance(Ticks now, Effects& effects) noexcept {
  std::uint64_t const count = std::max(state_.clock, pm_clock_.count_at(now));
  std::uint64_t const carry = carry_clocks(config_.timer_width);
  if (count / carry != state_.clock / carry) {
    state_.status |= timer_carry;
    update_line(effects);
  }
  state_.clock = count;
}

Ticks AcpiPm::next_deadline() const noexcept {
  bool const wanted = (state_.enable & timer_carry) != 0 && (state_.control & sci_enable) != 0 &&
                      (state_.status & timer_carry) == 0;
  if (!wanted) {
    return ticks_never;
  }
  std::uint64_t const carry = carry_clocks(config_.timer_width);
  return pm_clock_.ticks_at((state_.clock / carry + 1) * carry);
}

void AcpiPm::restore(AcpiPmState const& state) noexcept {
  state_ = state;
  state_.status &= status_bits;
  state_.enable &= enable_bits;
  state_.control &= control_bits;
  state_.line = to_level(state.line == Level::high);
}

Device acpi_pm_device(AcpiPm& pm) noexcept {
  return {.handler =
              [](void* context, Access& access, Ticks now, Effects& effects) {
                auto& device = *static_cast<AcpiPm*>(context);
                HandlerResult const result = access_bytes(device, access, now, effects);
                bool const sleeps = access.direction == Direction::write &&
                                    access.address - device.config().control.value < 2;
                bool const peeked = device.config().sleep_control == SleepControl::peeked;
                return sleeps && peeked ? HandlerResult::declined() : result;
              },
          .context = &pm};
}

}  // namespace acrn::core
