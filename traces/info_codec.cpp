// SPDX-License-Identifier: BSD-3-Clause
#include "traces/info_codec.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <stdexcept>

#include "traces/malformed.hpp"
#include "traces/wire/field_walker.hpp"

namespace acrn::traces {

namespace {

/// Without libprotobuf's own lines on standard error: our message says it better.
template <class Message>
bool parse(std::span<std::byte const> payload, Message& message) {
  google::protobuf::LogSilencer const silence;
  return message.ParseFromArray(payload.data(), static_cast<int>(payload.size()));
}

/// A header describes machines, it does not hold data.
constexpr std::size_t header_bytes_max = std::size_t{1} << 20U;

/// What libprotobuf may be asked to make of one index, in messages and strings.
constexpr std::size_t index_items_max = std::size_t{1} << 21U;

void to_source(SourceInfo const& from, v1::Source& to) {
  to.set_dialect(to_utf8(from.dialect));
  to.set_file(to_utf8(from.file));
  to.set_crc32c(from.crc32c);
  to.set_used(from.used);
  to.set_ignored(from.ignored);
  to.set_rejected(from.rejected);
  to.set_lost(from.lost);
}

SourceInfo from_source(v1::Source const& from) {
  return {.dialect = from.dialect(),
          .file = from.file(),
          .crc32c = from.crc32c(),
          .used = from.used(),
          .ignored = from.ignored(),
          .rejected = from.rejected(),
          .lost = from.lost()};
}

std::string problem_of(v1::Header const& header) {
  auto const wide = [](std::uint32_t number) { return number > 0xFFFF; };
  for (v1::Clock const& clock : header.clocks()) {
    if (clock.id() != 0) return "clock " + std::to_string(clock.id()) + ", only clock 0 is known";
    if (clock.hz_denominator() == 0) return "a clock with a denominator of 0";
  }
  for (v1::Vm const& vm : header.vms()) {
    if (wide(vm.id()) || wide(vm.vcpus())) return "a VM or vCPU number above 65,535";
    for (v1::Range const& range : vm.maps()) {
      if (range.space() > 3) return "a range of space " + std::to_string(range.space());
    }
  }
  return {};
}

VmInfo from_vm(v1::Vm const& from) {
  VmInfo vm;
  vm.id = static_cast<std::uint16_t>(from.id());
  vm.vcpus = static_cast<std::uint16_t>(from.vcpus());
  for (v1::Device const& device : from.devices()) {
    vm.devices.push_back(
        {.id = device.id(), .name = device.name(), .configuration = device.configuration()});
  }
  for (v1::Range const& range : from.maps()) {
    vm.maps.push_back({.space = static_cast<core::Space>(range.space()),
                       .first = range.first(),
                       .size = range.size(),
                       .device = range.device()});
  }
  return vm;
}

void to_vm(VmInfo const& from, v1::Vm& to) {
  to.set_id(from.id);
  to.set_vcpus(from.vcpus);
  for (DeviceInfo const& device : from.devices) {
    v1::Device& added = *to.add_devices();
    added.set_id(device.id);
    added.set_name(to_utf8(device.name));
    added.set_configuration(device.configuration);
  }
  for (RangeInfo const& range : from.maps) {
    v1::Range& added = *to.add_maps();
    added.set_space(static_cast<std::uint32_t>(range.space));
    added.set_first(range.first);
    added.set_size(range.size);
    added.set_device(range.device);
  }
}

CaptureInfo from_header(v1::Header const& header) {
  CaptureInfo info;
  info.version = header.version();
  if (header.clocks_size() > 0) {
    v1::Clock const& clock = header.clocks(0);
    info.clock = {.kind = clock.kind(),
                  .hz_numerator = clock.hz_numerator(),
                  .hz_denominator = clock.hz_denominator(),
                  .resolution = clock.resolution(),
                  .epoch = clock.epoch()};
  }
  info.profile = header.profile();
  info.cpu = header.cpu();
  for (v1::Vm const& vm : header.vms()) info.vms.push_back(from_vm(vm));
  info.source = from_source(header.source());
  info.never_recorded.assign(header.never_recorded().begin(), header.never_recorded().end());
  return info;
}

}  // namespace

v1::Header to_header(CaptureInfo const& info, std::uint32_t format) {
  v1::Header header;
  header.set_version(format);
  header.set_min_reader(format);
  v1::Clock& clock = *header.add_clocks();
  clock.set_kind(to_utf8(info.clock.kind));
  clock.set_hz_numerator(info.clock.hz_numerator);
  clock.set_hz_denominator(info.clock.hz_denominator);
  clock.set_resolution(info.clock.resolution);
  clock.set_epoch(info.clock.epoch);
  header.set_profile(to_utf8(info.profile));
  header.set_cpu(to_utf8(info.cpu));
  for (VmInfo const& vm : info.vms) to_vm(vm, *header.add_vms());
  to_source(info.source, *header.mutable_source());
  for (std::string const& field : info.never_recorded) header.add_never_recorded(to_utf8(field));
  return header;
}

CaptureInfo decode_header(std::span<std::byte const> payload) {
  if (payload.size() > header_bytes_max) throw Malformed("found a header above 1 MiB");
  v1::Header header;
  if (!parse(payload, header)) throw Malformed("found a header that is no Protobuf message");
  if (header.min_reader() > format_version) {
    throw Malformed("found a capture of format version " + std::to_string(header.version()) +
                        " for readers of version " + std::to_string(header.min_reader()) +
                        ", this one reads up to " + std::to_string(format_version),
                    "use a newer acrntb");
  }
  if (header.version() == 0) throw Malformed("found a header without format version");
  std::string const problem = problem_of(header);
  if (!problem.empty()) throw Malformed("found a header with " + problem);
  return from_header(header);
}

v1::Index decode_index(std::span<std::byte const> payload) {
  std::size_t items = 0;
  FieldWalker walker{payload};
  for (Field field; walker.next(field);) {
    if (++items > index_items_max) throw Malformed("found an index with too many entries");
  }
  v1::Index index;
  if (!parse(payload, index)) throw Malformed("found an index that is no Protobuf message");
  return index;
}

void to_index(CaptureInfo const& info, v1::Index& index) {
  to_source(info.source, *index.mutable_source());
  for (std::string const& field : info.never_recorded) index.add_never_recorded(to_utf8(field));
  for (auto const& [id, name] : info.clients) {
    v1::ClientName& client = *index.add_clients();
    client.set_id(id);
    client.set_name(to_utf8(name));
  }
}

void complete_from_index(v1::Index const& index, CaptureInfo& info) {
  info.source = from_source(index.source());
  info.never_recorded.assign(index.never_recorded().begin(), index.never_recorded().end());
  for (v1::ClientName const& client : index.clients()) info.clients[client.id()] = client.name();
}

namespace {

struct ByteRange {
  std::uint8_t first;
  std::uint8_t last;

