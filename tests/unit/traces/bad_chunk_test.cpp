// SPDX-License-Identifier: BSD-3-Clause
// Chunks whose CRC holds but whose columns contradict the format: refused, and named.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/unit/traces/capture_file.hpp"
#include "tests/unit/traces/messages.hpp"

namespace acrn::traces {
namespace {

using testing::HasSubstr;

struct SpoiltChunk {
  char const* name;
  std::function<void(v1::Chunk&)> spoil;
  char const* message;
};

class BadChunk : public testing::TestWithParam<SpoiltChunk> {};

TEST_P(BadChunk, IsRefusedByName) {
  v1::Chunk chunk = good_chunk();
  GetParam().spoil(chunk);
  std::string const error = error_of_reading(with_chunk(chunk));
  EXPECT_THAT(error, HasSubstr(GetParam().message));
  EXPECT_THAT(error, HasSubstr(": offset "));
  EXPECT_THAT(error, HasSubstr("skip this part"));
}

v1::StageColumn& add_stage(v1::Chunk& chunk, std::uint32_t stage) {
  v1::StageColumn& column = *chunk.mutable_access()->add_stages();
  column.set_stage(stage);
  column.set_count(2);
  column.add_gap(1);
  column.add_offset(5);
  return column;
}

v1::Chunk exit_chunk() {
  v1::Chunk chunk;
  chunk.set_stream(v1::STREAM_EXIT);
  chunk.set_rows(2);
  chunk.mutable_exit()->add_reason(30);
  return chunk;
}

INSTANTIATE_TEST_SUITE_P(
    Columns, BadChunk,
    testing::Values(
        SpoiltChunk{"NoStream", [](auto& c) { c.clear_stream(); }, "a chunk of no stream"},
        SpoiltChunk{"Stream", [](auto& c) { c.set_stream(static_cast<v1::Stream>(6)); },
                    "stream 6, expected at most 5"},
        SpoiltChunk{"Rows", [](auto& c) { c.set_rows(65'537); },
                    "a row count of 65537, expected at most 65536"},
        SpoiltChunk{"Vm", [](auto& c) { c.set_vm(65'536); }, "VM 65536"},
        SpoiltChunk{"Vcpu", [](auto& c) { c.set_vcpu(65'536); }, "vCPU 65536"},
        SpoiltChunk{"Clock", [](auto& c) { c.set_clock(1); }, "clock 1, expected at most 0"},
        SpoiltChunk{"OtherColumns", [](auto& c) { c.mutable_slot()->add_time(1); },
                    "other columns than those of the chunk's stream"},
        SpoiltChunk{"WrongColumns", [](auto& c) { c.set_stream(v1::STREAM_SLOT); },
                    "other columns than those of the chunk's stream"},
        SpoiltChunk{"NoSequence", [](auto& c) { c.mutable_access()->clear_sequence(); },
                    "without sequence, shape or address"},
        SpoiltChunk{"ShortAddress",
                    [](auto& c) { c.mutable_access()->mutable_address()->RemoveLast(); },
                    "'address' with neither one nor all of its values"},
        SpoiltChunk{"LongAddress", [](auto& c) { c.mutable_access()->add_address(1); },
                    "'address' with neither one nor all of its values"},
        SpoiltChunk{"Shape", [](auto& c) { c.mutable_access()->set_shape("\x24"); },
                    "'shape' with a value outside its range"},
        SpoiltChunk{"ShapeLength", [](auto& c) { c.mutable_access()->set_shape("\x04\x04"); },
                    "'shape' with neither one nor all of its values"},
        SpoiltChunk{"Handling", [](auto& c) { c.mutable_access()->set_handling("\x05"); },
                    "'handling' with a value outside its range"},
        SpoiltChunk{"WideValue", [](auto& c) { c.mutable_access()->set_value(0, 256); },
                    "'value' with a value wider than its access"},
        SpoiltChunk{"BitmapLength",
                    [](auto& c) { c.mutable_access()->set_value_known("\x01\x01"); },
                    "'value_known' with a wrong length"},
        SpoiltChunk{"BitmapTail", [](auto& c) { c.mutable_access()->set_value_known("\x08"); },
                    "'value_known' with bits behind the last row"},
        SpoiltChunk{"BitmapAlone", [](auto& c) { c.mutable_access()->set_exit_known("\x01"); },
                    "'exit_known' with a wrong length"},
        SpoiltChunk{"StageNumber", [](auto& c) { add_stage(c, 16); }, "impossible stage"},
        SpoiltChunk{"StageCount", [](auto& c) { add_stage(c, 1).set_count(4); },
                    "impossible stage or count"},
        SpoiltChunk{"StageRow", [](auto& c) { add_stage(c, 1).set_gap(0, 2); },
                    "'stages.gap' with an impossible row"},
        SpoiltChunk{"StageRowTwice", [](auto& c) { add_stage(c, 1).set_gap(0, 0); },
                    "'stages.gap' with an impossible row"},
        SpoiltChunk{"StageOrder",
                    [](auto& c) {
                      add_stage(c, 2);
                      add_stage(c, 2);
                    },
                    "'stages' that are not ascending"},
        SpoiltChunk{"StageNumberOfColumns",
                    [](auto& c) {
                      for (std::uint32_t i = 0; i < 17; ++i) add_stage(c, i);
                    },
                    "'stages' more than 16 times"},
        SpoiltChunk{"ExitColumn",
                    [](auto& c) {
                      c = exit_chunk();
                      for (int i = 0; i < 3; ++i) c.mutable_exit()->add_rip(i);
                    },
                    "'rip' with neither one nor all of its values"},
        SpoiltChunk{"ExitBitmap",
                    [](auto& c) {
                      c = exit_chunk();
                      c.mutable_exit()->set_rip_known("\x01");
                    },
                    "'rip' with a bitmap that does not fit it"},
        SpoiltChunk{"FewRegisters",
                    [](auto& c) {
                      c = exit_chunk();
                      c.mutable_exit()->add_register_mask(3);
                      c.mutable_exit()->add_registers_read(1);
                    },
                    "'registers_read' with too few entries"},
        SpoiltChunk{"ManyRegisters",
                    [](auto& c) {
                      c = exit_chunk();
                      c.mutable_exit()->add_registers_read(1);
                    },
                    "'registers_read' with too many entries"},
        SpoiltChunk{"LongInstruction",
                    [](auto& c) {
                      c = exit_chunk();
                      c.mutable_exit()->add_instruction_size(16);
                    },
                    "'instruction_size' with more than 15 bytes"},
        SpoiltChunk{"HugeRam",
                    [](auto& c) {
                      c = exit_chunk();
                      c.mutable_exit()->add_guest_ram_size(0xFFFF'FFFF);
                    },
                    "'guest_ram_read' with too few entries"},
        SpoiltChunk{"InputKind",
                    [](auto& c) {
                      c.Clear();
                      c.set_stream(v1::STREAM_INPUT);
                      c.set_rows(1);
                      c.mutable_input()->set_kind("\x06");
                    },
                    "'kind' with an unknown kind of input"}),
    [](auto const& test) { return std::string{test.param.name}; });

}  // namespace
}  // namespace acrn::traces
