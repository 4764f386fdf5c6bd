// SPDX-License-Identifier: BSD-3-Clause
// Makes a plan from a capture's rows, in whatever order the file has its chunks.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "sim/replay/plan.hpp"
#include "traces/reader.hpp"

namespace acrn::replay {

/// Collects the chunks of one capture; build() sorts them into the order of turns and joins each
/// access with its exit and its slot transitions. Chunks of one vCPU and stream come in file order.
class PlanBuilder {
 public:
  /// `file` names the capture in messages.
  PlanBuilder(traces::CaptureInfo info, std::string file, PlanOptions options = {});

  /// Each throws traces::ContentError as Plan::load() does.
  void add(traces::ChunkInfo const& info, std::span<traces::AccessRow const> rows);
  void add(traces::ChunkInfo const& info, std::span<traces::ExitRow const> rows);
  void add(traces::ChunkInfo const& info, std::span<traces::SlotRow const> rows);

  /// The plan; the builder is used up.
  Plan build() &&;

 private:
  struct Pending {  // an access before sorting
    std::uint64_t sequence{};
    std::uint64_t exit{};  // row number in the vCPU's exit stream
    PlannedAccess access;
  };
  struct Transition {
    std::uint64_t sequence{};
    std::uint8_t to{};
    std::uint8_t actor{};
  };
  struct Segment {  // exit rows of one chunk
    std::uint64_t first_row{};
    std::size_t begin{};  // its first row's index in Exits
    std::size_t count{};
  };
  struct Exits {  // all exit rows of one vCPU
    std::vector<Segment> segments;
    std::vector<PlannedExit> rows;
    std::vector<std::uint64_t> time_out;
    std::vector<std::uint32_t> planned;  // index into Plan::exits(), or no_planned_exit

    /// Index of the row with this number; nothing where the capture lost it.
    [[nodiscard]] std::optional<std::size_t> find(std::uint64_t row) const;
  };

  void check_vcpu(traces::ChunkInfo const& info) const;
  void check_row(traces::ChunkInfo const& info, std::size_t row,
                 traces::AccessRow const& access) const;
  PlannedExit make_exit(traces::ExitRow const& row);
  void sort_by_turn();
  void number_vcpus();
  void join_slots();
  void join_exits();
  void merge_vms();

  Plan plan_;
  std::string file_;
  PlanOptions options_;
  bool vmx_{};  // exit rows are Intel's, as the checks need them
  std::map<std::uint16_t, std::vector<Pending>> accesses_;        // by VM
  std::map<std::uint16_t, std::vector<Transition>> transitions_;  // by VM
  std::map<PlannedVcpu, Exits> exits_;
  std::set<PlannedVcpu> vcpus_;  // those with an access
};

/// The disjoint regions of these accesses: accesses that overlap share a region, and neighbours
/// that touch and are answered by the same party are joined.
std::vector<PlannedRegion> make_regions(std::span<PlannedAccess const> accesses,
                                        std::span<PlannedVcpu const> vcpus);

}  // namespace acrn::replay
