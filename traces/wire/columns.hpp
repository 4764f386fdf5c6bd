// SPDX-License-Identifier: BSD-3-Clause
// The columns of a chunk as they go to the file, and the steps that turn plain values into them.
// Meaning and rules of each column: traces/schema/capture.proto.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "traces/wire/varint.hpp"

namespace acrn::traces {

/// Most rows that a chunk may hold. A format rule: it bounds what a reader must allocate.
inline constexpr std::uint32_t chunk_rows_max = 65'536;

using U64Column = std::span<std::uint64_t const>;
using U32Column = std::span<std::uint32_t const>;
using ByteColumn = std::span<std::uint8_t const>;

/// Everything of a chunk but its columns: the fields of message Chunk, in its order.
struct ChunkHead {
  std::uint8_t stream{};
  std::uint16_t vm{};
  std::uint16_t vcpu{};
  std::uint32_t clock{};
  std::uint64_t first_sequence{};
  std::uint32_t rows{};
  std::uint64_t t0{};
  std::uint64_t time_step{};
  std::uint64_t dropped_before{};
  std::uint64_t group{};
};

struct ClientNameView {
  std::uint32_t id{};
  std::string_view name;
};

struct StageColumnView {
  std::uint32_t stage{};
  std::uint32_t count{};
  U32Column gap{};
  U64Column offset{};
  U64Column step{};
};

struct AccessColumns {
  U64Column sequence;
  U64Column time;
  ByteColumn shape;
  U64Column address;
  U64Column value;
  ByteColumn value_known;
  U32Column count;
  ByteColumn handling;
  U32Column client;
  U64Column exit;
  ByteColumn exit_known;
  std::uint64_t exit_base{};
  std::span<StageColumnView const> stages;
};

struct ExitColumns {
  U64Column time_in;
  U64Column time_out;
  ByteColumn time_out_known;
  U32Column reason;
  U64Column qualification;
  ByteColumn qualification_known;
  U64Column rip;
  ByteColumn rip_known;
  ByteColumn length;
  ByteColumn length_known;
  U64Column vm_seq;
  ByteColumn vm_seq_known;
  U32Column register_mask;
  U64Column registers_read;
  U32Column written_mask;
  U64Column registers_written;
  U32Column instruction_size;
  ByteColumn instruction_bytes;
  U32Column guest_ram_size;
  ByteColumn guest_ram_read;
  U32Column entry_state_size;
  ByteColumn entry_state;
};

struct SlotColumns {
  U64Column time;
  U64Column access;
  ByteColumn from;
  ByteColumn to;
  ByteColumn actor;
  U64Column pending{};
  U64Column processing{};
  U64Column complete{};
  U64Column free{};
};

struct InjectColumns {
  U64Column time;
  U64Column after_exit;
  ByteColumn after_exit_known;
  U64Column position;
  ByteColumn vector;
  ByteColumn type;
  U32Column error_code;
  ByteColumn error_code_known;
  ByteColumn origin;
};

struct InputColumns {
  U64Column time;
  U64Column position;
  ByteColumn kind;
  U64Column target;
  U64Column payload;
  U64Column after_exit;
  ByteColumn after_exit_known;
};

/// Replaces each value by its difference to the one before, modulo 2^64; `before` precedes the
/// first.
constexpr void to_deltas(std::span<std::uint64_t> values, std::uint64_t before) noexcept {
  for (std::uint64_t& value : values) {
    std::uint64_t const now = value;
    value -= before;
    before = now;
  }
}

/// Replaces each difference by its zigzag code.
constexpr void to_zigzag(std::span<std::uint64_t> values) noexcept {
  for (std::uint64_t& value : values) value = zigzag(value);
}

/// The column's one value if all are equal, or the column as it is.
template <class T>
constexpr std::span<T const> shrink(std::span<T const> column) noexcept {
  for (T const value : column) {
    if (value != column.front()) return column;
  }
  return column.first(column.empty() ? 0 : 1);
}

/// shrink(), and nothing at all if every value is `implied`, which an absent column means.
template <class T>
constexpr std::span<T const> shrink(std::span<T const> column, T implied) noexcept {
  std::span<T const> const shrunk = shrink(column);
  return shrunk.size() == 1 && shrunk.front() == implied ? std::span<T const>{} : shrunk;
}

}  // namespace acrn::traces
