// SPDX-License-Identifier: BSD-3-Clause
// What a CPU says of the exit that a known access makes.
#pragma once

#include <cstdint>

#include "core/access.hpp"
#include "core/decode/ept_qualification.hpp"
#include "core/decode/io_qualification.hpp"
#include "core/exit.hpp"

namespace acrn::replay {

/// Why the CPU exits on an access to that space.
constexpr core::ExitReason exit_reason(core::Space space) {
  return space == core::Space::port ? core::ExitReason::io_instruction
                                    : core::ExitReason::ept_violation;
}

/// For MMIO, as EPT reports a data access to a page which is not there.
constexpr std::uint64_t exit_qualification(core::Access const& access) {
  if (access.space == core::Space::port) {
    return core::encode_io_qualification({.port = {static_cast<std::uint16_t>(access.address)},
                                          .size = access.size,
                                          .direction = access.direction});
  }
  return core::encode_ept_qualification({.read = access.direction == core::Direction::read,
                                         .write = access.direction == core::Direction::write,
                                         .linear_address_valid = true,
                                         .final_translation = true});
}

}  // namespace acrn::replay
