// SPDX-License-Identifier: BSD-3-Clause
// What a capture says about itself: clock, VMs, source, and the fields its source never knew.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/types.hpp"

namespace acrn::traces {

/// The newest format version that this code reads and writes; see traces/README.md, "Versions".
inline constexpr std::uint32_t format_version = 2;

/// The clock that all stamps of a capture count in. Ticks are integers; nanoseconds only appear on
/// display.
struct Clock {
  std::string kind{"unknown"};   ///< "kvm-trace", "qemu-log", "tsc", "none" ...
  std::uint64_t hz_numerator{};  ///< ticks per second = numerator / denominator; 0: untimed
  std::uint64_t hz_denominator{1};
  std::uint64_t resolution{1};  ///< smallest step the source could show, in ticks
  std::uint64_t epoch{};        ///< tick value of the source's zero; stamps are absolute
  [[nodiscard]] bool timed() const { return hz_numerator != 0; }
};

/// A device of a VM, as the header names it.
struct DeviceInfo {
  std::uint32_t id{};
  std::string name;
  std::string configuration;  ///< bytes; what the device's model needs to start, its own business
};

/// A range of one address space, and the device that answers it.
struct RangeInfo {
  core::Space space{};
  std::uint64_t first{};
  std::uint64_t size{};
  std::uint32_t device{};  ///< DeviceInfo::id
};

struct VmInfo {
  std::uint16_t id{};
  std::uint16_t vcpus{};  ///< 0: not known in advance
  std::vector<DeviceInfo> devices{};
  std::vector<RangeInfo> maps{};
};

/// How an import went: every line of the source is in exactly one of the three counts.
struct SourceInfo {
  std::string dialect;     ///< "kvm-ftrace", "kvm-trace-cmd", "kvm-perf-script", "qemu-log" ...
  std::string file;        ///< base name of the source
  std::uint32_t crc32c{};  ///< of the uncompressed source text
  std::uint64_t used{};
  std::uint64_t ignored{};
  std::uint64_t rejected{};
  std::uint64_t lost{};  ///< events that the source says it lost
};

/// Identity of a capture. The header part (clock, VMs, profile, cpu) is fixed when writing starts;
/// `source` and `never_recorded` are completed by Writer::finish() in the index.
struct CaptureInfo {
  std::uint32_t version{};  ///< format version that wrote the file
  Clock clock;
  std::string profile{"architectural"};
  std::string cpu;  ///< description; "vmx", "svm" or "" as its first word
  std::vector<VmInfo> vms;
  SourceInfo source;
  std::vector<std::string> never_recorded;       ///< field names, e.g. "exit.qualification"
  std::map<std::uint32_t, std::string> clients;  ///< names of AccessRow::client
};

}  // namespace acrn::traces
