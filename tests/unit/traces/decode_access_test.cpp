// SPDX-License-Identifier: BSD-3-Clause
// Our own decoder of access columns against libprotobuf on the same bytes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/unit/traces/capture_file.hpp"
#include "tests/unit/traces/messages.hpp"
#include "traces/reader.hpp"

namespace acrn::traces {
namespace {

/// The chunks of an uncompressed capture, as libprotobuf reads them.
std::vector<v1::Chunk> parse_chunks(std::string const& bytes) {
  std::vector<v1::Chunk> chunks;
  std::vector<std::size_t> const offsets = frame_offsets(bytes);
  for (std::size_t i = 1; i + 1 < offsets.size(); ++i) {
    std::size_t const start = offsets[i] + frame_header_size;
    v1::Chunk& chunk = chunks.emplace_back();
    EXPECT_TRUE(chunk.ParseFromString(bytes.substr(start, offsets[i + 1] - start)));
  }
  return chunks;
}

/// Row i of a column by the rules of capture.proto.
template <class Field>
std::uint64_t cell(Field const& field, std::size_t i) {
  if (field.size() == 0) return 0;
  return static_cast<std::uint64_t>(field[static_cast<int>(field.size() == 1 ? 0 : i)]);
}

bool known(std::string const& bitmap, bool recorded, std::size_t i) {
  if (bitmap.empty()) return recorded;
  return (static_cast<unsigned char>(bitmap[i / 8]) >> (i % 8) & 1U) != 0;
}

std::uint8_t byte(std::string const& column, std::size_t i) {
  return column.empty() ? std::uint8_t{0}
                        : static_cast<std::uint8_t>(column[column.size() == 1 ? 0 : i]);
}

std::vector<AccessRow> rows_of(v1::Chunk const& chunk) {
  v1::AccessColumns const& from = chunk.access();
  std::vector<AccessRow> rows(chunk.rows());
  std::uint64_t const step = std::max<std::uint64_t>(chunk.time_step(), 1);
  std::uint64_t sequence = chunk.first_sequence() - 1;
  std::uint64_t time = chunk.t0();
  std::uint64_t address = 0;
  std::uint64_t exit = from.exit_base();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    AccessRow& row = rows[i];
    row.sequence = sequence += cell(from.sequence(), i);
    row.time = time += step * cell(from.time(), i);
    std::uint8_t const shape = byte(from.shape(), i);
    row.access = {.space = shape_space(shape),
                  .direction = shape_direction(shape),
                  .size = shape_size(shape),
                  .address = address += cell(from.address(), i),
                  .value = cell(from.value(), i)};
    row.value_known = known(from.value_known(), from.value_size() != 0, i);
    row.count = from.count_size() == 0 ? 1 : static_cast<std::uint32_t>(cell(from.count(), i));
    row.handling = static_cast<Handling>(byte(from.handling(), i));
    row.client = static_cast<ClientId>(cell(from.client(), i));
    exit += cell(from.exit(), i);
    if (known(from.exit_known(), from.exit_size() != 0, i)) row.exit = exit;
  }
  for (v1::StageColumn const& stage : from.stages()) {
    std::uint64_t at = ~std::uint64_t{0};
    for (std::size_t i = 0; i < stage.count(); ++i) {
      at += cell(stage.gap(), i);
      rows.at(at).stages.at(stage.stage()) = rows[at].time + step * cell(stage.offset(), i);
    }
  }
  return rows;
}

std::string show_all(std::vector<AccessRow> const& rows) {
  std::string text;
  for (AccessRow const& row : rows) text += tests::show(row) + '\n';
  return text;
}

TEST(DecodeAccess, UnderstandsTheBytesAsLibprotobufDoes) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::string const bytes = capture_of({.codec = Codec::none, .chunk_rows = 97}, [&](Writer& to) {
      tests::RowGenerator generator{seed};
      for (std::uint64_t i = 0; i < 300; ++i) to.write(0, 0, generator.access(i));
    });
    CaptureFile const file{bytes};
    Reader reader{file.path()};
    std::vector<v1::Chunk> const chunks = parse_chunks(bytes);
    Reader::Rows rows;
    for (v1::Chunk const& chunk : chunks) {
      ASSERT_TRUE(reader.next(rows));
      EXPECT_EQ(show_all(rows.access), show_all(rows_of(chunk))) << "seed " << seed;
    }
    EXPECT_FALSE(reader.next(rows));
  }
}

/// A field of AccessColumns (number below 16) as unpacked varints, which Protobuf allows too.
std::string unpacked(char number, std::vector<int> const& values) {
  std::string bytes;
  for (int const value : values) {
    bytes += static_cast<char>(number << 3);
    bytes += static_cast<char>(value);
  }
  return bytes;
}

TEST(DecodeAccess, ColumnsThatAreUnpackedOrInPiecesAreUnderstoodToo) {
  v1::Chunk chunk = good_chunk();
  std::string columns = chunk.access().SerializeAsString();
  columns += unpacked(2, {1, 2});               // times 1, 3
  columns += std::string{"\x12\x01\x05", 3};    // and 8, packed
  columns += std::string{"\xA2\x06\x02hi", 5};  // an unknown field
  chunk.clear_access();
  std::string const bytes = chunk.SerializeAsString() + std::string{"\x8A\x01", 2} +
                            static_cast<char>(columns.size()) + columns;
  CaptureFile const file{with_header(good_header()) + frame(FrameKind::chunk, bytes)};
  Reader reader{file.path()};
  AccessBatch batch;
  ASSERT_TRUE(reader.next(batch));
  EXPECT_THAT(batch.time.data(), testing::ElementsAre(1, 3, 8));
  EXPECT_THAT(batch.address.data(), testing::ElementsAre(0, 1, 3));
  EXPECT_TRUE(batch.value.constant());
}

}  // namespace
}  // namespace acrn::traces
