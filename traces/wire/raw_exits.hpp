// SPDX-License-Identifier: BSD-3-Clause
// From records of exits to the columns of one chunk of exits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "traces/wire/columns.hpp"
#include "traces/wire/raw_cursor.hpp"
#include "traces/wire/raw_limits.hpp"

namespace acrn::traces {

class RawExits {
 public:
  /// Takes as many exits as one chunk may hold, with what belongs to them; returns how many. Sets
  /// head.first_sequence and head.t0.
  std::size_t take(RawCursor& cursor, ChunkHead& head) noexcept;
  /// Of what take() took; valid until the next take().
  [[nodiscard]] ExitColumns const& columns() const noexcept { return columns_; }

 private:
  /// The values of one exit by bit of a mask.
  template <std::size_t count>
  struct Values {
    std::array<std::uint64_t, count> value{};
    std::uint32_t mask{};
    void set(unsigned bit, std::uint64_t what) noexcept {
      value[bit] = what;
      mask |= std::uint32_t{1} << bit;
    }
  };
  using Read = Values<exit_read::bit_count>;
  using Written = Values<exit_written::bit_count>;

  [[nodiscard]] bool has_room(std::size_t row) const noexcept;
  static void collect(RawExit const& exit, Written& written) noexcept;
  static void collect(RawExit const& exit, Written const& written, Read& read) noexcept;
  void add(std::size_t row, RawExit const& exit) noexcept;
  void add_log(std::size_t row, RawCursor& cursor) noexcept;
  void finish(std::size_t rows, std::uint64_t t0) noexcept;

  RawRows<std::uint64_t> time_in_;
  RawRows<std::uint64_t> time_out_;
  RawRows<std::uint32_t> reason_;
  RawRows<std::uint64_t> qualification_;
  RawRows<std::uint64_t> rip_;
  RawRows<std::uint8_t> length_;
  RawRows<std::uint32_t> read_mask_;
  RawRows<std::uint32_t> written_mask_;
  RawRows<std::uint32_t> ram_size_;
  RawRows<std::uint32_t> state_size_;
  RawList<std::uint64_t, raw_values_max> read_;
  RawList<std::uint64_t, raw_values_max> written_;
  RawList<std::uint8_t, raw_bytes_max> ram_;
  RawList<std::uint8_t, raw_bytes_max> state_;
  ExitColumns columns_;
};

}  // namespace acrn::traces
