// SPDX-License-Identifier: BSD-3-Clause
#include "traces/writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>

#include "tests/unit/traces/capture_file.hpp"
#include "traces/error.hpp"
#include "traces/reader.hpp"

namespace acrn::traces {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

AccessRow access(std::uint64_t sequence, std::uint64_t time = 0) {
  AccessRow row;
  row.sequence = sequence;
  row.time = time;
  row.access.size = 1;
  return row;
}

std::string environment_error(std::function<void()> const& action) {
  try {
    action();
  } catch (EnvironmentError const& error) {
    return error.what();
  }
  return "no error";
}

TEST(Writer, NamesTheFileOnlyWhenItIsComplete) {
  tests::TemporaryDirectory const directory;
  std::filesystem::path const path = directory.path() / "x.acap";
  store(path, "the capture of yesterday");
  {
    Writer writer{path, small_info(), {.chunk_rows = 10}};
    write_counting(writer, 25);
    EXPECT_EQ(load(path), "the capture of yesterday");
  }
  EXPECT_EQ(load(path), "the capture of yesterday");
  Reader partial{path.string() + ".partial"};
  EXPECT_TRUE(partial.cut());
  EXPECT_EQ(tests::read_all(partial).access.at({0, 0}).size(), 20U) << "all whole chunks";
  Writer writer{path, small_info(), {.chunk_rows = 10}};
  write_counting(writer, 25);
  writer.finish(small_info());
  EXPECT_FALSE(std::filesystem::exists(path.string() + ".partial"));
  Reader whole{path};
  EXPECT_EQ(tests::read_all(whole).access.at({0, 0}).size(), 25U);
}

TEST(Writer, WritesADeviceDirectly) {
  Writer writer{"/dev/null", small_info()};
  write_counting(writer, 5);
  writer.finish(small_info());
  EXPECT_FALSE(std::filesystem::exists("/dev/null.partial"));
}

TEST(Writer, SaysWhenTheDiskIsFull) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full";
  EXPECT_THAT(environment_error([] {
                Writer{"/dev/full", small_info()};
              }),
              testing::AllOf(HasSubstr("/dev/full: cannot be written: No space left on device"),
                             HasSubstr("make room")));
}

TEST(Writer, SaysWhenTheFileCannotBeMade) {
  EXPECT_THAT(environment_error([] {
                Writer{"/nonexistent/x.acap", small_info()};
              }),
              HasSubstr("/nonexistent/x.acap.partial: cannot be opened for writing: No such file"));
}

TEST(Writer, SaysWhenTheFileCannotGetItsName) {
  tests::TemporaryDirectory const directory;
  std::filesystem::path const path = directory.path() / "x.acap";
  Writer writer{path, small_info()};
  std::filesystem::create_directory(path);
  EXPECT_THAT(environment_error([&] { writer.finish(small_info()); }),
              HasSubstr("cannot be renamed"));
}

TEST(Writer, RefusesRowsThatCannotBe) {
  tests::TemporaryDirectory const directory;
  Writer writer{directory.path() / "x.acap", small_info()};
  AccessRow row = access(0);
  row.access.size = 3;
  EXPECT_THROW(writer.write(0, 0, row), std::invalid_argument);
  row = access(1);
  row.access.space = static_cast<core::Space>(4);
  EXPECT_THROW(writer.write(0, 0, row), std::invalid_argument);
  ExitRow exit;
  exit.register_mask = 5;
  exit.registers_read = {1};
  EXPECT_THROW(writer.write(0, 0, exit), std::invalid_argument);
  exit.registers_read = {1, 2};
  exit.instruction_bytes.assign(16, 'x');
  EXPECT_THROW(writer.write(0, 0, exit), std::invalid_argument);
  exit.instruction_bytes.clear();
  exit.entry_state.assign((1U << 20U) + 1, 'x');
  EXPECT_THROW(writer.write(0, 0, exit), std::invalid_argument);
  exit.entry_state.clear();
  EXPECT_NO_THROW(writer.write(0, 0, exit));
}

TEST(Writer, RefusesAccessesOutOfOrderWithinAVm) {
  tests::TemporaryDirectory const directory;
  Writer writer{directory.path() / "x.acap", small_info()};
  writer.write(0, 0, access(5));
  EXPECT_THROW(writer.write(0, 1, access(5)), std::invalid_argument);
  EXPECT_THROW(writer.write(0, 0, access(4)), std::invalid_argument);
  EXPECT_NO_THROW(writer.write(7, 0, access(0))) << "another VM counts for itself";
  EXPECT_NO_THROW(writer.write(0, 1, access(6)));
}

TEST(Writer, RefusesUseAfterTheEnd) {
  tests::TemporaryDirectory const directory;
  Writer writer{directory.path() / "x.acap", small_info()};
  writer.finish(small_info());
  EXPECT_THROW(writer.write(0, 0, access(0)), std::logic_error);
  EXPECT_THROW(writer.finish(small_info()), std::logic_error);
}

