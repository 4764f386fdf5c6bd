// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/capture/recorder.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "core/check.hpp"
#include "traces/wire/chunk.hpp"
#include "traces/wire/raw_cursor.hpp"

namespace acrn::baremetal {

namespace {

/// That a copy of bytes is a copy of the fields.
constexpr bool same_layout() noexcept {
  using core::Commit;
  using traces::RawCommit;
  using traces::RawExit;
  return offsetof(Commit, registers) == offsetof(RawCommit, registers) &&
         offsetof(Commit, register_count) == offsetof(RawCommit, register_count) &&
         offsetof(Commit, rip_advance) == offsetof(RawCommit, rip_advance) &&
         offsetof(Commit, rip_size) == offsetof(RawCommit, rip_size) &&
         offsetof(Commit, vector_width) == offsetof(RawCommit, vector_width) &&
         offsetof(Commit, vector_index) == offsetof(RawCommit, vector_index) &&
         offsetof(Commit, rflags_change) == offsetof(RawCommit, rflags_change) &&
         offsetof(Commit, single_step) == offsetof(RawCommit, single_step) &&
         offsetof(Commit, ends_blocking) == offsetof(RawCommit, ends_blocking) &&
         offsetof(RawCommit, ends_blocking) - offsetof(RawCommit, registers) == 11 &&
         offsetof(core::MachineExit, reason) == 0 &&
         offsetof(core::MachineExit, instruction_length) == 2 &&
         offsetof(RawExit, length) - offsetof(RawExit, reason) == 2 &&
         offsetof(core::VcpuStop, kind) == 0 && offsetof(core::VcpuStop, code) == 2;
}
static_assert(same_layout());

constexpr std::size_t page_size = 4096;
constexpr std::size_t scratch_size =
    (sizeof(traces::TransposeScratch) + page_size - 1) / page_size * page_size;

std::uint64_t row_count(traces::RowNumbers const& numbers) noexcept {
  return numbers.exits + numbers.accesses + numbers.slots + numbers.injects + numbers.inputs;
}

/// How many rows whole records become.
std::uint64_t row_count(std::span<std::byte const> records) noexcept {
  traces::RawCursor cursor{records, {}};
  while (!cursor.at_end()) cursor.next();
  return row_count(cursor.numbers());
}

/// Adds a chunk to the numbers of its stream: lost rows have none, so that a file has no gaps.
void count(traces::ChunkView const& chunk, traces::RowNumbers& numbers) noexcept {
  std::uint64_t const rows = chunk.head.rows;
  switch (static_cast<traces::Stream>(chunk.head.stream)) {
    case traces::Stream::exit:
      numbers.exits += rows;
      break;
    case traces::Stream::access:
      numbers.accesses += rows;
      break;
    case traces::Stream::slot:
      numbers.slots += rows;
      break;
    case traces::Stream::inject:
      numbers.injects += rows;
      break;
    case traces::Stream::input:
      numbers.inputs += rows;
      break;
  }
}

}  // namespace

Recorder::Recorder(RecorderConfig const& config) noexcept
    : row_{&spare_}, clients_{config.clients}, vm_{config.vm}, vcpu_{config.vcpu} {
  if (config.memory.empty()) return;
  core::check(config.memory.size() >= recorder_memory_min &&
                  reinterpret_cast<std::uintptr_t>(config.memory.data()) % page_size == 0,
              "a recorder needs recorder_memory_min bytes of whole pages");
  scratch_ = new (config.memory.data()) traces::TransposeScratch;
  frame_ = config.memory.subspan(scratch_size, recorder_frame_size);
  std::span<std::byte> const ring = config.memory.subspan(scratch_size + recorder_frame_size);
  ring_ = ring.data();
  ring_size_ = ring.size() / traces::raw_alignment * traces::raw_alignment;
  at_ = ring_;
  end_ = ring_ + ring_size_;
}

/// From here on nothing is recorded until a flush has made room: a capture with a gap is worth
/// more than one with many.
void Recorder::give_up() noexcept {
  row_ = &spare_;
  end_ = at_;
}

void Recorder::lose(std::uint64_t rows) noexcept {
  lost_ += rows;
  counts_.dropped += rows;
}

void Recorder::lose_exit() noexcept {
  give_up();
  lose(1);
}

/// Takes back the exit in progress, if the ring holds a part of it: half an exit proves nothing.
void Recorder::lose_row() noexcept {
  if (row_ != &spare_) {
    auto* const start = reinterpret_cast<std::byte*>(row_);
    lose(row_count(std::span<std::byte const>{start, at_}));
    at_ = start;
  }
  give_up();
  lose(1);
}

void Recorder::log(traces::RawKind kind, std::span<std::uint8_t const> first,
                   std::span<std::uint8_t const> second) noexcept {
  std::size_t const bytes = first.size() + second.size();
  std::size_t const padding = (0 - bytes) % traces::raw_alignment;
  std::size_t const size = sizeof(traces::RawBytes) + bytes + padding;
  if (row_ == &spare_) return;
  if (room() < size || exit_size() + size > traces::exit_log_max) {
    auto* const start = reinterpret_cast<std::byte*>(row_);
    lose(row_count(std::span<std::byte const>{start, at_}));
    at_ = start;
    return give_up();
  }
  auto& record = *reinterpret_cast<traces::RawBytes*>(at_);
  record.head = {.size = static_cast<std::uint32_t>(size),
                 .kind = kind,
                 .small = {static_cast<std::uint8_t>(padding), 0, 0}};
  std::byte* const at = at_ + sizeof(traces::RawBytes);
  if (!first.empty()) std::memcpy(at, first.data(), first.size());
  if (!second.empty()) std::memcpy(at + first.size(), second.data(), second.size());
  at_ += size;
}

void Recorder::input(RecordedInput const& input, core::Ticks now) noexcept {
  auto& record =
      append<traces::RawInput>(traces::RawKind::input, static_cast<std::uint8_t>(input.kind));
  record.time = now.value;
  record.target = input.target;
  record.payload = input.payload;
}

void Recorder::inject(core::EntryPlan const& plan, core::Ticks now) noexcept {
  using Origin = core::InjectOrigin;
  traces::InjectedBy by = traces::InjectedBy::unknown;
  switch (plan.origin) {
    case Origin::none:
      break;
    case Origin::device:
      by = traces::InjectedBy::device;
      break;
    case Origin::fault:
      by = traces::InjectedBy::fault;
      break;
    case Origin::reinjected:
      by = traces::InjectedBy::reinjected;
      break;
    case Origin::upcall:
      by = traces::InjectedBy::upcall;
      break;
  }
  auto& record = append<traces::RawInject>(traces::RawKind::inject, static_cast<std::uint8_t>(by));
  record.time = now.value;
  record.information = plan.interruption_information;
  record.error_code = plan.error_code;
}

void Recorder::copy(core::ControlWrite const& control) noexcept {
  row_->control = {.efer_change = static_cast<std::uint8_t>(control.efer_change),
                   .pdptes_change = static_cast<std::uint8_t>(control.pdptes_change),
                   .value = control.value,
                   .efer = control.efer};
}

void Recorder::copy(core::VectorValue const& vector) noexcept {
  static_assert(sizeof row_->vector == sizeof(core::VectorValue));
  std::memcpy(row_->vector.data(), vector.data(), vector.size());
}

void Recorder::add_to_digest() noexcept {
  traces::RawCursor cursor{std::span<std::byte const>{ring_, at_}, numbers_};
  for (; cursor.seek(traces::RawKind::access); cursor.next()) {
    auto const& access = cursor.as<traces::RawAccess>();
    digest_.add({.access = {.space = static_cast<core::Space>(access.space),
                            .direction = static_cast<core::Direction>(access.direction),
                            .size = access.size,
                            .address = access.address,
                            .value = access.value},
                 .fault = access.fault_vector == 0 ? traces::digest_no_fault
                                                   : traces::digest_fault(access.fault_vector)});
  }
}

/// Encodes one chunk behind its frame's header, and hands both to the sink at once.
bool Recorder::send(traces::ChunkView& chunk, FrameSink& sink) noexcept {
  chunk.head.vm = vm_;
  chunk.head.vcpu = vcpu_;
  chunk.head.group = group_;
  chunk.head.dropped_before = lost_;
  chunk.names = chunk.access == nullptr ? decltype(clients_){} : clients_;
  std::span<std::byte> const payload =
      traces::encode_chunk(chunk, frame_.subspan(traces::frame_header_size));
  auto const size = static_cast<std::uint32_t>(payload.size());
  traces::encode_frame_header(
      {.kind = static_cast<std::uint8_t>(traces::FrameKind::chunk), .stored = size, .raw = size},
      payload, frame_.first<traces::frame_header_size>());
  std::size_t const whole = traces::frame_header_size + payload.size();
  if (!sink.write(frame_.first(whole))) return false;
  counts_.bytes += whole;
  lost_ = 0;
  if (chunk.access != nullptr) clients_ = {};
  return true;
}

void Recorder::flush(FrameSink& sink) noexcept {
  if (!is_on()) return;
  add_to_digest();
  ++group_;
  ++counts_.flushes;
  traces::Transposer rows{std::span<std::byte const>{ring_, at_}, numbers_, *scratch_};
  traces::ChunkView chunk;
  traces::RowNumbers taken = numbers_;
  bool takes = true;
  // Once the sink has refused a chunk, the exits of this flush would lack some of their rows.
  while (rows.next(chunk)) {
    takes = takes && send(chunk, sink);
    if (takes) {
      count(chunk, taken);
    } else {
      lose(chunk.head.rows);
    }
  }
  numbers_ = taken;
  counts_.exits = taken.exits;
  counts_.accesses = taken.accesses;
  at_ = ring_;
  end_ = ring_ + ring_size_;
  row_ = &spare_;
}

void Recorder::finish(FrameSink& sink) noexcept {
  if (!is_on()) return;
  flush(sink);
  if (lost_ == 0) return;
  traces::ChunkView chunk;
  chunk.head.stream = static_cast<std::uint8_t>(traces::Stream::exit);
  chunk.head.first_sequence = numbers_.exits;
  static_cast<void>(send(chunk, sink));
}

}  // namespace acrn::baremetal
