// SPDX-License-Identifier: BSD-3-Clause
// Segmentation: an offset in a segment to a range of linear addresses, or the #GP(0) or #SS(0) that
// the CPU would raise. Source: Intel SDM vol. 3A (Sep 2023), section 3.3 "Logical and Linear
// Addresses" to 3.4, and section 5.3 "Limit Checking", 5.4 "Type Checking".
#pragma once

#include <cstdint>

#include "core/bits.hpp"
#include "core/exit.hpp"
#include "core/expected.hpp"
#include "core/paging/addressing_state.hpp"
#include "core/paging/page_access.hpp"
#include "core/paging/page_walk.hpp"
#include "core/paging/translation_error.hpp"

namespace acrn::core {

/// Bits of SegmentState::type(). Source: Intel SDM vol. 3A (Sep 2023), table 3-1 "Code- and
/// Data-Segment Types".
namespace segment_type {
inline constexpr std::uint8_t writable = 1U << 1U;     ///< of a data segment
inline constexpr std::uint8_t readable = 1U << 1U;     ///< of a code segment
inline constexpr std::uint8_t expand_down = 1U << 2U;  ///< of a data segment
inline constexpr std::uint8_t code = 1U << 3U;
}  // namespace segment_type

/// One memory operand. `offset` may have bits above the address size; they do not count.
struct SegmentedAccess {
  Segment segment{};
  SegmentState state{};
  std::uint64_t offset{};       ///< base + index * scale + displacement, modulo 2^64
  std::uint8_t address_size{};  ///< bytes: 2, 4 or 8
  std::uint8_t size{};          ///< bytes accessed: 1 to 32
  AccessKind kind{};
};

/// Bytes at consecutive linear addresses, modulo 2^32 outside 64-bit mode.
struct LinearRange {
  Linear start{};
  std::uint8_t size{};
  friend constexpr bool operator==(LinearRange const&, LinearRange const&) = default;
};

/// Whether bits 63 to `linear_bits` - 1 are all equal. Source: Intel SDM vol. 1 (Sep 2023), section
/// 3.3.7.1 "Canonical Addressing".
constexpr bool is_canonical(std::uint64_t linear, std::uint8_t linear_bits) noexcept {
  auto const sign_extended =
      static_cast<std::int64_t>(linear << (64U - linear_bits)) >> (64U - linear_bits);
  return static_cast<std::uint64_t>(sign_extended) == linear;
}

/// Whether every byte at `offset` is within the segment, which ends at the limit, or begins above
/// it if it expands down. With a limit of 2^32 - 1 an operand may go on at offset 0: the SDM leaves
/// the fault to the CPU, and current ones have none. Source: Intel SDM vol. 3A (Sep 2023),
/// section 5.3 "Limit Checking".
constexpr bool is_within_limit(SegmentState const& segment, std::uint64_t offset,
                               std::uint8_t size) noexcept {
  std::uint64_t const last = offset + size - 1;
  constexpr std::uint8_t kind = segment_type::code | segment_type::expand_down;
  if ((segment.type() & kind) == segment_type::expand_down) {
    return offset > segment.limit && last <= (segment.is_big() ? 0xffff'ffff : 0xffff);
  }
  return last <= segment.limit || segment.limit == 0xffff'ffff;
}

/// Whether the type of the segment permits the access; protected mode only. What CS may execute was
/// checked when it was loaded. Source: Intel SDM vol. 3A (Sep 2023), section 5.4 "Type Checking".
constexpr bool type_permits(SegmentState const& segment, AccessKind kind) noexcept {
  bool const code = (segment.type() & segment_type::code) != 0;
  switch (kind) {
    case AccessKind::read:
      return !code || (segment.type() & segment_type::readable) != 0;
    case AccessKind::write:
      return !code && (segment.type() & segment_type::writable) != 0;
    case AccessKind::fetch:
      break;
  }
  return true;
}

/// `offset` as it counts for an operand of that address size.
constexpr std::uint64_t effective_address(std::uint64_t offset,
                                          std::uint8_t address_size) noexcept {
  if (address_size >= 8) return offset;
  return offset & ((std::uint64_t{1} << (8U * address_size)) - 1);
}

/// The linear addresses in 64-bit mode: no limits, no types, and a base for FS and GS only. Source:
/// Intel SDM vol. 3A (Sep 2023), section 3.2.4 "Segmentation in IA-32e Mode".
constexpr Expected<LinearRange, TranslationError> long_mode_range(
    AddressingState const& state, SegmentedAccess const& access) noexcept {
  bool const has_base = access.segment == Segment::fs || access.segment == Segment::gs;
  std::uint64_t const first =
      (has_base ? access.state.base : 0) + effective_address(access.offset, access.address_size);
  if (is_canonical(first, state.linear_bits) &&
      is_canonical(first + access.size - 1, state.linear_bits)) {
    return LinearRange{.start = {first}, .size = access.size};
  }
  return Unexpected{TranslationError{.failure = access.segment == Segment::ss
                                                    ? TranslationFailure::stack_fault
                                                    : TranslationFailure::general_protection}};
}

/// The linear addresses of the operand, after the checks that precede paging. The error codes are
/// all 0. In real-address and virtual-8086 mode the cached limit counts, the type does not.
constexpr Expected<LinearRange, TranslationError> linear_range(
    AddressingState const& state, SegmentedAccess const& access) noexcept {
  if (state.rules == SegmentRules::long_mode) return long_mode_range(state, access);
  auto const outside = access.segment == Segment::ss ? TranslationFailure::stack_fault
                                                     : TranslationFailure::general_protection;
  std::uint64_t const offset = effective_address(access.offset, access.address_size == 2 ? 2 : 4);
  if (access.state.is_unusable() || !is_within_limit(access.state, offset, access.size)) {
    return Unexpected{TranslationError{.failure = outside}};
  }
  if (state.rules == SegmentRules::protected_mode && !type_permits(access.state, access.kind)) {
    return Unexpected{TranslationError{.failure = TranslationFailure::general_protection}};
  }
  return LinearRange{.start = {bits<31, 0>(access.state.base + offset)}, .size = access.size};
}

}  // namespace acrn::core
