// SPDX-License-Identifier: BSD-3-Clause
// The MC146818's registers, and how its time fields hold numbers: BCD or binary, 12 or 24 hours.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/devices/calendar.hpp"

namespace acrn::core::rtc {

inline constexpr std::uint8_t reg_second = 0;
inline constexpr std::uint8_t reg_second_alarm = 1;
inline constexpr std::uint8_t reg_minute = 2;
inline constexpr std::uint8_t reg_minute_alarm = 3;
inline constexpr std::uint8_t reg_hour = 4;
inline constexpr std::uint8_t reg_hour_alarm = 5;
inline constexpr std::uint8_t reg_weekday = 6;
inline constexpr std::uint8_t reg_day = 7;
inline constexpr std::uint8_t reg_month = 8;
inline constexpr std::uint8_t reg_year = 9;
inline constexpr std::uint8_t reg_a = 10;
inline constexpr std::uint8_t reg_b = 11;
inline constexpr std::uint8_t reg_c = 12;
inline constexpr std::uint8_t reg_d = 13;
inline constexpr std::uint8_t reg_century = 0x32;

inline constexpr std::uint8_t a_update_in_progress = 0x80;
inline constexpr std::uint8_t a_divider = 0x70;
inline constexpr std::uint8_t a_rate = 0x0f;
inline constexpr std::uint8_t b_set = 0x80;
inline constexpr std::uint8_t b_update_interrupt = 0x10;
inline constexpr std::uint8_t b_binary = 4;
inline constexpr std::uint8_t b_24_hours = 2;
inline constexpr std::uint8_t flag_periodic = 0x40;  // in C; its enable is at the same place in B
inline constexpr std::uint8_t flag_alarm = 0x20;
inline constexpr std::uint8_t flag_update = 0x10;
inline constexpr std::uint8_t flags = 0x70;
inline constexpr std::uint8_t c_interrupt = 0x80;
inline constexpr std::uint8_t d_valid = 0x80;

constexpr bool is_time_register(std::uint8_t index) noexcept {
  return index == reg_century || (index <= reg_year && (index % 2 == 0 || index >= reg_weekday));
}

constexpr std::uint8_t encode(unsigned number, std::uint8_t b) noexcept {
  unsigned const digits = number / 10 % 10 << 4U | number % 10;
  return static_cast<std::uint8_t>((b & b_binary) != 0 ? number : digits);
}
/// Digits above 9 count for what they are.
constexpr unsigned decode(std::uint8_t field, std::uint8_t b) noexcept {
  return (b & b_binary) != 0 ? field : (field >> 4U) * 10U + (field & 0xfU);
}

/// With 12 hours: 12, 1 to 11, with bit 7 after noon.
constexpr std::uint8_t encode_hour(unsigned hour, std::uint8_t b) noexcept {
  if ((b & b_24_hours) != 0) {
    return encode(hour, b);
  }
  unsigned const twelve = hour % 12 == 0 ? 12 : hour % 12;
  return static_cast<std::uint8_t>(encode(twelve, b) | (hour >= 12 ? 0x80U : 0U));
}
constexpr unsigned decode_hour(std::uint8_t field, std::uint8_t b) noexcept {
  if ((b & b_24_hours) != 0) {
    return decode(field, b);
  }
  return decode(field & 0x7fU, b) % 12 + ((field & 0x80U) != 0 ? 12 : 0);
}

/// Fills the time's registers.
void show_time(std::span<std::uint8_t, 128> memory, std::int64_t seconds,
               std::uint8_t weekday_offset) noexcept;
/// The time that the registers mean; what is out of range is brought into it.
CivilTime read_time(std::span<std::uint8_t const, 128> memory) noexcept;

/// Seconds from `after` to the next time of day that the alarm's registers name, 1 to 86,400; an
/// alarm field of 0xC0 to 0xFF is any. Empty if no time is such.
std::optional<std::uint64_t> alarm_in(std::span<std::uint8_t const, 128> memory,
                                      std::int64_t after) noexcept;

}  // namespace acrn::core::rtc
