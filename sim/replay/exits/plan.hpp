// SPDX-License-Identifier: BSD-3-Clause
// The plan of an exit-exact replay: every exit of every vCPU with all that core asked, was given,
// and answered.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/platform/platform_config.hpp"
#include "core/types.hpp"
#include "core/vcpu/machine_exit.hpp"
#include "sim/replay/plan.hpp"
#include "traces/rows.hpp"

namespace acrn::replay::exits {

/// A run of rows in one of the plan's pools.
struct Run {
  std::uint32_t first{};
  std::uint32_t count{};
};

/// One exit. The pools that the runs are in are the plan's.
struct PlannedExit {
  core::MachineExit exit;
  std::uint64_t row{};       ///< number in the exit stream of its vCPU
  std::uint64_t time_in{};   ///< guest time, ticks: begin() and every resume()
  std::uint64_t time_out{};  ///< guest time, ticks: plan_entry(); means nothing unless `entered`
  std::uint64_t rip{};
  std::uint32_t register_mask{};  ///< as the row's; see traces/wire/exit_columns.hpp
  std::uint32_t written_mask{};
  std::uint32_t first_value{};  ///< one per bit of register_mask, then one per bit of written_mask
  Run memory;                   ///< bytes that guest memory answered, in order
  Run asked;                    ///< bytes of the log of rare questions
  Run accesses;
  Run slots;
  Run injects;
  Run inputs;
  std::uint16_t vcpu{};  ///< index into Plan::vcpus()
  bool entered{};        ///< a later exit was recorded: the guest was certainly entered again
};

/// One transition of a request slot.
struct PlannedSlot {
  std::uint64_t access{};  ///< the access's sequence
  std::uint8_t from{};
  std::uint8_t to{};
  std::uint8_t actor{};
  friend bool operator==(PlannedSlot const&, PlannedSlot const&) = default;
};

/// The exits of one vCPU, and what of them is not replayed.
struct PlannedStream {
  PlannedVcpu id;
  std::uint16_t vm{};      ///< index into Plan::vms()
  std::size_t first{};     ///< of its exits in Plan::exits()
  std::size_t count{};     ///< exits to replay
  Run first_injects{};     ///< before its first exit
  Run first_inputs{};      ///< likewise
  std::uint64_t behind{};  ///< rows behind the first gap: nobody knows what the lost ones changed
  std::uint64_t lost{};    ///< rows that the recorder dropped
  std::string gap{};       ///< what is missing, and where; empty: nothing is
};

struct PlannedVm {
  core::VmId id{};
  std::uint16_t vcpus{};  ///< highest id plus 1
  core::PlatformConfig platform;
};

/// Whether the capture is exit-exact: its header has a device "platform" with a configuration.
bool is_exit_exact(traces::CaptureInfo const& info);

/// An immutable plan, held in memory. Both engines read it.
class Plan {
 public:
  /// In the order of vcpus(), then of their rows.
  [[nodiscard]] std::span<PlannedExit const> exits() const { return exits_; }
  /// Ordered by VM, then vCPU.
  [[nodiscard]] std::span<PlannedStream const> vcpus() const { return vcpus_; }
  [[nodiscard]] std::span<PlannedVm const> vms() const { return vms_; }
  [[nodiscard]] traces::CaptureInfo const& info() const { return info_; }

  /// The values of an exit: one for each bit of register_mask, then one for each of written_mask.
  [[nodiscard]] std::span<std::uint64_t const> values(PlannedExit const& exit) const {
    int const count = std::popcount(exit.register_mask) + std::popcount(exit.written_mask);
    return std::span{values_}.subspan(exit.first_value, static_cast<std::size_t>(count));
  }
  [[nodiscard]] std::span<std::uint8_t const> memory(PlannedExit const& exit) const {
    return part(bytes_, exit.memory);
  }
  [[nodiscard]] std::span<std::uint8_t const> asked(PlannedExit const& exit) const {
    return part(bytes_, exit.asked);
  }
  /// Of all exits, in their order.
  [[nodiscard]] std::span<PlannedAccess const> accesses() const { return accesses_; }
  [[nodiscard]] std::span<PlannedAccess const> accesses(PlannedExit const& exit) const {
    return part(accesses_, exit.accesses);
  }
  [[nodiscard]] std::span<PlannedSlot const> slots(PlannedExit const& exit) const {
    return part(slots_, exit.slots);
  }
  [[nodiscard]] std::span<traces::InjectRow const> injects(Run run) const {
    return part(injects_, run);
  }
  [[nodiscard]] std::span<traces::InputRow const> inputs(Run run) const {
    return part(inputs_, run);
  }
  /// Whether the capture has transitions of request slots at all.
  [[nodiscard]] bool has_slots() const { return !slots_.empty(); }

 private:
  friend class PlanBuilder;

  template <class T>
  static std::span<T const> part(std::vector<T> const& pool, Run run) {
    return std::span{pool}.subspan(run.first, run.count);
  }

  std::vector<PlannedExit> exits_;
  std::vector<PlannedStream> vcpus_;
  std::vector<PlannedVm> vms_;
  std::vector<std::uint64_t> values_;
  std::vector<std::uint8_t> bytes_;
  std::vector<PlannedAccess> accesses_;
  std::vector<PlannedSlot> slots_;
  std::vector<traces::InjectRow> injects_;
  std::vector<traces::InputRow> inputs_;
  traces::CaptureInfo info_;
};

}  // namespace acrn::replay::exits
