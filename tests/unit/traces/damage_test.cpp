// SPDX-License-Identifier: BSD-3-Clause
// Cut and bit-flipped captures: what is whole is delivered, and no damage goes unnoticed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/traces/capture_file.hpp"
#include "traces/error.hpp"
#include "traces/reader.hpp"

namespace acrn::traces {
namespace {

using testing::HasSubstr;

/// A small capture of all five streams in several chunks.
std::string small_capture(Codec codec) {
  return capture_of({.codec = codec, .chunk_rows = 4},
                    [](Writer& writer) { tests::write_random(writer, 5, 8); });
}

class Damage : public testing::TestWithParam<Codec> {};

TEST_P(Damage, EveryFlippedByteIsNoticed) {
  std::string const good = small_capture(GetParam());
  CaptureFile const file{good};
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string damaged = good;
    damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ 1U << at % 8);
    store(file.path(), damaged);
    ASSERT_THAT(error_of_reading_file(file.path()), HasSubstr("broken.acap: offset "))
        << "byte " << at << " of " << good.size();
  }
}

TEST_P(Damage, EveryTruncationGivesAllWholeFrames) {
  std::string const good = small_capture(GetParam());
  std::vector<std::size_t> const offsets = frame_offsets(good);
  CaptureFile const file{good};
  for (std::size_t size = 0; size < good.size(); ++size) {
    store(file.path(), good.substr(0, size));
    if (size < offsets.at(1)) {
      EXPECT_NE(error_of_reading_file(file.path()), "no error") << size;
      continue;
    }
    Reader reader{file.path()};
    EXPECT_TRUE(reader.cut()) << size;
    std::size_t chunks = 0;
    for (Reader::Rows rows; reader.next(rows);) ++chunks;
    std::size_t whole = 0;
    while (whole + 2 < offsets.size() && offsets[whole + 2] <= size) ++whole;
    EXPECT_EQ(chunks, whole) << size;
    EXPECT_TRUE(reader.cut()) << size;
  }
}

TEST_P(Damage, OneDamagedChunkCostsOneChunk) {
  std::string const good = small_capture(GetParam());
  std::vector<std::size_t> const offsets = frame_offsets(good);
  CaptureFile const file{good};
  for (std::size_t damaged_frame = 1; damaged_frame + 1 < offsets.size(); ++damaged_frame) {
    for (std::size_t const at : {std::size_t{0}, std::size_t{4}, std::size_t{6}, std::size_t{9},
                                 std::size_t{14}, frame_header_size + 3}) {
      std::string damaged = good;
      damaged[offsets[damaged_frame] + at] ^= '\x7F';
      store(file.path(), damaged);
      Reader reader{file.path()};
      EXPECT_FALSE(reader.cut());
      std::size_t chunks = 0;
      std::size_t errors = 0;
      for (Reader::Rows rows;;) {
        try {
          if (!reader.next(rows)) break;
          ++chunks;
        } catch (ContentError const&) {
          ++errors;
          ASSERT_TRUE(reader.recover());
        }
      }
      EXPECT_EQ(errors, 1U) << damaged_frame << " " << at;
      EXPECT_EQ(chunks, offsets.size() - 3) << damaged_frame << " " << at;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Codecs, Damage, testing::Values(Codec::none, Codec::zstd),
                         [](auto const& test) {
                           return test.param == Codec::none ? "Plain" : "Zstd";
                         });

TEST(DamagedTail, ADamagedIndexOnlyCostsTheIndex) {
  std::string damaged = small_capture(Codec::none);
  std::string const good = damaged;
  damaged[frame_offsets(good).back() + frame_header_size] ^= '\x01';
  CaptureFile const file{damaged};
  Reader reader{file.path()};
  EXPECT_TRUE(reader.cut());
  Reader::Rows rows;
  std::size_t chunks = 0;
  EXPECT_THAT(content_error([&] {
                while (reader.next(rows)) ++chunks;
              }),
              HasSubstr("CRC-32C"));
  EXPECT_EQ(chunks, frame_offsets(good).size() - 2);
  EXPECT_FALSE(reader.recover());
  EXPECT_FALSE(reader.next(rows));
}

TEST(DamagedTail, BytesAfterTheTrailerAreRefused) {
  std::string const good = small_capture(Codec::none);
  CaptureFile const file{good + good};
  Reader reader{file.path()};
  EXPECT_THAT(content_error([&] { tests::read_all(reader); }), HasSubstr("more bytes"));
  CaptureFile const short_file{good + "x"};
  Reader short_reader{short_file.path()};
  EXPECT_THAT(content_error([&] { tests::read_all(short_reader); }), HasSubstr("more bytes"));
}

TEST(DamagedTail, GarbageAfterACutIsRefused) {
  std::string const good = small_capture(Codec::none);
  CaptureFile const file{good.substr(0, frame_offsets(good).back()) + "xyz"};
  Reader reader{file.path()};
  EXPECT_THAT(content_error([&] { tests::read_all(reader); }), HasSubstr("found no frame"));
}

TEST(DamagedTail, AHostileFileCannotKeepTheSearchBusy) {
  std::string const good = small_capture(Codec::none);
  std::string const large(std::size_t{1} << 20U, '\0');
  FrameHeader const lie{.kind = 2, .codec = 0, .stored = 1U << 20U, .raw = 1U << 20U};
  std::string starts;
  for (int i = 0; i < 1500; ++i) starts += frame(lie, "").substr(0, frame_header_size);
  CaptureFile const file{good.substr(0, frame_offsets(good)[1]) + starts + large};
  Reader reader{file.path()};
  AccessBatch batch;
  EXPECT_THAT(content_error([&] { reader.next(batch); }), HasSubstr("CRC-32C"));
  EXPECT_THAT(content_error([&] { reader.recover(); }), HasSubstr("too many false frame starts"));
}

}  // namespace
}  // namespace acrn::traces
