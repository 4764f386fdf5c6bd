// SPDX-License-Identifier: BSD-3-Clause
// Captures of every published format version stay readable, and version 1 is still written alike.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tests/golden/golden_rows.hpp"
#include "tests/support/capture_rows.hpp"
#include "tests/support/data.hpp"
#include "traces/reader.hpp"
#include "traces/wire/crc32c.hpp"

namespace acrn::traces {
namespace {

std::string load(std::filesystem::path const& path) {
  std::ifstream file{path, std::ios::binary};
  EXPECT_TRUE(file.is_open()) << path;
  return {std::istreambuf_iterator<char>{file}, {}};
}

class Golden : public testing::TestWithParam<char const*> {};

TEST_P(Golden, StillReadsToTheSameRows) {
  std::filesystem::path const golden = tests::source_dir() / "tests/golden";
  Reader reader{golden / GetParam()};
  EXPECT_FALSE(reader.cut());
  EXPECT_EQ(show(tests::read_all(reader)), load(golden / "v1.txt"));
  EXPECT_FALSE(reader.cut());
}

TEST_P(Golden, StillHasTheSameIdentity) {
  Reader reader{tests::source_dir() / "tests/golden" / GetParam()};
  CaptureInfo const& info = reader.info();
  CaptureInfo const expected = tests::golden_info();
  EXPECT_EQ(info.version, 1U);
  EXPECT_EQ(info.clock.kind, expected.clock.kind);
  EXPECT_EQ(info.clock.hz_numerator, expected.clock.hz_numerator);
  EXPECT_EQ(info.clock.resolution, expected.clock.resolution);
  EXPECT_EQ(info.clock.epoch, expected.clock.epoch);
  EXPECT_EQ(info.profile, expected.profile);
  EXPECT_EQ(info.cpu, expected.cpu);
  EXPECT_EQ(info.vms.size(), expected.vms.size());
  EXPECT_EQ(info.source.file, expected.source.file);
  EXPECT_EQ(info.source.crc32c, expected.source.crc32c);
  EXPECT_EQ(info.source.lost, expected.source.lost);
  EXPECT_EQ(info.never_recorded, expected.never_recorded);
  EXPECT_THAT(info.clients, testing::ElementsAre(testing::Pair(1, "uart"),
                                                 testing::Pair(2, "virtio-blk \xC3\xA9")));
  EXPECT_EQ(reader.totals()[2].rows, 45U);
  EXPECT_EQ(reader.totals()[2].dropped, 12U);
}

INSTANTIATE_TEST_SUITE_P(V1, Golden, testing::Values("v1.acap", "v1-zstd.acap"),
                         [](auto const& test) {
                           return std::string{test.index == 0 ? "Plain" : "Zstd"};
                         });

TEST(GoldenWriter, StillWritesTheSameBytes) {
  tests::TemporaryDirectory const directory;
  std::string const path = directory.path() / "v1.acap";
  Writer writer{
      path, tests::golden_info(), {.codec = Codec::none, .chunk_rows = tests::golden_chunk_rows}};
  tests::write_golden(writer);
  writer.finish(tests::golden_info());
  EXPECT_EQ(load(path), load(tests::source_dir() / "tests/golden/v1.acap"));
}

TEST(GoldenFiles, AreTheOnesCommittedWithVersion1) {
  // Whoever changes them on purpose changes the format: that takes a new version and a new file.
  auto const crc = [](char const* name) {
    std::string const bytes = load(tests::source_dir() / "tests/golden" / name);
    return crc32c(0, std::as_bytes(std::span{bytes}));
  };
  EXPECT_EQ(crc("v1.acap"), 0x996B'6918U);
  EXPECT_EQ(crc("v1-zstd.acap"), 0x5352'19B5U);
  EXPECT_EQ(crc("v1.txt"), 0x687B'D4C2U);
}

}  // namespace
}  // namespace acrn::traces
