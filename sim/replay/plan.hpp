// SPDX-License-Identifier: BSD-3-Clause
// The replay plan: a capture's accesses in the order of the VMs' turns, ready for either engine.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/profile.hpp"
#include "core/types.hpp"
#include "traces/reader.hpp"

namespace acrn::replay {

/// One access to replay. Its index in Plan::accesses() is its position in the order of turns.
struct PlannedAccess {
  std::uint64_t time{};     ///< ticks of the capture's clock, absolute
  std::uint64_t address{};
  std::uint64_t value{};    ///< what a write wrote, what a read got; cut to size
  std::uint64_t recorded_end{traces::no_stamp};  ///< last stamp the capture has for it, ticks
  std::uint32_t count{1};   ///< elements; only the first one's value is known
  std::uint32_t client{};   ///< 0: not recorded
  std::uint16_t vcpu{};     ///< index into Plan::vcpus()
  std::uint8_t shape{};     ///< traces::pack_shape()
  traces::Handling handling{};
  bool value_known{true};
  bool exit_known{false};   ///< exit_qualification holds independent evidence from an exit row
  std::uint64_t exit_qualification{};
};

/// A vCPU of the plan and its VM.
struct PlannedVcpu {
  core::VmId vm{};
  core::VcpuId vcpu{};
};

/// A range of ports or guest-physical addresses with the party that answers it.
struct PlannedRegion {
  core::VmId vm{};
  core::Space space{};
  std::uint64_t first{};
  std::uint64_t last{};         ///< inclusive
  bool in_hypervisor{};         ///< a handler in the hypervisor saw at least one access here
  std::uint32_t client{};       ///< client that saw the accesses that were forwarded; 0: default
};

struct PlanOptions {
  std::function<bool(core::VmId, core::VcpuId, traces::AccessRow const&)> keep;  ///< empty: all
};

/// An immutable plan, held in memory (about 64 bytes an access). Both engines read it.
class Plan {
 public:
  /// Reads the whole capture. Throws traces::ContentError for rows that cannot be replayed (vCPU id
  /// of 16 or more, size the space does not allow), naming file, chunk offset and row.
  static Plan load(traces::Reader& reader, PlanOptions const& options = {});

  [[nodiscard]] std::span<PlannedAccess const> accesses() const { return accesses_; }
  [[nodiscard]] std::span<PlannedVcpu const> vcpus() const { return vcpus_; }
  [[nodiscard]] std::span<PlannedRegion const> regions() const { return regions_; }
  [[nodiscard]] traces::CaptureInfo const& info() const { return info_; }

 private:
  friend class PlanBuilder;
  std::vector<PlannedAccess> accesses_;
  std::vector<PlannedVcpu> vcpus_;
  std::vector<PlannedRegion> regions_;
  traces::CaptureInfo info_;
};

}  // namespace acrn::replay
