// SPDX-License-Identifier: BSD-3-Clause
// Names and places of events.
#include "sim/cli/event.hpp"

#include <linux/acrn.h>

#include <array>

#include "core/exit.hpp"

namespace acrn::cli {
namespace {

template <std::size_t count>
constexpr std::string_view pick(std::array<std::string_view, count> const& names,
                                std::size_t index) {
  return index < count ? names[index] : unknown_text;
}

EventPlace exit_place(traces::ExitRow const& row, EventPlace place) {
  // Bits 31:16 of an I/O instruction's qualification are the port, 2:0 the size less one.
  // Source: Intel SDM vol. 3C (Sep 2023), table 28-5.
  if (row.reason == static_cast<std::uint32_t>(core::ExitReason::io_instruction) &&
      row.qualification) {
    place.space = core::Space::port;
    place.address = (*row.qualification >> 16U) & 0xffffU;
    place.size = static_cast<std::uint8_t>((*row.qualification & 7U) + 1U);
  }
  return place;
}

EventPlace access_place(core::Access const& access, EventPlace place) {
  place.space = access.space;
  place.address = access.address;
  place.size = access.size;
  return place;
}

}  // namespace

std::uint64_t event_time(Event const& event) {
  return std::visit(
      [](auto const* row) {
        if constexpr (requires { row->time_in; }) {
          return row->time_in;
        } else {
          return row->time;
        }
      },
      event.data);
}

EventPlace event_place(Event const& event) {
  EventPlace const place{.vcpu = event.vcpu, .time = event_time(event)};
  if (auto const* const* exit = std::get_if<traces::ExitRow const*>(&event.data)) {
    return exit_place(**exit, place);
  }
  if (auto const* const* access = std::get_if<traces::AccessRow const*>(&event.data)) {
    return access_place((*access)->access, place);
  }
  return event.access != nullptr ? access_place(event.access->access, place) : place;
}

std::string_view slot_event_name(traces::SlotRow const& row) {
  struct Name {
    std::uint8_t from;
    std::uint8_t to;
    std::string_view name;
  };
  constexpr std::array names{
      Name{ACRN_IOREQ_STATE_FREE, ACRN_IOREQ_STATE_PENDING, "submit"},
      Name{ACRN_IOREQ_STATE_PENDING, ACRN_IOREQ_STATE_PROCESSING, "claim"},
      Name{ACRN_IOREQ_STATE_PROCESSING, ACRN_IOREQ_STATE_COMPLETE, "complete"},
      Name{ACRN_IOREQ_STATE_PENDING, ACRN_IOREQ_STATE_COMPLETE, "complete_early"},
      Name{ACRN_IOREQ_STATE_COMPLETE, ACRN_IOREQ_STATE_FREE, "consume"}};
  for (Name const& entry : names) {
    if (entry.from == row.from && entry.to == row.to) return entry.name;
  }
  return "transition";
}

std::string_view slot_state_name(std::uint8_t state) {
  switch (state) {
    case ACRN_IOREQ_STATE_FREE:
      return "free";
    case ACRN_IOREQ_STATE_PENDING:
      return "pending";
    case ACRN_IOREQ_STATE_PROCESSING:
      return "processing";
    case ACRN_IOREQ_STATE_COMPLETE:
      return "complete";
    default:
      return unknown_text;
  }
}

std::string_view slot_actor_name(std::uint8_t actor) {
  constexpr std::array<std::string_view, 4> names{unknown_text, "hypervisor", "worker", "client"};
  return pick(names, actor);
}

std::string_view handling_name(traces::Handling handling) {
  constexpr std::array<std::string_view, 5> names{unknown_text, "hypervisor", "forwarded", "queued",
                                                  "unclaimed"};
  return pick(names, static_cast<std::size_t>(handling));
}

std::string_view space_name(core::Space space) {
  constexpr std::array<std::string_view, 4> names{"pio", "mmio", "pci", "wp"};
  return pick(names, static_cast<std::size_t>(space));
}

std::string_view input_name(traces::InputKind kind) {
  constexpr std::array<std::string_view, 6> names{unknown_text, "received_byte", "irq_line",
                                                  "ipi",        "device_clock",  "reset"};
  return pick(names, static_cast<std::size_t>(kind));
}

std::string_view origin_name(std::uint8_t origin) {
  constexpr std::array<std::string_view, 6> names{unknown_text, "device",     "guest_fault",
                                                  "ipi",        "reinjected", "upcall"};
  return pick(names, origin);
}

}  // namespace acrn::cli
