// SPDX-License-Identifier: BSD-3-Clause
// The freestanding header encoder against libprotobuf: the same bytes for the same header.
#include "traces/wire/header.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <string>
#include <vector>

#include "traces/schema/capture.pb.h"
#include "traces/wire/frame.hpp"

namespace acrn::traces {
namespace {

/// A random header, and the message that says the same.
class RandomHeader {
 public:
  explicit RandomHeader(std::uint64_t seed) : random_{seed} {
    view.version = static_cast<std::uint32_t>(number());
    view.min_reader = static_cast<std::uint32_t>(number());
    message.set_version(view.version);
    message.set_min_reader(view.min_reader);
    for (std::uint64_t i = random_() % 3; i > 0; --i) add_clock();
    view.clocks = clocks_;
    view.profile = text(message.mutable_profile());
    view.cpu = text(message.mutable_cpu());
    for (std::uint64_t i = random_() % 4; i > 0; --i) add_vm();
    view.vms = vms_;
    add_source();
    for (std::uint64_t i = random_() % 4; i > 0; --i) {
      fields_.push_back(text(message.add_never_recorded()));
    }
    view.never_recorded = fields_;
  }

  HeaderView view;
  v1::Header message;

 private:
  std::uint64_t number() {
    std::uint64_t const any = random_();
    return any % 4 == 0 ? 0 : any >> (any % 64);
  }
  std::string_view text(std::string* to) {
    std::string& made = texts_.emplace_back(random_() % 20, 'a');
    for (char& c : made) c = static_cast<char>('a' + random_() % 26);
    *to = made;
    return made;
  }
  void add_clock() {
    v1::Clock& to = *message.add_clocks();
    ClockView clock{.id = static_cast<std::uint32_t>(number())};
    clock.kind = text(to.mutable_kind());
    to.set_id(clock.id);
    to.set_hz_numerator(clock.hz_numerator = number());
    to.set_hz_denominator(clock.hz_denominator = number());
    to.set_resolution(clock.resolution = number());
    to.set_epoch(clock.epoch = number());
    clocks_.push_back(clock);
  }
  void add_vm() {
    v1::Vm& to = *message.add_vms();
    auto& devices = devices_.emplace_back();
    auto& ranges = ranges_.emplace_back();
    for (std::uint64_t i = random_() % 3; i > 0; --i) {
      v1::Device& device = *to.add_devices();
      DeviceView view_of{.id = static_cast<std::uint32_t>(number())};
      device.set_id(view_of.id);
      view_of.name = text(device.mutable_name());
      auto& bytes = bytes_.emplace_back(random_() % 40);
      for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random_());
      device.set_configuration(std::string{bytes.begin(), bytes.end()});
      view_of.configuration = bytes;
      devices.push_back(view_of);
    }
    for (std::uint64_t i = random_() % 3; i > 0; --i) {
      v1::Range& range = *to.add_maps();
      RangeView const view_of{.space = static_cast<core::Space>(random_() % 4),
                              .first = number(),
                              .size = number(),
                              .device = static_cast<std::uint32_t>(number())};
      range.set_space(static_cast<std::uint32_t>(view_of.space));
      range.set_first(view_of.first);
      range.set_size(view_of.size);
      range.set_device(view_of.device);
      ranges.push_back(view_of);
    }
    VmView const vm{.id = static_cast<std::uint32_t>(number()),
                    .vcpus = static_cast<std::uint32_t>(number()),
                    .devices = devices,
                    .maps = ranges};
    to.set_id(vm.id);
    to.set_vcpus(vm.vcpus);
    vms_.push_back(vm);
  }
  void add_source() {
    v1::Source& to = *message.mutable_source();
    view.source.dialect = text(to.mutable_dialect());
    view.source.file = text(to.mutable_file());
    to.set_crc32c(view.source.crc32c = static_cast<std::uint32_t>(number()));
    to.set_used(view.source.used = number());
    to.set_ignored(view.source.ignored = number());
    to.set_rejected(view.source.rejected = number());
    to.set_lost(view.source.lost = number());
  }

  std::mt19937_64 random_;
  std::deque<std::string> texts_;
  std::deque<std::vector<std::uint8_t>> bytes_;
  std::deque<std::vector<DeviceView>> devices_;
  std::deque<std::vector<RangeView>> ranges_;
  std::vector<ClockView> clocks_;
  std::vector<VmView> vms_;
  std::vector<std::string_view> fields_;
};

class HeaderEncoder : public testing::TestWithParam<std::uint64_t> {};

TEST_P(HeaderEncoder, WritesTheBytesOfLibprotobuf) {
  SCOPED_TRACE("seed " + std::to_string(GetParam()));
  RandomHeader const header{GetParam()};
  std::string bytes(header_size(header.view), '\xAA');
  auto const written = encode_header(header.view, std::as_writable_bytes(std::span{bytes}));
  EXPECT_EQ(written.size(), bytes.size());
  EXPECT_EQ(bytes, header.message.SerializeAsString());
}

INSTANTIATE_TEST_SUITE_P(Seeds, HeaderEncoder, testing::Range<std::uint64_t>(1, 101));

TEST(CaptureStart, IsTheMagicAndAFrameWhoseCrcHolds) {
  RandomHeader const header{5};
  std::string bytes(capture_start_size(header.view), '\xAA');
  auto const written = encode_capture_start(header.view, std::as_writable_bytes(std::span{bytes}));
  ASSERT_EQ(written.size(), bytes.size());
  EXPECT_EQ(bytes.substr(0, 8), std::string("\x89\x41\x43\x41\x50\r\n\x1A", 8));
  auto const frame = std::as_bytes(std::span{bytes}).subspan(8);
  auto const decoded = decode_frame_header(frame.first<frame_header_size>());
  ASSERT_TRUE(decoded.has_value());
  auto const payload = frame.subspan(frame_header_size);
  EXPECT_EQ(decoded->kind, static_cast<std::uint8_t>(FrameKind::header));
  EXPECT_EQ(decoded->codec, 0U);
  EXPECT_EQ(decoded->stored, payload.size());
  EXPECT_EQ(decoded->crc, frame_crc(frame.first<frame_crc_offset>(), payload));
  EXPECT_EQ(bytes.substr(8 + frame_header_size), header.message.SerializeAsString());
}

TEST(HeaderEncoderDeathTest, RefusesTooLittleRoom) {
  RandomHeader const header{6};
  std::vector<std::byte> out(header_size(header.view) - 1);
  EXPECT_DEATH(encode_header(header.view, out), "needs header_size");
  EXPECT_DEATH(encode_capture_start(header.view, out), "needs capture_start_size");
}

}  // namespace
}  // namespace acrn::traces
