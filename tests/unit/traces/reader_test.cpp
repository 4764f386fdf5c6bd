// SPDX-License-Identifier: BSD-3-Clause
#include "traces/reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "tests/unit/traces/capture_file.hpp"
#include "tests/unit/traces/messages.hpp"
#include "traces/error.hpp"

namespace acrn::traces {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

static_assert(pack_shape({.space = core::Space::mmio,
                          .direction = core::Direction::write,
                          .size = 8}) == 0x1D);
static_assert(shape_size(0x1D) == 8 && shape_space(0x1D) == core::Space::mmio);
static_assert(shape_direction(0x1D) == core::Direction::write);

CaptureInfo full_info() {
  CaptureInfo info = small_info();
  info.profile = "acrn";
  info.cpu = "vmx of a test";
  info.source = {.dialect = "kvm-ftrace",
                 .file = "trace\xFF.txt",
                 .crc32c = 0xDEADBEEF,
                 .used = 1,
                 .ignored = 2,
                 .rejected = 3,
                 .lost = 4};
  info.never_recorded = {"exit.qualification"};
  return info;
}

TEST(Reader, GivesTheCapturesIdentity) {
  tests::TemporaryDirectory const directory;
  std::string const path = directory.path() / "x.acap";
  CaptureInfo info = full_info();
  info.source.used = 0;
  Writer writer{path, info};
  EXPECT_EQ(writer.client("a\xC3\xA9\xC3"), 1U);
  writer.finish(full_info());
  Reader reader{path};
  CaptureInfo const& read = reader.info();
  EXPECT_EQ(read.version, 1U);
  EXPECT_EQ(read.clock.kind, "test");
  EXPECT_EQ(read.clock.hz_numerator, 1'000'000U);
  EXPECT_EQ(read.profile, "acrn");
  EXPECT_EQ(read.cpu, "vmx of a test");
  ASSERT_EQ(read.vms.size(), 2U);
  EXPECT_EQ(read.vms[1].id, 7);
  EXPECT_EQ(read.vms[1].vcpus, 4);
  EXPECT_EQ(read.source.file, "trace\xEF\xBF\xBD.txt") << "what is no UTF-8 is replaced";
  EXPECT_EQ(read.source.used, 1U) << "from the index";
  EXPECT_EQ(read.source.crc32c, 0xDEADBEEFU);
  EXPECT_THAT(read.never_recorded, ElementsAre("exit.qualification"));
  EXPECT_THAT(read.clients, ElementsAre(Pair(1, "a\xC3\xA9\xEF\xBF\xBD")));
}

TEST(Reader, TotalsFromTheIndexAndFromAScanAgree) {
  std::string const whole = capture_of({.chunk_rows = 7}, [](Writer& writer) {
    tests::write_random(writer, 11, 100);
    writer.lost(0, 0, 5);
  });
  CaptureFile const file{whole};
  CaptureFile const cut{whole.substr(0, frame_offsets(whole).back())};
  Reader reader{file.path()};
  Reader cut_reader{cut.path()};
  EXPECT_TRUE(cut_reader.cut());
  for (std::size_t stream = 1; stream <= 5; ++stream) {
    StreamTotals const& from_index = reader.totals()[stream];
    StreamTotals const& scanned = cut_reader.totals()[stream];
    EXPECT_EQ(from_index.rows, 100U);
    EXPECT_EQ(scanned.rows, from_index.rows);
    EXPECT_EQ(scanned.chunks, from_index.chunks);
    EXPECT_EQ(scanned.dropped, from_index.dropped);
    EXPECT_EQ(scanned.first_time, from_index.first_time);
    EXPECT_EQ(scanned.last_time, from_index.last_time);
  }
  Reader::Rows rows;
  EXPECT_TRUE(cut_reader.next(rows)) << "a scan does not move the reader";
  EXPECT_EQ(rows.info.file_offset, frame_offsets(whole).at(1));
}

TEST(Reader, AScanForTotalsFindsTheNamesOfClients) {
  std::string const whole = capture_of({.codec = Codec::none}, [](Writer& writer) {
    AccessRow row{.access = {.size = 1, .address = 0x3f8}};
    row.client = writer.client("uart");
    writer.write(1, 0, row);
  });
  CaptureFile const cut{whole.substr(0, frame_offsets(whole).back())};
  Reader reader{cut.path()};
  EXPECT_TRUE(reader.info().clients.empty()) << "not known before a chunk was read";
  static_cast<void>(reader.totals());
  EXPECT_THAT(reader.info().clients, ElementsAre(Pair(1, "uart")));
}

TEST(Reader, AScanForTotalsLeavesOutDamagedChunks) {
  std::string bytes = capture_of({.codec = Codec::none, .chunk_rows = 10},
                                 [](Writer& writer) { write_counting(writer, 30); });
  auto const offsets = frame_offsets(bytes);
  bytes[offsets.at(2) + 30] ^= '\x01';
  CaptureFile const file{bytes.substr(0, offsets.back())};
  Reader reader{file.path()};
  EXPECT_EQ(reader.totals()[2].rows, 20U);
  EXPECT_EQ(reader.totals()[2].first_time, 0U);
  EXPECT_EQ(reader.totals()[2].last_time, 290U);
}

/// A pipe with a name, into which a thread writes `bytes`.
class Pipe {
 public:
  explicit Pipe(std::string bytes) {
    mkfifo(path().c_str(), 0600);
    thread_ = std::thread{[this, bytes = std::move(bytes)] { store(path(), bytes); }};
  }
  ~Pipe() { thread_.join(); }
  Pipe(Pipe const&) = delete;
  Pipe& operator=(Pipe const&) = delete;
  [[nodiscard]] std::string path() const { return directory_.path() / "pipe"; }

