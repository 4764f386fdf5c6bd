// SPDX-License-Identifier: BSD-3-Clause
// The error numbers that hypercalls return, negated. Values are Linux', which ACRN uses.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/asyncio/descriptor.hpp"

namespace acrn::core {

namespace errors {
/// Where ACRN says no more than that it refuses: a VM, a state or a number that is none.
inline constexpr std::int32_t refused = -1;
inline constexpr std::int32_t no_entry = -2;
inline constexpr std::int32_t bad_address = -14;
inline constexpr std::int32_t already_exists = -17;
inline constexpr std::int32_t invalid_argument = -22;
inline constexpr std::int32_t not_a_call = -25;
inline constexpr std::int32_t no_space = -28;

/// Linux' name of an error, such as "EFAULT"; "" for `refused` and whatever is none of these.
constexpr std::string_view name(std::int32_t error) noexcept {
  switch (error) {
    case no_entry:
      return "ENOENT";
    case bad_address:
      return "EFAULT";
    case already_exists:
      return "EEXIST";
    case invalid_argument:
      return "EINVAL";
    case not_a_call:
      return "ENOTTY";
    case no_space:
      return "ENOSPC";
    default:
      return "";
  }
}
}  // namespace errors

constexpr std::int32_t to_errno(AsyncError error) noexcept {
  switch (error) {
    case AsyncError::conflict:
      return errors::already_exists;
    case AsyncError::full:
      return errors::no_space;
    case AsyncError::not_found:
      return errors::no_entry;
    case AsyncError::space:
    case AsyncError::address_zero:
    case AsyncError::address_too_high:
    case AsyncError::data_too_wide:
      return errors::invalid_argument;
  }
  return errors::invalid_argument;
}

}  // namespace acrn::core
