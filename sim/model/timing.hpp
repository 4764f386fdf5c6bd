// SPDX-License-Identifier: BSD-3-Clause
// The timing model's stage costs: read from a TOML file in which each figure names its source.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace acrn::model {

/// The stages that an access spends time in, in the order of the request's life. Names are those of
/// the TOML file and of every report; (a-b) are the stamps t_a to t_b of traces::stage_count.
enum class Stage : std::uint8_t {
  exit,         ///< hardware exit, decode, request built (0-1, with turn)
  turn,         ///< the VM's turn is taken; includes waiting until it is this access's turn (0-1)
  emulate,      ///< a handler in the hypervisor answers (1-13); handled accesses only
  submit,       ///< slot filled, PENDING (1-2)
  upcall,       ///< interrupt to the service VM (2-4); absent when coalesced
  worker_wake,  ///< HSM worker starts (4-5)
  dispatch,     ///< scan, lookup, PROCESSING (5-6); includes waiting behind other slots
  client_wake,  ///< client runs (6-7); includes waiting behind other requests
  service,      ///< client handles the request (7-8)
  complete,     ///< COMPLETE (8-9)
  notify,       ///< hypercall and event (9-11); polling: until the poll hits
  resume,       ///< vCPU scheduled, value copied, FREE (11-13)
  entry,        ///< registers updated, VM entry (13-15)
};
inline constexpr std::size_t stage_total = 13;
/// "exit", "turn" ...; "?" for a value outside the enumeration.
std::string_view stage_name(Stage stage);

/// How the hypervisor learns of a completion.
enum class Completion : std::uint8_t { notification, polling };
/// "notification" or "polling".
std::string_view name(Completion completion);

/// The dearest stage, in ns, that a timing file may hold: one minute.
inline constexpr std::uint64_t cost_ns_max = 60'000'000'000;

/// One cost with where it comes from.
struct Cost {
  std::uint64_t ns{};
  std::string source;
};

/// Stage costs and shape of the modelled machine.
struct Timing {
  std::string name;
  Completion completion{Completion::notification};
  std::string completion_source;
  std::uint64_t poll_interval_ns{};  ///< at least 1 with polling, else 0
  std::array<Cost, stage_total> costs;

  [[nodiscard]] std::uint64_t ns(Stage stage) const {
    return costs[static_cast<std::size_t>(stage)].ns;
  }

  /// The costs compiled in as default.toml's text; also printed by `acrntb replay --print-timing`.
  static Timing defaults();
  /// Reads a TOML file. Throws traces::ContentError naming file, line, key and remedy (unknown key,
  /// wrong type, negative or missing figure, missing source), traces::EnvironmentError when
  /// unreadable.
  static Timing load(std::string const& path);
  /// The same from text; `file` is what messages call it.
  static Timing parse(std::string_view text, std::string_view file);
};

/// The text of sim/model/timings/default.toml, as it was when the program was built.
std::string_view default_timing_text();

}  // namespace acrn::model
