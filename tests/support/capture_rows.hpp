// SPDX-License-Identifier: BSD-3-Clause
// Seeded random rows of all five streams, and whole captures read back to compare with them.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "traces/reader.hpp"
#include "traces/rows.hpp"
#include "traces/writer.hpp"

namespace acrn::tests {

/// Identity of one vCPU of one VM.
using VcpuKey = std::pair<std::uint16_t, std::uint16_t>;

/// Every row of a capture, in file order per vCPU.
struct CaptureRows {
  std::map<VcpuKey, std::vector<traces::AccessRow>> access;
  std::map<VcpuKey, std::vector<traces::ExitRow>> exit;
  std::map<VcpuKey, std::vector<traces::SlotRow>> slot;
  std::map<VcpuKey, std::vector<traces::InjectRow>> inject;
  std::map<VcpuKey, std::vector<traces::InputRow>> input;
};

/// One text per row that shows every field, so that a difference reads well.
std::string show(traces::AccessRow const& row);
std::string show(traces::ExitRow const& row);
std::string show(traces::SlotRow const& row);
std::string show(traces::InjectRow const& row);
std::string show(traces::InputRow const& row);
/// All rows of a capture, one line each.
std::string show(CaptureRows const& rows);

/// Makes rows in which every field, absence and extreme value occurs. Times need not ascend.
class RowGenerator {
 public:
  explicit RowGenerator(std::uint64_t seed) : random_{seed} {}
  traces::AccessRow access(std::uint64_t sequence);
  traces::ExitRow exit();
  traces::SlotRow slot();
  traces::InjectRow inject();
  traces::InputRow input();
  /// Mostly small numbers, sometimes any 64-bit number.
  std::uint64_t number();
  bool chance(unsigned percent) { return random_() % 100 < percent; }

 private:
  std::string bytes(std::size_t size_max);
  std::mt19937_64 random_;
  std::uint64_t time_{1'000'000};
};

/// Writes `count` rows of each stream, spread over two VMs and three vCPUs, and returns them.
CaptureRows write_random(traces::Writer& writer, std::uint64_t seed, std::size_t count);

/// Reads the rest of a capture.
CaptureRows read_all(traces::Reader& reader);

}  // namespace acrn::tests
