// SPDX-License-Identifier: BSD-3-Clause
#include "core/devices/rtc_format.hpp"

#include <algorithm>

namespace acrn::core::rtc {
namespace {

std::uint8_t clamp(unsigned value, unsigned low, unsigned high) noexcept {
  return static_cast<std::uint8_t>(std::clamp(value, low, high));
}

constexpr unsigned any = ~0U;

/// An alarm field's number, or `any`.
unsigned alarm_number(std::uint8_t field, unsigned number) noexcept {
  return (field & 0xc0U) == 0xc0U ? any : number;
}

bool matches(unsigned alarm, std::int64_t number) noexcept {
  return alarm == any || alarm == number;
}

}  // namespace

void show_time(std::span<std::uint8_t, 128> memory, std::int64_t seconds,
               std::uint8_t weekday_offset) noexcept {
  CivilTime const time = civil_time(seconds);
  std::uint8_t const b = memory[reg_b];
  unsigned const year = static_cast<unsigned>(time.year) % 10'000;
  memory[reg_second] = encode(time.second, b);
  memory[reg_minute] = encode(time.minute, b);
  memory[reg_hour] = encode_hour(time.hour, b);
  memory[reg_weekday] = encode((weekday(seconds) + weekday_offset) % 7U + 1, b);
  memory[reg_day] = encode(time.day, b);
  memory[reg_month] = encode(time.month, b);
  memory[reg_year] = encode(year % 100, b);
  memory[reg_century] = encode(year / 100, b);
}

CivilTime read_time(std::span<std::uint8_t const, 128> memory) noexcept {
  std::uint8_t const b = memory[reg_b];
  unsigned const year = clamp(decode(memory[reg_year], b), 0, 99);
  unsigned const century = clamp(decode(memory[reg_century], b), 0, 99);
  return {.year = static_cast<std::int32_t>(century * 100 + year),
          .month = clamp(decode(memory[reg_month], b), 1, 12),
          .day = clamp(decode(memory[reg_day], b), 1, 31),
          .hour = clamp(decode_hour(memory[reg_hour], b), 0, 23),
          .minute = clamp(decode(memory[reg_minute], b), 0, 59),
          .second = clamp(decode(memory[reg_second], b), 0, 59)};
}

std::optional<std::uint64_t> alarm_in(std::span<std::uint8_t const, 128> memory,
                                      std::int64_t after) noexcept {
  std::uint8_t const b = memory[reg_b];
  auto const [second, minute, hour] =
      std::array{memory[reg_second_alarm], memory[reg_minute_alarm], memory[reg_hour_alarm]};
  unsigned const seconds = alarm_number(second, decode(second, b));
  unsigned const minutes = alarm_number(minute, decode(minute, b));
  unsigned const hours = alarm_number(hour, decode_hour(hour, b));
  std::int64_t const day = detail::floor_divide(after, day_seconds) * day_seconds;
  std::int64_t const start = after - day + 1;
  // Each step skips a whole hour, minute or second that does not match: at most 24 + 1 hours, and
  // 60 + 1 minutes and seconds at each end of them.
  for (std::int64_t at = start; at < start + day_seconds;) {
    std::int64_t const in_day = at % day_seconds;
    if (!matches(hours, in_day / 3600)) {
      at += 3600 - in_day % 3600;
    } else if (!matches(minutes, in_day / 60 % 60)) {
      at += 60 - in_day % 60;
    } else if (!matches(seconds, in_day % 60)) {
      ++at;
    } else {
      return static_cast<std::uint64_t>(at - start + 1);
    }
  }
  return std::nullopt;
}

}  // namespace acrn::core::rtc
