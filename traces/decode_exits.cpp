// SPDX-License-Identifier: BSD-3-Clause
// decode_rows() of traces/chunk_parser.hpp for exits.
#include <bit>

#include "traces/chunk_parser.hpp"
#include "traces/info_codec.hpp"
#include "traces/row_cells.hpp"

namespace acrn::traces {

namespace {

/// The parts of exits that vary in length.
struct ExitLists {
  ExitLists(v1::ExitColumns const& from, std::size_t rows)
      : read_mask{from.register_mask(), rows, "register_mask"},
        written_mask{from.written_mask(), rows, "written_mask"},
        instruction_size{from.instruction_size(), rows, "instruction_size"},
        guest_ram_size{from.guest_ram_size(), rows, "guest_ram_size"},
        entry_state_size{from.entry_state_size(), rows, "entry_state_size"},
        read{from.registers_read(), "registers_read"},
        written{from.registers_written(), "registers_written"},
        instruction{from.instruction_bytes(), "instruction_bytes"},
        guest_ram{from.guest_ram_read(), "guest_ram_read"},
        entry_state{from.entry_state(), "entry_state"} {}

  void take(std::size_t i, ExitRow& row) {
    row.register_mask = static_cast<std::uint32_t>(read_mask[i]);
    row.written_mask = static_cast<std::uint32_t>(written_mask[i]);
    read.take(static_cast<std::uint64_t>(std::popcount(row.register_mask)), row.registers_read);
    written.take(static_cast<std::uint64_t>(std::popcount(row.written_mask)),
                 row.registers_written);
    if (instruction_size[i] > 15) wrong("instruction_size", "with more than 15 bytes");
    instruction.take(instruction_size[i], row.instruction_bytes);
    guest_ram.take(guest_ram_size[i], row.guest_ram_read);
    entry_state.take(entry_state_size[i], row.entry_state);
  }
  void finish() const {
    read.finish();
    written.finish();
    instruction.finish();
    guest_ram.finish();
    entry_state.finish();
  }

  using U32 = google::protobuf::RepeatedField<std::uint32_t>;
  using U64 = google::protobuf::RepeatedField<std::uint64_t>;
  Cells<U32> read_mask, written_mask, instruction_size, guest_ram_size, entry_state_size;
  Cutter<U64> read, written;
  Cutter<std::string> instruction, guest_ram, entry_state;
};

}  // namespace

void decode_rows(ChunkHead const& head, std::span<std::byte const> columns,
                 std::vector<ExitRow>& rows) {
  auto const from = parse<v1::ExitColumns>(columns);
  std::size_t const n = head.rows;
  Sum time_in{from.time_in(), head, "time_in"};
  OptionalCells const time_out{from.time_out(), from.time_out_known(), n, "time_out"};
  Cells const reason{from.reason(), n, "reason"};
  OptionalCells const qualification{from.qualification(), from.qualification_known(), n,
                                    "qualification"};
  OptionalSum rip{from.rip(), from.rip_known(), n, "rip"};
  OptionalCells const length{from.length(), from.length_known(), n, "length"};
  OptionalSum vm_seq{from.vm_seq(), from.vm_seq_known(), n, "vm_seq"};
  ExitLists lists{from, n};
  rows.assign(n, {});
  for (std::size_t i = 0; i < n; ++i) {
    ExitRow& row = rows[i];
    row.time_in = time_in.at(i);
    if (time_out.has(i)) row.time_out = row.time_in + step_of(head) * time_out[i];
    row.reason = static_cast<std::uint32_t>(reason[i]);
    row.qualification = qualification.get<std::uint64_t>(i);
    row.rip = rip.at(i);
    row.length = length.get<std::uint8_t>(i);
    row.vm_seq = vm_seq.at(i);
    lists.take(i, row);
  }
  lists.finish();
}

}  // namespace acrn::traces
