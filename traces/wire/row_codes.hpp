// SPDX-License-Identifier: BSD-3-Clause
// The small numbers in a capture's rows: streams, handling, stages, kinds of input, access shapes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/access.hpp"
#include "core/types.hpp"

namespace acrn::traces {

/// Which stream a chunk belongs to.
enum class Stream : std::uint8_t { exit = 1, access = 2, slot = 3, inject = 4, input = 5 };

/// Who answered an access, as far as the source knew. Zero is "not recorded".
enum class Handling : std::uint8_t {
  unknown = 0,
  hypervisor = 1,  ///< a handler in the hypervisor (for KVM: in the kernel)
  forwarded = 2,   ///< sent to the service module and waited for
  queued = 3,      ///< put on a ring without waiting (asyncio, coalesced MMIO, ioeventfd)
  unclaimed = 4,   ///< nobody: all ones, or dropped
};

/// Stage stamps of one access; numbers are t0 to t15 of the request's life: 0 exit, 1 request
/// built, 2 PENDING, 3 upcall, 4 service VM's handler, 5 worker start, 6 PROCESSING, 7 client
/// running, 8 handler done, 9 COMPLETE, 10 notify call, 11 event seen, 12 vCPU scheduled, 13 value
/// copied and FREE, 14 registers updated, 15 VM entry.
inline constexpr std::size_t stage_count = 16;

/// A stage stamp that the source did not record.
inline constexpr std::uint64_t no_stamp = ~std::uint64_t{0};

/// "This access belongs to no recorded exit."
inline constexpr std::uint64_t no_exit = ~std::uint64_t{0};

/// Index into the capture's table of client names; 0 is "not recorded".
using ClientId = std::uint32_t;

/// What an input row carries.
enum class InputKind : std::uint8_t {
  received_byte = 1,
  irq_line = 2,
  ipi = 3,
  device_clock = 4,
  reset = 5
};

/// SlotRow::from and to: ACRN_IOREQ_STATE_* of <linux/acrn.h>.
enum class SlotRowState : std::uint8_t { pending = 0, complete = 1, processing = 2, free = 3 };

/// SlotRow::actor.
enum class SlotRowActor : std::uint8_t { hypervisor = 1, worker = 2, client = 3 };

/// Space, direction and size of an access in one byte: bits 1:0 space, bit 2 direction,
/// bits 4:3 log2 of the size.
constexpr std::uint8_t pack_shape(core::Access const& access) noexcept {
  std::uint8_t const log2_size = access.size == 8 ? 3 : access.size == 4 ? 2 : access.size == 2;
  return static_cast<std::uint8_t>(static_cast<unsigned>(access.space) |
                                   static_cast<unsigned>(access.direction) << 2U |
                                   static_cast<unsigned>(log2_size) << 3U);
}
constexpr core::Space shape_space(std::uint8_t shape) noexcept {
  return static_cast<core::Space>(shape & 3U);
}
constexpr core::Direction shape_direction(std::uint8_t shape) noexcept {
  return static_cast<core::Direction>((shape >> 2U) & 1U);
}
constexpr std::uint8_t shape_size(std::uint8_t shape) noexcept {
  return static_cast<std::uint8_t>(1U << ((shape >> 3U) & 3U));
}

}  // namespace acrn::traces
