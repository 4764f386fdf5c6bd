// SPDX-License-Identifier: BSD-3-Clause
// Every way in which a capture can be wrong, and the sentence that a user gets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include <array>
#include <random>

#include "tests/unit/traces/capture_file.hpp"
#include "tests/unit/traces/messages.hpp"
#include "traces/error.hpp"
#include "traces/reader.hpp"

namespace acrn::traces {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::string zstd(std::string const& raw) {
  std::string out(ZSTD_compressBound(raw.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), raw.data(), raw.size(), 1));
  return out;
}

TEST(BadInput, TheGoodPartsThatTheOtherTestsSpoilAreGood) {
  EXPECT_EQ(error_of_reading(with_chunk(good_chunk())), "no error");
}

TEST(BadInput, EmptyFile) {
  EXPECT_THAT(error_of_reading(""), AllOf(HasSubstr("broken.acap: offset 0: "),
                                          HasSubstr("is empty, expected a capture")));
}

TEST(BadInput, TextOfAnotherKind) {
  EXPECT_THAT(error_of_reading("# tracer: nop\n"),
              AllOf(HasSubstr("found text, expected a capture"), HasSubstr("import it first")));
}

TEST(BadInput, RandomBytes) {
  std::mt19937_64 random{99};
  for (std::size_t size = 1; size < 200; ++size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random() | 0x80U);
    EXPECT_THAT(error_of_reading(bytes), HasSubstr("expected the magic of a capture"));
    EXPECT_THAT(error_of_reading(magic() + bytes), HasSubstr("offset 8: found no frame"));
  }
}

TEST(BadInput, TransferAsText) {
  std::string bytes = with_header(good_header());
  bytes.erase(5, 1);
  EXPECT_THAT(error_of_reading(bytes), HasSubstr("copy the file again as binary"));
}

TEST(BadInput, NewerVersion) {
  v1::Header header = good_header();
  header.set_version(9);
  header.set_min_reader(7);
  EXPECT_THAT(error_of_reading(with_header(header)),
              AllOf(HasSubstr("format version 9 for readers of version 7, this one reads up to 2"),
                    HasSubstr("use a newer acrntb")));
}

TEST(BadInput, NewerVersionThatOldReadersUnderstandIsRead) {
  v1::Header header = good_header();
  header.set_version(9);
  std::string const bytes = with_header(header) + frame({.kind = 77}, "") +
                            frame(FrameKind::chunk, good_chunk().SerializeAsString());
  CaptureFile const file{bytes};
  Reader reader{file.path()};
  AccessBatch batch;
  EXPECT_TRUE(reader.next(batch));
  EXPECT_EQ(batch.info.rows, 3U);
  EXPECT_EQ(reader.info().version, 9U);
}

