// SPDX-License-Identifier: BSD-3-Clause
// Seconds since 1970 to a date and back, in the proleptic Gregorian calendar, integers only.
#pragma once

#include <cstdint>

namespace acrn::core {

/// A date and time of day without a zone.
struct CivilTime {
  std::int32_t year{1970};
  std::uint8_t month{1};  ///< 1 to 12
  std::uint8_t day{1};    ///< 1 to 31
  std::uint8_t hour{};
  std::uint8_t minute{};
  std::uint8_t second{};
  friend constexpr bool operator==(CivilTime const&, CivilTime const&) = default;
};

inline constexpr std::int64_t day_seconds = 86'400;

namespace detail {

inline constexpr std::int64_t cycle_days = 146'097;      // of 400 years, after which dates repeat
inline constexpr std::int64_t unix_epoch_day = 719'468;  // 1970-01-01 counted from 0000-03-01

constexpr std::int64_t floor_divide(std::int64_t a, std::int64_t b) noexcept {
  return a / b - (a % b < 0 ? 1 : 0);
}

/// Days before the n-th month of a year that starts in March: 31, 61, 92, ... (153 in 5 months).
constexpr std::int64_t days_before_month(std::int64_t from_march) noexcept {
  return (153 * from_march + 2) / 5;
}

}  // namespace detail

/// Days since 1970-01-01. A day past the end of its month is one of the next month.
constexpr std::int64_t days_since_1970(CivilTime const& time) noexcept {
  bool const before_march = time.month < 3;
  std::int64_t const year = std::int64_t{time.year} - (before_march ? 1 : 0);
  std::int64_t const from_march = time.month + (before_march ? 9 : -3);
  std::int64_t const cycle = detail::floor_divide(year, 400);
  std::int64_t const in_cycle = year - cycle * 400;
  return cycle * detail::cycle_days + in_cycle * 365 + in_cycle / 4 - in_cycle / 100 +
         detail::days_before_month(from_march) + time.day - 1 - detail::unix_epoch_day;
}

constexpr std::int64_t seconds_since_1970(CivilTime const& time) noexcept {
  return days_since_1970(time) * day_seconds + time.hour * 3600 + time.minute * 60 + time.second;
}

constexpr CivilTime civil_time(std::int64_t seconds) noexcept {
  std::int64_t const days = detail::floor_divide(seconds, day_seconds);
  std::int64_t const in_day = seconds - days * day_seconds;
  std::int64_t const from_zero = days + detail::unix_epoch_day;
  std::int64_t const cycle = detail::floor_divide(from_zero, detail::cycle_days);
  std::int64_t const day = from_zero - cycle * detail::cycle_days;
  // The leap days up to `day`: one in 1,461 days, but for three of 36,524, and one in all.
  std::int64_t const in_cycle = (day - day / 1460 + day / 36'524 - day / 146'096) / 365;
  std::int64_t const in_year = day - (in_cycle * 365 + in_cycle / 4 - in_cycle / 100);
  std::int64_t const from_march = (5 * in_year + 2) / 153;
  bool const next_year = from_march >= 10;
  return {.year = static_cast<std::int32_t>(cycle * 400 + in_cycle + (next_year ? 1 : 0)),
          .month = static_cast<std::uint8_t>(next_year ? from_march - 9 : from_march + 3),
          .day = static_cast<std::uint8_t>(in_year - detail::days_before_month(from_march) + 1),
          .hour = static_cast<std::uint8_t>(in_day / 3600),
          .minute = static_cast<std::uint8_t>(in_day / 60 % 60),
          .second = static_cast<std::uint8_t>(in_day % 60)};
}

/// 0 is Sunday.
constexpr std::uint8_t weekday(std::int64_t seconds) noexcept {
  std::int64_t const days = detail::floor_divide(seconds, day_seconds) + 4;
  return static_cast<std::uint8_t>(days - detail::floor_divide(days, 7) * 7);
}

}  // namespace acrn::core
