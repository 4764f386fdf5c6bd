// SPDX-License-Identifier: BSD-3-Clause
// acrntb explain instruction: what bytes do, and what their emulation asks of the bus.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/access.hpp"
#include "core/insn/decoder.hpp"
#include "core/insn/memory_plan.hpp"
#include "core/insn/names.hpp"
#include "core/insn/opcode_table.hpp"
#include "sim/cli/explain.hpp"
#include "sim/cli/explain_input.hpp"
#include "sim/cli/instruction_refusal.hpp"
#include "sim/cli/instruction_text.hpp"

namespace acrn::cli {
namespace {

using core::CodeSize;
using core::Decoded;
using core::DecodeStatus;
using core::Instruction;
using core::MemoryPlan;
using core::Operation;

unsigned mode_bits(CodeSize mode) {
  return mode == CodeSize::bits64 ? 64 : mode == CodeSize::bits32 ? 32 : 16;
}

/// How many requests one operand takes within a page: sizes are powers of two.
unsigned request_count(std::uint8_t size) {
  return std::max<unsigned>(1, size / core::access_size_max);
}

std::string operand_text(Instruction const& insn, std::uint8_t operand) {
  if (operand == 0) return memory_text(insn);
  bool const stack = insn.operation == Operation::push || insn.operation == Operation::pop;
  if (!stack) return fmt::format("ES:[{}]", register_text(core::Register::rdi, insn.address_size));
  return insn.operation == Operation::push ? fmt::format("SS:[rSP-{}]", insn.operand_size)
                                           : "SS:[rSP]";
}

Table requests(Instruction const& insn, MemoryPlan const& plan) {
  Table table{
      .name = "requests", .columns = {"direction", "at", "size_bytes", "requests"}, .rows = {}};
  auto const add = [&](std::uint8_t operand, std::string_view direction) {
    if (operand == core::no_operand) return;
    std::uint8_t const size = operand == 0 ? insn.memory.size : insn.operand_size;
    table.rows.push_back({words(direction), words(operand_text(insn, operand)), bytes(size),
                          number(request_count(size))});
  };
  add(plan.first_read, "read");
  add(plan.second_read, "read");
  add(plan.write, "write");
  return table;
}

bool is_string(Instruction const& insn) {
  return insn.operation >= Operation::movs && insn.operation <= Operation::cmps;
}

/// The shape of what the bus is asked for.
std::string_view bus_kind(Instruction const& insn, MemoryPlan const& plan) {
  if (is_string(insn)) return "string";
  if (plan.write == core::no_operand) return "read";
  if (plan.first_read == core::no_operand) return "write";
  return plan.first_read == plan.write ? "read-modify-write" : "copy";
}

std::string bus_text(Instruction const& insn, Table const& table) {
  std::vector<std::string> parts;
  for (auto const& row : table.rows) {
    std::string const split =
        row[3].json == 1 ? "" : fmt::format(" in {} ascending parts", row[3].text);
    parts.push_back(fmt::format("a {} of {}{}", row[0].text, row[2].text, split));
  }
  return fmt::format("{}: {}", bus_kind(insn, core::memory_plan(insn)),
                     fmt::join(parts, ", then "));
}

void add_memory(Instruction const& insn, std::vector<Fact>& facts) {
  core::MemoryOperand const& memory = insn.memory;
  nlohmann::ordered_json json{{"text", memory_text(insn)}, {"segment", name(memory.segment)}};
  if (memory.has_base) json["base"] = register_text(memory.base, insn.address_size);
  if (memory.rip_relative) json["base"] = "RIP of the next instruction";
  if (memory.has_index) {
    json["index"] = register_text(memory.index, insn.address_size);
    json["scale"] = memory.scale;
  }
  json["displacement"] = memory.displacement;
  json["size_bytes"] = memory.size;
  facts.push_back(
      {"memory",
       {std::move(json), fmt::format("{}, {}", memory_text(insn), bytes(memory.size).text)}});
}

/// What applies to some instructions only.
void add_particulars(Instruction const& insn, std::vector<Fact>& facts) {
  if (insn.repeat != core::Repeat::none) {
    facts.push_back(
        {"repeat", words(fmt::format("{}: one element per exit; RIP stays while elements are left",
                                     repeat_text(insn)))});
  }
  if (insn.lock) {
    facts.push_back({"lock", words("atomic against what the hypervisor answers for the VM; a "
                                   "forwarded pair is two requests, and others may come between")});
  }
  if (insn.aligned) {
    facts.push_back({"alignment", words(fmt::format("#GP(0) unless the address is a multiple of {}",
                                                    insn.memory.size))});
  }
  bool const bit_string = insn.operation >= Operation::bt && insn.operation <= Operation::btc &&
                          insn.other == core::Other::reg;
  if (bit_string) {
    facts.push_back({"bit_string", words(fmt::format("{} counts bits from the operand, and moves "
                                                     "the address by whole operands",
                                                     other_text(insn)))});
  }
  if (insn.operation == Operation::cmovcc) {
    facts.push_back({"condition", words("memory is read whether it holds or not")});
  }
}

Source format_source() {
  return {"Intel SDM vol. 2A (Sep 2023)", "chapter 2", "Instruction Format"};
}

std::vector<Source> sources_of(Instruction const& insn) {
  constexpr std::string_view document = "Intel SDM vol. 2D (Sep 2023)";
  Source map{std::string{document}, "appendix A, table A-4", "Three-byte Opcode Map"};
  core::OpcodeMap const number = core::opcode_forms[insn.form].opcode.map;
  if (number == core::OpcodeMap::one_byte) {
    map = {std::string{document}, "appendix A, table A-2", "One-byte Opcode Map"};
  } else if (number == core::OpcodeMap::two_byte) {
    map = {std::string{document}, "appendix A, table A-3", "Two-byte Opcode Map"};
  }
  return {format_source(), std::move(map)};
}

void explain_decoded(Instruction const& insn, std::size_t given, Explanation& answer) {
  MemoryPlan const plan = core::memory_plan(insn);
  Table table = requests(insn, plan);
  answer.summary = instruction_text(insn);
  answer.facts.push_back({"operation", words(mnemonic_text(insn))});
  answer.facts.push_back({"length_bytes", bytes(insn.length)});
  answer.facts.push_back({"operand_size_bytes", bytes(insn.operand_size)});
  answer.facts.push_back({"address_size_bytes", bytes(insn.address_size)});
  add_memory(insn, answer.facts);
  if (insn.other != core::Other::none) {
    answer.facts.push_back({"other_operand", words(other_text(insn))});
  }
  add_particulars(insn, answer.facts);
  answer.facts.push_back({"asks_for", {bus_kind(insn, plan), bus_text(insn, table)}});
  answer.facts.push_back(
      {"bus", words("what lies in RAM is no request; what crosses a page is split there")});
  if (given > insn.length) {
    answer.facts.push_back({"following_bytes", bytes(given - insn.length)});
  }
  answer.tables.push_back(std::move(table));
  answer.sources = sources_of(insn);
}

std::string refusal_summary(Refusal const& refusal) {
  switch (refusal.status) {
    case DecodeStatus::need_more:
      return "the bytes end inside the instruction";
    case DecodeStatus::too_long:
      return "no instruction within 15 bytes";
    default:
      return fmt::format("{}: {}", name(refusal.status), name(refusal.reason));
  }
}

std::string_view guest_gets(DecodeStatus status) {
  switch (status) {
    case DecodeStatus::need_more:
      return "nothing yet: more bytes are fetched at CS:RIP";
    case DecodeStatus::too_long:
      return "#GP(0), RIP kept";
    default:
      return "#UD, RIP kept, and the bytes are reported";
  }
}

void explain_refused(Refusal const& refusal, Explanation& answer) {
  std::size_t const offset = offending_offset(refusal);
  answer.meaning = Meaning::none;
  answer.summary = refusal_summary(refusal);
  answer.facts.push_back({"status", words(name(refusal.status))});
  if (refusal.reason != core::DecodeReason::none) {
    answer.facts.push_back({"reason", words(name(refusal.reason))});
  }
  bool const there = offset < refusal.bytes.size();
  answer.facts.push_back(
      {"offset",
       {offset, there ? fmt::format("{}, the byte {:02x}", offset, refusal.bytes[offset])
                      : fmt::format("{}, behind the last byte", offset)}});
  answer.facts.push_back({"guest_gets", words(guest_gets(refusal.status))});
  answer.nearest = nearest_instructions(refusal);
  answer.sources = {format_source(), {"Intel SDM vol. 2D (Sep 2023)", "appendix A", "Opcode Map"}};
}

}  // namespace

Explanation explain_instruction(std::string_view text, CodeSize mode) {
  std::vector<std::uint8_t> const code = bytes_argument(text);
  Decoded const decoded = core::decode(code, mode);
  Explanation answer{.subject = "instruction",
                     .given = fmt::format("{:02x}", fmt::join(code, " "))};
  answer.facts.push_back(
      {"mode_bits", {mode_bits(mode), fmt::format("{}-bit code", mode_bits(mode))}});
  if (decoded.status == DecodeStatus::decoded) {
    explain_decoded(decoded.instruction, code.size(), answer);
  } else {
    explain_refused({code, mode, decoded.status, decoded.reason}, answer);
  }
  return answer;
}

}  // namespace acrn::cli
