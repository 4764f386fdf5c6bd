// SPDX-License-Identifier: BSD-3-Clause
// Rows of a capture as the tests of replay make them.
#pragma once

#include <cstdint>

#include "core/types.hpp"
#include "traces/reader.hpp"
#include "traces/rows.hpp"

namespace acrn::tests {

/// A write of one byte, the sequence number, 1000 ticks and `sequence` after the clock's zero.
inline traces::AccessRow port_row(std::uint64_t sequence, std::uint16_t port,
                                  traces::Handling handling = {}) {
  traces::AccessRow row;
  row.sequence = sequence;
  row.time = 1000 + sequence;
  row.access = {.space = core::Space::port,
                .direction = core::Direction::write,
                .size = 1,
                .address = port,
                .value = sequence & 0xffU};
  row.handling = handling;
  return row;
}

/// The same at a guest-physical address.
inline traces::AccessRow mmio_row(std::uint64_t sequence, std::uint64_t gpa, std::uint8_t size,
                                  traces::Handling handling) {
  traces::AccessRow row = port_row(sequence, 0, handling);
  row.access.space = core::Space::mmio;
  row.access.size = size;
  row.access.address = gpa;
  return row;
}

/// A chunk's head; its offset is what messages name.
inline traces::ChunkInfo chunk(std::uint16_t vm, std::uint16_t vcpu) {
  return {.vm = vm, .vcpu = vcpu, .file_offset = 4096};
}

}  // namespace acrn::tests