TEST(BadInput, Headers) {
  v1::Header header = good_header();
  header.set_version(0);
  EXPECT_THAT(error_of_reading(with_header(header)), HasSubstr("without format version"));
  header = good_header();
  header.mutable_clocks(0)->set_hz_denominator(0);
  EXPECT_THAT(error_of_reading(with_header(header)), HasSubstr("denominator of 0"));
  header = good_header();
  header.mutable_clocks(0)->set_id(4);
  EXPECT_THAT(error_of_reading(with_header(header)), HasSubstr("clock 4"));
  header = good_header();
  header.add_vms()->set_id(70'000);
  EXPECT_THAT(error_of_reading(with_header(header)), HasSubstr("above 65,535"));
  EXPECT_THAT(error_of_reading(magic() + frame(FrameKind::header, "\x12\x05hi")),
              HasSubstr("header that is no Protobuf message"));
  EXPECT_THAT(error_of_reading(magic() + frame(FrameKind::chunk, "")),
              HasSubstr("expected the header first"));
  EXPECT_THAT(error_of_reading(with_header(good_header()) + frame(FrameKind::header, "")),
              HasSubstr("second header"));
  std::string const large = zstd(std::string((1U << 20U) + 1, '\0'));
  EXPECT_THAT(error_of_reading(magic() + frame({.kind = 1,
                                                .codec = 1,
                                                .stored = static_cast<std::uint32_t>(large.size()),
                                                .raw = (1U << 20U) + 1},
                                               large)),
              HasSubstr("header above 1 MiB"));
}

TEST(BadInput, BytesThatAreNoChunk) {
  std::string const start = with_header(good_header());
  EXPECT_THAT(error_of_reading(start + frame(FrameKind::chunk, "\x0Fhello")),
              HasSubstr("no Protobuf message"));
  std::string access = good_chunk().SerializeAsString() + std::string{"\x8A\x01\x02\x80\x80", 5};
  EXPECT_THAT(error_of_reading(start + frame(FrameKind::chunk, access)),
              HasSubstr("other columns"));
}

TEST(BadInput, OtherCodec) {
  EXPECT_THAT(error_of_reading(with_header(good_header()) +
                               frame({.kind = 2, .codec = 9, .stored = 1, .raw = 1}, "x")),
              HasSubstr("found codec 9, expected 0 (none) or 1 (zstd)"));
}

TEST(BadInput, UncompressedSizesThatDiffer) {
  EXPECT_THAT(error_of_reading(with_header(good_header()) +
                               frame({.kind = 2, .codec = 0, .stored = 1, .raw = 2}, "x")),
              HasSubstr("two different sizes"));
}

TEST(BadInput, DecompressionBombs) {
  std::string const start = with_header(good_header());
  std::string const bomb = zstd(std::string(100U << 20U, '\0'));
  auto const stored = static_cast<std::uint32_t>(bomb.size());
  EXPECT_THAT(
      error_of_reading(start +
                       frame({.kind = 2, .codec = 1, .stored = stored, .raw = 100U << 20U}, bomb)),
      HasSubstr("found a frame of 104857600 bytes, expected at most 33554432"));
  EXPECT_THAT(
      error_of_reading(start + frame({.kind = 2, .codec = 1, .stored = stored, .raw = 1000}, bomb)),
      HasSubstr("declares 104857600 bytes, the frame 1000"));
}

TEST(BadInput, PayloadsThatAreNotWholeZstdFrames) {
  std::string const start = with_header(good_header());
  std::string const good = zstd(std::string(5000, 'a') + "b");
  auto const refuse = [&](std::string const& payload) {
    auto const stored = static_cast<std::uint32_t>(payload.size());
    return error_of_reading(start +
                            frame({.kind = 2, .codec = 1, .stored = stored, .raw = 5001}, payload));
  };
  EXPECT_THAT(refuse("not zstd at all"), HasSubstr("is not zstd data"));
  EXPECT_THAT(refuse(good.substr(0, good.size() - 1)), HasSubstr("zstd payload is damaged"));
  EXPECT_THAT(refuse(good + good), HasSubstr("zstd payload is damaged"));
}

TEST(BadInput, AFrameLargerThanAllowedIsRefusedBeforeItIsRead) {
  CaptureFile const file{
      capture_of({.codec = Codec::none}, [](Writer& writer) { write_counting(writer, 1000); })};
  Reader reader{file.path(), {.frame_bytes_max = 200}};
  AccessBatch batch;
  EXPECT_THAT(content_error([&] { reader.next(batch); }), HasSubstr("expected at most 200"));
}

TEST(BadInput, AnIndexOfTooManyEntries) {
  std::string entries;
  for (std::size_t i = 0; i <= std::size_t{1} << 21U; ++i) entries += std::string{"\x22\x00", 2};
  EXPECT_THAT(error_of_reading(with_header(good_header()) + frame(FrameKind::index, entries)),
              HasSubstr("index with too many entries"));
}

TEST(BadInput, AMissingFileIsTheEnvironmentsFault) {
  EXPECT_THROW(Reader{"/nonexistent/x.acap"}, EnvironmentError);
  EXPECT_THROW(Reader{"/"}, EnvironmentError);
}

}  // namespace
}  // namespace acrn::traces
