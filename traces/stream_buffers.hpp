// SPDX-License-Identifier: BSD-3-Clause
// The rows of one chunk in the making, one class per stream. Internal to the writer.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "traces/column_builder.hpp"
#include "traces/reader.hpp"
#include "traces/rows.hpp"
#include "traces/wire/chunk.hpp"

namespace acrn::traces {

/// Whether the capture's clock counts anything.
enum class Timed : std::uint8_t { no, yes };

/// What the index says of a chunk's times.
struct TimeRange {
  std::uint64_t min{};
  std::uint64_t max{};
};

/// The column of row times that every stream has.
class TimeColumn {
 public:
  void add(std::uint64_t time) { times_.push_back(time); }
  void clear() { times_.clear(); }
  [[nodiscard]] std::size_t rows() const { return times_.size(); }
  [[nodiscard]] std::uint64_t of(std::size_t row) const { return times_[row]; }
  [[nodiscard]] TimeRange range() const;
  /// Sets t0 and time_step of `head` and gives the column. `offsets` are further differences of
  /// times, divided along. Not recorded when `timed` is false and every time is 0.
  U64Column finish(ChunkHead& head, Timed timed, std::span<std::span<std::uint64_t>> offsets);

 private:
  std::vector<std::uint64_t> times_;
};

/// What the buffers below have in common: add() rows of one vCPU; view() points the chunk at the
/// finished columns, which it spoils for further add(); clear() makes it ready for the next chunk.
template <Stream kind>
class StreamBuffer {
 public:
  static constexpr Stream stream = kind;
  [[nodiscard]] std::size_t rows() const { return time_.rows(); }
  [[nodiscard]] TimeRange range() const { return time_.range(); }
  /// Of byte strings and register lists, whose size the number of rows does not bound.
  [[nodiscard]] std::size_t blob_bytes() const { return blob_bytes_; }

 protected:
  TimeColumn time_;
  std::size_t blob_bytes_{};
};

class AccessBuffer : public StreamBuffer<Stream::access> {
 public:
  /// Format 2: stamps count from the stage before, where that has the same rows.
  void use_steps() { steps_ = true; }
  /// Throws std::invalid_argument for a row that the format cannot hold.
  void add(AccessRow const& row);
  void view(ChunkView& chunk, Timed timed);
  void clear();

 private:
  struct Stage {
    std::vector<std::uint32_t> rows;
    std::vector<std::uint64_t> stamps;
  };
  void view_stages(std::vector<std::span<std::uint64_t>>& offsets);
  void finish_stages(std::span<std::span<std::uint64_t>> offsets);

  std::vector<std::uint64_t> sequence_;
  std::vector<std::uint8_t> shape_;
  std::vector<std::uint64_t> address_;
  OptionalColumn<std::uint64_t> value_;
  std::vector<std::uint32_t> count_;
  std::vector<std::uint8_t> handling_;
  std::vector<ClientId> client_;
  OptionalColumn<std::uint64_t> exit_;
  std::array<Stage, stage_count> stages_;
  std::vector<StageColumnView> stage_views_;
  bool steps_{};
  AccessColumns columns_;
};

class ExitBuffer : public StreamBuffer<Stream::exit> {
 public:
  void add(ExitRow const& row);
  void view(ChunkView& chunk, Timed timed);
  void clear();

 private:
  OptionalColumn<std::uint64_t> time_out_;
  std::vector<std::uint32_t> reason_;
  OptionalColumn<std::uint64_t> qualification_;
  OptionalColumn<std::uint64_t> rip_;
  OptionalColumn<std::uint8_t> length_;
  OptionalColumn<std::uint64_t> vm_seq_;
  std::vector<std::uint32_t> register_mask_;
  std::vector<std::uint64_t> registers_read_;
  std::vector<std::uint32_t> written_mask_;
  std::vector<std::uint64_t> registers_written_;
  BlobColumn instruction_;
  BlobColumn guest_ram_;
  BlobColumn entry_state_;
  ExitColumns columns_;
};

class SlotBuffer : public StreamBuffer<Stream::slot> {
 public:
  /// What was added since the last clear().
  [[nodiscard]] std::vector<SlotRow> const& list() const { return list_; }
  void add(SlotRow const& row);
  void view(ChunkView& chunk, Timed timed);
  void clear();

 private:
  std::vector<std::uint64_t> access_;
  std::vector<std::uint8_t> from_;
  std::vector<std::uint8_t> to_;
  std::vector<std::uint8_t> actor_;
  std::vector<SlotRow> list_;
  SlotColumns columns_;
};

class InjectBuffer : public StreamBuffer<Stream::inject> {
 public:
  void add(InjectRow const& row);
  void view(ChunkView& chunk, Timed timed);
  void clear();

 private:
  OptionalColumn<std::uint64_t> after_exit_;
  std::vector<std::uint64_t> position_;
  std::vector<std::uint8_t> vector_;
  std::vector<std::uint8_t> type_;
  OptionalColumn<std::uint32_t> error_code_;
  std::vector<std::uint8_t> origin_;
  InjectColumns columns_;
};

class InputBuffer : public StreamBuffer<Stream::input> {
 public:
  void add(InputRow const& row);
  void view(ChunkView& chunk, Timed timed);
  void clear();

 private:
  std::vector<std::uint64_t> position_;
  std::vector<std::uint8_t> kind_;
  std::vector<std::uint64_t> target_;
  std::vector<std::uint64_t> payload_;
  OptionalColumn<std::uint64_t> after_exit_;
  InputColumns columns_;
};

}  // namespace acrn::traces
