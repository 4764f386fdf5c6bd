// SPDX-License-Identifier: BSD-3-Clause
// Walks over the fields of one serialised Protobuf message, in place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "traces/wire/encoder.hpp"
#include "traces/wire/varint.hpp"

namespace acrn::traces {

/// One field: `value` for varints, `bytes` for length-delimited ones; fixed ones are only passed.
struct Field {
  std::uint32_t number{};
  WireType type{};
  std::uint64_t value{};
  std::span<std::byte const> bytes;
};

class FieldWalker {
 public:
  explicit constexpr FieldWalker(std::span<std::byte const> message) noexcept
      : at_{message.data()}, end_{message.data() + message.size()} {}

  /// Steps to the next field; false at the end of the message, or where it is malformed.
  constexpr bool next(Field& field) noexcept {
    if (at_ == end_ || malformed_) return false;
    std::uint64_t tag = 0;
    at_ = get_varint(at_, end_, tag);
    if (at_ == nullptr || tag >> 3U == 0 || tag >> 32U != 0) return fail();
    field = {.number = static_cast<std::uint32_t>(tag >> 3U),
             .type = static_cast<WireType>(tag & 7U),
             .value = 0,
             .bytes = {}};
    switch (field.type) {
      case WireType::varint:
        at_ = get_varint(at_, end_, field.value);
        break;
      case WireType::length:
        return take_length(field);
      case WireType::fixed64:
        return take(8, field);
      case WireType::fixed32:
        return take(4, field);
      default:
        return fail();
    }
    return at_ != nullptr || fail();
  }

  /// Whether the walk ended because the message is malformed.
  [[nodiscard]] constexpr bool malformed() const noexcept { return malformed_; }

 private:
  constexpr bool fail() noexcept {
    malformed_ = true;
    return false;
  }
  constexpr bool take(std::uint64_t size, Field& field) noexcept {
    if (size > static_cast<std::uint64_t>(end_ - at_)) return fail();
    field.bytes = {at_, static_cast<std::size_t>(size)};
    at_ += size;
    return true;
  }
  constexpr bool take_length(Field& field) noexcept {
    std::uint64_t size = 0;
    at_ = get_varint(at_, end_, size);
    return at_ == nullptr ? fail() : take(size, field);
  }

  std::byte const* at_;
  std::byte const* end_;
  bool malformed_{};
};

}  // namespace acrn::traces
