// SPDX-License-Identifier: BSD-3-Clause
#include "traces/writer.hpp"

#include <array>
#include <concepts>
#include <functional>
#include <map>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

#include "traces/codec.hpp"
#include "traces/index_builder.hpp"
#include "traces/info_codec.hpp"
#include "traces/life_buffer.hpp"
#include "traces/output_file.hpp"
#include "traces/stream_buffers.hpp"
#include "traces/wire/frame.hpp"

namespace acrn::traces {

namespace {

/// A chunk is flushed early when its byte strings and register lists reach this size.
constexpr std::size_t blob_bytes_flush = std::size_t{4} << 20U;

/// One stream of one vCPU: the rows not yet written, and where they stand.
template <class Buffer>
struct Pending {
  Buffer buffer;
  std::uint64_t rows_written{};
  std::uint64_t dropped_before{};
};

struct Vcpu {
  std::tuple<Pending<ExitBuffer>, Pending<AccessBuffer>, Pending<SlotBuffer>, Pending<InjectBuffer>,
             Pending<InputBuffer>>
      streams;
  std::uint64_t lost{};
};

struct Vm {
  std::map<std::uint16_t, Vcpu> vcpus;
  std::uint64_t group{};
  std::uint64_t last_sequence{};
  bool any_access{};
};

std::uint32_t checked_chunk_rows(std::uint32_t rows) {
  if (rows == 0 || rows > chunk_rows_max) {
    throw std::invalid_argument("a capture's chunks hold 1 to 65536 rows");
  }
  return rows;
}

std::uint32_t checked_format(std::uint32_t format) {
  if (format == 0 || format > format_version) {
    throw std::invalid_argument("a capture's format is 1 or 2");
  }
  return format;
}

}  // namespace

class Writer::Impl {
 public:
  Impl(std::string const& path, CaptureInfo const& info, WriterOptions const& options)
      : codec_{options.codec},
        chunk_rows_{checked_chunk_rows(options.chunk_rows)},
        timed_{info.clock.timed() ? Timed::yes : Timed::no},
        format_{checked_format(options.format)},
        compressor_{options.zstd_level},
        file_{path} {
    for (auto const& [id, name] : info.clients) add_client(id, name);
    file_.write(std::as_bytes(std::span{file_magic}));
    std::string const header = serialise(to_header(info, options.format));
    write_frame(FrameKind::header, Codec::none, std::as_bytes(std::span{header}));
  }

  template <class Buffer, class Row>
  void write(std::uint16_t vm_id, std::uint16_t vcpu_id, Row const& row) {
    if (finished_) throw std::logic_error("a row was written after Writer::finish()");
    Vm& vm = vms_[vm_id];
    Vcpu& vcpu = vm.vcpus[vcpu_id];
    if constexpr (std::same_as<Row, AccessRow>) take_sequence(vm, row.sequence);
    auto& pending = std::get<Pending<Buffer>>(vcpu.streams);
    if (vcpu.lost != 0) {
      flush(vm_id, vm);
      pending.dropped_before = std::exchange(vcpu.lost, 0);
    }
    pending.buffer.add(row);
    if (pending.buffer.rows() >= chunk_rows_ || pending.buffer.blob_bytes() >= blob_bytes_flush) {
      flush(vm_id, vm);
    }
  }

  ClientId client(std::string_view name) {
    auto const known = client_ids_.find(name);
    if (known != client_ids_.end()) return known->second;
    ClientId const id = clients_.empty() ? 1 : clients_.rbegin()->first + 1;
    add_client(id, name);
    return id;
  }

  void lost(std::uint16_t vm, std::uint16_t vcpu, std::uint64_t count) {
    vms_[vm].vcpus[vcpu].lost += count;
  }

  void flush() {
    if (finished_) throw std::logic_error("Writer::flush() after Writer::finish()");
    for (auto& [id, vm] : vms_) flush(id, vm);
  }

