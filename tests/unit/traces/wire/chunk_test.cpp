// SPDX-License-Identifier: BSD-3-Clause
// The freestanding encoder against libprotobuf: the same bytes for the same columns.
#include "traces/wire/chunk.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <string>
#include <vector>

#include "traces/schema/capture.pb.h"
#include "traces/wire/varint.hpp"

namespace acrn::traces {
namespace {

/// Random columns that stay alive while views point at them, and their copies in messages.
class Columns {
 public:
  explicit Columns(std::uint64_t seed) : random_{seed} {}

  std::uint64_t number() {
    std::uint64_t const any = random_();
    return any % 3 == 0 ? any >> (any % 64) : any >> 32U & 0x7FU;
  }
  template <class Field>
  U64Column plain(Field* field) {
    auto& values = numbers_.emplace_back(size());
    for (auto& value : values) {
      value = number();
      field->Add(value);
    }
    return values;
  }
  template <class Field>
  U64Column zigzagged(Field* field) {
    auto& values = numbers_.emplace_back(size());
    for (auto& value : values) {
      std::uint64_t const difference = number() * (random_() % 2 == 0 ? 1 : ~std::uint64_t{0});
      value = zigzag(difference);
      field->Add(static_cast<std::int64_t>(difference));
    }
    return values;
  }
  template <class Field>
  U32Column small(Field* field) {
    auto& values = words_.emplace_back(size());
    for (auto& value : values) {
      value = static_cast<std::uint32_t>(number());
      field->Add(value);
    }
    return values;
  }
  ByteColumn bytes(std::string* field) {
    auto& values = bytes_.emplace_back(size());
    for (auto& value : values) value = static_cast<std::uint8_t>(random_());
    field->assign(values.begin(), values.end());
    return values;
  }

