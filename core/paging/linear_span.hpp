// SPDX-License-Identifier: BSD-3-Clause
// A short range of linear addresses as one or two ranges of guest-physical ones, both translated
// and their permissions checked before either is used.
#pragma once

#include <array>
#include <cstddef>
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

/// Linear addresses to guest-physical ones, written where they are to stay: copies of what was just
/// written field by field stall the CPU.
template <GuestMemory Memory>
struct RangeTranslator {
  AddressingState const& state;
  Memory& memory;

  /// As translate_range(), into `span`, which means nothing after a failure.
  constexpr Expected<Unit, TranslationError> translate(LinearRange const& range,
                                                       PageAccess const& access,
                                                       LinearSpan& span) const {
    check(range.size >= 1 && range.size <= span_size_max, "a span has 1 to 32 bytes");
    if (bits<11, 0>(range.start.value) + range.size > 4096) [[unlikely]] {
      return translate_two_pages(range, access, span);
    }
    auto const gpa = walk(state.control, memory, range.start, access);
    if (!gpa) return Unexpected{gpa.error()};
    span.count = 1;
    span.pieces[0].gpa = *gpa;
    span.pieces[0].size = range.size;
    return Unit{};
  }

 private:
  [[gnu::noinline]] constexpr Expected<Unit, TranslationError> translate_two_pages(
      LinearRange const& range, PageAccess const& access, LinearSpan& span) const {
    auto const first_size = static_cast<std::uint8_t>(4096 - bits<11, 0>(range.start.value));
    std::uint64_t const next = range.start.value + first_size;
    std::array const starts{range.start,
                            Linear{state.linear_bits == 32 ? bits<31, 0>(next) : next}};
    PageAccess question = access;
    question.marks = Marks::leave;
    for (Linear const start : starts) {
      auto const possible = walk(state.control, memory, start, question);
      if (!possible) return Unexpected{possible.error()};
    }
    span.count = 2;
    span.pieces[0].size = first_size;
    span.pieces[1].size = static_cast<std::uint8_t>(range.size - first_size);
    for (std::size_t i = 0; i < starts.size(); ++i) {
      auto const gpa = walk(state.control, memory, starts[i], access);
      if (!gpa) return Unexpected{gpa.error()};
      span.pieces[i].gpa = *gpa;
    }
    return Unit{};
  }
};

/// Translates all of `range`, 1 to span_size_max bytes, or fails with the first page that faults;
/// CR2 is then the first byte of the range in that page. When the second page faults the first has
/// no accessed or dirty bit of this access.
template <GuestMemory Memory>
constexpr Expected<LinearSpan, TranslationError> translate_range(AddressingState const& state,
                                                                 Memory& memory,
                                                                 LinearRange const& range,
                                                                 PageAccess const& access) {
  LinearSpan span;
  RangeTranslator<Memory> const translator{state, memory};
  auto const done = translator.translate(range, access, span);
  if (!done) return Unexpected{done.error()};
  return span;
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
