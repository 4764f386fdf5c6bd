// SPDX-License-Identifier: BSD-3-Clause
// Layout of the page in which a Service VM tells when it did what with each request of one VM.
//
// This project's own: HC_SETUP_SBUF announces the page under SharedBufferId::request_stamps. The
// page has no ring in it, only one row of stamps per request slot. All fields are little endian.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/abi/ioreq.hpp"

namespace acrn::core::abi {

inline constexpr std::size_t stamp_page_size = 4096;  ///< bytes; the page is aligned to its size
inline constexpr std::size_t stamp_row_size = 256;    ///< bytes; row n belongs to request slot n

/// Index of a stamp in its row, 8 bytes each: a row is t0 to t15 of a request's life. The Service
/// VM writes those named here, in ticks of its TSC, before the request is COMPLETE; whoever sees
/// COMPLETE sees them. A stamp older than the request itself is of an earlier request in the same
/// slot: the step was not taken. 0: never taken.
enum class StampIndex : std::uint8_t {
  interrupt = 4,   ///< the upcall's handler ran; older than the request where upcalls merged
  worker = 5,      ///< the scan that found the request began
  processing = 6,  ///< the slot was claimed
  client = 7,      ///< the client has taken the request
  handled = 8,     ///< the device has answered
  complete = 9,    ///< about to store COMPLETE
};

inline constexpr std::size_t stamp_count = 16;  ///< t0 to t15

/// Byte offset in a row of the number of the client that answered (u64), written with the stamps:
/// 1 the default client, above it the Service VM's own numbers; see its README.
inline constexpr std::size_t stamp_client_offset = 128;

/// Byte offset of a stamp (u64) in the page. `slot` is below ioreq_slot_count.
constexpr std::size_t stamp_offset(std::size_t slot, StampIndex index) noexcept {
  return slot * stamp_row_size + static_cast<std::size_t>(index) * sizeof(std::uint64_t);
}

static_assert(stamp_row_size * ioreq_slot_count == stamp_page_size);
static_assert(stamp_count * sizeof(std::uint64_t) <= stamp_client_offset);
static_assert(stamp_offset(15, StampIndex::complete) == 0xf48);

}  // namespace acrn::core::abi
