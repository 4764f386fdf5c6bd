// SPDX-License-Identifier: BSD-3-Clause
// Boot information, put together tag by tag for tests; also such as no boot loader would make.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace acrn::baremetal::test {

/// `value` as `Number` has it in memory.
template <class Number>
std::string little_endian(Number value) {
  std::string bytes;
  for (unsigned i = 0; i < sizeof value; ++i) {
    bytes += static_cast<char>(std::uint64_t{value} >> (8U * i));
  }
  return bytes;
}

struct Row {
  std::uint64_t begin;
  std::uint64_t size;
  std::uint32_t kind;
};

class BootBytes {
 public:
  BootBytes() : bytes_(8) {}

  BootBytes& tag(std::uint32_t type, std::string const& payload) {
    return tag(type, payload, static_cast<std::uint32_t>(8 + payload.size()));
  }
  BootBytes& tag(std::uint32_t type, std::string const& payload, std::uint32_t claimed_size) {
    append(little_endian(type) + little_endian(claimed_size) + payload);
    bytes_.resize((bytes_.size() + 7) / 8 * 8);
    return *this;
  }
  BootBytes& command_line(std::string const& text) { return tag(1, text + std::string(1, '\0')); }
  BootBytes& module(std::uint32_t begin, std::uint32_t end, std::string const& text) {
    return tag(3, little_endian(begin) + little_endian(end) + text + std::string(1, '\0'));
  }
  BootBytes& map(std::vector<Row> const& rows, std::uint32_t row_size = 24) {
    std::string payload = little_endian(row_size) + little_endian(std::uint32_t{0});
    for (Row const& row : rows) {
      std::string bytes =
          little_endian(row.begin) + little_endian(row.size) + little_endian(row.kind);
      bytes.resize(row_size);
      payload += bytes;
    }
    return tag(6, payload);
  }
  std::vector<std::uint8_t> finish() {
    tag(0, "");
    return finish(static_cast<std::uint32_t>(bytes_.size()));
  }
  std::vector<std::uint8_t> finish(std::uint32_t claimed_total) {
    for (unsigned i = 0; i < 4; ++i) {
      bytes_[i] = static_cast<std::uint8_t>(claimed_total >> (8U * i));
    }
    return bytes_;
  }

 private:
  void append(std::string const& text) { bytes_.insert(bytes_.end(), text.begin(), text.end()); }

  std::vector<std::uint8_t> bytes_;
};

/// A machine with 640 KiB and 15 MiB.
inline std::vector<Row> const small_map{
    {0, 0xa0000, 1}, {0xf0000, 0x10000, 2}, {1U << 20U, 15U << 20U, 1}};

}  // namespace acrn::baremetal::test
