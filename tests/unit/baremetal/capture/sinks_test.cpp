// SPDX-License-Identifier: BSD-3-Clause
// Every byte of a capture leaves by its port, and a port that takes none ends the attempt.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "baremetal/capture/memory_sink.hpp"
#include "baremetal/capture/port_sinks.hpp"

namespace acrn::baremetal::tests {
namespace {

struct FakePorts {
  std::vector<std::pair<std::uint16_t, std::uint8_t>> written;
  std::vector<std::uint8_t> status;  ///< answers, last first; then `usual`
  std::uint8_t usual{0x60};
  unsigned reads{};

  void out8(core::Port port, std::uint8_t value) { written.emplace_back(port.value, value); }
  std::uint8_t in8(core::Port /*port*/) {
    ++reads;
    if (status.empty()) return usual;
    std::uint8_t const answer = status.back();
    status.pop_back();
    return answer;
  }
  [[nodiscard]] std::string text(std::uint16_t port, std::size_t from = 0) const {
    std::string text;
    for (std::size_t i = from; i < written.size(); ++i) {
      if (written[i].first == port) text += static_cast<char>(written[i].second);
    }
    return text;
  }
};

std::span<std::byte const> bytes_of(std::string const& text) {
  return std::as_bytes(std::span{text});
}

std::string every_byte() {
  std::string text;
  for (int byte = 0; byte < 256; ++byte) text += static_cast<char>(byte);
  return text;
}

TEST(ComSink, SetsTheLineUpAndWaitsForRoomBeforeEachByte) {
  FakePorts ports;
  ComSink sink{ports, {0x2f8}};
  std::vector<std::pair<std::uint16_t, std::uint8_t>> const setup{
      {0x2f9, 0}, {0x2fb, 0x80}, {0x2f8, 1}, {0x2f9, 0}, {0x2fb, 3}, {0x2fa, 7}, {0x2fc, 3}};
  EXPECT_EQ(ports.written, setup);
  ports.status = {0x20, 0x00, 0x40};
  EXPECT_TRUE(sink.write(bytes_of(every_byte())));
  EXPECT_EQ(ports.text(0x2f8, setup.size()), every_byte());
  EXPECT_EQ(ports.reads, 258U) << "two of them found no room";
}

TEST(ComSink, GivesUpForGoodWhereThereIsNoPort) {
  for (std::uint8_t const status : {std::uint8_t{0xFF}, std::uint8_t{0x00}}) {
    FakePorts ports;
    ports.usual = status;
    ComSink sink{ports, {0x2f8}};
    std::size_t const setup = ports.written.size();
    EXPECT_FALSE(sink.write(bytes_of("abc")));
    unsigned const reads = ports.reads;
    EXPECT_FALSE(sink.write(bytes_of("def")));
    EXPECT_EQ(ports.reads, reads) << "it does not wait again";
    EXPECT_EQ(ports.written.size(), setup);
  }
}

TEST(PrinterSink, StrobesEachByte) {
  FakePorts ports;
  PrinterSink sink{ports, {0x378}};
  ASSERT_EQ(ports.written.size(), 1U);
  EXPECT_TRUE(sink.write(bytes_of("A")));
  std::vector<std::pair<std::uint16_t, std::uint8_t>> const expected{
      {0x37a, 0x0c}, {0x378, 'A'}, {0x37a, 0x0d}, {0x37a, 0x0c}};
  EXPECT_EQ(ports.written, expected);
  EXPECT_TRUE(sink.write(bytes_of(every_byte())));
  EXPECT_EQ(ports.text(0x378, 4), every_byte());
}

TEST(DebugPortSink, WritesEachByte) {
  FakePorts ports;
  DebugPortSink sink{ports};
  EXPECT_TRUE(sink.write(bytes_of(every_byte())));
  EXPECT_EQ(ports.text(0xe9), every_byte());
}

TEST(MemorySink, TakesWholeFramesOrNothing) {
  std::array<std::byte, 5> memory{};
  MemorySink sink{memory};
  EXPECT_TRUE(sink.write(bytes_of("abc")));
  EXPECT_FALSE(sink.write(bytes_of("def")));
  EXPECT_EQ(sink.bytes().size(), 3U);
  EXPECT_TRUE(sink.write(bytes_of("de")));
  EXPECT_FALSE(sink.write(bytes_of("f")));
  EXPECT_TRUE(sink.write({}));
  EXPECT_EQ(sink.bytes().back(), std::byte{'e'});
}

}  // namespace
}  // namespace acrn::baremetal::tests
