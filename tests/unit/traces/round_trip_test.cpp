// SPDX-License-Identifier: BSD-3-Clause
// What the writer is given, the reader gives back: all streams, all codecs, all chunk sizes.
#include <gtest/gtest.h>

#include "tests/support/capture_rows.hpp"
#include "tests/support/data.hpp"
#include "traces/reader.hpp"
#include "traces/writer.hpp"

namespace acrn::traces {
namespace {

CaptureInfo timed_info() {
  CaptureInfo info;
  info.clock = {.kind = "tsc", .hz_numerator = 2'994'373'000};
  info.cpu = "vmx";
  info.vms = {{.id = 0, .vcpus = 2}, {.id = 7, .vcpus = 4}};
  return info;
}

struct Case {
  char const* name;
  Codec codec;
  std::uint32_t chunk_rows;
  std::size_t rows;
  std::uint64_t seed;
};

class RoundTrip : public testing::TestWithParam<Case> {};

TEST_P(RoundTrip, GivesTheSameRowsBack) {
  Case const& parameters = GetParam();
  SCOPED_TRACE("seed " + std::to_string(parameters.seed));
  tests::TemporaryDirectory const directory;
  std::string const path = directory.path() / "x.acap";
  Writer writer{
      path, timed_info(), {.codec = parameters.codec, .chunk_rows = parameters.chunk_rows}};
  auto const written = tests::write_random(writer, parameters.seed, parameters.rows);
  writer.finish(timed_info());
  Reader reader{path};
  EXPECT_FALSE(reader.cut());
  EXPECT_EQ(show(tests::read_all(reader)), show(written));
  reader.rewind();
  EXPECT_EQ(show(tests::read_all(reader)), show(written));
  EXPECT_FALSE(reader.cut());
}

INSTANTIATE_TEST_SUITE_P(All, RoundTrip,
                         testing::Values(Case{"Plain", Codec::none, 16384, 3000, 1},
                                         Case{"Zstd", Codec::zstd, 16384, 3000, 2},
                                         Case{"OneRowChunks", Codec::none, 1, 200, 3},
                                         Case{"SevenRowChunks", Codec::zstd, 7, 500, 4},
                                         Case{"EightRowChunks", Codec::none, 8, 500, 5},
                                         Case{"LargestChunks", Codec::zstd, 65536, 5000, 6},
                                         Case{"NoRows", Codec::zstd, 16384, 0, 7}),
                         [](auto const& test) { return std::string{test.param.name}; });

}  // namespace
}  // namespace acrn::traces
