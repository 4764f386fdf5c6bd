// SPDX-License-Identifier: BSD-3-Clause
// The 64-bit word of a slot: its state, and the generation of the request that it belongs to.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/abi/ioreq.hpp"
#include "core/ioreq/transitions.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// Number of a slot's content: one more with every submission and every withdrawal. Wraps from
/// 2^32-1 to 1; 0 is what memory holds that no hypervisor has announced.
using Generation = Strong<struct GenerationTag, std::uint32_t>;

inline constexpr Generation generation_unannounced{0};

constexpr Generation next_generation(Generation generation) noexcept {
  std::uint32_t const next = generation.value + 1;
  return {next == generation_unannounced.value ? 1 : next};
}

/// The word as it stands in memory: state in the low half, generation in the high half.
constexpr std::uint64_t slot_word(SlotState state, Generation generation) noexcept {
  return std::uint64_t{generation.value} << 32U | static_cast<std::uint64_t>(state);
}

constexpr SlotState word_state(std::uint64_t word) noexcept {
  auto const raw = static_cast<std::uint32_t>(word);
  return raw <= abi::ioreq_state_free ? static_cast<SlotState>(raw) : SlotState::invalid;
}

/// The same as word_state() being `pending`, for those who ask all the time.
constexpr bool word_is_pending(std::uint64_t word) noexcept {
  return static_cast<std::uint32_t>(word) == abi::ioreq_state_pending;
}

constexpr Generation word_generation(std::uint64_t word) noexcept {
  return {static_cast<std::uint32_t>(word >> 32U)};
}

/// Byte offset of a vCPU's slot in the page. Callers have bounded `vcpu`.
constexpr std::size_t slot_offset(VcpuId vcpu) noexcept {
  return vcpu.value * abi::ioreq_slot_size;
}

}  // namespace acrn::core
