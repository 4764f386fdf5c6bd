// SPDX-License-Identifier: BSD-3-Clause
// What stands around the payloads of a capture: magic, frame header, trailer. All little-endian.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace acrn::traces {

/// The first eight bytes of a capture. A byte above 127, both line ends and Ctrl-Z, so that a
/// transfer as text is noticed at once.
inline constexpr std::array<std::uint8_t, 8> file_magic{0x89, 'A', 'C', 'A', 'P', '\r', '\n', 0x1A};

/// Starts every frame: the bytes F7 'a' 'c' 'F'.
inline constexpr std::uint32_t frame_sync = 0x4663'61F7;

enum class FrameKind : std::uint8_t { header = 1, chunk = 2, index = 3 };

/// sync u32, kind u8, codec u8, stored u32, raw u32, CRC-32C u32.
inline constexpr std::size_t frame_header_size = 18;
inline constexpr std::size_t frame_crc_offset = 14;

/// The header of one frame. `crc` covers the 14 bytes before it and then the payload as stored.
struct FrameHeader {
  std::uint8_t kind{};     ///< FrameKind; readers skip kinds they do not know
  std::uint8_t codec{};    ///< 0 none, 1 zstd
  std::uint32_t stored{};  ///< bytes of payload that follow the header
  std::uint32_t raw{};     ///< bytes of payload once decompressed
  std::uint32_t crc{};
};

/// Writes the header for `payload` (of header.stored bytes), computing the CRC.
void encode_frame_header(FrameHeader const& header, std::span<std::byte const> payload,
                         std::span<std::byte, frame_header_size> out) noexcept;

/// The fields, or nothing when the bytes do not begin with frame_sync. The CRC is not checked.
std::optional<FrameHeader> decode_frame_header(
    std::span<std::byte const, frame_header_size> bytes) noexcept;

/// The CRC that a frame with these first 14 bytes and this payload must carry.
std::uint32_t frame_crc(std::span<std::byte const, frame_crc_offset> start,
                        std::span<std::byte const> payload) noexcept;

/// offset of the index frame u64, CRC-32C of those eight bytes u32, then the eight bytes below.
inline constexpr std::size_t trailer_size = 20;
inline constexpr std::array<std::uint8_t, 8> trailer_magic{'A', 'C', 'A', 'P', 'e', 'n', 'd', '\n'};

void encode_trailer(std::uint64_t index_offset, std::span<std::byte, trailer_size> out) noexcept;

/// The index frame's offset, or nothing when the bytes are no trailer.
std::optional<std::uint64_t> decode_trailer(
    std::span<std::byte const, trailer_size> bytes) noexcept;

}  // namespace acrn::traces
