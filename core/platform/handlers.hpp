// SPDX-License-Identifier: BSD-3-Clause
// The handlers that a Platform registers for its devices: each device's own, and the bookkeeping of
// what the platform has cached about it.
#pragma once

#include "core/emulate/device.hpp"
#include "core/platform/platform.hpp"

namespace acrn::core {

/// Each takes a Platform as its context.
struct PlatformHandlers {
  static HandlerResult pic(void* context, Access& access, Ticks now, Effects& effects);
  static HandlerResult pit(void* context, Access& access, Ticks now, Effects& effects);
  static HandlerResult uart(void* context, Access& access, Ticks now, Effects& effects);
  static HandlerResult rtc(void* context, Access& access, Ticks now, Effects& effects);
  static HandlerResult acpi_pm(void* context, Access& access, Ticks now, Effects& effects);
  static HandlerResult keyboard_reset(void* context, Access& access, Ticks now, Effects& effects);
  static HandlerResult test(void* context, Access& access, Ticks now, Effects& effects);
  static HandlerResult power_off(void* context, Access& access, Ticks now, Effects& effects);
  static HandlerResult console(void* context, Access& access, Ticks now, Effects& effects);
  static HandlerResult console_source(void* context, Access& access, Ticks now, Effects& effects);
};

}  // namespace acrn::core
