// SPDX-License-Identifier: BSD-3-Clause
#include "sim/replay/access_row.hpp"

#include <fmt/format.h>

#include "core/access.hpp"
#include "sim/replay/answers.hpp"
#include "sim/replay/exit_word.hpp"

namespace acrn::replay {
namespace {

std::uint64_t last_stamp(traces::AccessRow const& row) {
  std::uint64_t last = traces::no_stamp;
  for (std::uint64_t const stamp : row.stages) {
    if (stamp != traces::no_stamp && (last == traces::no_stamp || stamp > last)) last = stamp;
  }
  return last;
}

}  // namespace

std::string problem_of(traces::AccessRow const& row) {
  core::Access const& access = row.access;
  if (access.space != core::Space::port && access.space != core::Space::mmio) {
    return fmt::format("space {}, expected 0 (port) or 1 (MMIO), which instructions reach",
                       static_cast<unsigned>(access.space));
  }
  bool const port = access.space == core::Space::port;
  if (!core::is_access_size(access.space, access.size)) {
    return fmt::format("size {}, expected {}", access.size,
                       port ? "1, 2 or 4 bytes for a port" : "1, 2, 4 or 8 bytes for MMIO");
  }
  if (port && access.address > 0xffff) {
    return fmt::format("port {:#x}, expected at most 0xffff", access.address);
  }
  if (row.count == 0 || row.count > row_elements_max) {
    return fmt::format("count {}, expected 1 to {}", row.count, row_elements_max);
  }
  return {};
}

PlannedAccess plan_access(traces::AccessRow const& row) {
  core::Access const& access = row.access;
  return {.time = row.time,
          .address = access.address,
          .value = core::truncate(access.value, access.size),
          .qualification = exit_qualification(access),
          .recorded_end = last_stamp(row),
          .count = row.count,
          .client = row.client,
          .space = access.space,
          .direction = access.direction,
          .size = access.size,
          .handling = row.handling,
          .value_known = row.value_known,
          .device_answers = device_answers(access, row.handling)};
}

}  // namespace acrn::replay
