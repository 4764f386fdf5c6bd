// SPDX-License-Identifier: BSD-3-Clause
// Prints the supported instruction forms as Markdown, writes them into a document, or checks them.
//
//   instruction_table_doc                  print
//   instruction_table_doc --write FILE     replace what stands between the markers
//   instruction_table_doc --check FILE     exit 1 unless that is what would be written
#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/insn/opcode_table.hpp"
#include "tests/golden/generated_section.hpp"

namespace acrn::core {
namespace {

std::string hex(unsigned byte) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  return {digits[byte >> 4U & 15U], digits[byte & 15U]};
}

/// Bits, as the SDM writes them.
std::string_view bits_of(OperandSize size) {
  switch (size) {
    case OperandSize::none:
      return "";
    case OperandSize::b:
      return "8";
    case OperandSize::w:
      return "16";
    case OperandSize::d:
      return "32";
    case OperandSize::q:
      return "64";
    case OperandSize::dq:
      return "128";
    case OperandSize::v:
      return "16/32/64";
    case OperandSize::y:
      return "32/64";
    case OperandSize::z:
      return "16/32";
    case OperandSize::stack:
      return "16/64";
    case OperandSize::x:
      return "128/256";
  }
  return "?";
}

std::string name(Operand operand) {
  std::string const bits{bits_of(operand.size)};
  switch (operand.kind) {
    case OperandKind::none:
      return "";
    case OperandKind::memory:
      return "m" + bits + (operand.aligned ? " aligned" : "");
    case OperandKind::offset:
      return "moffs" + bits;
    case OperandKind::source_string:
      return "[rSI]" + bits;
    case OperandKind::destination_string:
      return "[rDI]" + bits;
    case OperandKind::reg:
      return "r" + bits;
    case OperandKind::accumulator:
      return operand.size == OperandSize::b ? "AL" : "rAX";
    case OperandKind::vector:
      return "xmm/ymm";
    case OperandKind::immediate:
      return "imm" + bits;
    case OperandKind::immediate_signed:
      return "imm8 sign-extended";
    case OperandKind::one:
      return "1";
    case OperandKind::cl:
      return "CL";
  }
  return "?";
}

bool wants(Match when, unsigned bit) { return (when.value & bit) != 0; }
bool refuses(Match when, unsigned bit) { return (when.mask & bit) != 0 && (when.value & bit) == 0; }

std::string mandatory_prefix(Match when) {
  if (wants(when, key_66)) return "66 ";
  if (wants(when, key_f3)) return "F3 ";
  if (wants(when, key_f2)) return "F2 ";
  return refuses(when, key_66) ? "NP " : "";
}

/// Prefixes, opcode and extension, in the SDM's notation.
std::string encoding(OpcodeForm const& form) {
  Match const when = form.when;
  std::string text = wants(when, key_vex) ? "VEX " : "";
  text += mandatory_prefix(when);
  if (wants(when, key_w)) text += "W1 ";
  if (refuses(when, key_w)) text += "W0 ";
  if (form.opcode.map != OpcodeMap::one_byte) text += "0F ";
  if (form.opcode.map == OpcodeMap::three_byte_38) text += "38 ";
  text += hex(form.opcode.first);
  if (form.opcode.count > 1) text += "-" + hex(form.opcode.first + form.opcode.count - 1U);
  bool const extended = (when.mask & key_reg) != 0;
  if (extended) text += " /" + std::to_string(when.value & key_reg);
  return text;
}

std::string line(OpcodeForm const& form) {
  std::string text = "`" + encoding(form) + "` " + name(form.first);
  if (form.second.kind != OperandKind::none) text += ", " + name(form.second);
  if (wants(form.when, key_64)) text += " (64-bit mode)";
  if (refuses(form.when, key_64)) {
    std::string_view const wide = "/64";
    for (auto at = text.find(wide); at != std::string::npos; at = text.find(wide)) {
      text.erase(at, wide.size());
    }
    text += " (not in 64-bit mode)";
  }
  return text;
}

struct Row {
  std::string_view mnemonic;
  bool lock{};
  std::string forms;
};

std::string table() {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < opcode_forms.size(); ++i) {
    OpcodeForm const& form = opcode_forms[i];
    auto row = std::find_if(rows.begin(), rows.end(),
                            [&](Row const& seen) { return seen.mnemonic == form.mnemonic; });
    if (row == rows.end()) row = rows.insert(rows.end(), Row{form.mnemonic, false, ""});
    row->lock = row->lock || form_traits[i].has(FormFlag::lockable);
    row->forms += (row->forms.empty() ? "" : "; ") + line(form);
  }
  std::string text = std::to_string(opcode_forms.size()) + " forms of " +
                     std::to_string(rows.size()) +
                     " instructions:\n\n| instruction | LOCK | forms |\n| --- | --- | --- |\n";
  for (Row const& row : rows) {
    text += "| " + std::string{row.mnemonic} + " | " + (row.lock ? "yes" : "") + " | " + row.forms +
            " |\n";
  }
  return text;
}

}  // namespace
}  // namespace acrn::core

int main(int argc, char** argv) {
  return acrn::tests::generate({.program = "instruction_table_doc",
                                .what = "instruction",
                                .begin_marker = "<!-- instructions: begin (generated) -->\n",
                                .end_marker = "<!-- instructions: end -->\n",
                                .update_target = "update_instruction_table",
                                .text = acrn::core::table()},
                               argc, argv);
}
