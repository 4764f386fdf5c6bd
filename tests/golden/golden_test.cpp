// SPDX-License-Identifier: BSD-3-Clause
// Captures of every published format version stay readable, and are still written alike.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/golden/golden_rows.hpp"
#include "tests/support/capture_rows.hpp"
#include "tests/support/data.hpp"
#include "traces/reader.hpp"
#include "traces/recompress.hpp"
#include "traces/wire/crc32c.hpp"

namespace acrn::traces {
namespace {

std::string load(std::filesystem::path const& path) {
  std::ifstream file{path, std::ios::binary};
  EXPECT_TRUE(file.is_open()) << path;
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// One committed capture: its file, the file of its rows, and the format version that wrote it.
struct Committed {
  char const* file;
  char const* rows;
  std::uint32_t version;
};

std::string rows_of(std::filesystem::path const& path) {
  Reader reader{path};
  return show(tests::read_all(reader));
}

std::filesystem::path golden(char const* name) {
  return tests::source_dir() / "tests/golden" / name;
}

std::string name_of(testing::TestParamInfo<Committed> const& test) {
  std::string name{test.param.file};
  std::erase_if(name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; });
  return name;
}

class GoldenRows : public testing::TestWithParam<Committed> {};

TEST_P(GoldenRows, AreStillRead) {
  Reader reader{golden(GetParam().file)};
  EXPECT_EQ(reader.info().version, GetParam().version);
  EXPECT_EQ(show(tests::read_all(reader)), load(golden(GetParam().rows)));
}

TEST_P(GoldenRows, SurviveARewrite) {
  tests::TemporaryDirectory const directory;
  std::string const path = directory.path() / "again.acap";
  RecompressReport const report = recompress(golden(GetParam().file), path);
  EXPECT_EQ(report.info.version, GetParam().version);
  EXPECT_EQ(rows_of(path), load(golden(GetParam().rows)));
}

INSTANTIATE_TEST_SUITE_P(Files, GoldenRows,
                         testing::Values(Committed{"v1.acap", "v1.txt", 1},
                                         Committed{"v1-zstd.acap", "v1.txt", 1},
                                         Committed{"v2.acap", "v2.txt", 2},
                                         Committed{"v2-image.acap", "v2-image.txt", 2}),
                         name_of);

class Golden : public testing::TestWithParam<Committed> {};

TEST_P(Golden, StillHasTheSameIdentity) {
  Reader reader{golden(GetParam().file)};
  EXPECT_FALSE(reader.cut());
  CaptureInfo const& info = reader.info();
  CaptureInfo const expected = tests::golden_info();
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
  EXPECT_EQ(reader.totals()[2].rows, GetParam().version == 1 ? 45U : 69U);
  EXPECT_EQ(reader.totals()[2].dropped, 12U);
}

INSTANTIATE_TEST_SUITE_P(Files, Golden,
                         testing::Values(Committed{"v1.acap", "v1.txt", 1},
                                         Committed{"v1-zstd.acap", "v1.txt", 1},
                                         Committed{"v2.acap", "v2.txt", 2}),
                         name_of);

TEST(GoldenImage, StillNamesItsMachine) {
  Reader reader{golden("v2-image.acap")};
  EXPECT_TRUE(reader.cut()) << "the image sends no index";
  CaptureInfo const& info = reader.info();
  EXPECT_EQ(info.clock.hz_numerator, 1'000'000'000U);
  ASSERT_EQ(info.vms.size(), 1U);
  EXPECT_EQ(info.vms[0].id, 1);
  ASSERT_EQ(info.vms[0].devices.size(), 1U);
  EXPECT_EQ(info.vms[0].devices[0].name, "platform") << "by which replay knows it";
  EXPECT_EQ(reader.totals()[1].rows, 45U);
  EXPECT_EQ(reader.totals()[3].rows, 42U);
}

class GoldenWriter : public testing::TestWithParam<Committed> {};

TEST_P(GoldenWriter, StillWritesTheSameBytes) {
  tests::TemporaryDirectory const directory;
  std::string const path = directory.path() / "golden.acap";
  Writer writer{
      path,
      tests::golden_info(),
      {.codec = Codec::none, .chunk_rows = tests::golden_chunk_rows, .format = GetParam().version}};
  if (GetParam().version == 1) {
    tests::write_golden(writer);
  } else {
    tests::write_golden_v2(writer);
  }
  writer.finish(tests::golden_info());
  EXPECT_EQ(load(path), load(golden(GetParam().file)));
}

INSTANTIATE_TEST_SUITE_P(Files, GoldenWriter,
                         testing::Values(Committed{"v1.acap", "v1.txt", 1},
                                         Committed{"v2.acap", "v2.txt", 2}),
                         name_of);

TEST(GoldenFiles, AreTheOnesCommittedWithTheirVersions) {
  // Whoever changes them on purpose changes the format: that takes a new version and a new file.
  auto const crc = [](char const* name) {
    std::string const bytes = load(golden(name));
    return crc32c(0, std::as_bytes(std::span{bytes}));
  };
  EXPECT_EQ(crc("v1.acap"), 0x996B'6918U);
  EXPECT_EQ(crc("v1-zstd.acap"), 0x5352'19B5U);
  EXPECT_EQ(crc("v1.txt"), 0x687B'D4C2U);
  EXPECT_EQ(crc("v2.acap"), 0x6511'990EU);
  EXPECT_EQ(crc("v2.txt"), 0xE7CD'1ADAU);
  EXPECT_EQ(crc("v2-image.acap"), 0x2FE9'5069U);
  EXPECT_EQ(crc("v2-image.txt"), 0x44FD'FF40U);
}

}  // namespace
}  // namespace acrn::traces
