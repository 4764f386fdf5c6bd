// SPDX-License-Identifier: BSD-3-Clause
// The router's answers, what each is at the boundary to ACRN, and what a vCPU does next.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/emulate/effects.hpp"
#include "core/emulate/vm_state.hpp"
#include "core/profile.hpp"

namespace acrn::core {

/// Who answers an access, or why nobody does.
enum class Route : std::uint8_t {
  completed,      ///< answered in the hypervisor; a read's value is in the access
  forward,        ///< to be sent to the device model through the vCPU's request slot
  queued,         ///< put on a ring for the device model; nothing to wait for
  ring_full,      ///< that ring has no room now; route again later
  no_handler,     ///< nobody in the hypervisor, and the profile leaves the rest to the caller
  spans_devices,  ///< touches more than one range: refused, or to be cut (SpanRule::split)
  invalid,        ///< no access that hardware can make
  handler_error,  ///< a handler failed; its errno is in the effects
};

/// The word for a message; "?" for a value outside the enumeration.
constexpr std::string_view name(Route route) noexcept {
  switch (route) {
    case Route::completed:
      return "completed";
    case Route::forward:
      return "forward";
    case Route::queued:
      return "queued";
    case Route::ring_full:
      return "ring full";
    case Route::no_handler:
      return "no handler";
    case Route::spans_devices:
      return "spans devices";
    case Route::invalid:
      return "invalid";
    case Route::handler_error:
      return "handler error";
  }
  return "?";
}

/// The value that ACRN's emulate_io would return: 0 or a negative errno of Linux. `effects` are
/// those of the same access.
constexpr std::int32_t to_errno(Route route, Effects const& effects) noexcept {
  constexpr std::int32_t eio = 5;
  constexpr std::int32_t eagain = 11;
  constexpr std::int32_t enodev = 19;
  constexpr std::int32_t einval = 22;
  switch (route) {
    case Route::completed:
    case Route::forward:
    case Route::queued:
      return 0;
    case Route::ring_full:
      return -eagain;
    case Route::no_handler:
      return -enodev;
    case Route::spans_devices:
      return -eio;
    case Route::invalid:
      return -einval;
    case Route::handler_error:
      return effects.handler_errno();
  }
  return -einval;
}

/// What a vCPU does with an access after it was routed.
enum class AfterRoute : std::uint8_t {
  finish,  ///< the access is over
  submit,  ///< send it through the request slot and wait
  retry,   ///< route it again later
  cut,     ///< route its pieces one by one
  fault,   ///< the guest gets #GP(0) on the instruction
};

/// The one table of what follows a route. `span` is the profile's rule for the access's space.
constexpr AfterRoute after_route(Route route, SpanRule span, DeviceModel model) noexcept {
  switch (route) {
    case Route::completed:
    case Route::queued:
      return AfterRoute::finish;
    case Route::forward:
      return AfterRoute::submit;
    case Route::ring_full:
      return AfterRoute::retry;
    case Route::no_handler:
      return model == DeviceModel::present ? AfterRoute::submit : AfterRoute::fault;
    case Route::spans_devices:
      return span == SpanRule::split ? AfterRoute::cut : AfterRoute::fault;
    case Route::invalid:
    case Route::handler_error:
      return AfterRoute::fault;
  }
  return AfterRoute::fault;
}

}  // namespace acrn::core
