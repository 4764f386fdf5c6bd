// SPDX-License-Identifier: BSD-3-Clause
// The router: who answers an access. Knows nothing of instructions, and never waits. Inline: a
// call would be a tenth of what it does.
#pragma once

#include <cstdint>
#include <limits>

#include "core/access.hpp"
#include "core/emulate/effects.hpp"
#include "core/emulate/route.hpp"
#include "core/emulate/vm_state.hpp"
#include "core/profile.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// Size of the pages that EPT maps guest-physical memory by, at their smallest.
inline constexpr std::uint64_t guest_page_size_bytes = 4096;

namespace detail {

/// What routing needs besides the access.
struct RouteContext {
  VmState& vm;
  Profile const& profile;
  Ticks now;
  Effects& effects;
  bool device_saw_it{};  ///< a device declined the access, perhaps after acting on it
};

/// Whether `bytes` bytes can follow `address` without a wrap past 2^64. Guest-physical addresses
/// have at most 52 bits (SDM vol. 3A, section 4.1.4, MAXPHYADDR), so no hardware asks for one.
constexpr bool fits_mmio(Access const& access) noexcept {
  return access.size - std::uint64_t{1} <=
         std::numeric_limits<std::uint64_t>::max() - access.address;
}

constexpr bool crosses_page(Access const& access) noexcept {
  return access.address % guest_page_size_bytes + access.size > guest_page_size_bytes;
}

/// Calls the device with a copy: whatever it leaves there, only a read's value is taken over.
inline Route call_device(RouteContext& context, DeviceId owner, Access& access) {
  Device const device = context.vm.devices[owner];  // a copy: the handler may change the table
  Access asked{access.space, access.direction, access.size, access.address, access.value};
  HandlerResult const result = device.handler(device.context, asked, context.now, context.effects);
  if (result.status == HandlerStatus::handled) [[likely]] {
    std::uint64_t const answer = truncate(asked.value, access.size);
    access.value = access.direction == Direction::read ? answer : access.value;
    return Route::completed;
  }
  if (result.status == HandlerStatus::declined) {
    context.device_saw_it = true;
    bool const drop = context.vm.device_model == DeviceModel::absent &&
                      context.profile.declined == DeclinedRule::unclaimed;
    return drop ? Route::completed : Route::no_handler;
  }
  context.effects.set_handler_errno(result.error);
  return Route::handler_error;
}

/// What the default handlers of a VM without a device model do: reads are all ones already, writes
/// are dropped.
inline Route unclaimed(RouteContext const& context) noexcept {
  bool const defaults = context.vm.device_model == DeviceModel::absent &&
                        context.profile.no_handler == NoHandlerRule::forward;
  return defaults ? Route::completed : Route::no_handler;
}

inline Route route_to(RouteContext& context, Lookup const& hit, Access& access) {
  return hit.claimed ? call_device(context, hit.owner, access) : unclaimed(context);
}

/// What becomes of an access that nobody in the hypervisor answers and a device model would. A
/// full ring makes the vCPU route it again, but never past a device that would act on it twice:
/// that access takes the slot, as does every one whose ring is broken. So none is lost, and the
/// service module, which empties the ring before it looks at the slots, sees them in order.
inline Route queue_or_forward(RouteContext& context, Access const& access) noexcept {
  AsyncIo const& asyncio = context.vm.asyncio;
  AsyncDescriptor const* const descriptor = asyncio.find(access);
  if (descriptor == nullptr) [[likely]] {
    return Route::forward;
  }
  context.effects.want_upcall();
  switch (asyncio.ring.push(asyncio.ring.context, descriptor->element)) {
    case Push::queued:
      return Route::queued;
    case Push::full:
      return context.device_saw_it ? Route::forward : Route::ring_full;
    case Push::broken:
      break;
  }
  return Route::forward;
}

/// The port half of emulate_io: completed, no_handler, spans_devices or handler_error.
inline Route hv_emulate_pio(RouteContext& context, Access& access) {
  Port const port{static_cast<std::uint16_t>(access.address)};
  Lookup const hit = context.vm.ports.lookup(port);
  if (!hit.covers(access.size)) [[unlikely]] {
    SpanRule const rule = context.profile.pio_span;
    // A gap that the access leaves at the top of port space has no neighbour to be shared with.
    bool const at_top = port.value + hit.rest == std::numeric_limits<std::uint16_t>::max();
    bool const shared = hit.claimed || !at_top;
    if (rule == SpanRule::split || (rule == SpanRule::refuse && shared)) {
      return Route::spans_devices;
    }
  }
  return route_to(context, hit, access);
}

/// The MMIO half, for write_protect too.
inline Route hv_emulate_mmio(RouteContext& context, Access& access) {
  Lookup const hit = context.vm.mmio.lookup({access.address});
  SpanRule const rule = context.profile.mmio_span;
  if (!hit.covers(access.size)) [[unlikely]] {
    if (rule != SpanRule::first_byte_owner) {
      return Route::spans_devices;
    }
  } else if (rule == SpanRule::split && crosses_page(access)) [[unlikely]] {
    return Route::spans_devices;
  }
  return route_to(context, hit, access);
}

}  // namespace detail

/// Routes one access. On return a write's value is cut to its size; a read's value is what was
/// answered, cut to its size, or all ones of its size where nobody has answered yet. Routes:
///  - completed: a device answered, or nobody exists who could (no device model: all ones);
///  - queued: a write that an asynchronous descriptor takes; it is on the ring, and the effects ask
///    for the upcall;
///  - ring_full: such a write, and the ring has no room: nothing happened, route it again later;
///    the effects ask for the upcall, so that somebody makes room;
///  - forward: unclaimed or declined, and the VM has a device model;
///  - no_handler: unclaimed or declined, where the profile says so;
///  - spans_devices: refused, or, under SpanRule::split, to be cut by Splitter;
///  - invalid: a size or address that no access in that space can have, or a space that is not
///    routed here (only the service module makes pci_config requests);
///  - handler_error: effects.handler_errno() says what the device returned.
inline Route emulate_io(VmState& vm, Turn /*turn*/, Profile const& profile, Access& access,
                        Ticks now, Effects& effects) {
  access.value = access.direction == Direction::write ? truncate(access.value, access.size)
                                                      : size_mask(access.size);
  if (!is_access_size(access.space, access.size)) [[unlikely]] {
    return Route::invalid;
  }
  detail::RouteContext context{vm, profile, now, effects};
  Route route = Route::invalid;
  switch (access.space) {
    case Space::port:
      if (access.address > std::numeric_limits<std::uint16_t>::max()) [[unlikely]] {
        return Route::invalid;
      }
      route = detail::hv_emulate_pio(context, access);
      break;
    case Space::mmio:
    case Space::write_protect:
      if (!detail::fits_mmio(access)) [[unlikely]] {
        return Route::invalid;
      }
      route = detail::hv_emulate_mmio(context, access);
      break;
    case Space::pci_config:
      return Route::invalid;
  }
  bool const forwards = route == Route::no_handler && vm.device_model == DeviceModel::present &&
                        profile.no_handler == NoHandlerRule::forward;
  return forwards ? detail::queue_or_forward(context, access) : route;
}

}  // namespace acrn::core
