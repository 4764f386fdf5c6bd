// SPDX-License-Identifier: BSD-3-Clause
// Format 2: lives of requests and steps of stamps, written, read and refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/support/capture_rows.hpp"
#include "tests/unit/traces/capture_file.hpp"
#include "tests/unit/traces/messages.hpp"

namespace acrn::traces {
namespace {

using testing::HasSubstr;

constexpr WriterOptions format2{.codec = Codec::none, .chunk_rows = 64, .format = 2};

TEST(Format2, GivesRandomRowsBack) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    tests::CaptureRows written;
    CaptureFile const file{capture_of(
        format2, [&](Writer& writer) { written = tests::write_random(writer, seed, 700); })};
    Reader reader{file.path()};
    EXPECT_EQ(reader.info().version, 2U);
    EXPECT_EQ(show(tests::read_all(reader)), show(written)) << "seed " << seed;
  }
}

void add_life(std::vector<SlotRow>& rows, std::uint64_t access, std::uint64_t time) {
  constexpr std::array<std::array<std::uint8_t, 3>, 4> steps{
      {{3, 0, 1}, {0, 2, 2}, {2, 1, 3}, {1, 3, 1}}};
  for (auto const& [from, to, actor] : steps) {
    rows.push_back({.time = time, .access = access, .from = from, .to = to, .actor = actor});
    time += 10 + access % 7;
  }
}

TEST(Format2, MixesLivesWithOtherTransitions) {
  std::vector<SlotRow> rows;
  for (std::uint64_t i = 0; i < 40; ++i) {
    if (i % 9 == 5) rows.push_back({.time = 1000 * i, .access = i, .from = 3, .to = 0, .actor = 1});
    if (i % 9 == 7) rows.push_back({.time = 1000 * i, .access = i, .from = 0, .to = 1, .actor = 2});
    add_life(rows, i, 1000 * i + 100);
  }
  CaptureFile const file{capture_of(format2, [&](Writer& writer) {
    for (SlotRow const& row : rows) writer.write(0, 0, row);
  })};
  Reader reader{file.path()};
  tests::CaptureRows expected;
  expected.slot[{0, 0}] = rows;
  EXPECT_EQ(show(tests::read_all(reader)), show(expected));
}

TEST(Format2, TellsALifeInLessRoom) {
  std::vector<SlotRow> rows;
  for (std::uint64_t i = 0; i < 50; ++i) add_life(rows, i, 1000 * i);
  auto const size_in = [&](std::uint32_t format) {
    return capture_of({.codec = Codec::none, .format = format},
                      [&](Writer& writer) {
                        for (SlotRow const& row : rows) writer.write(0, 0, row);
                      })
        .size();
  };
  EXPECT_LT(size_in(2) + 600, size_in(1));
}

TEST(Format2, CountsStampsFromTheStageBefore) {
  std::vector<AccessRow> rows;
  for (std::uint64_t i = 0; i < 200; ++i) {
    AccessRow row{.sequence = i, .time = 5000 * i, .access = {.size = 1}};
    if (i % 3 == 0) {
      row.stages[3] = row.time + 900 + i % 5;
      row.stages[4] = row.stages[3] + 40;
      if (i % 2 == 0) row.stages[5] = row.stages[4] - 3;
      row.stages[7] = row.time + 950;
    }
    rows.push_back(row);
  }
  auto const bytes_in = [&](std::uint32_t format) {
    WriterOptions options = format2;
    options.format = format;
    return capture_of(options, [&](Writer& writer) {
      for (AccessRow const& row : rows) writer.write(0, 0, row);
    });
  };
  EXPECT_LT(bytes_in(2).size(), bytes_in(1).size());
  CaptureFile const file{bytes_in(2)};
  Reader reader{file.path()};
  tests::CaptureRows expected;
  expected.access[{0, 0}] = rows;
  EXPECT_EQ(show(tests::read_all(reader)), show(expected));
}

TEST(Format2, FlushKeepsWhatBelongsTogetherInOneGroup) {
  CaptureFile const file{capture_of({.codec = Codec::none}, [](Writer& writer) {
    writer.write(0, 0, AccessRow{.sequence = 0, .access = {.size = 1}});
    writer.write(0, 0, ExitRow{});
    writer.flush();
    writer.write(0, 0, ExitRow{});
  })};
  Reader reader{file.path()};
  std::vector<std::uint64_t> groups;
  for (Reader::Rows rows; reader.next(rows);) groups.push_back(rows.info.group);
  EXPECT_EQ(groups, (std::vector<std::uint64_t>{1, 1, 2}));
}

TEST(Format2, RefusesAFormatThatDoesNotExist) {
  for (std::uint32_t const format : {0U, 3U}) {
    EXPECT_THROW(capture_of({.format = format}, [](Writer&) {}), std::invalid_argument);
  }
}

TEST(Format2, RefusesLivesThatAreNoMultipleOfFourRows) {
  v1::Chunk chunk;
  chunk.set_stream(v1::STREAM_SLOT);
  chunk.set_rows(6);
  chunk.mutable_slot()->add_pending(0);
  EXPECT_THAT(error_of_reading(with_chunk(chunk)),
              HasSubstr("the column 'pending' in a chunk whose rows are no multiple of 4"));
}

TEST(Format2, RefusesStepsWithoutAStageToCountFrom) {
  v1::Chunk chunk = good_chunk();
  v1::StageColumn& column = *chunk.mutable_access()->add_stages();
  column.set_stage(3);
  column.set_count(2);
  column.add_step(5);
  EXPECT_THAT(error_of_reading(with_chunk(chunk)), HasSubstr("'stages.step' without a stage"));
  column.add_gap(1);
  EXPECT_THAT(error_of_reading(with_chunk(chunk)), HasSubstr("impossible stage or count"));
}

}  // namespace
}  // namespace acrn::traces
