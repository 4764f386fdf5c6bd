// SPDX-License-Identifier: BSD-3-Clause
// Writes events as lines.
#include "sim/cli/event_line.hpp"

#include <bit>
#include <iterator>
#include <optional>
#include <string_view>

#include "sim/cli/text_units.hpp"

namespace acrn::cli {
namespace {

template <class... Arguments>
void put(fmt::memory_buffer& out, fmt::format_string<Arguments...> format,
         Arguments&&... arguments) {
  fmt::format_to(std::back_inserter(out), format, std::forward<Arguments>(arguments)...);
}

void put_text(fmt::memory_buffer& out, std::string_view text) {
  out.append(text.data(), text.data() + text.size());
}

template <class T>
void put_hex(fmt::memory_buffer& out, std::string_view name, std::optional<T> const& value) {
  if (value) {
    put(out, " {}={:#x}", name, *value);
  } else {
    put(out, " {}=?", name);
  }
}

template <class T>
void put_decimal(fmt::memory_buffer& out, std::string_view name, std::optional<T> const& value) {
  if (value) {
    put(out, " {}={}", name, *value);
  } else {
    put(out, " {}=?", name);
  }
}

std::optional<std::uint64_t> unless(std::uint64_t value, std::uint64_t absent) {
  return value == absent ? std::nullopt : std::optional{value};
}

/// " pio W 0x03f8 size=1 value=0x41"
void put_access(fmt::memory_buffer& out, traces::AccessRow const* row) {
  if (row == nullptr) {
    put_text(out, " ? ? ? size=? value=?");
    return;
  }
  core::Access const& access = row->access;
  put(out, " {} {} {:#0{}x} size={}", space_name(access.space),
      access.direction == core::Direction::read ? 'R' : 'W', access.address,
      access.space == core::Space::port ? 6 : 10, access.size);
  put_hex(out, "value",
          row->value_known ? std::optional{access.value} : std::optional<std::uint64_t>{});
}

void put_bytes(fmt::memory_buffer& out, std::string_view name, std::string const& bytes) {
  if (bytes.empty()) return;
  put(out, " {}=", name);
  for (char const byte : bytes) put(out, "{:02x}", static_cast<unsigned char>(byte));
}

void put_registers(fmt::memory_buffer& out, std::string_view name, std::uint32_t mask,
                   std::vector<std::uint64_t> const& values) {
  for (std::uint64_t const value : values) {
    if (mask == 0) return;
    put(out, " {}{}={:#x}", name, std::countr_zero(mask), value);
    mask &= mask - 1;
  }
}

}  // namespace

EventLine::EventLine(traces::CaptureInfo const& info, std::uint64_t start, TimeStyle style)
    : info_{&info}, start_{start}, style_{style} {}

void EventLine::append(fmt::memory_buffer& out, Event const& event) const {
  put(out, "vm{}/vcpu{} [???] ", event.vm.value, event.vcpu.value);
  time(out, event_time(event));
  put_text(out, ": ");
  std::visit([&](auto const* data) { row(out, event, *data); }, event.data);
  out.push_back('\n');
}

void EventLine::time(fmt::memory_buffer& out, std::uint64_t ticks) const {
  if (!info_->clock.timed()) {
    put_text(out, unknown_text);
    return;
  }
  // Merged sources run backwards now and then, so a stamp may lie before the first chunk's.
  bool const before = ticks < start_;
  std::uint64_t const ns = ticks_to_ns(info_->clock, before ? start_ - ticks : ticks - start_);
  if (before) out.push_back('-');
  if (style_ == TimeStyle::nanoseconds) {
    put(out, "{}", ns);
  } else {
    put_text(out, seconds_text(ns));
  }
}

void EventLine::row(fmt::memory_buffer& out, Event const& event,
                    traces::ExitRow const& exit) const {
  put(out, "vm:exit exit={} reason={}", event.row, exit.reason);
  put_hex(out, "qualification", exit.qualification);
  put_hex(out, "rip", exit.rip);
  put_decimal(out, "length", exit.length);
  put_text(out, " entry=");
  if (exit.time_out) {
    time(out, *exit.time_out);
  } else {
    put_text(out, unknown_text);
  }
  put_decimal(out, "turn", exit.vm_seq);
  put_registers(out, "read.r", exit.register_mask, exit.registers_read);
  put_registers(out, "written.r", exit.written_mask, exit.registers_written);
  put_bytes(out, "instruction", exit.instruction_bytes);
  put_bytes(out, "ram", exit.guest_ram_read);
  put_bytes(out, "state", exit.entry_state);
}

void EventLine::row(fmt::memory_buffer& out, Event const&, traces::AccessRow const& access) const {
  put_text(out, "io:access");
  put_access(out, &access);
  put(out, " count={} by={} client=", access.count, handling_name(access.handling));
  auto const client = info_->clients.find(access.client);
  put_text(out, client == info_->clients.end() ? unknown_text : std::string_view{client->second});
  put(out, " access={}", access.sequence);
  put_decimal(out, "exit", unless(access.exit, traces::no_exit));
  for (std::size_t stage = 0; stage < traces::stage_count; ++stage) {
    if (access.stages[stage] == traces::no_stamp) continue;
    put(out, " t{}=", stage);
    time(out, access.stages[stage]);
  }
}

void EventLine::row(fmt::memory_buffer& out, Event const& event,
                    traces::SlotRow const& slot) const {
  put(out, "ioreq:{} slot={}", slot_event_name(slot), event.vcpu.value);
  put_access(out, event.access);
  put(out, " {}->{} by={} access={}", slot_state_name(slot.from), slot_state_name(slot.to),
      slot_actor_name(slot.actor), slot.access);
}

void EventLine::row(fmt::memory_buffer& out, Event const&, traces::InjectRow const& inject) const {
  put(out, "vm:inject vector={:#04x} type={}", inject.vector, inject.type);
  put_hex(out, "error_code", inject.error_code);
  put(out, " origin={} position={}", origin_name(inject.origin), inject.position);
  put_decimal(out, "exit", unless(inject.after_exit, traces::no_exit));
}

void EventLine::row(fmt::memory_buffer& out, Event const&, traces::InputRow const& input) const {
  put(out, "vm:input {} target={:#x} payload={:#x} position={}", input_name(input.kind),
      input.target, input.payload, input.position);
  if (input.after_exit != traces::no_exit) put(out, " exit={}", input.after_exit);
}

}  // namespace acrn::cli
