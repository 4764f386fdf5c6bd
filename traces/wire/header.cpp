// SPDX-License-Identifier: BSD-3-Clause
#include "traces/wire/header.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "traces/wire/encoder.hpp"
#include "traces/wire/frame.hpp"

namespace acrn::traces {

namespace {

template <class Sink>
void put_text(Sink& sink, std::uint32_t field, std::string_view text) noexcept {
  put_bytes(sink, field, std::as_bytes(std::span{text}));
}

template <class Sink>
void put_clock(Sink& sink, ClockView const& clock) noexcept {
  put_scalar(sink, 1, clock.id);
  put_text(sink, 2, clock.kind);
  put_scalar(sink, 3, clock.hz_numerator);
  put_scalar(sink, 4, clock.hz_denominator);
  put_scalar(sink, 5, clock.resolution);
  put_scalar(sink, 6, clock.epoch);
}

template <class Sink>
void put_device(Sink& sink, DeviceView const& device) noexcept {
  put_scalar(sink, 1, device.id);
  put_text(sink, 2, device.name);
  put_bytes(sink, 3, device.configuration);
}

template <class Sink>
void put_range(Sink& sink, RangeView const& range) noexcept {
  put_scalar(sink, 1, static_cast<std::uint64_t>(range.space));
  put_scalar(sink, 2, range.first);
  put_scalar(sink, 3, range.size);
  put_scalar(sink, 4, range.device);
}

template <class Sink>
void put_vm(Sink& sink, VmView const& vm) noexcept {
  put_scalar(sink, 1, vm.id);
  put_scalar(sink, 2, vm.vcpus);
  for (DeviceView const& device : vm.devices) {
    put_message(sink, 3, [&device](auto& inner) noexcept { put_device(inner, device); });
  }
  for (RangeView const& range : vm.maps) {
    put_message(sink, 4, [&range](auto& inner) noexcept { put_range(inner, range); });
  }
}

template <class Sink>
void put_source(Sink& sink, SourceView const& source) noexcept {
  put_text(sink, 1, source.dialect);
  put_text(sink, 2, source.file);
  put_scalar(sink, 3, source.crc32c);
  put_scalar(sink, 4, source.used);
  put_scalar(sink, 5, source.ignored);
  put_scalar(sink, 6, source.rejected);
  put_scalar(sink, 7, source.lost);
}

template <class Sink>
void put_header(Sink& sink, HeaderView const& header) noexcept {
  put_scalar(sink, 1, header.version);
  put_scalar(sink, 2, header.min_reader);
  for (ClockView const& clock : header.clocks) {
    put_message(sink, 3, [&clock](auto& inner) noexcept { put_clock(inner, clock); });
  }
  put_text(sink, 4, header.profile);
  put_text(sink, 5, header.cpu);
  for (VmView const& vm : header.vms) {
    put_message(sink, 6, [&vm](auto& inner) noexcept { put_vm(inner, vm); });
  }
  put_message(sink, 7, [&header](auto& inner) noexcept { put_source(inner, header.source); });
  for (std::string_view const field : header.never_recorded) {
    // An element of a repeated field is written even when it is empty.
    put_tag(sink, 8, WireType::length);
    sink.varint(field.size());
    sink.bytes(std::as_bytes(std::span{field}));
  }
}

constexpr std::size_t payload_offset = file_magic.size() + frame_header_size;

}  // namespace

std::size_t header_size(HeaderView const& header) noexcept {
  SizeSink sink;
  put_header(sink, header);
  return sink.size();
}

std::span<std::byte> encode_header(HeaderView const& header, std::span<std::byte> out) noexcept {
  std::size_t const size = header_size(header);
  core::check(size <= out.size(), "encode_header() needs header_size() bytes of room");
  ByteSink sink{out.data()};
  put_header(sink, header);
  core::check(sink.end() == out.data() + size, "a header measured and written differ in size");
  return out.first(size);
}

std::size_t capture_start_size(HeaderView const& header) noexcept {
  return payload_offset + header_size(header);
}

std::span<std::byte> encode_capture_start(HeaderView const& header,
                                          std::span<std::byte> out) noexcept {
  core::check(capture_start_size(header) <= out.size(),
              "encode_capture_start() needs capture_start_size() bytes of room");
  std::span<std::byte> const payload = encode_header(header, out.subspan(payload_offset));
  std::ranges::transform(file_magic, out.begin(),
                         [](std::uint8_t byte) { return std::byte{byte}; });
  auto const size = static_cast<std::uint32_t>(payload.size());
  encode_frame_header(
      {.kind = static_cast<std::uint8_t>(FrameKind::header), .stored = size, .raw = size}, payload,
      out.subspan<file_magic.size(), frame_header_size>());
  return out.first(payload_offset + payload.size());
}

}  // namespace acrn::traces
