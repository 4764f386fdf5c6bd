// SPDX-License-Identifier: BSD-3-Clause
#include "core/hypercall/life_cycle.hpp"

namespace acrn::core {

std::string_view name(VmLife life) noexcept {
  switch (life) {
    case VmLife::absent:
      return "absent";
    case VmLife::created:
      return "created";
    case VmLife::running:
      return "running";
    case VmLife::powering_off:
      return "powering off";
    case VmLife::paused:
      return "paused";
  }
  return "?";
}

std::string_view name(LifeEvent event) noexcept {
  switch (event) {
    case LifeEvent::create:
      return "create";
    case LifeEvent::set_buffer:
      return "set buffer";
    case LifeEvent::start:
      return "start";
    case LifeEvent::power_off:
      return "power off";
    case LifeEvent::pause:
      return "pause";
    case LifeEvent::reset:
      return "reset";
    case LifeEvent::destroy:
      return "destroy";
  }
  return "?";
}

}  // namespace acrn::core
