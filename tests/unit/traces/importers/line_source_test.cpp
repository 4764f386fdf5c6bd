// SPDX-License-Identifier: BSD-3-Clause
// The input layer: compressions, lines, and what a damaged file is answered with.
#include "traces/importers/line_source.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "tests/support/data.hpp"
#include "tests/unit/traces/importers/files.hpp"
#include "traces/error.hpp"
#include "traces/wire/crc32c.hpp"

namespace acrn::traces {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using tests::TemporaryDirectory;

std::vector<std::string> lines_of(std::string const& path) {
  LineSource source(path);
  std::vector<std::string> lines;
  Line line;
  while (source.next(line)) {
    lines.emplace_back(line.text);
    EXPECT_EQ(line.number, lines.size());
  }
  return lines;
}

std::string message_of(std::function<void()> const& action) {
  try {
    action();
  } catch (ContentError const& error) {
    return error.what();
  }
  return "no ContentError";
}

struct Packing {
  char const* name;
  std::string (*pack)(std::string_view);
  Compression compression;
};

class LineSourcePacking : public testing::TestWithParam<Packing> {
 protected:
  TemporaryDirectory directory_;
};

// Long enough to cross the decoders' and the line source's blocks several times.
std::string many_lines(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text += "line " + std::to_string(i * i * 2654435761U) + '\n';
  return text;
}

TEST_P(LineSourcePacking, DeliversEveryLineAndTheSumOfTheText) {
  std::string const text = many_lines(100'000);
  std::string const path = tests::write_file(directory_.path() / "trace", GetParam().pack(text));
  LineSource source(path);
  EXPECT_EQ(source.bytes().compression(), GetParam().compression);
  std::string joined;
  Line line;
  while (source.next(line)) joined.append(line.text).push_back('\n');
  EXPECT_EQ(joined, text);
  EXPECT_EQ(source.crc32c(), crc32c(0, std::as_bytes(std::span{text})));
  EXPECT_EQ(source.text_bytes(), text.size());
  EXPECT_EQ(source.bytes().bytes_read(), source.bytes().bytes_total());
}

TEST_P(LineSourcePacking, ReadsAnEmptyText) {
  std::string const path = tests::write_file(directory_.path() / "trace", GetParam().pack(""));
  EXPECT_TRUE(lines_of(path).empty());
}

TEST_P(LineSourcePacking, ReadsConcatenatedFiles) {
  std::string const both = GetParam().pack("one\n") + GetParam().pack("two\n");
  EXPECT_THAT(lines_of(tests::write_file(directory_.path() / "trace", both)),
              ElementsAre("one", "two"));
}

INSTANTIATE_TEST_SUITE_P(
    All, LineSourcePacking,
    testing::Values(Packing{"plain", [](std::string_view text) { return std::string{text}; },
                            Compression::none},
                    Packing{"xz", tests::compress_xz, Compression::xz},
                    Packing{"gzip", tests::compress_gzip, Compression::gzip},
                    Packing{"zstd", tests::compress_zstd, Compression::zstd}),
    [](auto const& test) { return test.param.name; });

class DamagedSource : public testing::TestWithParam<Packing> {
 protected:
  TemporaryDirectory directory_;
};

TEST_P(DamagedSource, CutFileNamesFileOffsetAndRemedy) {
  std::string const whole = GetParam().pack(many_lines(5'000));
  for (std::size_t const keep : {whole.size() / 2, whole.size() - 1}) {
    std::string const path =
        tests::write_file(directory_.path() / "cut", std::string_view{whole}.substr(0, keep));
    EXPECT_THAT(
        message_of([&] { lines_of(path); }),
        AllOf(HasSubstr(path + ": offset " + std::to_string(keep)), HasSubstr(GetParam().name),
              HasSubstr("ends in the middle"), HasSubstr("get the file again")));
  }
}

TEST_P(DamagedSource, FlippedBitsAreRefused) {
  std::string whole = GetParam().pack(many_lines(5'000));
  for (std::size_t at = whole.size() / 2; at < whole.size() / 2 + 8; ++at) whole[at] ^= 0x55;
  std::string const path = tests::write_file(directory_.path() / "flipped", whole);
  EXPECT_THAT(message_of([&] { lines_of(path); }),
              AllOf(HasSubstr(path + ": offset "), HasSubstr("damaged")));
}

TEST_P(DamagedSource, RubbishAfterTheEndIsRefused) {
  std::string const path =
      tests::write_file(directory_.path() / "tail", GetParam().pack("one\n") + "rubbish behind it");
  EXPECT_THAT(message_of([&] { lines_of(path); }), HasSubstr(path + ": offset "));
}

INSTANTIATE_TEST_SUITE_P(All, DamagedSource,
                         testing::Values(Packing{"xz", tests::compress_xz, Compression::xz},
                                         Packing{"gzip", tests::compress_gzip, Compression::gzip},
                                         Packing{"zstd", tests::compress_zstd, Compression::zstd}),
                         [](auto const& test) { return test.param.name; });

TEST(LineSource, CutsCarriageReturnsAndKeepsALastLineWithoutEnd) {
  TemporaryDirectory const directory;
  EXPECT_THAT(lines_of(tests::write_file(directory.path() / "t", "a\r\n\nb\rc\nlast")),
              ElementsAre("a", "", "b\rc", "last"));
}

TEST(LineSource, PeekConsumesNothing) {
  TemporaryDirectory const directory;
  std::string const text = many_lines(200'000);
  LineSource source(tests::write_file(directory.path() / "t", text));
  EXPECT_EQ(source.peek(1U << 20U).substr(0, 1U << 20U), text.substr(0, 1U << 20U));
  Line line;
  ASSERT_TRUE(source.next(line));
  EXPECT_EQ(line.text, "line 0");
  EXPECT_EQ(line.number, 1);
}

TEST(LineSource, MarksALineThatIsTooLongAndGoesOn) {
  TemporaryDirectory const directory;
  std::size_t const limit = LineSource::line_bytes_max;
  for (std::size_t const length : {limit, limit + 1, std::size_t{3'000'000}}) {
    std::string const text = "before\n" + std::string(length, 'x') + "\nafter\n";
    LineSource source(tests::write_file(directory.path() / "t", text));
    Line line;
    ASSERT_TRUE(source.next(line));
    ASSERT_TRUE(source.next(line));
    EXPECT_EQ(line.too_long, length > limit);
    EXPECT_EQ(line.text.substr(0, 100), std::string(100, 'x'));
    ASSERT_TRUE(source.next(line));
    EXPECT_EQ(line.text, "after");
    EXPECT_EQ(line.number, 3);
    EXPECT_FALSE(source.next(line));
  }
}

TEST(LineSource, AnEndlessLineAtTheEndIsStillOneLine) {
  TemporaryDirectory const directory;
  LineSource source(tests::write_file(directory.path() / "t", std::string(1'000'000, '\0')));
  Line line;
  ASSERT_TRUE(source.next(line));
  EXPECT_TRUE(line.too_long);
  EXPECT_FALSE(source.next(line));
}

TEST(LineSource, ReadsStandardInput) {
  TemporaryDirectory const directory;
  std::string const path =
      tests::write_file(directory.path() / "t", tests::compress_gzip("one\ntwo\n"));
  int const kept = dup(STDIN_FILENO);
  int const file = open(path.c_str(), O_RDONLY);
  ASSERT_GE(file, 0);
  ASSERT_EQ(dup2(file, STDIN_FILENO), STDIN_FILENO);
  close(file);
  EXPECT_THAT(lines_of("-"), ElementsAre("one", "two"));
  if (kept >= 0) {
    dup2(kept, STDIN_FILENO);
    close(kept);
  }
}

TEST(LineSource, APipeHasNoKnownSize) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  ASSERT_EQ(write(ends[1], "one\n", 4), 4);
  close(ends[1]);
  LineSource source("/dev/fd/" + std::to_string(ends[0]));
  Line line;
  ASSERT_TRUE(source.next(line));
  EXPECT_EQ(line.text, "one");
  EXPECT_EQ(source.bytes().bytes_total(), 0U);
  EXPECT_EQ(source.bytes().bytes_read(), 4U);
  close(ends[0]);
}

TEST(LineSource, MissingFileAndFolderAreTheEnvironmentsFault) {
  TemporaryDirectory const directory;
  EXPECT_THROW(LineSource((directory.path() / "absent").string()), EnvironmentError);
  EXPECT_THROW(LineSource(directory.path().string()), EnvironmentError);
}

}  // namespace
}  // namespace acrn::traces
