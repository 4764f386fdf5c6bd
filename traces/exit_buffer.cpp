// SPDX-License-Identifier: BSD-3-Clause
// ExitBuffer of traces/stream_buffers.hpp.
#include <bit>
#include <stdexcept>

#include "traces/stream_buffers.hpp"

namespace acrn::traces {

namespace {

/// What one row may carry in bytes, so that a chunk stays far below what readers accept.
constexpr std::size_t row_blob_bytes_max = std::size_t{1} << 20U;

void refuse_malformed(ExitRow const& row) {
  auto const bits = [](std::uint32_t mask) {
    return static_cast<std::size_t>(std::popcount(mask));
  };
  if (row.registers_read.size() != bits(row.register_mask) ||
      row.registers_written.size() != bits(row.written_mask)) {
    throw std::invalid_argument("an exit to write has not one register value per bit of its mask");
  }
  if (row.instruction_bytes.size() > 15) {
    throw std::invalid_argument("an exit to write has more than 15 instruction bytes");
  }
  if (row.guest_ram_read.size() + row.entry_state.size() > row_blob_bytes_max) {
    throw std::invalid_argument("an exit to write carries more than 1 MiB of memory and state");
  }
}

}  // namespace

void ExitBuffer::add(ExitRow const& row) {
  refuse_malformed(row);
  time_.add(row.time_in);
  time_out_.add(row.time_out ? std::optional{*row.time_out - row.time_in} : std::nullopt);
  reason_.push_back(row.reason);
  qualification_.add(row.qualification);
  rip_.add(row.rip);
  length_.add(row.length);
  vm_seq_.add(row.vm_seq);
  register_mask_.push_back(row.register_mask);
  registers_read_.insert(registers_read_.end(), row.registers_read.begin(),
                         row.registers_read.end());
  written_mask_.push_back(row.written_mask);
  registers_written_.insert(registers_written_.end(), row.registers_written.begin(),
                            row.registers_written.end());
  instruction_.add(row.instruction_bytes);
  guest_ram_.add(row.guest_ram_read);
  entry_state_.add(row.entry_state);
  blob_bytes_ += row.instruction_bytes.size() + row.guest_ram_read.size() + row.entry_state.size() +
                 8 * (row.registers_read.size() + row.registers_written.size());
}

void ExitBuffer::view(ChunkView& chunk, Timed timed) {
  std::array<std::span<std::uint64_t>, 1> offsets{time_out_.values()};
  U64Column const time_in = time_.finish(chunk.head, timed, offsets);
  columns_ = {.time_in = time_in,
              .time_out = time_out_.plain(),
              .time_out_known = time_out_.bitmap(),
              .reason = shrink(U32Column{reason_}),
              .qualification = qualification_.plain(),
              .qualification_known = qualification_.bitmap(),
              .rip = rip_.zigzag_deltas(0),
              .rip_known = rip_.bitmap(),
              .length = length_.plain(),
              .length_known = length_.bitmap(),
              .vm_seq = vm_seq_.deltas(0),
              .vm_seq_known = vm_seq_.bitmap(),
              .register_mask = shrink(U32Column{register_mask_}, 0U),
              .registers_read = registers_read_,
              .written_mask = shrink(U32Column{written_mask_}, 0U),
              .registers_written = registers_written_,
              .instruction_size = instruction_.sizes(),
              .instruction_bytes = instruction_.bytes(),
              .guest_ram_size = guest_ram_.sizes(),
              .guest_ram_read = guest_ram_.bytes(),
              .entry_state_size = entry_state_.sizes(),
              .entry_state = entry_state_.bytes()};
  chunk.exit = &columns_;
}

void ExitBuffer::clear() {
  clear_all(time_, time_out_, reason_, qualification_, rip_, length_, vm_seq_, register_mask_,
            registers_read_, written_mask_, registers_written_, instruction_, guest_ram_,
            entry_state_);
  blob_bytes_ = 0;
}

}  // namespace acrn::traces
