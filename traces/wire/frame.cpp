// SPDX-License-Identifier: BSD-3-Clause
#include "traces/wire/frame.hpp"

#include <algorithm>

#include "traces/wire/crc32c.hpp"

namespace acrn::traces {

namespace {

template <class T>
void put_little_endian(std::byte* at, T value) noexcept {
  for (std::size_t i = 0; i < sizeof(T); ++i) at[i] = static_cast<std::byte>(value >> (8 * i));
}

template <class T>
T get_little_endian(std::byte const* at) noexcept {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value |= static_cast<T>(at[i]) << (8 * i);
  return value;
}

}  // namespace

std::uint32_t frame_crc(std::span<std::byte const, frame_crc_offset> start,
                        std::span<std::byte const> payload) noexcept {
  return crc32c(crc32c(0, start), payload);
}

void encode_frame_header(FrameHeader const& header, std::span<std::byte const> payload,
                         std::span<std::byte, frame_header_size> out) noexcept {
  std::byte* const at = out.data();
  put_little_endian(at, frame_sync);
  at[4] = static_cast<std::byte>(header.kind);
  at[5] = static_cast<std::byte>(header.codec);
  put_little_endian(at + 6, header.stored);
  put_little_endian(at + 10, header.raw);
  put_little_endian(at + frame_crc_offset, frame_crc(out.first<frame_crc_offset>(), payload));
}

std::optional<FrameHeader> decode_frame_header(
    std::span<std::byte const, frame_header_size> bytes) noexcept {
  std::byte const* const at = bytes.data();
  if (get_little_endian<std::uint32_t>(at) != frame_sync) return std::nullopt;
  return FrameHeader{.kind = static_cast<std::uint8_t>(at[4]),
                     .codec = static_cast<std::uint8_t>(at[5]),
                     .stored = get_little_endian<std::uint32_t>(at + 6),
                     .raw = get_little_endian<std::uint32_t>(at + 10),
                     .crc = get_little_endian<std::uint32_t>(at + frame_crc_offset)};
}

void encode_trailer(std::uint64_t index_offset, std::span<std::byte, trailer_size> out) noexcept {
  put_little_endian(out.data(), index_offset);
  put_little_endian(out.data() + 8, crc32c(0, out.first<8>()));
  for (std::size_t i = 0; i < trailer_magic.size(); ++i) {
    out[12 + i] = static_cast<std::byte>(trailer_magic[i]);
  }
}

std::optional<std::uint64_t> decode_trailer(
    std::span<std::byte const, trailer_size> bytes) noexcept {
  auto const same = [](std::byte byte, std::uint8_t wanted) {
    return byte == static_cast<std::byte>(wanted);
  };
  bool const marked = std::equal(bytes.begin() + 12, bytes.end(), trailer_magic.begin(), same);
  auto const crc = get_little_endian<std::uint32_t>(bytes.data() + 8);
  if (!marked || crc != crc32c(0, bytes.first<8>())) return std::nullopt;
  return get_little_endian<std::uint64_t>(bytes.data());
}

}  // namespace acrn::traces
