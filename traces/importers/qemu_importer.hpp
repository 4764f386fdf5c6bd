// SPDX-License-Identifier: BSD-3-Clause
// Reads QEMU's trace log and writes one access row per memory_region_ops event of a vCPU.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "traces/importers/line_source.hpp"
#include "traces/importers/line_tally.hpp"
#include "traces/importers/qemu_line.hpp"
#include "traces/importers/row_sink.hpp"
#include "traces/importers/vcpu_table.hpp"

namespace acrn::traces {

/// Whether the log carries `pid@seconds.microseconds:` before each event.
enum class QemuClock : std::uint8_t { untimed, microseconds };

class QemuImporter {
 public:
  QemuImporter(QemuClock clock, RowSink& sink, LineTally& tally)
      : clock_(clock), sink_(sink), tally_(tally) {}

  void take(Line const& line);

  [[nodiscard]] std::uint64_t accesses() const { return accesses_; }
  [[nodiscard]] std::size_t vcpus() const { return vcpus_.count(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  char const* take_access(QemuLine const& event);
  std::uint64_t time_of(QemuLine const& event);
  ClientId client_of(QemuAccess const& access);

  QemuClock clock_;
  RowSink& sink_;
  LineTally& tally_;
  std::unordered_map<std::string, ClientId, Hash, std::equal_to<>> clients_;
  std::unordered_map<std::uint64_t, ClientId> unnamed_clients_;  ///< by region pointer
  std::bitset<VcpuTable::vcpus_max> vcpus_;
  std::uint64_t accesses_{};
  std::uint64_t latest_time_{};
};

}  // namespace acrn::traces
