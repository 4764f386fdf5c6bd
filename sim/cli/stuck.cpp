// SPDX-License-Identifier: BSD-3-Clause
#include "sim/cli/stuck.hpp"

#include <algorithm>
#include <iterator>
#include <string>

#include "sim/cli/text_units.hpp"

namespace acrn::cli {
namespace {

core::SlotState state_of(std::uint8_t raw) {
  return raw <= core::abi::ioreq_state_free ? static_cast<core::SlotState>(raw)
                                            : core::SlotState::invalid;
}

/// "service_module" for "service module": one word of a line or of JSON.
std::string word(std::string_view text) {
  std::string result{text};
  std::replace(result.begin(), result.end(), ' ', '_');
  return result;
}

/// Nanoseconds between two stamps, 0 where they run backwards; nothing without stamps.
std::optional<std::uint64_t> distance_ns(traces::CaptureInfo const& info, std::uint64_t from,
                                         std::uint64_t to) {
  if (!info.clock.timed()) return std::nullopt;
  return ticks_to_ns(info.clock, to < from ? 0 : to - from);
}

std::string time_text(StuckFormat const& format, std::uint64_t ticks) {
  auto const ns = distance_ns(format.info, format.start, ticks);
  if (!ns) return std::string{unknown_text};
  return format.style == TimeStyle::nanoseconds ? std::to_string(*ns) : seconds_text(*ns);
}

std::string access_text(std::optional<core::Access> const& access) {
  if (!access) return "? ? ? size=? value=?";
  bool const write = access->direction == core::Direction::write;
  return fmt::format("{} {} {:#0{}x} size={} value={}", space_name(access->space),
                     write ? 'W' : 'R', access->address,
                     access->space == core::Space::port ? 6 : 10, access->size,
                     write ? fmt::format("{:#x}", access->value) : std::string{unknown_text});
}

Json access_json(StuckRequest const& stuck) {
  if (!stuck.access) return nullptr;
  core::Access const& access = *stuck.access;
  bool const write = access.direction == core::Direction::write;
  return {{"space", space_name(access.space)},
          {"direction", write ? "W" : "R"},
          {"address", access.address},
          {"size_bytes", access.size},
          {"value", write ? Json(access.value) : Json(nullptr)}};
}

template <class T>
Json or_null(std::optional<T> const& value) {
  return value ? Json(*value) : Json(nullptr);
}

}  // namespace

void StuckView::add(Event const& event) {
  moment_ = std::max(moment_, event_time(event));
  auto const* const* const slot = std::get_if<traces::SlotRow const*>(&event.data);
  if (slot == nullptr) return;
  saw_slots_ = true;
  traces::SlotRow const& row = **slot;
  ledgers_[event.vm.value].transition(event.vcpu, state_of(row.to), {row.time});
  Last& last = last_[{event.vm.value, event.vcpu.value}];
  if (event.access != nullptr) {
    last = {.sequence = row.access, .access = event.access->access};
  } else if (last.sequence != row.access) {
    last = {.sequence = row.access, .access = std::nullopt};
  }
}

std::vector<StuckRequest> StuckView::requests() const {
  std::vector<StuckRequest> found;
  for (auto const& [key, last] : last_) {
    auto const owed = ledgers_.at(key.first).owed({key.second});
    if (!owed) continue;
    found.push_back(
        {.vm = {key.first}, .owed = *owed, .sequence = last.sequence, .access = last.access});
  }
  return found;
}

void append_stuck_line(fmt::memory_buffer& out, StuckFormat const& format,
                       StuckRequest const& stuck) {
  core::Owed const& owed = stuck.owed;
  auto const waited = distance_ns(format.info, owed.since.value, format.moment);
  std::string duration = waited ? duration_text(*waited) : std::string{unknown_text};
  duration.erase(std::remove(duration.begin(), duration.end(), ' '), duration.end());
  fmt::format_to(std::back_inserter(out),
                 "vm{}/vcpu{} [???] {}: owed:{} slot={} {} {} for={} access={}: {}\n",
                 stuck.vm.value, owed.vcpu.value, time_text(format, owed.since.value),
                 word(name(owed.debt.by)), owed.vcpu.value, access_text(stuck.access),
                 slot_state_name(static_cast<std::uint8_t>(owed.view.state)), duration,
                 stuck.sequence, name(owed.debt.step));
}

Json stuck_json(StuckFormat const& format, std::vector<StuckRequest> const& requests) {
  Json list = Json::array();
  for (StuckRequest const& stuck : requests) {
    core::Owed const& owed = stuck.owed;
    list.push_back(
        {{"vm", stuck.vm.value},
         {"vcpu", owed.vcpu.value},
         {"slot", owed.vcpu.value},
         {"state", slot_state_name(static_cast<std::uint8_t>(owed.view.state))},
         {"since_ns", or_null(distance_ns(format.info, format.start, owed.since.value))},
         {"waited_ns", or_null(distance_ns(format.info, owed.since.value, format.moment))},
         {"owed_by", word(name(owed.debt.by))},
         {"step", name(owed.debt.step)},
         {"access_sequence", stuck.sequence},
         {"access", access_json(stuck)}});
  }
  return {{"schema", "acrntb.stuck/1"},
          {"moment_ns", or_null(distance_ns(format.info, format.start, format.moment))},
          {"stuck", std::move(list)}};
}

}  // namespace acrn::cli