  void finish(CaptureInfo info) {
    if (finished_) throw std::logic_error("Writer::finish() was called twice");
    finished_ = true;
    for (auto& [id, vm] : vms_) {
      flush(id, vm);
      for (auto& [vcpu_id, vcpu] : vm.vcpus) write_final_loss(id, vcpu_id, vcpu.lost);
    }
    info.clients = clients_;
    v1::Index index;
    to_index(info, index);
    index_.fill(index);
    std::uint64_t const offset = file_.size();
    std::string const payload = serialise(index);
    write_frame(FrameKind::index, codec_, std::as_bytes(std::span{payload}));
    std::array<std::byte, trailer_size> trailer{};
    encode_trailer(offset, trailer);
    file_.write(trailer);
    file_.commit();
  }

 private:
  void add_client(ClientId id, std::string_view name) {
    if (id == 0) throw std::invalid_argument("client 0 is reserved and cannot be named");
    auto const added = clients_.emplace(id, to_utf8(name)).first;
    client_ids_.emplace(name, id);
    new_clients_.push_back({.id = id, .name = added->second});
  }

  static void take_sequence(Vm& vm, std::uint64_t sequence) {
    if (vm.any_access && sequence <= vm.last_sequence) {
      throw std::invalid_argument("access " + std::to_string(sequence) +
                                  " was written after access " + std::to_string(vm.last_sequence) +
                                  " of the same VM");
    }
    vm.any_access = true;
    vm.last_sequence = sequence;
  }

  /// Writes all rows of a VM, so that a reader that merges its vCPUs or joins its streams holds one
  /// group at a time. Format 2 has exits last: a cut file has all other rows of those that it has.
  void flush(std::uint16_t vm_id, Vm& vm) {
    ++vm.group;
    for (auto& [vcpu_id, vcpu] : vm.vcpus) {
      ChunkHead const head{.vm = vm_id, .vcpu = vcpu_id, .group = vm.group};
      std::apply(
          [&](auto& exits, auto&... others) {
            if (format_ < 2) flush_stream(head, exits);
            (flush_stream(head, others), ...);
            if (format_ >= 2) flush_stream(head, exits);
          },
          vcpu.streams);
    }
  }

  /// Format 2: runs of lives, and of what is none, are chunks of their own.
  void flush_slots(ChunkHead const& head, Pending<SlotBuffer>& pending) {
    std::span<SlotRow const> rows{pending.buffer.list()};
    while (!rows.empty()) {
      std::size_t const lives = count_lives(rows);
      std::size_t const count = lives != 0 ? lives : count_others(rows);
      ChunkView chunk;
      chunk.head = head;
      chunk.head.stream = static_cast<std::uint8_t>(Stream::slot);
      chunk.head.first_sequence = pending.rows_written;
      chunk.head.rows = static_cast<std::uint32_t>(count);
      chunk.head.dropped_before = std::exchange(pending.dropped_before, 0);
      if (lives != 0) {
        LifeBuffer buffer{rows.first(count)};
        buffer.view(chunk, timed_);
        write_chunk(chunk, buffer.range());
      } else {
        SlotBuffer buffer;
        for (SlotRow const& row : rows.first(count)) buffer.add(row);
        TimeRange const times = buffer.range();
        buffer.view(chunk, timed_);
        write_chunk(chunk, times);
      }
      pending.rows_written += count;
      rows = rows.subspan(count);
    }
    pending.buffer.clear();
  }

  template <class Buffer>
  void flush_stream(ChunkHead const& head, Pending<Buffer>& pending) {
    if (pending.buffer.rows() == 0) return;
    if constexpr (std::same_as<Buffer, AccessBuffer>) {
      if (format_ >= 2) pending.buffer.use_steps();
    }
    if constexpr (std::same_as<Buffer, SlotBuffer>) {
      if (format_ >= 2) return flush_slots(head, pending);
    }
    ChunkView chunk;
    chunk.head = head;
    chunk.head.stream = static_cast<std::uint8_t>(Buffer::stream);
    chunk.head.first_sequence = pending.rows_written;
    chunk.head.rows = static_cast<std::uint32_t>(pending.buffer.rows());
    chunk.head.dropped_before = std::exchange(pending.dropped_before, 0);
    TimeRange const times = pending.buffer.range();
    pending.buffer.view(chunk, timed_);
    write_chunk(chunk, times);
    pending.rows_written += chunk.head.rows;
    pending.buffer.clear();
  }

