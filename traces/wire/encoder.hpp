// SPDX-License-Identifier: BSD-3-Clause
// Writes Protobuf fields without heap: the same code runs once to measure and once to write.
// Fields with their default value (0, empty) are left out, as proto3 requires.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "traces/wire/varint.hpp"

namespace acrn::traces {

/// Counts what ByteSink would write.
class SizeSink {
 public:
  constexpr void varint(std::uint64_t value) noexcept { size_ += varint_size(value); }
  constexpr void bytes(std::span<std::byte const> bytes) noexcept { size_ += bytes.size(); }
  constexpr void add(std::size_t size) noexcept { size_ += size; }
  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }

 private:
  std::size_t size_{};
};

/// Writes to memory that SizeSink has found large enough.
class ByteSink {
 public:
  explicit ByteSink(std::byte* out) noexcept : at_{out} {}
  void varint(std::uint64_t value) noexcept { at_ = put_varint(at_, value); }
  void bytes(std::span<std::byte const> bytes) noexcept {
    std::memcpy(at_, bytes.data(), bytes.size());
    at_ += bytes.size();
  }
  [[nodiscard]] std::byte* end() const noexcept { return at_; }

 private:
  std::byte* at_;
};

/// How a field's content is laid out. Source: Protocol Buffers documentation, "Encoding".
enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, length = 2, fixed32 = 5 };

template <class Sink>
constexpr void put_tag(Sink& sink, std::uint32_t field, WireType type) noexcept {
  sink.varint(std::uint64_t{field} << 3U | static_cast<std::uint64_t>(type));
}

/// An integer or enumeration field.
template <class Sink>
constexpr void put_scalar(Sink& sink, std::uint32_t field, std::uint64_t value) noexcept {
  if (value == 0) return;
  put_tag(sink, field, WireType::varint);
  sink.varint(value);
}

/// A `bytes` or `string` field.
template <class Sink>
constexpr void put_bytes(Sink& sink, std::uint32_t field,
                         std::span<std::byte const> bytes) noexcept {
  if (bytes.empty()) return;
  put_tag(sink, field, WireType::length);
  sink.varint(bytes.size());
  sink.bytes(bytes);
}

/// A byte column.
template <class Sink>
void put_bytes(Sink& sink, std::uint32_t field, std::span<std::uint8_t const> bytes) noexcept {
  put_bytes(sink, field, std::as_bytes(bytes));
}

/// A packed repeated field of unsigned integers.
template <class Sink, class T>
constexpr void put_packed(Sink& sink, std::uint32_t field, std::span<T const> values) noexcept {
  if (values.empty()) return;
  SizeSink content;
  for (T const value : values) content.varint(value);
  put_tag(sink, field, WireType::length);
  sink.varint(content.size());
  if constexpr (std::same_as<Sink, SizeSink>) {
    sink.add(content.size());
  } else {
    for (T const value : values) sink.varint(value);
  }
}

/// A message field; `body(sink)` puts its fields. Written even when empty.
template <class Sink, class Body>
constexpr void put_message(Sink& sink, std::uint32_t field, Body const& body) noexcept {
  SizeSink content;
  body(content);
  put_tag(sink, field, WireType::length);
  sink.varint(content.size());
  if constexpr (std::same_as<Sink, SizeSink>) {
    sink.add(content.size());
  } else {
    body(sink);
  }
}

}  // namespace acrn::traces
