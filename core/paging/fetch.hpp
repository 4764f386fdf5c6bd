// SPDX-License-Identifier: BSD-3-Clause
// The bytes of an instruction at CS:RIP, a page at a time, so that a second page is touched only by
// an instruction that reaches into it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/bits.hpp"
#include "core/exit.hpp"
#include "core/expected.hpp"
#include "core/paging/linear.hpp"
#include "core/paging/linear_span.hpp"
#include "core/paging/page_walk.hpp"
#include "core/paging/translation_error.hpp"

namespace acrn::core {

/// The longest instruction there is, in bytes. Source: Intel SDM vol. 2A (Sep 2023), section 2.3.11
/// "AVX Instruction Length", and vol. 3A, section 6.15, "Interrupt 13: General Protection
/// Exception".
inline constexpr std::uint8_t instruction_length_max = 15;

/// Where an instruction begins.
struct CodePointer {
  SegmentState cs{};
  std::uint64_t rip{};
};

/// The first bytes of an instruction; more than it has, usually.
struct CodeBytes {
  std::array<std::uint8_t, instruction_length_max> bytes{};
  std::uint8_t count{};

  [[nodiscard]] constexpr std::span<std::uint8_t const> view() const noexcept {
    return std::span{bytes}.first(count);
  }
};

/// Where the byte after those in `code` lies, and how many follow before the page, the segment, or
/// the longest instruction ends: at least 1, or the #GP(0) of fetching it.
constexpr Expected<LinearRange, TranslationError> next_code_range(AddressingState const& state,
                                                                  CodePointer const& where,
                                                                  CodeBytes const& code) noexcept {
  SegmentedAccess access{
      .segment = Segment::cs,
      .state = where.cs,
      .offset = where.rip + code.count,
      .address_size = state.rules == SegmentRules::long_mode ? std::uint8_t{8} : std::uint8_t{4},
      .size = 1,
      .kind = AccessKind::fetch};
  auto const first = linear_range(state, access);
  if (!first) return first;
  std::uint64_t const to_page_end = 4096 - bits<11, 0>(first->start.value);
  std::uint64_t const wanted = instruction_length_max - code.count;
  access.size = static_cast<std::uint8_t>(std::min(to_page_end, wanted));
  while (access.size > 1 && !linear_range(state, access)) --access.size;
  return LinearRange{.start = first->start, .size = access.size};
}

/// Appends the bytes that follow those in `code`, up to the end of their page. The first call takes
/// an empty `code`; call again only if the decoder needs more, for it is then that the CPU faults.
/// An instruction that goes on after 15 bytes, past the limit of CS, or into non-canonical
/// addresses is a #GP(0). A page is RAM as a whole or not at all.
template <GuestMemory Memory>
constexpr Expected<Unit, TranslationError> fetch_more(AddressingState const& state, Memory& memory,
                                                      CodePointer const& where, CodeBytes& code) {
  if (code.count >= instruction_length_max) {
    return Unexpected{TranslationError{.failure = TranslationFailure::general_protection}};
  }
  auto const range = next_code_range(state, where, code);
  if (!range) return Unexpected{range.error()};
  auto const gpa = walk(state.control, memory, range->start, page_access(state, AccessKind::fetch));
  if (!gpa) return Unexpected{gpa.error()};
  if (!memory.read(*gpa, std::span{code.bytes}.subspan(code.count, range->size))) {
    return Unexpected{
        TranslationError{.failure = TranslationFailure::memory_not_ram, .address = gpa->value}};
  }
  code.count = static_cast<std::uint8_t>(code.count + range->size);
  return Unit{};
}

}  // namespace acrn::core
