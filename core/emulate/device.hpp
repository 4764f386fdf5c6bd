// SPDX-License-Identifier: BSD-3-Clause
// A device that the hypervisor itself emulates: one function and its context.
#pragma once

#include <cstdint>

#include "core/access.hpp"
#include "core/check.hpp"
#include "core/emulate/effects.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// How a handler took an access.
enum class HandlerStatus : std::uint8_t {
  handled,   ///< answered; a read's value is in the access
  declined,  ///< not answered, though it may have acted on it: the device model answers
  failed,    ///< refused with an errno
};

/// A handler's answer.
struct HandlerResult {
  HandlerStatus status{};
  std::int32_t error{};  ///< negative errno if failed, else 0

  static constexpr HandlerResult handled() noexcept { return {HandlerStatus::handled, 0}; }
  static constexpr HandlerResult declined() noexcept { return {HandlerStatus::declined, 0}; }
  /// `negative_errno` is below 0, as Linux numbers errors.
  static constexpr HandlerResult failed(std::int32_t negative_errno) noexcept {
    check(negative_errno < 0, "HandlerResult::failed() needs a negative errno");
    return {HandlerStatus::failed, negative_errno};
  }
  friend constexpr bool operator==(HandlerResult const&, HandlerResult const&) = default;
};

/// Answers one access. A write's value is cut to its size already; a read's value starts as all
/// ones of its size, and whatever the handler leaves there is cut to the size. Only a read's value
/// is taken back, and only if handled; other changes to `access` have no effect. The caller holds
/// the VM's turn. The handler may register and remove devices and ranges of the same VM.
using Handler = HandlerResult (*)(void* context, Access& access, Ticks now, Effects& effects);

/// A device as a VM's table holds it. `context` belongs to whoever registered the device and must
/// outlive the VM.
struct Device {
  Handler handler{};
  void* context{};
};

}  // namespace acrn::core
