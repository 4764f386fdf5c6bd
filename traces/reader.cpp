// SPDX-License-Identifier: BSD-3-Clause
#include "traces/reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "traces/chunk_parser.hpp"
#include "traces/error.hpp"
#include "traces/frame_source.hpp"
#include "traces/index_builder.hpp"
#include "traces/info_codec.hpp"
#include "traces/packed_column.hpp"
#include "traces/unpacker.hpp"

namespace acrn::traces {

namespace {

using Totals = std::array<StreamTotals, 6>;

Totals from_index(v1::Index const& index) {
  Totals totals{};
  for (v1::StreamTotals const& from : index.totals()) {
    if (from.stream() < 1 || from.stream() > 5) continue;
    totals[static_cast<std::size_t>(from.stream())] = {.rows = from.rows(),
                                                       .chunks = from.chunks(),
                                                       .dropped = from.dropped(),
                                                       .first_time = from.time_min(),
                                                       .last_time = from.time_max()};
  }
  return totals;
}

template <class Row, class Time>
TimeRange range_of(std::vector<Row> const& rows, Time Row::*time) {
  if (rows.empty()) return {};
  auto const earlier = [time](Row const& a, Row const& b) { return a.*time < b.*time; };
  auto const [min, max] = std::minmax_element(rows.begin(), rows.end(), earlier);
  return {.min = (*min).*time, .max = (*max).*time};
}

TimeRange range_of(Reader::Rows const& rows) {
  switch (rows.info.stream) {
    case Stream::exit:
      return range_of(rows.exit, &ExitRow::time_in);
    case Stream::access:
      return range_of(rows.access, &AccessRow::time);
    case Stream::slot:
      return range_of(rows.slot, &SlotRow::time);
    case Stream::inject:
      return range_of(rows.inject, &InjectRow::time);
    case Stream::input:
      return range_of(rows.input, &InputRow::time);
  }
  return {};
}

}  // namespace

class Reader::Impl {
 public:
  Impl(std::string const& path, ReaderOptions const& options)
      : path_{path}, options_{options}, source_{path, options.frame_bytes_max} {
    read_header();
    if (source_.file().size()) {
      cut_ = !read_index_ahead();
      source_.seek(first_chunk_);
    }
  }

  bool next(AccessBatch& batch) {
    ParsedChunk chunk;
    while (next_chunk(chunk, batch.info)) {
      if (batch.info.stream != Stream::access || batch.info.rows == 0) continue;
      guarded(batch.info.file_offset, [&] { decode(chunk, batch); });
      return true;
    }
    return false;
  }

  bool next(Rows& rows) {
    ParsedChunk chunk;
    if (!next_chunk(chunk, rows.info)) return false;
    rows.access.clear();
    rows.exit.clear();
    rows.slot.clear();
    rows.inject.clear();
    rows.input.clear();
    if (rows.info.rows == 0) return true;
    guarded(rows.info.file_offset, [&] {
      switch (rows.info.stream) {
        case Stream::exit:
          return decode_rows(chunk.head, chunk.columns, rows.exit);
        case Stream::slot:
          return decode_rows(chunk.head, chunk.columns, rows.slot);
        case Stream::inject:
          return decode_rows(chunk.head, chunk.columns, rows.inject);
        case Stream::input:
          return decode_rows(chunk.head, chunk.columns, rows.input);
        case Stream::access:
          break;
      }
      scratch_.info = rows.info;
      decode(chunk, scratch_);
      to_rows(scratch_, rows.access);
    });
    return true;
  }

  void rewind() {
    source_.seek(first_chunk_);
    ended_ = false;
  }

  bool recover() { return source_.resync(); }

  std::span<StreamTotals const, 6> totals() {
    if (!totals_) {
      if (!source_.file().size()) {
        throw EnvironmentError(source_.file().name() +
                               ": the totals of a capture need a file; this is a stream");
      }
      Impl scanner{path_, options_};
      totals_ = scanner.scan();
      // Chunks name the clients, too; who has the totals expects the names that belong to them.
      for (auto const& [id, name] : scanner.info_.clients) info_.clients.try_emplace(id, name);
    }
    return *totals_;
  }

  [[nodiscard]] std::string const& path() const { return path_; }
  [[nodiscard]] CaptureInfo const& info() const { return info_; }
  [[nodiscard]] bool cut() const { return cut_; }

 private:
  /// Turns what is wrong with a payload into an error that names file and place.
  template <class Action>
  void guarded(std::uint64_t offset, Action const& action) const {
    try {
      action();
    } catch (Malformed const& problem) {
      throw ContentError(source_.where(offset) + problem.what());
    }
  }