 private:
  std::size_t size() { return random_() % 4 == 0 ? 0 : random_() % 200; }
  std::mt19937_64 random_;
  std::deque<std::vector<std::uint64_t>> numbers_;
  std::deque<std::vector<std::uint32_t>> words_;
  std::deque<std::vector<std::uint8_t>> bytes_;
};

void fill_head(Columns& columns, ChunkHead& head, v1::Chunk& message) {
  head = {.stream = static_cast<std::uint8_t>(columns.number() % 6),
          .vm = static_cast<std::uint16_t>(columns.number()),
          .vcpu = static_cast<std::uint16_t>(columns.number()),
          .clock = static_cast<std::uint32_t>(columns.number()),
          .first_sequence = columns.number(),
          .rows = static_cast<std::uint32_t>(columns.number()),
          .t0 = columns.number(),
          .time_step = columns.number(),
          .dropped_before = columns.number(),
          .group = columns.number()};
  message.set_stream(static_cast<v1::Stream>(head.stream));
  message.set_vm(head.vm);
  message.set_vcpu(head.vcpu);
  message.set_clock(head.clock);
  message.set_first_sequence(head.first_sequence);
  message.set_rows(head.rows);
  message.set_t0(head.t0);
  message.set_time_step(head.time_step);
  message.set_dropped_before(head.dropped_before);
  message.set_group(head.group);
}

AccessColumns fill(Columns& columns, v1::AccessColumns& to, std::vector<StageColumnView>& stages) {
  AccessColumns access{.sequence = columns.plain(to.mutable_sequence()),
                       .time = columns.plain(to.mutable_time()),
                       .shape = columns.bytes(to.mutable_shape()),
                       .address = columns.zigzagged(to.mutable_address()),
                       .value = columns.plain(to.mutable_value()),
                       .value_known = columns.bytes(to.mutable_value_known()),
                       .count = columns.small(to.mutable_count()),
                       .handling = columns.bytes(to.mutable_handling()),
                       .client = columns.small(to.mutable_client()),
                       .exit = columns.zigzagged(to.mutable_exit()),
                       .exit_known = columns.bytes(to.mutable_exit_known()),
                       .exit_base = columns.number(),
                       .stages = {}};
  to.set_exit_base(access.exit_base);
  for (std::uint32_t stage = 0; stage < columns.number() % 4; ++stage) {
    v1::StageColumn& column = *to.add_stages();
    column.set_stage(stage);
    column.set_count(3);
    stages.push_back({.stage = stage,
                      .count = 3,
                      .gap = columns.small(column.mutable_gap()),
                      .offset = columns.zigzagged(column.mutable_offset()),
                      .step = columns.zigzagged(column.mutable_step())});
  }
  access.stages = stages;
  return access;
}

ExitColumns fill(Columns& columns, v1::ExitColumns& to) {
  return {.time_in = columns.plain(to.mutable_time_in()),
          .time_out = columns.plain(to.mutable_time_out()),
          .time_out_known = columns.bytes(to.mutable_time_out_known()),
          .reason = columns.small(to.mutable_reason()),
          .qualification = columns.plain(to.mutable_qualification()),
          .qualification_known = columns.bytes(to.mutable_qualification_known()),
          .rip = columns.zigzagged(to.mutable_rip()),
          .rip_known = columns.bytes(to.mutable_rip_known()),
          .length = columns.bytes(to.mutable_length()),
          .length_known = columns.bytes(to.mutable_length_known()),
          .vm_seq = columns.plain(to.mutable_vm_seq()),
          .vm_seq_known = columns.bytes(to.mutable_vm_seq_known()),
          .register_mask = columns.small(to.mutable_register_mask()),
          .registers_read = columns.plain(to.mutable_registers_read()),
          .written_mask = columns.small(to.mutable_written_mask()),
          .registers_written = columns.plain(to.mutable_registers_written()),
          .instruction_size = columns.small(to.mutable_instruction_size()),
          .instruction_bytes = columns.bytes(to.mutable_instruction_bytes()),
          .guest_ram_size = columns.small(to.mutable_guest_ram_size()),
          .guest_ram_read = columns.bytes(to.mutable_guest_ram_read()),
          .entry_state_size = columns.small(to.mutable_entry_state_size()),
          .entry_state = columns.bytes(to.mutable_entry_state())};
}

SlotColumns fill(Columns& columns, v1::SlotColumns& to) {
  return {.time = columns.plain(to.mutable_time()),
          .access = columns.zigzagged(to.mutable_access()),
          .from = columns.bytes(to.mutable_from()),
          .to = columns.bytes(to.mutable_to()),
          .actor = columns.bytes(to.mutable_actor()),
          .pending = columns.plain(to.mutable_pending()),
          .processing = columns.plain(to.mutable_processing()),
          .complete = columns.plain(to.mutable_complete()),
          .free = columns.plain(to.mutable_free())};
}

InjectColumns fill(Columns& columns, v1::InjectColumns& to) {
  return {.time = columns.plain(to.mutable_time()),
          .after_exit = columns.zigzagged(to.mutable_after_exit()),
          .after_exit_known = columns.bytes(to.mutable_after_exit_known()),
          .position = columns.plain(to.mutable_position()),
          .vector = columns.bytes(to.mutable_vector()),
          .type = columns.bytes(to.mutable_type()),
          .error_code = columns.small(to.mutable_error_code()),
          .error_code_known = columns.bytes(to.mutable_error_code_known()),
          .origin = columns.bytes(to.mutable_origin())};
}

InputColumns fill(Columns& columns, v1::InputColumns& to) {
  return {.time = columns.plain(to.mutable_time()),
          .position = columns.plain(to.mutable_position()),
          .kind = columns.bytes(to.mutable_kind()),
          .target = columns.plain(to.mutable_target()),
          .payload = columns.plain(to.mutable_payload()),
          .after_exit = columns.zigzagged(to.mutable_after_exit()),
          .after_exit_known = columns.bytes(to.mutable_after_exit_known())};
}

std::string encode(ChunkView const& chunk) {
  std::string bytes(chunk_size(chunk), '\xAA');
  auto const written = encode_chunk(chunk, std::as_writable_bytes(std::span{bytes}));
  EXPECT_EQ(written.size(), bytes.size());
  return bytes;
}

class ChunkEncoder : public testing::TestWithParam<std::uint64_t> {};

TEST_P(ChunkEncoder, WritesTheBytesOfLibprotobuf) {
  SCOPED_TRACE("seed " + std::to_string(GetParam()));
  Columns columns{GetParam()};
  v1::Chunk message;
  ChunkView chunk;
  fill_head(columns, chunk.head, message);
  std::vector<ClientNameView> names{{.id = 1, .name = "uart"}, {.id = 300, .name = ""}};
  names.resize(columns.number() % 3);
  for (ClientNameView const& name : names) {
    v1::ClientName& to = *message.add_names();
    to.set_id(name.id);
    to.set_name(std::string{name.name});
  }
  chunk.names = names;
  std::vector<StageColumnView> stages;
  AccessColumns const access = fill(columns, *message.mutable_access(), stages);
  ExitColumns const exit = fill(columns, *message.mutable_exit());
  SlotColumns const slot = fill(columns, *message.mutable_slot());
  InjectColumns const inject = fill(columns, *message.mutable_inject());
  InputColumns const input = fill(columns, *message.mutable_input());
  chunk.access = &access;
  chunk.exit = &exit;
  chunk.slot = &slot;
  chunk.inject = &inject;
  chunk.input = &input;
  EXPECT_EQ(encode(chunk), message.SerializeAsString());
}

INSTANTIATE_TEST_SUITE_P(Seeds, ChunkEncoder, testing::Range<std::uint64_t>(1, 101));

TEST(ChunkEncoder, WritesEmptyMessagesAsLibprotobufDoes) {
  v1::Chunk message;
  ChunkView chunk;
  EXPECT_EQ(encode(chunk), "");
  SlotColumns const slot;
  chunk.slot = &slot;
  message.mutable_slot();
  EXPECT_EQ(encode(chunk), message.SerializeAsString());
}

TEST(ChunkEncoderDeathTest, RefusesTooLittleRoom) {
  ChunkView chunk;
  chunk.head.rows = 5;
  std::vector<std::byte> out(chunk_size(chunk) - 1);
  EXPECT_DEATH(encode_chunk(chunk, out), "needs chunk_size");
}

TEST(Shrink, KeepsOneValueOfAConstantColumn) {
  std::vector<std::uint64_t> const same{4, 4, 4};
  std::vector<std::uint64_t> const mixed{4, 4, 5};
  EXPECT_EQ(shrink(U64Column{same}).size(), 1U);
  EXPECT_EQ(shrink(U64Column{mixed}).size(), 3U);
  EXPECT_EQ(shrink(U64Column{}).size(), 0U);
  EXPECT_TRUE(shrink(U64Column{same}, std::uint64_t{4}).empty());
  EXPECT_EQ(shrink(U64Column{same}, std::uint64_t{5}).size(), 1U);
}

TEST(Deltas, WrapAround) {
  std::vector<std::uint64_t> values{5, 3, ~std::uint64_t{0}, 0};
  to_deltas(values, ~std::uint64_t{0});
  EXPECT_EQ(values, (std::vector<std::uint64_t>{6, ~std::uint64_t{1}, ~std::uint64_t{3}, 1}));
  to_zigzag(values);
  EXPECT_EQ(values, (std::vector<std::uint64_t>{12, 3, 7, 2}));
}

}  // namespace
}  // namespace acrn::traces
