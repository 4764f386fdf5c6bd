// SPDX-License-Identifier: BSD-3-Clause
#include "tests/differential/native/coverage.hpp"

#include <bit>
#include <cinttypes>
#include <cstdio>
#include <map>

#include "tests/differential/native/instruction_head.hpp"

namespace acrn::tests {

namespace {

constexpr std::array code_sizes{core::CodeSize::bits16, core::CodeSize::bits32,
                                core::CodeSize::bits64};

unsigned bits_of(core::CodeSize code) { return 16U << static_cast<unsigned>(code); }

std::size_t size_index(unsigned bytes) { return static_cast<std::size_t>(std::countr_zero(bytes)); }

/// The operand by whose size a row is counted: a general register, else memory.
core::Operand counted_operand(core::OpcodeForm const& form) {
  for (core::Operand const operand : {form.first, form.second}) {
    if (core::is_register(operand.kind)) return operand;
  }
  return core::is_memory(form.first.kind) ? form.first : form.second;
}

std::string row_name(std::size_t form) {
  core::OpcodeForm const& row = core::opcode_forms.at(form);
  constexpr std::array<char const*, 3> maps{"", "0F ", "0F 38 "};
  std::array<char, 64> text{};
  bool const extended = (row.when.mask & core::key_reg) == core::key_reg;
  std::snprintf(text.data(), text.size(), "%s %s%02X", std::string{row.mnemonic}.c_str(),
                maps.at(static_cast<std::size_t>(row.opcode.map)), unsigned{row.opcode.first});
  std::string name{text.data()};
  if (extended) name += " /" + std::to_string(row.when.value & core::key_reg);
  return name;
}

}  // namespace

void Coverage::add(InstructionCase const& test, Outcome const& outcome) {
  Cell& cell = cells_.at(test.form).at(static_cast<std::size_t>(test.code));
  ++cell.by_size.at(size_index(test.operand_size));
  locked_ += test.locked ? 1 : 0;
  repeated_ += test.repeated ? 1 : 0;
  if (outcome.fault) ++faults_.at(*outcome.fault);
}

void Coverage::skip(std::uint16_t form, core::CodeSize code, char const* why) {
  cells_.at(form).at(static_cast<std::size_t>(code)).skipped = why;
}

/// The sizes that a row's operand can have: those that its size letter gives for any head.
std::vector<std::size_t> Coverage::sizes_of(core::OpcodeForm const& form, core::CodeSize code) {
  std::vector<std::size_t> result;
  auto const add = [&](InstructionHead const& head) {
    std::size_t const index = size_index(size_of(counted_operand(form).size, code, head));
    for (std::size_t const known : result) {
      if (known == index) return;
    }
    result.push_back(index);
  };
  bool const has_l = (form.when.value & core::key_vex) != 0;
  for (unsigned const operand_size : {2U, 4U, 8U}) {
    if (operand_size == 8 && code != core::CodeSize::bits64) continue;
    add({.operand_size = operand_size});
    if (has_l) add({.operand_size = operand_size, .vector_256 = true});
  }
  return result;
}

std::vector<std::string> Coverage::missing() const {
  std::vector<std::string> result;
  for (std::size_t form = 0; form < cells_.size(); ++form) {
    core::OpcodeForm const& row = core::opcode_forms.at(form);
    for (core::CodeSize const code : code_sizes) {
      Cell const& cell = cells_.at(form).at(static_cast<std::size_t>(code));
      if (cell.skipped != nullptr || !exists_in(row, code)) continue;
      for (std::size_t const size : sizes_of(row, code)) {
        if (cell.by_size.at(size) != 0) continue;
        result.push_back(row_name(form) + " with " + std::to_string(1U << size) + " bytes in " +
                         std::to_string(bits_of(code)) + "-bit code");
      }
    }
  }
  return result;
}

void Coverage::print() const {
  std::map<std::string, unsigned> skipped;
  std::printf("cases by row of the opcode table, in 16-, 32- and 64-bit code:\n");
  std::string line;
  for (std::size_t form = 0; form < cells_.size(); ++form) {
    std::string text = row_name(form) + ":";
    for (core::CodeSize const code : code_sizes) {
      Cell const& cell = cells_.at(form).at(static_cast<std::size_t>(code));
      std::uint64_t sum = 0;
      for (std::uint64_t const count : cell.by_size) sum += count;
      text += cell.skipped != nullptr                        ? " skipped"
              : exists_in(core::opcode_forms.at(form), code) ? " " + std::to_string(sum)
                                                             : " -";
      if (cell.skipped == nullptr) continue;
      ++skipped[std::string{cell.skipped} + " in " + std::to_string(bits_of(code)) + "-bit code"];
    }
    text.resize(text.size() < 32 ? 32 : text.size() + 1, ' ');
    line += text;
    if (line.size() < 90 && form + 1 < cells_.size()) continue;
    std::printf("  %s\n", line.c_str());
    line.clear();
  }
  std::printf("with LOCK or XCHG: %" PRIu64 ", with a repeat prefix: %" PRIu64, locked_, repeated_);
  for (std::size_t vector = 0; vector < faults_.size(); ++vector) {
    if (faults_.at(vector) == 0) continue;
    std::printf(", exception %zu: %" PRIu64, vector, faults_.at(vector));
  }
  std::printf("\n");
  for (auto const& [why, rows] : skipped) {
    std::printf("skipped for want of %s: %u rows\n", why.c_str(), rows);
  }
}

}  // namespace acrn::tests