  void read_header() {
    std::optional<Frame> const frame = source_.next();
    if (!frame) {
      throw ContentError(source_.where(file_magic.size()) +
                         "the file ends here, expected its header; the recording was cut at its "
                         "start: record again");
    }
    guarded(frame->offset, [&] {
      if (frame->header.kind != static_cast<std::uint8_t>(FrameKind::header)) {
        throw Malformed("found another frame, expected the header first");
      }
      info_ = decode_header(unpacker_.unpack(*frame));
    });
    first_chunk_ = frame->offset + frame_header_size + frame->header.stored;
  }

  /// Whether the file has a good trailer and a good index.
  bool read_index_ahead() {
    std::optional<std::uint64_t> const offset = source_.index_offset();
    if (!offset) return false;
    try {
      source_.seek(*offset);
      std::optional<Frame> const frame = source_.next();
      if (!frame || frame->header.kind != static_cast<std::uint8_t>(FrameKind::index)) return false;
      take_index(*frame);
      return true;
    } catch (ContentError const&) {
      return false;  // whoever reads up to there is told
    }
  }

  void take_index(Frame const& frame) {
    guarded(frame.offset, [&] {
      v1::Index const index = decode_index(unpacker_.unpack(frame));
      complete_from_index(index, info_);
      totals_ = from_index(index);
    });
  }

  bool next_chunk(ParsedChunk& chunk, ChunkInfo& info) {
    while (!ended_) {
      std::optional<Frame> const frame = source_.next();
      if (!frame) {
        ended_ = cut_ = true;
        break;
      }
      switch (frame->header.kind) {
        case static_cast<std::uint8_t>(FrameKind::chunk):
          guarded(frame->offset, [&] { chunk = parse_chunk(unpacker_.unpack(*frame)); });
          take_chunk(chunk, frame->offset, info);
          return true;
        case static_cast<std::uint8_t>(FrameKind::index):
          take_index(*frame);
          cut_ = source_.finish() == Ending::cut;
          ended_ = true;
          break;
        case static_cast<std::uint8_t>(FrameKind::header):
          throw ContentError(source_.where(frame->offset) +
                             "found a second header, expected a chunk; split the file here");
        default:
          break;  // of a newer minor version
      }
    }
    return false;
  }

  void take_chunk(ParsedChunk const& chunk, std::uint64_t offset, ChunkInfo& info) {
    for (auto const& [id, name] : chunk.names) info_.clients[id] = name;
    ChunkHead const& head = chunk.head;
    info = {.stream = static_cast<Stream>(head.stream),
            .vm = head.vm,
            .vcpu = head.vcpu,
            .first_sequence = head.first_sequence,
            .rows = head.rows,
            .dropped_before = head.dropped_before,
            .file_offset = offset,
            .group = head.group};
  }

  void decode(ParsedChunk const& chunk, AccessBatch& batch) {
    if (decode_access(chunk.head, chunk.columns, batch)) return;
    std::vector<std::byte> const bytes = normalise_access(chunk.columns);
    auto const columns = std::span{bytes}.first(bytes.size() - column_slack);
    if (!decode_access(chunk.head, columns, batch)) throw Malformed("found columns not packed");
  }

  Totals scan() {
    Totals totals{};
    Rows rows;
    for (;;) {
      try {
        if (!next(rows)) return totals;
        ChunkHead const head{.rows = rows.info.rows, .dropped_before = rows.info.dropped_before};
        add_to_totals(totals[static_cast<std::size_t>(rows.info.stream)], head, range_of(rows));
      } catch (ContentError const&) {
        if (!recover()) return totals;
      }
    }
  }

  std::string path_;
  ReaderOptions options_;
  FrameSource source_;
  Unpacker unpacker_;
  CaptureInfo info_;
  std::uint64_t first_chunk_{};
  std::optional<Totals> totals_;
  AccessBatch scratch_;
  bool cut_{};
  bool ended_{};
};

Reader::Reader(std::string const& path, ReaderOptions const& options)
    : impl_{std::make_unique<Impl>(path, options)} {}
Reader::~Reader() = default;
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;

std::string const& Reader::path() const { return impl_->path(); }
CaptureInfo const& Reader::info() const { return impl_->info(); }
bool Reader::cut() const { return impl_->cut(); }
bool Reader::next(AccessBatch& batch) { return impl_->next(batch); }
bool Reader::next(Rows& rows) { return impl_->next(rows); }
void Reader::rewind() { impl_->rewind(); }
bool Reader::recover() { return impl_->recover(); }
std::span<StreamTotals const, 6> Reader::totals() { return impl_->totals(); }

}  // namespace acrn::traces
