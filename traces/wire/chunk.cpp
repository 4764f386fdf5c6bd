// SPDX-License-Identifier: BSD-3-Clause
#include "traces/wire/chunk.hpp"

#include "core/check.hpp"
#include "traces/wire/encoder.hpp"

namespace acrn::traces {

namespace {

// The numbers in these functions are the field numbers of traces/schema/capture.proto; that they
// agree is tested by parsing the result with the code that protoc makes from it.

template <class Sink>
void put_stage(Sink& sink, StageColumnView const& stage) noexcept {
  put_scalar(sink, 1, stage.stage);
  put_scalar(sink, 2, stage.count);
  put_packed(sink, 3, stage.gap);
  put_packed(sink, 4, stage.offset);
  put_packed(sink, 5, stage.step);
}

template <class Sink>
void put_columns(Sink& sink, AccessColumns const& access) noexcept {
  put_packed(sink, 1, access.sequence);
  put_packed(sink, 2, access.time);
  put_bytes(sink, 3, access.shape);
  put_packed(sink, 4, access.address);
  put_packed(sink, 5, access.value);
  put_bytes(sink, 6, access.value_known);
  put_packed(sink, 7, access.count);
  put_bytes(sink, 8, access.handling);
  put_packed(sink, 9, access.client);
  put_packed(sink, 10, access.exit);
  put_bytes(sink, 11, access.exit_known);
  put_scalar(sink, 12, access.exit_base);
  for (StageColumnView const& stage : access.stages) {
    put_message(sink, 13, [&stage](auto& inner) noexcept { put_stage(inner, stage); });
  }
}

template <class Sink>
void put_columns(Sink& sink, ExitColumns const& exit) noexcept {
  put_packed(sink, 1, exit.time_in);
  put_packed(sink, 2, exit.time_out);
  put_bytes(sink, 3, exit.time_out_known);
  put_packed(sink, 4, exit.reason);
  put_packed(sink, 5, exit.qualification);
  put_bytes(sink, 6, exit.qualification_known);
  put_packed(sink, 7, exit.rip);
  put_bytes(sink, 8, exit.rip_known);
  put_bytes(sink, 9, exit.length);
  put_bytes(sink, 10, exit.length_known);
  put_packed(sink, 11, exit.vm_seq);
  put_bytes(sink, 12, exit.vm_seq_known);
  put_packed(sink, 13, exit.register_mask);
  put_packed(sink, 14, exit.registers_read);
  put_packed(sink, 15, exit.written_mask);
  put_packed(sink, 16, exit.registers_written);
  put_packed(sink, 17, exit.instruction_size);
  put_bytes(sink, 18, exit.instruction_bytes);
  put_packed(sink, 19, exit.guest_ram_size);
  put_bytes(sink, 20, exit.guest_ram_read);
  put_packed(sink, 21, exit.entry_state_size);
  put_bytes(sink, 22, exit.entry_state);
}

template <class Sink>
void put_columns(Sink& sink, SlotColumns const& slot) noexcept {
  put_packed(sink, 1, slot.time);
  put_packed(sink, 2, slot.access);
  put_bytes(sink, 3, slot.from);
  put_bytes(sink, 4, slot.to);
  put_bytes(sink, 5, slot.actor);
  put_packed(sink, 6, slot.pending);
  put_packed(sink, 7, slot.processing);
  put_packed(sink, 8, slot.complete);
  put_packed(sink, 9, slot.free);
}

template <class Sink>
void put_columns(Sink& sink, InjectColumns const& inject) noexcept {
  put_packed(sink, 1, inject.time);
  put_packed(sink, 2, inject.after_exit);
  put_bytes(sink, 3, inject.after_exit_known);
  put_packed(sink, 4, inject.position);
  put_bytes(sink, 5, inject.vector);
  put_bytes(sink, 6, inject.type);
  put_packed(sink, 7, inject.error_code);
  put_bytes(sink, 8, inject.error_code_known);
  put_bytes(sink, 9, inject.origin);
}

template <class Sink>
void put_columns(Sink& sink, InputColumns const& input) noexcept {
  put_packed(sink, 1, input.time);
  put_packed(sink, 2, input.position);
  put_bytes(sink, 3, input.kind);
  put_packed(sink, 4, input.target);
  put_packed(sink, 5, input.payload);
  put_packed(sink, 6, input.after_exit);
  put_bytes(sink, 7, input.after_exit_known);
}

template <class Sink, class Columns>
void put_if_present(Sink& sink, std::uint32_t field, Columns const* columns) noexcept {
  if (columns == nullptr) return;
  put_message(sink, field, [columns](auto& inner) noexcept { put_columns(inner, *columns); });
}

template <class Sink>
void put_chunk(Sink& sink, ChunkView const& chunk) noexcept {
  ChunkHead const& head = chunk.head;
  put_scalar(sink, 1, head.stream);
  put_scalar(sink, 2, head.vm);
  put_scalar(sink, 3, head.vcpu);
  put_scalar(sink, 4, head.clock);
  put_scalar(sink, 5, head.first_sequence);
  put_scalar(sink, 6, head.rows);
  put_scalar(sink, 7, head.t0);
  put_scalar(sink, 8, head.time_step);
  put_scalar(sink, 9, head.dropped_before);
  put_scalar(sink, 10, head.group);
  for (ClientNameView const& client : chunk.names) {
    put_message(sink, 11, [&client](auto& inner) noexcept {
      put_scalar(inner, 1, client.id);
      put_bytes(inner, 2, std::as_bytes(std::span{client.name}));
    });
  }
  put_if_present(sink, 16, chunk.exit);
  put_if_present(sink, 17, chunk.access);
  put_if_present(sink, 18, chunk.slot);
  put_if_present(sink, 19, chunk.inject);
  put_if_present(sink, 20, chunk.input);
}

}  // namespace

std::size_t chunk_size(ChunkView const& chunk) noexcept {
  SizeSink sink;
  put_chunk(sink, chunk);
  return sink.size();
}

std::span<std::byte> encode_chunk(ChunkView const& chunk, std::span<std::byte> out) noexcept {
  std::size_t const size = chunk_size(chunk);
  core::check(size <= out.size(), "encode_chunk() needs chunk_size() bytes of room");
  ByteSink sink{out.data()};
  put_chunk(sink, chunk);
  core::check(sink.end() == out.data() + size, "a chunk measured and written differ in size");
  return out.first(size);
}

}  // namespace acrn::traces
