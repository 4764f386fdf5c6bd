// SPDX-License-Identifier: BSD-3-Clause
// All accesses of a capture as columns, and those of a replay plan in the order it replays them.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/replay/plan.hpp"
#include "traces/reader.hpp"

namespace acrn::python {

/// Structure of arrays; every column has one value per access, or none where it was not recorded.
struct AccessTable {
  std::vector<std::uint16_t> vm;
  std::vector<std::uint16_t> vcpu;
  std::vector<std::uint64_t> sequence;
  std::vector<std::uint64_t> time;
  std::vector<std::uint8_t> shape;
  std::vector<std::uint64_t> address;
  std::vector<std::uint64_t> value;
  std::vector<std::uint8_t> value_known;
  std::vector<std::uint32_t> count;
  std::vector<std::uint8_t> handling;
  std::vector<std::uint32_t> client;
  std::vector<std::uint64_t> exit;
  struct Stage {
    std::vector<std::uint64_t> rows;   ///< ascending row numbers of this table
    std::vector<std::uint64_t> times;  ///< ticks, one per entry of `rows`
  };
  std::map<std::uint8_t, Stage> stages;

  [[nodiscard]] std::size_t rows() const { return shape.size(); }
};

/// Reads all accesses, ordered by VM, then sequence. A column that only some chunks hold is filled
/// up with what stands for "not recorded" (no_stamp for times, no_exit for exits, 0 for handling
/// and client, 1 for count).
AccessTable read_access_table(std::string const& path);

/// The plan's accesses in its own order; `sequence`, `exit` and `stages` stay empty, and so does
/// `time` where the capture is untimed.
AccessTable make_access_table(replay::Plan const& plan);

/// The table's columns by name, as read-only arrays that share it; None where not recorded.
pybind11::dict table_columns(std::shared_ptr<AccessTable const> const& table);

}  // namespace acrn::python
