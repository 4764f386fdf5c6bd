// SPDX-License-Identifier: BSD-3-Clause
#include "traces/chunk_parser.hpp"

#include <algorithm>

#include "traces/info_codec.hpp"
#include "traces/packed_column.hpp"
#include "traces/wire/field_walker.hpp"

namespace acrn::traces {

namespace {

/// More new client names than any capture defines in one chunk.
constexpr std::size_t names_max = 65'536;

constexpr std::uint32_t first_columns_field = 16;

/// The field of message Chunk that holds the columns of a stream, 0 for an unknown stream.
constexpr std::uint32_t columns_field(std::uint64_t stream) {
  return stream >= 1 && stream <= 5 ? first_columns_field + static_cast<std::uint32_t>(stream) - 1
                                    : 0;
}

template <class T>
T narrow(Field const& field, char const* what, std::uint64_t max) {
  if (field.value > max) {
    throw Malformed(std::string{"found "} + what + " " + std::to_string(field.value) +
                    ", expected at most " + std::to_string(max));
  }
  return static_cast<T>(field.value);
}

void take_scalar(Field const& field, ChunkHead& head) {
  switch (field.number) {
    case 1:
      head.stream = narrow<std::uint8_t>(field, "stream", 5);
      break;
    case 2:
      head.vm = narrow<std::uint16_t>(field, "VM", 0xFFFF);
      break;
    case 3:
      head.vcpu = narrow<std::uint16_t>(field, "vCPU", 0xFFFF);
      break;
    case 4:
      head.clock = narrow<std::uint32_t>(field, "clock", 0);
      break;
    case 5:
      head.first_sequence = field.value;
      break;
    case 6:
      head.rows = narrow<std::uint32_t>(field, "a row count of", chunk_rows_max);
      break;
    case 7:
      head.t0 = field.value;
      break;
    case 8:
      head.time_step = field.value;
      break;
    case 9:
      head.dropped_before = field.value;
      break;
    case 10:
      head.group = field.value;
      break;
    default:
      break;
  }
}

std::pair<ClientId, std::string> parse_name(std::span<std::byte const> message) {
  std::pair<ClientId, std::string> name;
  FieldWalker walker{message};
  for (Field field; walker.next(field);) {
    if (field.number == 1) name.first = narrow<ClientId>(field, "client", ~std::uint32_t{0});
    if (field.number == 2) {
      auto const* const text = reinterpret_cast<char const*>(field.bytes.data());
      name.second = to_utf8({text, field.bytes.size()});
    }
  }
  if (walker.malformed()) throw Malformed("found a malformed client name");
  return name;
}

}  // namespace

ParsedChunk parse_chunk(std::span<std::byte const> payload) {
  ParsedChunk chunk;
  std::array<std::span<std::byte const>, 6> columns;
  std::size_t messages = 0;
  FieldWalker walker{payload};
  for (Field field; walker.next(field);) {
    if (field.type == WireType::varint) {
      take_scalar(field, chunk.head);
    } else if (field.number == 11 && field.type == WireType::length) {
      if (chunk.names.size() == names_max) throw Malformed("found too many client names");
      chunk.names.push_back(parse_name(field.bytes));
    } else if (field.number >= first_columns_field && field.number < first_columns_field + 5) {
      columns[field.number - first_columns_field + 1] = field.bytes;
      ++messages;
    }
  }
  if (walker.malformed()) throw Malformed("found bytes that are no Protobuf message");
  ChunkHead const& head = chunk.head;
  if (columns_field(head.stream) == 0) throw Malformed("found a chunk of no stream");
  if (head.rows == 0) return chunk;
  chunk.columns = columns[head.stream];
  if (messages != 1 || chunk.columns.empty()) {
    throw Malformed("found other columns than those of the chunk's stream");
  }
  return chunk;
}

std::vector<std::byte> normalise_access(std::span<std::byte const> columns) {
  v1::AccessColumns message;
  if (!message.ParseFromArray(columns.data(), static_cast<int>(columns.size()))) {
    throw Malformed("found columns that are no Protobuf message");
  }
  message.DiscardUnknownFields();
  std::string const text = serialise(message);
  auto const bytes = std::as_bytes(std::span{text});
  std::vector<std::byte> padded{bytes.begin(), bytes.end()};
  padded.resize(padded.size() + column_slack);
  return padded;
}

}  // namespace acrn::traces
