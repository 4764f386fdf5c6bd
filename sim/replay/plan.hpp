// SPDX-License-Identifier: BSD-3-Clause
// The replay plan: a capture's accesses in the order of the VMs' turns, ready for either engine.
#pragma once

#include <bit>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/access.hpp"
#include "core/types.hpp"
#include "traces/reader.hpp"

namespace acrn::replay {

/// vCPUs that a VM can have: one request slot each. Source: ACRN_IO_REQUEST_MAX, <linux/acrn.h>.
inline constexpr std::uint16_t vcpus_per_vm_max = 16;

/// Elements that one row may stand for: far above what a coalesced or REP access of a real guest
/// has, low enough that a damaged row cannot keep a replay busy for hours.
inline constexpr std::uint32_t row_elements_max = 1U << 20U;

/// "No exit row of this access was recorded" in PlannedAccess::exit.
inline constexpr std::uint32_t no_planned_exit = ~std::uint32_t{0};

/// PlannedAccess::slot_path of an access without recorded slot transitions, and of one with more
/// than four.
inline constexpr std::uint16_t no_slot_path = 0;
inline constexpr std::uint16_t long_slot_path = 0xffff;

/// `path` with one more slot transition: four bits each (`to` in the low two, `actor` above), the
/// first one lowest.
constexpr std::uint16_t append_slot_path(std::uint16_t path, std::uint8_t to, std::uint8_t actor) {
  unsigned shift = 0;
  while (shift < 16 && (path >> shift & 0xfU) != 0) shift += 4;
  if (shift == 16) return long_slot_path;
  return static_cast<std::uint16_t>(path | ((to & 3U) | (actor & 3U) << 2U) << shift);
}

/// One access to replay. Its index in Plan::accesses() is its position in the order of turns. One
/// cache line: what the engines would otherwise work out for each replay is worked out here once.
struct PlannedAccess {
  std::uint64_t time{};  ///< ticks of the capture's clock, absolute
  std::uint64_t address{};
  std::uint64_t value{};          ///< what a write wrote, what a read got; cut to size
  std::uint64_t qualification{};  ///< of the exit that makes this access; see exit_qualification()
  std::uint64_t recorded_end{traces::no_stamp};  ///< last stamp the capture has for it, ticks
  std::uint32_t count{1};  ///< elements, at least 1; only the first one's value is known
  std::uint32_t client{};  ///< 0: not recorded
  std::uint32_t exit{no_planned_exit};  ///< index into Plan::exits()
  std::uint16_t vcpu{};                 ///< index into Plan::vcpus()
  std::uint16_t slot_path{};            ///< recorded slot transitions; see append_slot_path()
  core::Space space{};
  core::Direction direction{};
  std::uint8_t size{};  ///< bytes
  traces::Handling handling{};
  bool value_known{true};
  bool device_answers{};  ///< the recorded device inside the hypervisor; see answers.hpp
  std::uint8_t plain{};   ///< plain_kind(), which see
};

/// The same as core's type, with the recorded value.
constexpr core::Access guest_access(PlannedAccess const& planned) {
  return {.space = planned.space,
          .direction = planned.direction,
          .size = planned.size,
          .address = planned.address,
          .value = planned.value};
}

static_assert(sizeof(PlannedAccess) == 64, "a plan costs one cache line an access");

/// What the capture knows about the VM exit of an access, independently of the access row.
struct PlannedExit {
  std::uint64_t qualification{};
  std::uint32_t reason{};          ///< basic exit reason of Intel VT-x
  std::uint32_t accesses{};        ///< planned accesses that belong to it
  std::uint32_t read_mask{};       ///< registers whose value before the exit is known
  std::uint32_t written_mask{};    ///< registers whose value after the exit is known
  std::uint32_t first_register{};  ///< index of the first value; see Plan::registers()
  std::uint8_t length{};           ///< instruction length in bytes; 0: not recorded
  bool qualification_known{};
};

/// A vCPU of the plan and its VM.
struct PlannedVcpu {
  core::VmId vm{};
  core::VcpuId vcpu{};
  // clang-tidy 14 takes the 0 of a defaulted comparison for a null pointer.
  friend constexpr auto operator<=>(PlannedVcpu, PlannedVcpu) = default;  // NOLINT(*null*)
};

/// A range of ports or guest-physical addresses with the party that answers it. Regions of one VM
/// and space are disjoint and ascending, and no access of the plan reaches over a region's edge.
struct PlannedRegion {
  core::VmId vm{};
  core::Space space{};
  std::uint64_t first{};
  std::uint64_t last{};    ///< inclusive
  bool in_hypervisor{};    ///< device_answers of at least one access here
  std::uint32_t client{};  ///< first recorded client of a forwarded access here; 0: default
  friend bool operator==(PlannedRegion const&, PlannedRegion const&) = default;
};

struct PlanOptions {
  /// Whether to replay this access; empty: all. What is left out leaves no trace in the plan.
  std::function<bool(core::VmId, core::VcpuId, traces::AccessRow const&)> keep;
};

/// An immutable plan, held in memory (64 bytes an access). Both engines read it.
class Plan {
 public:
  /// Reads the rest of the capture. Throws traces::ContentError for rows that cannot be replayed
  /// (vCPU id of 16 or more, a size or space that no instruction makes, a count of 0 or above
  /// row_elements_max), naming file, chunk offset, row and remedy.
  static Plan load(traces::Reader& reader, PlanOptions const& options = {});

  /// In the order of turns: by sequence within a VM; VMs are merged by time, then by id.
  [[nodiscard]] std::span<PlannedAccess const> accesses() const { return accesses_; }
  /// Those with at least one access, ordered by VM, then vCPU.
  [[nodiscard]] std::span<PlannedVcpu const> vcpus() const { return vcpus_; }
  /// Ordered by VM, space and address.
  [[nodiscard]] std::span<PlannedRegion const> regions() const { return regions_; }
  [[nodiscard]] std::span<PlannedExit const> exits() const { return exits_; }
  /// The values of an exit: one for each bit of read_mask, then one for each of written_mask.
  [[nodiscard]] std::span<std::uint64_t const> registers(PlannedExit const& exit) const {
    int const count = std::popcount(exit.read_mask) + std::popcount(exit.written_mask);
    return std::span{registers_}.subspan(exit.first_register, static_cast<std::size_t>(count));
  }
  [[nodiscard]] traces::CaptureInfo const& info() const { return info_; }
  /// Whether the capture has slot transitions of any access.
  [[nodiscard]] bool has_slot_paths() const { return has_slot_paths_; }

 private:
  friend class PlanBuilder;
  std::vector<PlannedAccess> accesses_;
  std::vector<PlannedVcpu> vcpus_;
  std::vector<PlannedRegion> regions_;
  std::vector<PlannedExit> exits_;
  std::vector<std::uint64_t> registers_;
  traces::CaptureInfo info_;
  bool has_slot_paths_{};
};

}  // namespace acrn::replay
