// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/capture_rows.hpp"

#include <bit>
#include <sstream>

namespace acrn::tests {

namespace {

template <class T>
void put(std::ostream& out, char const* name, std::optional<T> const& value) {
  out << ' ' << name << '=';
  if (value) {
    out << std::uint64_t{*value};
  } else {
    out << '?';
  }
}

std::string hex(std::string const& bytes) {
  std::string text;
  for (char const byte : bytes) {
    text += "0123456789abcdef"[static_cast<unsigned char>(byte) >> 4U];
    text += "0123456789abcdef"[static_cast<unsigned char>(byte) & 15U];
  }
  return text;
}

void put(std::ostream& out, char const* name, std::vector<std::uint64_t> const& values) {
  out << ' ' << name << "=[";
  for (std::uint64_t const value : values) out << value << ' ';
  out << ']';
}

template <class Row>
void put_all(std::ostream& out, char const* stream,
             std::map<VcpuKey, std::vector<Row>> const& rows) {
  for (auto const& [key, list] : rows) {
    for (Row const& row : list) {
      out << "vm" << key.first << "/vcpu" << key.second << ' ' << stream << ' ' << show(row)
          << '\n';
    }
  }
}

}  // namespace

std::string show(traces::AccessRow const& row) {
  std::ostringstream out;
  out << "sequence=" << row.sequence << " time=" << row.time
      << " space=" << static_cast<int>(row.access.space)
      << " direction=" << static_cast<int>(row.access.direction) << " size=" << int{row.access.size}
      << " address=" << row.access.address << " value=";
  if (row.value_known) {
    out << row.access.value;
  } else {
    out << '?';
  }
  out << " count=" << row.count << " handling=" << static_cast<int>(row.handling)
      << " client=" << row.client << " exit=" << row.exit;
  for (std::size_t stage = 0; stage < traces::stage_count; ++stage) {
    if (row.stages[stage] != traces::no_stamp) out << " t" << stage << '=' << row.stages[stage];
  }
  return out.str();
}

std::string show(traces::ExitRow const& row) {
  std::ostringstream out;
  out << "in=" << row.time_in << " reason=" << row.reason;
  put(out, "out", row.time_out);
  put(out, "qualification", row.qualification);
  put(out, "rip", row.rip);
  put(out, "length", row.length);
  put(out, "vm_seq", row.vm_seq);
  out << " mask=" << row.register_mask << " written=" << row.written_mask;
  put(out, "read", row.registers_read);
  put(out, "write", row.registers_written);
  out << " code=" << hex(row.instruction_bytes) << " ram=" << hex(row.guest_ram_read)
      << " state=" << hex(row.entry_state);
  return out.str();
}

std::string show(traces::SlotRow const& row) {
  std::ostringstream out;
  out << "time=" << row.time << " access=" << row.access << ' ' << int{row.from} << "->"
      << int{row.to} << " by " << int{row.actor};
  return out.str();
}

std::string show(traces::InjectRow const& row) {
  std::ostringstream out;
  out << "time=" << row.time << " after=" << row.after_exit << " position=" << row.position
      << " vector=" << int{row.vector} << " type=" << int{row.type}
      << " origin=" << int{row.origin};
  put(out, "error", row.error_code);
  return out.str();
}

std::string show(traces::InputRow const& row) {
  std::ostringstream out;
  out << "time=" << row.time << " position=" << row.position
      << " kind=" << static_cast<int>(row.kind) << " target=" << row.target
      << " payload=" << row.payload;
  if (row.after_exit != traces::no_exit) out << " after=" << row.after_exit;
  return out.str();
}

std::string show(CaptureRows const& rows) {
  std::ostringstream out;
  put_all(out, "exit", rows.exit);
  put_all(out, "access", rows.access);
  put_all(out, "slot", rows.slot);
  put_all(out, "inject", rows.inject);
  put_all(out, "input", rows.input);
  return out.str();
}

std::uint64_t RowGenerator::number() {
  std::uint64_t const any = random_();
  return chance(80) ? any % 300 : any >> (random_() % 64);
}

std::string RowGenerator::bytes(std::size_t size_max) {
  std::string text(random_() % (size_max + 1), '\0');
  for (char& byte : text) byte = static_cast<char>(random_());
  return text;
}

traces::AccessRow RowGenerator::access(std::uint64_t sequence) {
  time_ += number();
  traces::AccessRow row;
  row.sequence = sequence;
  row.time = chance(5) ? time_ - 500 : time_;
  row.access.space = static_cast<core::Space>(random_() % 4);
  row.access.direction = static_cast<core::Direction>(random_() % 2);
  row.access.size = static_cast<std::uint8_t>(1U << random_() % 4);
  row.access.address = number();
  row.value_known = chance(90);
  row.access.value = row.value_known ? core::truncate(number(), row.access.size) : 0;
  row.count = chance(90) ? 1 : static_cast<std::uint32_t>(number());
  row.handling = static_cast<traces::Handling>(random_() % 5);
  row.client = static_cast<traces::ClientId>(random_() % 4);
  row.exit = chance(70) ? number() : traces::no_exit;
  for (std::size_t stage = 0; stage < traces::stage_count; ++stage) {
    if (chance(20)) row.stages[stage] = chance(95) ? row.time + number() : number();
  }
  return row;
}

traces::ExitRow RowGenerator::exit() {
  time_ += number();
  traces::ExitRow row;
  row.time_in = time_;
  if (chance(80)) row.time_out = time_ + number();
  row.reason = static_cast<std::uint32_t>(number());
  if (chance(80)) row.qualification = number();
  if (chance(80)) row.rip = number();
  if (chance(80)) row.length = static_cast<std::uint8_t>(random_() % 16);
  if (chance(80)) row.vm_seq = number();
  row.register_mask = static_cast<std::uint32_t>(random_() & random_() & 0xFFFF);
  row.registers_read.resize(static_cast<std::size_t>(std::popcount(row.register_mask)));
  for (auto& value : row.registers_read) value = number();
  row.written_mask = static_cast<std::uint32_t>(random_() & random_() & random_());
  row.registers_written.resize(static_cast<std::size_t>(std::popcount(row.written_mask)));
  for (auto& value : row.registers_written) value = number();
  row.instruction_bytes = bytes(15);
  row.guest_ram_read = chance(20) ? bytes(40) : "";
  row.entry_state = chance(20) ? bytes(100) : "";
  return row;
}

traces::SlotRow RowGenerator::slot() {
  return {.time = time_ += number(),
          .access = number(),
          .from = static_cast<std::uint8_t>(random_() % 4),
          .to = static_cast<std::uint8_t>(random_() % 4),
          .actor = static_cast<std::uint8_t>(1 + random_() % 3)};
}

traces::InjectRow RowGenerator::inject() {
  traces::InjectRow row;
  row.time = time_ += number();
  if (chance(70)) row.after_exit = number();
  row.position = number();
  row.vector = static_cast<std::uint8_t>(random_());
  row.type = static_cast<std::uint8_t>(random_() % 8);
  if (chance(30)) row.error_code = static_cast<std::uint32_t>(number());
  row.origin = static_cast<std::uint8_t>(random_() % 4);
  return row;
}

traces::InputRow RowGenerator::input() {
  return {.time = time_ += number(),
          .position = number(),
          .kind = static_cast<traces::InputKind>(1 + random_() % 5),
          .target = number(),
          .payload = number(),
          .after_exit = chance(50) ? number() : traces::no_exit};
}

CaptureRows write_random(traces::Writer& writer, std::uint64_t seed, std::size_t count) {
  RowGenerator generator{seed};
  CaptureRows rows;
  std::map<std::uint16_t, std::uint64_t> sequence;
  std::vector<VcpuKey> const vcpus{{0, 0}, {0, 1}, {7, 3}};
  auto const write = [&](auto& list, auto row) {
    VcpuKey const key = vcpus[generator.number() % vcpus.size()];
    if constexpr (std::is_same_v<decltype(row), traces::AccessRow>) {
      row.sequence = sequence[key.first]++;
      if (generator.chance(5)) ++sequence[key.first];
    }
    writer.write(key.first, key.second, row);
    list[key].push_back(std::move(row));
  };
  for (std::size_t i = 0; i < count; ++i) {
    write(rows.exit, generator.exit());
    write(rows.access, generator.access(0));
    write(rows.slot, generator.slot());
    write(rows.inject, generator.inject());
    write(rows.input, generator.input());
  }
  return rows;
}

CaptureRows read_all(traces::Reader& reader) {
  CaptureRows rows;
  auto const append = [](auto& to, auto const& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  for (traces::Reader::Rows chunk; reader.next(chunk);) {
    VcpuKey const key{chunk.info.vm, chunk.info.vcpu};
    if (!chunk.exit.empty()) append(rows.exit[key], chunk.exit);
    if (!chunk.access.empty()) append(rows.access[key], chunk.access);
    if (!chunk.slot.empty()) append(rows.slot[key], chunk.slot);
    if (!chunk.inject.empty()) append(rows.inject[key], chunk.inject);
    if (!chunk.input.empty()) append(rows.input[key], chunk.input);
  }
  return rows;
}

}  // namespace acrn::tests