 private:
  tests::TemporaryDirectory directory_;
  std::thread thread_;
};

TEST(Reader, ReadsAPipeOnce) {
  Pipe const pipe{capture_of({.chunk_rows = 10}, [](Writer& writer) {
    write_counting(writer, 30);
    writer.client("known at the end");
  })};
  Reader reader{pipe.path()};
  EXPECT_FALSE(reader.cut());
  EXPECT_THROW(static_cast<void>(reader.totals()), EnvironmentError) << "not known before the end";
  EXPECT_EQ(tests::read_all(reader).access.at({0, 0}).size(), 30U);
  EXPECT_FALSE(reader.cut());
  EXPECT_EQ(reader.info().clients.size(), 1U);
  EXPECT_EQ(reader.totals()[2].rows, 30U);
  EXPECT_THROW(reader.rewind(), EnvironmentError);
}

TEST(Reader, RecoversInAPipe) {
  std::string bytes = capture_of({.codec = Codec::none, .chunk_rows = 10},
                                 [](Writer& writer) { write_counting(writer, 30); });
  bytes[frame_offsets(bytes).at(2) + 6] ^= '\x55';
  Pipe const pipe{bytes.substr(0, bytes.size() - 5)};
  Reader reader{pipe.path()};
  AccessBatch batch;
  EXPECT_TRUE(reader.next(batch));
  EXPECT_THAT(content_error([&] { reader.next(batch); }), HasSubstr("offset"));
  EXPECT_TRUE(reader.recover());
  EXPECT_TRUE(reader.next(batch));
  EXPECT_EQ(batch.info.first_sequence, 20U);
  EXPECT_FALSE(reader.next(batch));
  EXPECT_TRUE(reader.cut()) << "the trailer is missing";
}

TEST(Reader, DecodesAcrossBatchesOfDifferentShape) {
  // One batch object, chunk after chunk: nothing of an earlier chunk may show through.
  CaptureFile const file{capture_of({.chunk_rows = 3}, [](Writer& writer) {
    tests::RowGenerator generator{1};
    for (std::uint64_t i = 0; i < 3; ++i) writer.write(0, 0, generator.access(i));
    for (std::uint64_t i = 3; i < 6; ++i) {
      AccessRow row;
      row.sequence = i;
      row.access.size = 4;
      writer.write(0, 0, row);
    }
  })};
  Reader reader{file.path()};
  AccessBatch batch;
  ASSERT_TRUE(reader.next(batch));
  ASSERT_TRUE(reader.next(batch));
  for (std::size_t i = 0; i < 3; ++i) {
    AccessRow expected;
    expected.sequence = 3 + i;
    expected.access.size = 4;
    EXPECT_EQ(tests::show(batch.row(i)), tests::show(expected));
  }
  EXPECT_TRUE(batch.time.constant());
  EXPECT_TRUE(batch.value.constant());
  EXPECT_FALSE(batch.count.recorded());
  EXPECT_FALSE(batch.handling.recorded());
  EXPECT_FALSE(batch.client.recorded());
  EXPECT_FALSE(batch.exit.recorded());
  EXPECT_TRUE(batch.stages.empty());
}

TEST(Reader, AnUntimedCaptureHasNoTimes) {
  tests::TemporaryDirectory const directory;
  std::string const path = directory.path() / "x.acap";
  CaptureInfo info;
  info.clock.kind = "none";
  Writer writer{path, info};
  AccessRow row;
  row.access.size = 1;
  writer.write(0, 0, row);
  writer.finish(info);
  Reader reader{path};
  AccessBatch batch;
  ASSERT_TRUE(reader.next(batch));
  EXPECT_FALSE(reader.info().clock.timed());
  EXPECT_FALSE(batch.time.recorded());
}

}  // namespace
}  // namespace acrn::traces
