// SPDX-License-Identifier: BSD-3-Clause
// One event of any of the five streams of a capture, as report prints it.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "sim/cli/filters.hpp"
#include "traces/rows.hpp"

namespace acrn::cli {

/// A row with its place. It points into the buffers of whoever delivered it and lives as long as
/// those do.
struct Event {
  core::VmId vm{};
  core::VcpuId vcpu{};
  std::uint64_t row{};  ///< number of the row in its stream, from 0
  std::variant<traces::ExitRow const*, traces::AccessRow const*, traces::SlotRow const*,
               traces::InjectRow const*, traces::InputRow const*>
      data;
  traces::AccessRow const* access{};  ///< slot transitions: the access, when it is known
};

/// The stamp of the event in ticks; meaningful in timed captures only.
std::uint64_t event_time(Event const& event);

/// vCPU, address and time of the event, as far as it has them. An exit has an address when it is a
/// VMX I/O-instruction exit with a recorded qualification; a slot transition has its access's.
EventPlace event_place(Event const& event);

/// "submit", "claim", "complete", "complete_early", "consume", or "transition" for any other pair.
std::string_view slot_event_name(traces::SlotRow const& row);
/// "free", "pending", "processing", "complete", or "?".
std::string_view slot_state_name(std::uint8_t state);
std::string_view slot_actor_name(std::uint8_t actor);
std::string_view handling_name(traces::Handling handling);
std::string_view space_name(core::Space space);
std::string_view input_name(traces::InputKind kind);
std::string_view origin_name(std::uint8_t origin);

/// A value that the capture does not hold.
inline constexpr std::string_view unknown_text{"?"};

}  // namespace acrn::cli
