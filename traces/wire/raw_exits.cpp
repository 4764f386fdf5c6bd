// SPDX-License-Identifier: BSD-3-Clause
#include "traces/wire/raw_exits.hpp"

#include <algorithm>

#include "core/access.hpp"

namespace acrn::traces {

namespace {

/// What CpuView was asked, without the fields of MachineExit between.
constexpr std::uint32_t asked_bits =
    ((std::uint32_t{2} << exit_read::rflags) - 1U) | (std::uint32_t{1} << exit_read::entry_state);

template <class Values, class List>
void append(Values const& values, List& list) noexcept {
  for (std::size_t bit = 0; bit < values.value.size(); ++bit) {
    if ((values.mask >> bit & 1U) != 0) list.add(values.value[bit]);
  }
}

std::uint64_t rip_after(RawExit const& exit) noexcept {
  std::uint8_t const advance = exit.commit.rip_advance;
  return advance == 0 ? exit.rip : core::truncate(exit.rip + advance, exit.commit.rip_size);
}

}  // namespace

std::size_t RawExits::take(RawCursor& cursor, ChunkHead& head) noexcept {
  read_.clear();
  written_.clear();
  ram_.clear();
  state_.clear();
  std::size_t row = 0;
  while (has_room(row) && cursor.seek(RawKind::exit)) {
    RawExit const& exit = cursor.as<RawExit>();
    if (row == 0) {
      head.first_sequence = cursor.numbers().exits;
      head.t0 = exit.time_in;
    }
    add(row, exit);
    cursor.next();
    add_log(row, cursor);
    ++row;
  }
  finish(row, head.t0);
  return row;
}

bool RawExits::has_room(std::size_t row) const noexcept {
  return row < raw_rows_max && read_.room() >= exit_read::bit_count &&
         written_.room() >= exit_written::bit_count && ram_.room() >= exit_log_max &&
         state_.room() >= exit_log_max;
}

void RawExits::collect(RawExit const& exit, Written& written) noexcept {
  RawCommit const& commit = exit.commit;
  for (std::size_t i = 0; i < commit.register_count && i < commit.values.size(); ++i) {
    written.set(commit.registers[i] % 16U, commit.values[i]);
  }
  if (commit.rflags_change != 0) written.set(exit_written::rflags, commit.rflags);
  std::uint64_t const rip = rip_after(exit);
  if (rip != exit.rip + exit.length) written.set(exit_written::rip, rip - exit.rip);
  if (commit.control_target != 0) {
    written.set(exit_written::control_register,
                commit.control_target | std::uint64_t{exit.control.efer_change} << 8U |
                    std::uint64_t{exit.control.pdptes_change} << 9U);
    written.set(exit_written::control_value, exit.control.value);
    if (exit.control.efer_change != 0) written.set(exit_written::efer, exit.control.efer);
  }
  if (commit.vector_width != 0) {
    written.set(exit_written::vector_register,
                commit.vector_index | std::uint64_t{commit.vector_width} << 8U);
    for (unsigned word = 0; word < commit.vector_width / 8U && word < 4; ++word) {
      written.set(exit_written::vector_word0 + word, exit.vector[word]);
    }
  }
  if (commit.progress != 0) written.set(exit_written::progress, commit.progress);
  std::uint64_t const stop_kind = commit.stop & 0xFFU;
  if (stop_kind != 0) {
    written.set(exit_written::stop, stop_kind | std::uint64_t{commit.stop >> 16U} << 32U);
  }
  if (commit.single_step != 0) written.set(exit_written::single_step, 1);
}

void RawExits::collect(RawExit const& exit, Written const& written, Read& read) noexcept {
  read.value = exit.read;
  read.mask = exit.asked & asked_bits;
  for (unsigned bit = exit_read::guest_physical; bit <= exit_read::idt_vectoring; ++bit) {
    bool const counts = exit.detailed != 0 && exit.read[bit] != 0;
    if (counts) read.mask |= std::uint32_t{1} << bit;
  }
  constexpr std::uint32_t entry = std::uint32_t{1} << exit_read::entry_state;
  if ((read.mask & entry) == 0) return;
  ImpliedEntryState const implied = entry_state_implied(
      read.mask, read.value[exit_read::rflags], written.mask, written.value[exit_written::rflags]);
  if (implied.known && implied.rflags == read.value[exit_read::entry_state]) read.mask &= ~entry;
}

void RawExits::add(std::size_t row, RawExit const& exit) noexcept {
  Written written;
  collect(exit, written);
  Read read;
  collect(exit, written, read);
  time_in_[row] = exit.time_in;
  time_out_[row] = exit.time_out - exit.time_in;
  reason_[row] = exit.reason;
  qualification_[row] = exit.qualification;
  rip_[row] = exit.rip;
  length_[row] = exit.length;
  read_mask_[row] = read.mask;
  written_mask_[row] = written.mask;
  append(read, read_);
  append(written, written_);
}

void RawExits::add_log(std::size_t row, RawCursor& cursor) noexcept {
  std::size_t const ram = ram_.size();
  std::size_t const state = state_.size();
  for (; !cursor.at_end() && cursor.kind() != RawKind::exit; cursor.next()) {
    if (cursor.kind() == RawKind::ram) ram_.add(cursor.bytes());
    if (cursor.kind() == RawKind::state) state_.add(cursor.bytes());
  }
  ram_size_[row] = static_cast<std::uint32_t>(ram_.size() - ram);
  state_size_[row] = static_cast<std::uint32_t>(state_.size() - state);
}

void RawExits::finish(std::size_t rows, std::uint64_t t0) noexcept {
  to_deltas(first_rows(time_in_, rows), t0);
  to_deltas(first_rows(rip_, rows), 0);
  to_zigzag(first_rows(rip_, rows));
  columns_ = {.time_in = shrunk(time_in_, rows),
              .time_out = shrunk(time_out_, rows),
              .time_out_known = {},
              .reason = shrunk(reason_, rows),
              .qualification = shrunk(qualification_, rows),
              .qualification_known = {},
              .rip = shrunk(rip_, rows),
              .rip_known = {},
              .length = shrunk(length_, rows),
              .length_known = {},
              .vm_seq = {},
              .vm_seq_known = {},
              .register_mask = shrunk(read_mask_, rows, 0U),
              .registers_read = read_.view(),
              .written_mask = shrunk(written_mask_, rows, 0U),
              .registers_written = written_.view(),
              .instruction_size = {},
              .instruction_bytes = {},
              .guest_ram_size = shrunk(ram_size_, rows, 0U),
              .guest_ram_read = ram_.view(),
              .entry_state_size = shrunk(state_size_, rows, 0U),
              .entry_state = state_.view()};
}

}  // namespace acrn::traces
