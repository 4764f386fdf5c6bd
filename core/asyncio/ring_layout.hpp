// SPDX-License-Identifier: BSD-3-Clause
// The shape of a shared ring, read once from memory that the other side can change, and checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/abi/sbuf.hpp"
#include "core/expected.hpp"
#include "core/ioreq/memory.hpp"

namespace acrn::core {

/// Why a ring is not accepted.
enum class RingError : std::uint8_t {
  magic,          ///< no ring starts here
  element_size,   ///< not what the ring's user writes
  element_count,  ///< fewer than two elements: no capacity
  size,           ///< not count times element size, or more than the memory holds
  flags,          ///< overwriting, or bits that have no meaning: elements would be lost
  position,       ///< head or tail lies outside the ring, or between two elements
};

/// The words for a message; "?" for a value outside the enumeration.
constexpr std::string_view name(RingError error) noexcept {
  switch (error) {
    case RingError::magic:
      return "no magic number";
    case RingError::element_size:
      return "wrong element size";
    case RingError::element_count:
      return "too few elements";
    case RingError::size:
      return "wrong size";
    case RingError::flags:
      return "flags";
    case RingError::position:
      return "head or tail out of the ring";
  }
  return "?";
}

/// What the first 64 bytes of a ring say about its shape.
struct RingHeader {
  std::uint64_t magic{};
  std::uint32_t element_count{};
  std::uint32_t element_size{};
  std::uint32_t flags{};
  std::uint32_t size{};
  friend constexpr bool operator==(RingHeader const&, RingHeader const&) = default;
};

/// Two halves of a 64-bit word, low one first.
struct WordHalves {
  std::uint32_t low{};
  std::uint32_t high{};
};
constexpr WordHalves halves(std::uint64_t word) noexcept {
  return {static_cast<std::uint32_t>(word), static_cast<std::uint32_t>(word >> 32U)};
}

/// Whether a ring of this shape can carry elements of `element_size` bytes within `bytes_max`
/// bytes, header included. Sums are made in 64 bits: no shape wraps around.
constexpr Expected<Unit, RingError> check_ring(RingHeader const& header, std::uint32_t element_size,
                                               std::size_t bytes_max) noexcept {
  if (header.magic != abi::sbuf_magic) return Unexpected{RingError::magic};
  if (header.element_size == 0 || header.element_size != element_size) {
    return Unexpected{RingError::element_size};
  }
  if (header.element_count < 2) return Unexpected{RingError::element_count};
  std::uint64_t const size = std::uint64_t{header.element_count} * header.element_size;
  if (header.size != size || size + abi::sbuf_header_size > bytes_max) {
    return Unexpected{RingError::size};
  }
  if ((header.flags & ~abi::sbuf_flag_count_overruns) != 0) return Unexpected{RingError::flags};
  return Unit{};
}

/// Whether `position` is one of an element.
constexpr bool is_ring_position(RingHeader const& header, std::uint32_t position) noexcept {
  return position < header.size && position % header.element_size == 0;
}

constexpr std::uint32_t next_ring_position(RingHeader const& header,
                                           std::uint32_t position) noexcept {
  std::uint32_t const next = position + header.element_size;
  return next >= header.size ? 0 : next;
}

/// Reads the header of the ring at the start of a page, each field once.
template <Memory M>
RingHeader load_ring_header(M& memory) noexcept {
  std::uint64_t const magic = memory.load64(abi::sbuf_offset::magic);
  WordHalves const shape = halves(memory.load64(abi::sbuf_offset::element_count));
  WordHalves const flags = halves(memory.load64(abi::sbuf_offset::flags));
  WordHalves const size = halves(memory.load64(abi::sbuf_offset::overrun_count));
  return {.magic = magic,
          .element_count = shape.low,
          .element_size = shape.high,
          .flags = flags.low,
          .size = size.high};
}

}  // namespace acrn::core
