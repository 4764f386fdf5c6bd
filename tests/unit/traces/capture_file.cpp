// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/traces/capture_file.hpp"

#include <fstream>
#include <iterator>

#include "traces/error.hpp"
#include "traces/reader.hpp"

namespace acrn::traces {

std::string load(std::filesystem::path const& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

void store(std::filesystem::path const& path, std::string const& bytes) {
  std::ofstream{path, std::ios::binary} << bytes;
}

CaptureInfo small_info() {
  CaptureInfo info;
  info.clock = {
      .kind = "test", .hz_numerator = 1'000'000, .hz_denominator = 1, .resolution = 1, .epoch = 0};
  info.vms = {{.id = 0, .vcpus = 2}, {.id = 7, .vcpus = 4}};
  return info;
}

std::string capture_of(WriterOptions const& options, std::function<void(Writer&)> const& fill) {
  tests::TemporaryDirectory const directory;
  std::string const path = directory.path() / "x.acap";
  Writer writer{path, small_info(), options};
  fill(writer);
  writer.finish(small_info());
  return load(path);
}

void write_counting(Writer& writer, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    AccessRow row;
    row.sequence = i;
    row.time = 10 * i;
    row.access = {.space = core::Space::port,
                  .direction = core::Direction::write,
                  .size = 1,
                  .address = 0x3f8,
                  .value = i & 0xFFU};
    writer.write(0, 0, row);
  }
}

std::string frame(FrameHeader header, std::string const& payload) {
  std::array<std::byte, frame_header_size> bytes{};
  encode_frame_header(header, std::as_bytes(std::span{payload}), bytes);
  return std::string{reinterpret_cast<char const*>(bytes.data()), bytes.size()} + payload;
}

std::string frame(FrameKind kind, std::string const& payload) {
  auto const size = static_cast<std::uint32_t>(payload.size());
  return frame({.kind = static_cast<std::uint8_t>(kind), .codec = 0, .stored = size, .raw = size},
               payload);
}

std::vector<std::size_t> frame_offsets(std::string const& bytes) {
  std::vector<std::size_t> offsets;
  auto const all = std::as_bytes(std::span{bytes});
  for (std::size_t at = file_magic.size(); at + frame_header_size <= bytes.size();) {
    auto const header = decode_frame_header(all.subspan(at).first<frame_header_size>());
    if (!header) break;
    offsets.push_back(at);
    at += frame_header_size + header->stored;
  }
  return offsets;
}

CaptureFile::CaptureFile(std::string const& bytes) { store(path(), bytes); }

std::string content_error(std::function<void()> const& action) {
  try {
    action();
  } catch (ContentError const& error) {
    return error.what();
  }
  return "no error";
}

std::string error_of_reading_file(std::string const& path) {
  return content_error([&path] {
    Reader reader{path};
    for (Reader::Rows rows; reader.next(rows);) {
    }
  });
}

std::string error_of_reading(std::string const& bytes) {
  return error_of_reading_file(CaptureFile{bytes}.path());
}

}  // namespace acrn::traces
