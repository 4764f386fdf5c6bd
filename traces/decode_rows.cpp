// SPDX-License-Identifier: BSD-3-Clause
// decode_rows() of traces/chunk_parser.hpp for exits, slots, injections and inputs.
#include <algorithm>
#include <bit>
#include <numeric>

#include "traces/chunk_parser.hpp"
#include "traces/info_codec.hpp"

namespace acrn::traces {

namespace {

[[noreturn]] void wrong(char const* column, char const* what) {
  throw Malformed(std::string{"found the column '"} + column + "' " + what);
}

/// A column as libprotobuf gives it: absent, constant or full.
template <class Source>
class Cells {
 public:
  Cells(Source const& source, std::size_t rows, char const* name)
      : source_{source}, size_{static_cast<std::size_t>(source.size())} {
    if (size_ > 1 && size_ != rows) wrong(name, "with neither one nor all of its values");
  }
  [[nodiscard]] bool recorded() const { return size_ != 0; }
  /// 0 where the column is absent.
  [[nodiscard]] std::uint64_t operator[](std::size_t row) const {
    if (size_ == 0) return 0;
    std::size_t const index = size_ == 1 ? 0 : row;
    auto const value = *(source_.begin() + static_cast<std::ptrdiff_t>(index));
    if constexpr (sizeof(value) == 1) return static_cast<std::uint8_t>(value);
    return static_cast<std::uint64_t>(value);
  }

 private:
  Source const& source_;
  std::size_t size_;
};

/// Cells with the bitmap that says which rows have one.
template <class Source>
class OptionalCells {
 public:
  OptionalCells(Source const& source, std::string const& known, std::size_t rows, char const* name)
      : cells_{source, rows, name}, known_{known} {
    if (known.empty()) return;
    auto const last = static_cast<std::uint8_t>(known.back());
    if (!cells_.recorded() || known.size() != (rows + 7) / 8 ||
        (rows % 8 != 0 && last >> (rows % 8) != 0)) {
      wrong(name, "with a bitmap that does not fit it");
    }
  }
  [[nodiscard]] bool has(std::size_t row) const {
    if (known_.empty()) return cells_.recorded();
    return (static_cast<unsigned char>(known_[row / 8]) >> (row % 8) & 1U) != 0;
  }
  [[nodiscard]] std::uint64_t operator[](std::size_t row) const { return cells_[row]; }
  template <class T>
  [[nodiscard]] std::optional<T> get(std::size_t row) const {
    return has(row) ? std::optional{static_cast<T>(cells_[row])} : std::nullopt;
  }

 private:
  Cells<Source> cells_;
  std::string const& known_;
};

std::uint64_t step_of(ChunkHead const& head) { return std::max<std::uint64_t>(head.time_step, 1); }

/// A column of differences, summed row by row.
template <class Source>
class Sum {
 public:
  Sum(Source const& source, std::size_t rows, char const* name) : cells_{source, rows, name} {}
  /// Times: they start from the chunk's t0 and count its steps.
  Sum(Source const& source, ChunkHead const& head, char const* name)
      : cells_{source, head.rows, name}, sum_{head.t0}, step_{step_of(head)} {}
  /// To be called for each row, ascending.
  std::uint64_t at(std::size_t row) { return sum_ += step_ * cells_[row]; }

 private:
  Cells<Source> cells_;
  std::uint64_t sum_{};
  std::uint64_t step_{1};
};

/// The same, where rows may lack a value; their difference is 0.
template <class Source>
class OptionalSum {
 public:
  OptionalSum(Source const& source, std::string const& known, std::size_t rows, char const* name)
      : cells_{source, known, rows, name} {}
  /// To be called for each row, ascending.
  std::optional<std::uint64_t> at(std::size_t row) {
    sum_ += cells_[row];
    return cells_.has(row) ? std::optional{sum_} : std::nullopt;
  }

