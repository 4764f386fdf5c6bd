// SPDX-License-Identifier: BSD-3-Clause
// Makes the plan of an exit-exact replay from a capture's rows.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/replay/exits/plan.hpp"
#include "traces/reader.hpp"

namespace acrn::replay::exits {

/// Collects the chunks of one capture; build() gives each exit its accesses, slot transitions,
/// injections and inputs. Chunks come in file order.
///
/// What a capture lost is not guessed: the exits of a vCPU are replayed up to its first gap, and
/// PlannedStream says what lies behind it and why.
class PlanBuilder {
 public:
  /// `file` names the capture in messages. Throws traces::ContentError for a platform
  /// configuration that no VM can have.
  PlanBuilder(traces::CaptureInfo info, std::string file);

  /// Throws traces::ContentError for rows that no recorder writes, naming file, chunk, row and
  /// remedy.
  void add(traces::Reader::Rows const& rows);

  /// A damaged chunk before this offset was skipped. Nobody knows whose it was: all vCPUs have a
  /// gap there.
  void note_damage(std::uint64_t offset);

  /// Takes over the names of clients that `info` has by now.
  void name_clients(traces::CaptureInfo const& info) { plan_.info_.clients = info.clients; }

  /// The plan; the builder is used up. Throws traces::ContentError for rows that belong to no exit,
  /// for VMs without a platform, and for VMs of which several vCPUs were recorded.
  Plan build() &&;

 private:
  struct Access {  // before it is joined with its exit
    std::uint64_t sequence{};
    std::uint64_t exit{};
    PlannedAccess access;
  };
  struct Gap {
    std::uint64_t row{};  // of the exit stream: the first that is not replayed
    std::string what;
  };
  struct Stream {  // all rows of one vCPU
    std::vector<PlannedExit> exits;
    std::vector<Access> accesses;
    std::vector<PlannedSlot> slots;
    std::vector<traces::InjectRow> injects;
    std::vector<traces::InputRow> inputs;
    std::uint64_t next_row{};
    std::uint64_t lost{};
    std::optional<Gap> gap;
  };

  [[noreturn]] void refuse(traces::ChunkInfo const& info, std::size_t row,
                           std::string const& what) const;
  static void add_gap(Stream& stream, Gap gap);
  void add_exits(Stream& stream, traces::Reader::Rows const& rows);
  void add_exit(Stream& stream, traces::ChunkInfo const& info, traces::ExitRow const& row,
                std::size_t number);
  void take_machine_exit(PlannedExit& planned, traces::ExitRow const& row) const;
  void add_accesses(Stream& stream, traces::Reader::Rows const& rows) const;
  void add_inputs(Stream& stream, traces::Reader::Rows const& rows) const;
  void find_access_gap(Stream& stream) const;
  void place(PlannedVcpu id, Stream& stream);
  void join(Stream& stream, std::size_t first);
  [[nodiscard]] std::uint16_t vm_index(PlannedVcpu id) const;

  Plan plan_;
  std::string file_;
  std::map<PlannedVcpu, Stream> streams_;
  std::optional<std::uint64_t> damage_;
};

}  // namespace acrn::replay::exits
