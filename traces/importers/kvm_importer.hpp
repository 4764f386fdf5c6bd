// SPDX-License-Identifier: BSD-3-Clause
// Reads the lines of a KVM event trace, in any dialect, and feeds them to KvmMachine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "traces/importers/kvm_line.hpp"
#include "traces/importers/kvm_machine.hpp"
#include "traces/importers/line_source.hpp"
#include "traces/importers/line_tally.hpp"
#include "traces/importers/soft_breaks.hpp"

namespace acrn::traces {

class KvmImporter {
 public:
  /// `digits`: ticks are 10^-digits seconds.
  KvmImporter(KvmOutline outline, std::uint8_t digits, RowSink& sink, LineTally& tally);

  void take(Line const& line);
  void finish();
  [[nodiscard]] KvmMachine const& machine() const { return machine_; }

 private:
  /// A line that broke off after the event's name, as mailers wrap them.
  struct Wrapped {
    KvmLine head;
    std::string event;
    std::string text;
    std::uint64_t number{};
  };
  void take_whole(Line const& line);
  void take_other(Line const& line);
  void take_event(KvmLine const& event, Line const& line);
  void note_order(KvmLine const& event, std::uint64_t time);
  void drop_wrapped();

  KvmMachine machine_;
  LineTally& tally_;
  std::uint8_t digits_;
  SoftBreaks breaks_;
  std::optional<Wrapped> wrapped_;
  std::vector<std::optional<std::uint64_t>> thread_on_cpu_;
  std::uint64_t latest_time_{};
};

}  // namespace acrn::traces