 private:
  OptionalCells<Source> cells_;
  std::uint64_t sum_{};
};

/// Hands out the entries of a list, so many per row.
template <class List>
class Cutter {
 public:
  Cutter(List const& list, char const* name) : list_{list}, name_{name} {}
  template <class Container>
  void take(std::uint64_t count, Container& to) {
    if (count > static_cast<std::uint64_t>(list_.size()) - at_)
      wrong(name_, "with too few entries");
    auto const first = list_.begin() + static_cast<std::ptrdiff_t>(at_);
    to.assign(first, first + static_cast<std::ptrdiff_t>(count));
    at_ += count;
  }
  void finish() const {
    if (at_ != static_cast<std::uint64_t>(list_.size())) wrong(name_, "with too many entries");
  }

 private:
  List const& list_;
  char const* name_;
  std::uint64_t at_{};
};

template <class Message>
Message parse(std::span<std::byte const> columns) {
  Message message;
  if (!message.ParseFromArray(columns.data(), static_cast<int>(columns.size()))) {
    throw Malformed("found columns that are no Protobuf message");
  }
  return message;
}

template <class Source>
std::uint8_t byte_of(Cells<Source> const& cells, std::size_t row) {
  return static_cast<std::uint8_t>(cells[row]);
}

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

void decode_rows(ChunkHead const& head, std::span<std::byte const> columns,
                 std::vector<SlotRow>& rows) {
  auto const from = parse<v1::SlotColumns>(columns);
  std::size_t const n = head.rows;
  Sum time{from.time(), head, "time"};
  Sum access{from.access(), n, "access"};
  Cells const before{from.from(), n, "from"};
  Cells const after{from.to(), n, "to"};
  Cells const actor{from.actor(), n, "actor"};
  rows.assign(n, {});
  for (std::size_t i = 0; i < n; ++i) {
    rows[i] = {.time = time.at(i),
               .access = access.at(i),
               .from = byte_of(before, i),
               .to = byte_of(after, i),
               .actor = byte_of(actor, i)};
  }
}

void decode_rows(ChunkHead const& head, std::span<std::byte const> columns,
                 std::vector<InjectRow>& rows) {
  auto const from = parse<v1::InjectColumns>(columns);
  std::size_t const n = head.rows;
  Sum time{from.time(), head, "time"};
  OptionalSum exit{from.after_exit(), from.after_exit_known(), n, "after_exit"};
  Sum position{from.position(), n, "position"};
  Cells const vector{from.vector(), n, "vector"};
  Cells const type{from.type(), n, "type"};
  OptionalCells const error{from.error_code(), from.error_code_known(), n, "error_code"};
  Cells const origin{from.origin(), n, "origin"};
  rows.assign(n, {});
  for (std::size_t i = 0; i < n; ++i) {
    InjectRow& row = rows[i];
    row.time = time.at(i);
    row.after_exit = exit.at(i).value_or(no_exit);
    row.position = position.at(i);
    row.vector = byte_of(vector, i);
    row.type = byte_of(type, i);
    row.error_code = error.get<std::uint32_t>(i);
    row.origin = byte_of(origin, i);
  }
}

void decode_rows(ChunkHead const& head, std::span<std::byte const> columns,
                 std::vector<InputRow>& rows) {
  auto const from = parse<v1::InputColumns>(columns);
  std::size_t const n = head.rows;
  Sum time{from.time(), head, "time"};
  Sum position{from.position(), n, "position"};
  Cells const kind{from.kind(), n, "kind"};
  Cells const target{from.target(), n, "target"};
  Cells const payload{from.payload(), n, "payload"};
  OptionalSum exit{from.after_exit(), from.after_exit_known(), n, "after_exit"};
  rows.assign(n, {});
  for (std::size_t i = 0; i < n; ++i) {
    if (kind[i] < 1 || kind[i] > 5) wrong("kind", "with an unknown kind of input");
    rows[i] = {.time = time.at(i),
               .position = position.at(i),
               .kind = static_cast<InputKind>(kind[i]),
               .target = target[i],
               .payload = payload[i],
               .after_exit = exit.at(i).value_or(no_exit)};
  }
}

}  // namespace acrn::traces
