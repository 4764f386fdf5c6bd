// SPDX-License-Identifier: BSD-3-Clause
// Brings the chunks of a capture, one stream of one vCPU each, into one order of events.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "sim/cli/event.hpp"
#include "traces/reader.hpp"

namespace acrn::cli {

/// Whether the events have times to be ordered by.
enum class Stamps : std::uint8_t { absent, present };

/// Merges chunks as they are read. Writers put all pending rows of a VM into the file together, as
/// one group of chunks, so holding one group per VM is enough: within a VM the order is exact, by
/// time, then by sequence. Between VMs it is by time as far as held_rows_max allows.
class EventMerger {
 public:
  using Visit = std::function<void(Event const&)>;

  /// Rows held for VMs that wait for each other, before the order between VMs gives way to memory.
  static constexpr std::size_t held_rows_max = std::size_t{1} << 18U;

  EventMerger(Stamps stamps, Visit visit);

  /// Takes the next chunk in file order; `rows` is left empty. Visits the events that are ready.
  void add(traces::Reader::Rows&& rows);
  /// Visits what is left. Call once, after the last chunk.
  void finish();

 private:
  struct Lane {
    traces::Reader::Rows rows;
    std::size_t at{};
  };
  struct Group {
    std::vector<Lane> lanes;
  };
  struct Head;
  using VcpuKey = std::pair<std::uint16_t, std::uint16_t>;

  [[nodiscard]] bool ready(std::deque<Group> const& groups) const;
  [[nodiscard]] bool may_emit() const;
  bool emit_one();
  void emit(Lane& lane);
  [[nodiscard]] Head head(Lane const& lane) const;
  [[nodiscard]] bool before(Head const& a, Head const& b) const;

  Stamps stamps_;
  Visit visit_;
  std::map<std::uint16_t, std::deque<Group>> vms_;
  std::map<VcpuKey, traces::AccessRow> last_access_;
  std::size_t held_rows_{};
  bool finishing_{};
};

}  // namespace acrn::cli
