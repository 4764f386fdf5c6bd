// SPDX-License-Identifier: BSD-3-Clause
// A value or an error, with the names of std::expected (C++23) for trivially copyable payloads.
#pragma once

#include <type_traits>

#include "core/check.hpp"

namespace acrn::core {

/// Wraps an error so that it converts to any Expected with that error type.
template <class E>
struct Unexpected {
  E value{};
};
template <class E>
Unexpected(E) -> Unexpected<E>;

/// Either a T or an E. Reading the wrong one is a programmer's error and stops at `check`.
template <class T, class E>
class [[nodiscard]] Expected {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_copyable_v<E>);

 public:
  constexpr Expected(T value) noexcept : value_{value}, has_value_{true} {}  // NOLINT(*-explicit-*)
  constexpr Expected(Unexpected<E> error) noexcept                           // NOLINT(*-explicit-*)
      : error_{error.value}, has_value_{false} {}

  [[nodiscard]] constexpr bool has_value() const noexcept { return has_value_; }
  constexpr explicit operator bool() const noexcept { return has_value_; }
  [[nodiscard]] constexpr T const& value() const noexcept {
    check(has_value_, "Expected::value() needs a value");
    return value_;
  }
  [[nodiscard]] constexpr E error() const noexcept {
    check(!has_value_, "Expected::error() needs an error");
    return error_;
  }
  constexpr T const& operator*() const noexcept { return value(); }
  constexpr T const* operator->() const noexcept { return &value(); }

 private:
  T value_{};
  E error_{};
  bool has_value_;
};

/// Success without a payload, or an E.
struct Unit {
  friend constexpr bool operator==(Unit, Unit) = default;
};

}  // namespace acrn::core
