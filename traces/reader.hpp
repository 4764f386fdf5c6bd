// SPDX-License-Identifier: BSD-3-Clause
// Reads a capture as a stream of decoded column batches, in bounded memory, checking every frame.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "traces/capture_info.hpp"
#include "traces/rows.hpp"

namespace acrn::traces {

/// One column of a batch: n values, or one value for all rows (constant), or none (not recorded).
template <class T>
class Column {
 public:
  [[nodiscard]] bool recorded() const { return !data_.empty(); }
  [[nodiscard]] bool constant() const { return data_.size() == 1; }
  /// The value of row `i`; the column must be recorded.
  [[nodiscard]] T operator[](std::size_t i) const { return data_[constant() ? 0 : i]; }
  [[nodiscard]] std::vector<T> const& data() const { return data_; }
  [[nodiscard]] std::vector<T>& data() { return data_; }

 private:
  std::vector<T> data_;
};

struct ChunkInfo {
  Stream stream{};
  std::uint16_t vm{};
  std::uint16_t vcpu{};
  std::uint64_t first_sequence{};
  std::uint32_t rows{};
  std::uint64_t dropped_before{};
  std::uint64_t file_offset{};  ///< of the chunk's frame, for messages
  /// Chunks of one VM with the same group were flushed together: all accesses of a group precede
  /// all accesses of the VM's later groups in sequence. 0 promises nothing.
  std::uint64_t group{};
};

/// A stage stamp that only some rows have.
struct StageColumn {
  std::uint8_t stage{};              ///< 0 to 15
  std::vector<std::uint32_t> rows;   ///< ascending row numbers within the batch
  std::vector<std::uint64_t> times;  ///< ticks, one per entry of `rows`
};

/// The decoded accesses of one chunk: structure of arrays.
struct AccessBatch {
  ChunkInfo info;
  Column<std::uint64_t> sequence;
  Column<std::uint64_t> time;  ///< ticks; not recorded for untimed captures
  Column<std::uint8_t> shape;  ///< see pack_shape()
  Column<std::uint64_t> address;
  Column<std::uint64_t> value;
  Column<std::uint8_t> value_known;  ///< 0 or 1
  Column<std::uint32_t> count;       ///< not recorded means 1
  Column<std::uint8_t> handling;     ///< Handling
  Column<std::uint32_t> client;
  Column<std::uint64_t> exit;
  std::vector<StageColumn> stages;

  [[nodiscard]] AccessRow row(std::size_t i) const;
};

/// Counts over the whole file, from its index, or by scanning when the index is missing.
struct StreamTotals {
  std::uint64_t rows{};
  std::uint64_t chunks{};
  std::uint64_t dropped{};
  std::uint64_t first_time{};
  std::uint64_t last_time{};
};

struct ReaderOptions {
  std::uint64_t frame_bytes_max{32ULL << 20};  ///< refuse larger frames before allocating
};

/// Reads one capture. Throws ContentError (bad magic, CRC, newer version, truncation inside a
/// frame, impossible sizes: message with file, offset, what was expected, what to do) and
/// EnvironmentError.
///
/// A file without index or trailer (a cut recording) opens: next_*() deliver every whole frame,
/// then `cut()` tells that the end is missing. A damaged frame throws; recover() skips to the next
/// sync.
class Reader {
 public:
  explicit Reader(std::string const& path, ReaderOptions const& options = {});
  ~Reader();
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;

  /// The name that the capture was opened by, for messages.
  [[nodiscard]] std::string const& path() const;
  /// Header, completed from the index when the file has one, else from the chunks that were read
  /// and by totals().
  [[nodiscard]] CaptureInfo const& info() const;
  /// Whether the file ends without index and trailer. Known after open for seekable files.
  [[nodiscard]] bool cut() const;

  /// The next access chunk in file order, decoded into `batch` (its buffers are reused);
  /// false at the end. Chunks of other streams are skipped.
  bool next(AccessBatch& batch);

  /// The next chunk of any stream as rows, for tools that print; false at the end.
  struct Rows {
    ChunkInfo info;
    std::vector<AccessRow> access;
    std::vector<ExitRow> exit;
    std::vector<SlotRow> slot;
    std::vector<InjectRow> inject;
    std::vector<InputRow> input;
  };
  bool next(Rows& rows);

  /// Back to the first chunk. Throws EnvironmentError on a stream that cannot seek.
  void rewind();
  /// After a ContentError from next(): skips to the next frame whose CRC holds; false at the end.
  bool recover();
  /// Totals per stream, index 1 to 5 as Stream; from the index, or by one scan of the file.
  [[nodiscard]] std::span<StreamTotals const, 6> totals();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace acrn::traces
