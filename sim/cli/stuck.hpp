// SPDX-License-Identifier: BSD-3-Clause
// What a capture leaves unfinished: who owes which step for which request, at its last moment.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/ioreq/owed.hpp"
#include "sim/cli/event.hpp"
#include "sim/cli/event_json.hpp"
#include "sim/cli/event_line.hpp"

namespace acrn::cli {

/// One unfinished request.
struct StuckRequest {
  core::VmId vm{};
  core::Owed owed{};
  std::uint64_t sequence{};            ///< of the access, in its VM
  std::optional<core::Access> access;  ///< when the capture holds it; a read's value is not meant
};

/// Follows the events of a capture in their order; asked at any point, it speaks of that moment.
class StuckView {
 public:
  void add(Event const& event);

  /// Whether any transition of a slot was among the events: without one there is nothing to know.
  [[nodiscard]] bool saw_slots() const { return saw_slots_; }
  /// The latest stamp of all events, in ticks.
  [[nodiscard]] std::uint64_t moment() const { return moment_; }
  /// By VM, then vCPU.
  [[nodiscard]] std::vector<StuckRequest> requests() const;

 private:
  using VcpuKey = std::pair<std::uint16_t, std::uint16_t>;
  struct Last {
    std::uint64_t sequence{};
    std::optional<core::Access> access;
  };

  std::map<std::uint16_t, core::OwedLedger> ledgers_;
  std::map<VcpuKey, Last> last_;
  std::uint64_t moment_{};
  bool saw_slots_{};
};

/// How times are counted and shown.
struct StuckFormat {
  traces::CaptureInfo const& info;
  std::uint64_t start{};   ///< ticks that count as 0
  std::uint64_t moment{};  ///< ticks up to which requests have waited
  TimeStyle style{};
};

/// One line in report's grammar, with its line feed:
///   vm0/vcpu1 [???] 0.000009000: owed:client slot=1 pio R 0x03fd size=1 value=? processing
///   for=1.2us access=7: answer the request
void append_stuck_line(fmt::memory_buffer& out, StuckFormat const& format,
                       StuckRequest const& stuck);

/// One object with schema "acrntb.stuck/1". Times are null in captures without stamps.
Json stuck_json(StuckFormat const& format, std::vector<StuckRequest> const& requests);

}  // namespace acrn::cli
