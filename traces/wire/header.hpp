// SPDX-License-Identifier: BSD-3-Clause
// Serialises a capture's header, byte for byte as libprotobuf serialises message Header of
// capture.proto.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/types.hpp"

namespace acrn::traces {

/// The format that traces/wire writes, and the oldest format whose readers understand it.
inline constexpr std::uint32_t format_version_2 = 2;

/// Fields as in capture.proto; strings must be UTF-8.
struct ClockView {
  std::uint32_t id{};
  std::string_view kind{};
  std::uint64_t hz_numerator{};
  std::uint64_t hz_denominator{};
  std::uint64_t resolution{};
  std::uint64_t epoch{};
};

struct DeviceView {
  std::uint32_t id{};
  std::string_view name{};
  std::span<std::uint8_t const> configuration{};
};

struct RangeView {
  core::Space space{};
  std::uint64_t first{};
  std::uint64_t size{};
  std::uint32_t device{};
};

struct VmView {
  std::uint32_t id{};
  std::uint32_t vcpus{};
  std::span<DeviceView const> devices{};
  std::span<RangeView const> maps{};
};

struct SourceView {
  std::string_view dialect{};
  std::string_view file{};
  std::uint32_t crc32c{};
  std::uint64_t used{};
  std::uint64_t ignored{};
  std::uint64_t rejected{};
  std::uint64_t lost{};
};

struct HeaderView {
  std::uint32_t version{format_version_2};
  std::uint32_t min_reader{format_version_2};
  std::span<ClockView const> clocks{};
  std::string_view profile{};
  std::string_view cpu{};
  std::span<VmView const> vms{};
  SourceView source{};
  std::span<std::string_view const> never_recorded{};
};

/// How many bytes encode_header() writes.
std::size_t header_size(HeaderView const& header) noexcept;

/// Writes the message to the start of `out`, which holds at least header_size(header) bytes
/// (checked); returns the part written.
std::span<std::byte> encode_header(HeaderView const& header, std::span<std::byte> out) noexcept;

/// How many bytes encode_capture_start() writes.
std::size_t capture_start_size(HeaderView const& header) noexcept;

/// Writes what a file starts with: the magic and the header's frame. As encode_header().
std::span<std::byte> encode_capture_start(HeaderView const& header,
                                          std::span<std::byte> out) noexcept;

}  // namespace acrn::traces