  /// Rows lost after the last one written: a chunk without rows carries the number.
  void write_final_loss(std::uint16_t vm, std::uint16_t vcpu, std::uint64_t count) {
    if (count == 0) return;
    ChunkView chunk;
    chunk.head.stream = static_cast<std::uint8_t>(Stream::access);
    chunk.head.vm = vm;
    chunk.head.vcpu = vcpu;
    chunk.head.dropped_before = count;
    write_chunk(chunk, {});
  }

  void write_chunk(ChunkView& chunk, TimeRange const& times) {
    chunk.names = new_clients_;
    raw_.resize(std::max(raw_.size(), chunk_size(chunk)));
    std::span<std::byte const> const bytes = encode_chunk(chunk, raw_);
    index_.add(chunk.head, file_.size(), times);
    write_frame(FrameKind::chunk, codec_, bytes);
    new_clients_.clear();
  }

  void write_frame(FrameKind kind, Codec codec, std::span<std::byte const> raw) {
    std::span<std::byte const> stored = raw;
    if (codec == Codec::zstd) {
      stored = compressor_.compress(raw);
      if (stored.size() >= raw.size()) {
        stored = raw;
        codec = Codec::none;
      }
    }
    std::array<std::byte, frame_header_size> header{};
    encode_frame_header({.kind = static_cast<std::uint8_t>(kind),
                         .codec = static_cast<std::uint8_t>(codec),
                         .stored = static_cast<std::uint32_t>(stored.size()),
                         .raw = static_cast<std::uint32_t>(raw.size())},
                        stored, header);
    file_.write(header);
    file_.write(stored);
  }

  Codec codec_;
  std::uint32_t chunk_rows_;
  Timed timed_;
  std::uint32_t format_;
  bool finished_{};
  std::map<std::uint16_t, Vm> vms_;
  std::map<ClientId, std::string> clients_;
  std::map<std::string, ClientId, std::less<>> client_ids_;
  std::vector<ClientNameView> new_clients_;  ///< named in the next chunk; views into clients_
  IndexBuilder index_;
  std::vector<std::byte> raw_;
  Compressor compressor_;
  OutputFile file_;
};

Writer::Writer(std::string const& path, CaptureInfo const& info, WriterOptions const& options)
    : impl_{std::make_unique<Impl>(path, info, options)} {}
Writer::~Writer() = default;

void Writer::write(std::uint16_t vm, std::uint16_t vcpu, AccessRow const& row) {
  impl_->write<AccessBuffer>(vm, vcpu, row);
}
void Writer::write(std::uint16_t vm, std::uint16_t vcpu, ExitRow const& row) {
  impl_->write<ExitBuffer>(vm, vcpu, row);
}
void Writer::write(std::uint16_t vm, std::uint16_t vcpu, SlotRow const& row) {
  impl_->write<SlotBuffer>(vm, vcpu, row);
}
void Writer::write(std::uint16_t vm, std::uint16_t vcpu, InjectRow const& row) {
  impl_->write<InjectBuffer>(vm, vcpu, row);
}
void Writer::write(std::uint16_t vm, std::uint16_t vcpu, InputRow const& row) {
  impl_->write<InputBuffer>(vm, vcpu, row);
}
ClientId Writer::client(std::string_view name) { return impl_->client(name); }
void Writer::lost(std::uint16_t vm, std::uint16_t vcpu, std::uint64_t count) {
  impl_->lost(vm, vcpu, count);
}
void Writer::flush() { impl_->flush(); }
void Writer::finish(CaptureInfo const& info) { impl_->finish(info); }

}  // namespace acrn::traces
