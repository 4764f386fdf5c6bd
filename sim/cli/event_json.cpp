// SPDX-License-Identifier: BSD-3-Clause
// Writes events as JSON.
#include "sim/cli/event_json.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

#include "sim/cli/text_units.hpp"

namespace acrn::cli {
namespace {

template <class T>
Json maybe(std::optional<T> const& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json unless(std::uint64_t value, std::uint64_t absent) {
  return value == absent ? Json(nullptr) : Json(value);
}

Json name_or_null(std::string_view name) {
  return name == unknown_text ? Json(nullptr) : Json(std::string{name});
}

std::string hex_bytes(std::string const& bytes) {
  std::string text;
  for (char const byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

/// Formats the rows of one capture.
class Formatter {
 public:
  Formatter(traces::CaptureInfo const& info, std::uint64_t start) : info_{info}, start_{start} {}

  [[nodiscard]] Json time(std::uint64_t ticks) const {
    if (!info_.clock.timed()) return nullptr;
    if (ticks >= start_) return ticks_to_ns(info_.clock, ticks - start_);
    return -static_cast<std::int64_t>(ticks_to_ns(info_.clock, start_ - ticks));
  }

  void add(Json& out, Event const& event, traces::ExitRow const& row) const {
    out["exit"] = event.row;
    out["reason"] = row.reason;
    out["qualification"] = maybe(row.qualification);
    out["rip"] = maybe(row.rip);
    out["length_bytes"] = maybe(row.length);
    out["entry_time_ns"] = row.time_out ? time(*row.time_out) : Json(nullptr);
    out["turn"] = maybe(row.vm_seq);
    out["register_mask"] = row.register_mask;
    out["registers_read"] = row.registers_read;
    out["written_mask"] = row.written_mask;
    out["registers_written"] = row.registers_written;
    out["instruction_hex"] = hex_bytes(row.instruction_bytes);
    out["guest_ram_hex"] = hex_bytes(row.guest_ram_read);
    out["entry_state_hex"] = hex_bytes(row.entry_state);
  }

  void add(Json& out, Event const&, traces::AccessRow const& row) const {
    out["access"] = row.sequence;
    add_access(out, row);
    out["count"] = row.count;
    out["by"] = name_or_null(handling_name(row.handling));
    auto const client = info_.clients.find(row.client);
    out["client"] = client == info_.clients.end() ? Json(nullptr) : Json(client->second);
    out["exit"] = unless(row.exit, traces::no_exit);
    Json stages = Json::object();
    for (std::size_t stage = 0; stage < traces::stage_count; ++stage) {
      if (row.stages[stage] != traces::no_stamp) {
        stages[fmt::format("t{}_ns", stage)] = time(row.stages[stage]);
      }
    }
    out["stages"] = std::move(stages);
  }

  void add(Json& out, Event const& event, traces::SlotRow const& row) const {
    out["event"] = slot_event_name(row);
    out["slot"] = event.vcpu.value;
    out["access"] = row.access;
    if (event.access != nullptr) add_access(out, *event.access);
    out["from"] = name_or_null(slot_state_name(row.from));
    out["to"] = name_or_null(slot_state_name(row.to));
    out["by"] = name_or_null(slot_actor_name(row.actor));
  }

  void add(Json& out, Event const&, traces::InjectRow const& row) const {
    out["vector"] = row.vector;
    out["type"] = row.type;
    out["error_code"] = maybe(row.error_code);
    out["origin"] = name_or_null(origin_name(row.origin));
    out["position"] = row.position;
    out["exit"] = unless(row.after_exit, traces::no_exit);
  }

  void add(Json& out, Event const&, traces::InputRow const& row) const {
    out["kind"] = name_or_null(input_name(row.kind));
    out["target"] = row.target;
    out["payload"] = row.payload;
    out["position"] = row.position;
    out["exit"] = unless(row.after_exit, traces::no_exit);
  }

 private:
  static void add_access(Json& out, traces::AccessRow const& row) {
    out["space"] = space_name(row.access.space);
    out["direction"] = row.access.direction == core::Direction::read ? "read" : "write";
    out["address"] = row.access.address;
    out["size_bytes"] = row.access.size;
    out["value"] = row.value_known ? Json(row.access.value) : Json(nullptr);
  }

  traces::CaptureInfo const& info_;
  std::uint64_t start_;
};

constexpr std::array<char const*, 5> stream_names{"exit", "access", "slot", "inject", "input"};

}  // namespace

Json event_json(traces::CaptureInfo const& info, std::uint64_t start, Event const& event) {
  Formatter const formatter{info, start};
  Json out;
  out["schema"] = "acrntb.event/1";
  out["stream"] = stream_names[event.data.index()];
  out["vm"] = event.vm.value;
  out["vcpu"] = event.vcpu.value;
  out["time_ns"] = formatter.time(event_time(event));
  std::visit([&](auto const* row) { formatter.add(out, event, *row); }, event.data);
  return out;
}

}  // namespace acrn::cli
