// SPDX-License-Identifier: BSD-3-Clause
// Descriptors of the GDT and LDT, read by selector as the CPU itself reads them: as an implicit
// supervisor access, whatever the privilege level.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/bits.hpp"
#include "core/exit.hpp"
#include "core/expected.hpp"
#include "core/paging/control_bits.hpp"
#include "core/paging/linear.hpp"
#include "core/paging/linear_span.hpp"
#include "core/paging/page_access.hpp"
#include "core/paging/translation_error.hpp"

namespace acrn::core {

/// GDTR and LDTR. Of `ldt` base, limit and usability count.
struct DescriptorTables {
  std::uint64_t gdt_base{};
  std::uint16_t gdt_limit{};  ///< offset of the last byte
  SegmentState ldt{};
};

/// A segment selector. Source: Intel SDM vol. 3A (Sep 2023), section 3.4.2 "Segment Selectors".
struct Selector {
  std::uint16_t value{};

  [[nodiscard]] constexpr bool is_null() const noexcept { return (value & 0xfffc) == 0; }
  [[nodiscard]] constexpr bool is_local() const noexcept { return bits<2, 2>(value) != 0; }
  /// Of the descriptor's first byte in its table.
  [[nodiscard]] constexpr std::uint32_t offset() const noexcept { return value & 0xfff8U; }
  /// As the error code of an exception, EXT and IDT clear.
  [[nodiscard]] constexpr std::uint32_t error_code() const noexcept { return value & 0xfffcU; }
};

/// 8 bytes as in memory; `high` is the second half of a 16-byte system descriptor, else 0.
struct Descriptor {
  std::uint64_t low{};
  std::uint64_t high{};
  friend constexpr bool operator==(Descriptor const&, Descriptor const&) = default;
};

/// 16 bytes are system descriptors in IA-32e mode. Source: Intel SDM vol. 3A (Sep 2023),
/// section 3.5 "System Descriptor Types".
enum class DescriptorSize : std::uint8_t { bytes8 = 8, bytes16 = 16 };

/// What loading the descriptor puts into the hidden part of a segment register. Source: Intel SDM
/// vol. 3A (Sep 2023), figure 3-8 "Segment Descriptor", and vol. 3C, table 25-2 "Format of Access
/// Rights".
constexpr SegmentState segment_state(Descriptor const& descriptor) noexcept {
  std::uint64_t const low = descriptor.low;
  auto const raw_limit =
      static_cast<std::uint32_t>(bits<15, 0>(low) | place<19, 16>(bits<51, 48>(low)));
  bool const in_pages = bits<55, 55>(low) != 0;
  return {.base = bits<39, 16>(low) | place<31, 24>(bits<63, 56>(low)) |
                  place<63, 32>(bits<31, 0>(descriptor.high)),
          .limit = in_pages ? (raw_limit << 12U) | 0xfff : raw_limit,
          .access_rights =
              static_cast<std::uint32_t>(bits<47, 40>(low) | place<15, 12>(bits<55, 52>(low)))};
}

/// The state that reads descriptors: in IA-32e mode tables lie at 64-bit addresses even while code
/// runs in compatibility mode.
constexpr AddressingState descriptor_addressing(AddressingState const& state) noexcept {
  AddressingState tables = state;
  if ((state.control.efer & efer::long_mode_active) != 0) {
    tables.linear_bits = linear_bits_of(state.control);
  }
  return tables;
}

/// Reads the descriptor of `selector`. A null selector is a #GP(0); one beyond its table, or in an
/// LDT that is not there, a #GP of the selector.
template <GuestMemory Memory>
class DescriptorReader {
 public:
  constexpr DescriptorReader(AddressingState const& state, DescriptorTables const& tables,
                             Memory& memory) noexcept
      : state_{descriptor_addressing(state)}, tables_{tables}, memory_{memory} {}

  [[nodiscard]] constexpr Expected<Descriptor, TranslationError> read(Selector selector,
                                                                      DescriptorSize size) const {
    auto const range = locate(selector, static_cast<std::uint8_t>(size));
    if (!range) return Unexpected{range.error()};
    auto const span = translate_range(state_, memory_, *range,
                                      {.kind = AccessKind::read, .privilege = Privilege::implicit});
    if (!span) return Unexpected{span.error()};
    std::array<std::uint8_t, 16> bytes{};
    auto rest = std::span<std::uint8_t>{bytes};
    for (SpanPiece const& piece : std::span{span->pieces}.first(span->count)) {
      if (!memory_.read(piece.gpa, rest.first(piece.size))) {
        return Unexpected{TranslationError{.failure = TranslationFailure::memory_not_ram,
                                           .address = piece.gpa.value}};
      }
      rest = rest.subspan(piece.size);
    }
    return Descriptor{.low = little_endian(bytes, 0), .high = little_endian(bytes, 8)};
  }

 private:
  [[nodiscard]] static constexpr std::uint64_t little_endian(
      std::array<std::uint8_t, 16> const& bytes, std::size_t first) noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) value |= std::uint64_t{bytes[first + i]} << (8 * i);
    return value;
  }

  [[nodiscard]] constexpr Expected<LinearRange, TranslationError> locate(
      Selector selector, std::uint8_t size) const noexcept {
    auto refusal = [](std::uint32_t error_code) {
      return Unexpected{TranslationError{.failure = TranslationFailure::general_protection,
                                         .error_code = error_code}};
    };
    if (selector.is_null()) return refusal(0);
    bool const local = selector.is_local();
    if (local && tables_.ldt.is_unusable()) return refusal(selector.error_code());
    std::uint32_t const limit = local ? tables_.ldt.limit : tables_.gdt_limit;
    if (selector.offset() + size - 1U > limit) return refusal(selector.error_code());
    std::uint64_t const base = local ? tables_.ldt.base : tables_.gdt_base;
    std::uint64_t const first = base + selector.offset();
    if (state_.linear_bits == 32) return LinearRange{.start = {bits<31, 0>(first)}, .size = size};
    if (!is_canonical(first, state_.linear_bits) ||
        !is_canonical(first + size - 1U, state_.linear_bits)) {
      return refusal(selector.error_code());
    }
    return LinearRange{.start = {first}, .size = size};
  }

  AddressingState state_;
  DescriptorTables const& tables_;
  Memory& memory_;
};

}  // namespace acrn::core