  [[nodiscard]] constexpr bool has(std::uint8_t byte) const noexcept {
    return byte >= first && byte <= last;
  }
};

struct Utf8Form {
  ByteRange lead;
  ByteRange second;
  std::uint8_t length;
};

/// What follows the second byte.
constexpr ByteRange utf8_tail{0x80, 0xBF};

/// Source: Unicode Standard 15.0, table 3-7 "Well-Formed UTF-8 Byte Sequences".
constexpr std::array<Utf8Form, 9> utf8_forms{{{{0x00, 0x7F}, {}, 1},
                                              {{0xC2, 0xDF}, utf8_tail, 2},
                                              {{0xE0, 0xE0}, {0xA0, 0xBF}, 3},
                                              {{0xE1, 0xEC}, utf8_tail, 3},
                                              {{0xED, 0xED}, {0x80, 0x9F}, 3},
                                              {{0xEE, 0xEF}, utf8_tail, 3},
                                              {{0xF0, 0xF0}, {0x90, 0xBF}, 4},
                                              {{0xF1, 0xF3}, utf8_tail, 4},
                                              {{0xF4, 0xF4}, {0x80, 0x8F}, 4}}};

/// Length of the valid UTF-8 sequence at the start of `text`, which is not empty, or 0.
std::size_t utf8_length(std::string_view text) {
  auto const byte = [text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  auto const* const form = std::ranges::find_if(
      utf8_forms, [lead = byte(0)](Utf8Form const& each) { return each.lead.has(lead); });
  if (form == utf8_forms.end() || text.size() < form->length) return 0;
  for (std::size_t i = 1; i < form->length; ++i) {
    if (!(i == 1 ? form->second : utf8_tail).has(byte(i))) return 0;
  }
  return form->length;
}

}  // namespace

std::string to_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    std::size_t const length = utf8_length(text);
    valid += length == 0 ? std::string_view{"\xEF\xBF\xBD"} : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return valid;
}

std::string serialise(google::protobuf::MessageLite const& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream{&bytes};
  google::protobuf::io::CodedOutputStream coded{&stream};
  coded.SetSerializationDeterministic(true);
  if (!message.SerializeToCodedStream(&coded)) {
    throw std::length_error("a capture's header or index exceeds 2 GiB");
  }
  coded.Trim();
  return bytes;
}

}  // namespace acrn::traces