TEST(Writer, RefusesImpossibleChunks) {
  tests::TemporaryDirectory const directory;
  std::string const path = directory.path() / "x.acap";
  EXPECT_THROW((Writer{path, small_info(), {.chunk_rows = 0}}), std::invalid_argument);
  EXPECT_THROW((Writer{path, small_info(), {.chunk_rows = 65'537}}), std::invalid_argument);
}

TEST(Writer, CutsValuesToTheirAccess) {
  CaptureFile const file{capture_of({}, [](Writer& writer) {
    AccessRow row = access(0);
    row.access.value = 0x1234;
    writer.write(0, 0, row);
  })};
  Reader reader{file.path()};
  EXPECT_EQ(tests::read_all(reader).access.at({0, 0}).at(0).access.value, 0x34U);
}

TEST(Writer, FlushesAllStreamsAndVcpusOfAVmTogether) {
  CaptureFile const file{capture_of({.chunk_rows = 4}, [](Writer& writer) {
    writer.write(7, 0, access(0));
    writer.write(0, 1, access(0));
    writer.write(0, 1, SlotRow{});
    for (std::uint64_t i = 1; i < 7; ++i) writer.write(0, 0, access(i));
  })};
  Reader reader{file.path()};
  std::vector<std::string> chunks;
  for (Reader::Rows rows; reader.next(rows);) {
    chunks.push_back(std::to_string(rows.info.vm) + "/" + std::to_string(rows.info.vcpu) +
                     " stream " + std::to_string(static_cast<int>(rows.info.stream)) + " rows " +
                     std::to_string(rows.info.rows) + " group " + std::to_string(rows.info.group));
  }
  EXPECT_THAT(chunks, ElementsAre("0/0 stream 2 rows 4 group 1", "0/1 stream 2 rows 1 group 1",
                                  "0/1 stream 3 rows 1 group 1", "0/0 stream 2 rows 2 group 2",
                                  "7/0 stream 2 rows 1 group 1"));
}

TEST(Writer, FlushesLargeByteStringsEarly) {
  CaptureFile const file{capture_of({}, [](Writer& writer) {
    ExitRow row;
    row.entry_state.assign(1U << 20U, 'x');
    for (int i = 0; i < 9; ++i) writer.write(0, 0, row);
  })};
  Reader reader{file.path()};
  std::vector<std::uint32_t> rows_of_chunks;
  std::vector<std::uint64_t> first_rows;
  for (Reader::Rows rows; reader.next(rows);) {
    rows_of_chunks.push_back(rows.info.rows);
    first_rows.push_back(rows.info.first_sequence);
  }
  EXPECT_THAT(rows_of_chunks, ElementsAre(4, 4, 1));
  EXPECT_THAT(first_rows, ElementsAre(0, 4, 8));
}

TEST(Writer, KeepsLossesWhereTheyHappened) {
  CaptureFile const file{capture_of({}, [](Writer& writer) {
    writer.write(0, 0, access(0, 10));
    writer.write(0, 1, access(1, 11));
    writer.lost(0, 0, 3);
    writer.lost(0, 0, 4);
    writer.write(0, 1, access(2, 12));
    writer.write(0, 0, access(3, 13));
    writer.lost(0, 1, 9);
  })};
  Reader reader{file.path()};
  std::vector<std::pair<std::uint32_t, std::uint64_t>> chunks;
  for (Reader::Rows rows; reader.next(rows);) {
    chunks.emplace_back(rows.info.rows, rows.info.dropped_before);
  }
  EXPECT_THAT(chunks, ElementsAre(Pair(1, 0), Pair(2, 0), Pair(1, 7), Pair(0, 9)));
  EXPECT_EQ(reader.totals()[2].dropped, 16U);
  reader.rewind();
  AccessBatch batch;
  std::size_t batches = 0;
  while (reader.next(batch)) ++batches;
  EXPECT_EQ(batches, 3U) << "chunks without rows are not delivered as batches";
}

TEST(Writer, DefinesClientNamesBeforeTheirFirstUse) {
  tests::TemporaryDirectory const directory;
  std::string const path = directory.path() / "x.acap";
  CaptureInfo info = small_info();
  info.clients = {{4, "already known"}};
  {
    Writer writer{path, info, {.chunk_rows = 1}};
    EXPECT_EQ(writer.client("already known"), 4U);
    AccessRow row = access(0);
    row.client = writer.client("uart");
    EXPECT_EQ(row.client, 5U);
    EXPECT_EQ(writer.client("uart"), 5U);
    writer.write(0, 0, row);
    writer.client("never used in a chunk");
  }
  Reader reader{path + ".partial"};
  AccessBatch batch;
  ASSERT_TRUE(reader.next(batch));
  EXPECT_THAT(reader.info().clients, ElementsAre(Pair(4, "already known"), Pair(5, "uart")));
}

}  // namespace
}  // namespace acrn::traces
