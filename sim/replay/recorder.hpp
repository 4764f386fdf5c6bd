// SPDX-License-Identifier: BSD-3-Clause
// Writes what a replay did as a capture: exits, accesses and slot transitions, in order of turns.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "core/emulate/step.hpp"
#include "core/types.hpp"
#include "sim/replay/plan.hpp"
#include "sim/replay/register_file.hpp"
#include "traces/capture_info.hpp"
#include "traces/rows.hpp"
#include "traces/writer.hpp"

namespace acrn::replay {

/// How one element of an access went.
struct ReplayedElement {
  std::size_t position{};
  std::uint32_t element{};
  PlannedVcpu vcpu{};
  PlannedAccess const* planned{};
  std::uint64_t value{};  ///< what was written, or what the guest got
  bool value_known{};     ///< neither invented nor the product of something invented
  bool forwarded{};
  std::string_view client{};                ///< empty: no client saw it
  RegisterFile const* registers{};          ///< as they were at the exit
  core::Commit commit{};                    ///< empty for a fault
  std::span<std::uint8_t const> slots{};    ///< SlotLog::steps()
  std::span<std::uint64_t const> stamps{};  ///< stage_count ticks of the recording's clock, or none
};

/// Turns replayed elements into rows. They may come in any order; what comes too early waits, so
/// that rows are written in the order of turns. Recording a replay of a recording gives the same
/// file again, byte for byte.
class Recorder {
 public:
  /// `writer` outlives the recorder; finishing it is up to the caller.
  explicit Recorder(traces::Writer& writer) : writer_{writer} {}

  /// Throws what the writer throws.
  void add(ReplayedElement const& element);

 private:
  struct Rows {  // of one access
    PlannedVcpu vcpu;
    std::string_view client{};
    traces::AccessRow access;
    traces::ExitRow exit;
    std::vector<traces::SlotRow> slots;
    bool complete{};
  };

  static void begin(Rows& rows, ReplayedElement const& element);
  void write(Rows& rows);

  traces::Writer& writer_;
  std::size_t next_position_{};
  std::map<std::size_t, Rows> waiting_;
  std::map<std::uint16_t, std::uint64_t> sequences_;  // next one, by VM
  std::map<PlannedVcpu, std::uint64_t> exits_;        // exit rows written
};

/// The head of a recording of this plan: clock and VMs of the plan's capture, the profile that was
/// replayed, and the mark that its exits are those of Intel VT-x.
traces::CaptureInfo recording_info(Plan const& plan, std::string_view profile);

}  // namespace acrn::replay
