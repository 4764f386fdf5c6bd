// SPDX-License-Identifier: BSD-3-Clause
// acrntb explain exit: which qualification the exit reason has; and the one of I/O instructions.
#include <fmt/format.h>

#include <array>

#include "core/decode/io_qualification.hpp"
#include "core/exit.hpp"
#include "sim/cli/explain.hpp"
#include "sim/cli/explain_input.hpp"

namespace acrn::cli {
namespace {

using core::IoForm;
using core::IoOperand;
using core::IoQualification;
using core::IoRepeat;

constexpr std::string_view example = "0x03f80008";

bool reads(IoQualification const& io) { return io.direction == core::Direction::read; }

std::string mnemonic(IoQualification const& io) {
  std::string const repeat = io.repeat == IoRepeat::rep ? "REP " : "";
  bool const string = io.form == IoForm::string;
  return repeat + (reads(io) ? (string ? "INS" : "IN") : (string ? "OUTS" : "OUT"));
}

/// AL, AX or EAX.
std::string_view accumulator(std::uint8_t size) {
  return size == 1 ? "AL" : size == 2 ? "AX" : "EAX";
}

std::string size_text(IoQualification const& io) {
  return io.has_valid_size() ? bytes(io.size).text
                             : fmt::format("no size: {} is not 1, 2 or 4 bytes", io.size);
}

std::string summary_text(IoQualification const& io) {
  if (!io.is_valid()) return "no CPU that follows the SDM makes this word";
  return fmt::format("{} {} {} port {:#x}", mnemonic(io), bytes(io.size).text,
                     reads(io) ? "from" : "to", io.port.value);
}

std::string asks_text(IoQualification const& io) {
  if (!io.is_valid()) return "nothing: the core refuses it as malformed";
  std::string const amount = bytes(io.size).text;
  if (io.form == IoForm::string) {
    return fmt::format("one element: {} {} port {:#x}, {}{}", amount, reads(io) ? "from" : "to",
                       io.port.value,
                       reads(io) ? "then a write to ES:rDI" : "after a read at the segment and rSI",
                       io.repeat == IoRepeat::rep ? "; RIP stays while rCX is not 0" : "");
  }
  return reads(io) ? fmt::format("a read of {} from port {:#x} into {}", amount, io.port.value,
                                 accumulator(io.size))
                   : fmt::format("a write of {}, {}, to port {:#x}", amount, accumulator(io.size),
                                 io.port.value);
}

std::vector<Value> field(std::string_view bits, std::string_view name, Value value,
                         std::string_view means) {
  return {words(bits), words(name), std::move(value), words(means)};
}

Table fields(std::uint64_t raw, IoQualification const& io) {
  Table table{.name = "fields", .columns = {"bits", "field", "value", "means"}, .rows = {}};
  auto const add = [&](std::string_view bits, std::string_view name, std::uint64_t value,
                       std::string_view means) {
    table.rows.push_back(field(bits, name, hex(value), means));
  };
  constexpr std::uint64_t low_reserved = core::place<15, 7>(~std::uint64_t{0});
  auto const reserved = [](std::uint64_t bits) {
    return bits == 0 ? std::string{"reserved, clear"}
                     : "reserved, and must be clear: " + set_bits_text(bits);
  };
  add("2:0", "size of access", core::bits<2, 0>(raw), size_text(io));
  add("3", "direction", core::bits<3, 3>(raw), reads(io) ? "IN, a read" : "OUT, a write");
  add("4", "string instruction", core::bits<4, 4>(raw),
      io.form == IoForm::string ? "string: INS or OUTS" : "not string");
  add("5", "REP prefixed", core::bits<5, 5>(raw), io.repeat == IoRepeat::rep ? "REP" : "not REP");
  add("6", "operand encoding", core::bits<6, 6>(raw),
      io.operand == IoOperand::dx ? "port in DX" : "port in the instruction, an immediate");
  add("15:7", "reserved", core::bits<15, 7>(raw), reserved(io.reserved & low_reserved));
  add("31:16", "port number", io.port.value, fmt::format("port {:#x}", io.port.value));
  add("63:32", "reserved", core::bits<63, 32>(raw), reserved(io.reserved & ~low_reserved));
  return table;
}

/// The same word without reserved bits, and with each size there is if it has none.
std::vector<std::string> nearest_words(IoQualification io) {
  io.reserved = 0;
  std::vector<std::string> nearest;
  for (std::uint8_t const size : std::array<std::uint8_t, 3>{1, 2, 4}) {
    IoQualification candidate = io;
    if (!io.has_valid_size()) candidate.size = size;
    if (io.has_valid_size() && io.size != size) continue;
    nearest.push_back(
        fmt::format("{:#010x} {}", encode_io_qualification(candidate), summary_text(candidate)));
  }
  return nearest;
}

Explanation unknown_reason(std::string_view reason, std::string_view qualification) {
  Explanation answer{.subject = "exit",
                     .given = fmt::format("{} {}", reason, qualification),
                     .meaning = Meaning::none,
                     .summary = "an exit for this reason is not emulated by the core"};
  answer.nearest = {"30 (io): I/O instruction", "48 (ept): EPT violation"};
  answer.sources = {
      {"Intel SDM vol. 3D (Sep 2023)", "appendix C, table C-1", "Basic Exit Reasons"}};
  return answer;
}

}  // namespace

Explanation explain_io(std::string_view qualification) {
  std::uint64_t const raw = number_argument("exit qualification", qualification, example);
  IoQualification const io = core::decode_io_qualification(raw);
  Explanation answer{.subject = "io", .given = std::string{qualification}};
  answer.summary = summary_text(io);
  answer.facts = {{"exit_reason", {30, "30, I/O instruction"}},
                  {"port", hex(io.port.value)},
                  {"access_size_bytes", {io.size, size_text(io)}},
                  {"direction", words(reads(io) ? "read" : "write")},
                  {"asks_for", words(asks_text(io))}};
  if (!io.is_valid()) {
    answer.meaning = Meaning::none;
    answer.nearest = nearest_words(io);
  }
  answer.tables = {fields(raw, io)};
  answer.sources = {
      {"Intel SDM vol. 3C (Sep 2023)", "table 28-5", "Exit Qualification for I/O Instructions"}};
  return answer;
}

Explanation explain_exit(std::string_view reason, std::string_view qualification) {
  if (capitals(reason) == "IO") return explain_io(qualification);
  if (capitals(reason) == "EPT") return explain_ept(qualification);
  std::uint64_t const number = number_argument("--reason", reason, "--reason 30");
  if (number == static_cast<std::uint64_t>(core::ExitReason::io_instruction)) {
    return explain_io(qualification);
  }
  if (number == static_cast<std::uint64_t>(core::ExitReason::ept_violation)) {
    return explain_ept(qualification);
  }
  static_cast<void>(number_argument("exit qualification", qualification, example));
  return unknown_reason(reason, qualification);
}

}  // namespace acrn::cli
