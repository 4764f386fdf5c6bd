// SPDX-License-Identifier: BSD-3-Clause
// A short range of linear addresses as one or two ranges of guest-physical ones, both translated
// and their permissions checked before either is used.
#pragma once

#include <array>
#include <cstdint>

#include "core/bits.hpp"
#include "core/check.hpp"
#include "core/exit.hpp"
#include "core/expected.hpp"
#include "core/paging/linear.hpp"
#include "core/paging/page_walk.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// Bytes within one 4-KiB page of guest-physical memory.
struct SpanPiece {
  Gpa gpa{};
  std::uint8_t size{};
  friend constexpr bool operator==(SpanPiece const&, SpanPiece const&) = default;
};

/// The pieces of one operand in ascending order of linear addresses.
struct LinearSpan {
  std::array<SpanPiece, 2> pieces{};
  std::uint8_t count{};  ///< 1 or 2
  friend constexpr bool operator==(LinearSpan const&, LinearSpan const&) = default;
};

/// The operand size that a span can be: a 32-byte vector.
inline constexpr std::uint8_t span_size_max = 32;

/// How the program itself touches a page.
constexpr PageAccess page_access(AddressingState const& state, AccessKind kind) noexcept {
  return {.kind = kind,
          .privilege = state.privilege,
          .alignment_check = state.alignment_check,
          .marks = Marks::set};
}

/// Translates all of `range`, 1 to span_size_max bytes, or fails with the first page that faults;
/// CR2 is then the first byte of the range in that page. When the second page faults the first has
/// no accessed or dirty bit of this access.
template <GuestMemory Memory>
constexpr Expected<LinearSpan, TranslationError> translate_range(AddressingState const& state,
                                                                 Memory& memory,
                                                                 LinearRange const& range,
                                                                 PageAccess const& access) {
  check(range.size >= 1 && range.size <= span_size_max, "a span has 1 to 32 bytes");
  std::uint64_t const to_page_end = 4096 - bits<11, 0>(range.start.value);
  if (range.size <= to_page_end) {
    auto const gpa = walk(state.control, memory, range.start, access);
    if (!gpa) return Unexpected{gpa.error()};
    return LinearSpan{.pieces = {SpanPiece{*gpa, range.size}}, .count = 1};
  }
  auto const first_size = static_cast<std::uint8_t>(to_page_end);
  auto const second_size = static_cast<std::uint8_t>(range.size - first_size);
  std::uint64_t const next = range.start.value + first_size;
  std::array const starts{range.start, Linear{state.linear_bits == 32 ? bits<31, 0>(next) : next}};
  PageAccess question = access;
  question.marks = Marks::leave;
  for (Linear const start : starts) {
    auto const possible = walk(state.control, memory, start, question);
    if (!possible) return Unexpected{possible.error()};
  }
  auto const first = walk(state.control, memory, starts[0], access);
  if (!first) return Unexpected{first.error()};
  auto const second = walk(state.control, memory, starts[1], access);
  if (!second) return Unexpected{second.error()};
  return LinearSpan{.pieces = {SpanPiece{*first, first_size}, SpanPiece{*second, second_size}},
                    .count = 2};
}

/// Segmentation and paging of one memory operand of the program.
template <GuestMemory Memory>
constexpr Expected<LinearSpan, TranslationError> translate_operand(AddressingState const& state,
                                                                   Memory& memory,
                                                                   SegmentedAccess const& access) {
  auto const range = linear_range(state, access);
  if (!range) return Unexpected{range.error()};
  return translate_range(state, memory, *range, page_access(state, access.kind));
}

}  // namespace acrn::core
