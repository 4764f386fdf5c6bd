// SPDX-License-Identifier: BSD-3-Clause
#include "sim/cli/instruction_refusal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/insn/cursor.hpp"
#include "core/insn/decoder.hpp"
#include "core/insn/opcode.hpp"
#include "core/insn/opcode_table.hpp"
#include "core/insn/prefixes.hpp"
#include "sim/cli/instruction_text.hpp"

namespace acrn::cli {
namespace {

using core::CodeSize;
using core::Decoded;
using core::DecodeReason;
using core::DecodeStatus;
using core::PrefixKind;
using Bytes = std::vector<std::uint8_t>;

/// Where the parts of an instruction are.
struct Layout {
  std::size_t prefixes_end{};  ///< offset of the opcode, its escapes or VEX
  std::size_t opcode{};        ///< offset of the opcode's last byte
  core::Opcode found{};
};

Layout layout_of(Refusal const& refusal) {
  core::Cursor cursor{refusal.bytes};
  core::Prefixes prefixes{.size = refusal.mode};
  Layout layout;
  read_prefixes(cursor, prefixes);
  layout.prefixes_end = cursor.position();
  layout.found = read_opcode(cursor, prefixes);
  layout.opcode = cursor.position() - std::size_t{1};
  return layout;
}

std::size_t first_prefix(Refusal const& refusal, std::size_t end, auto&& wanted) {
  auto const begin = refusal.bytes.begin();
  auto const found = std::find_if(begin, begin + static_cast<std::ptrdiff_t>(end),
                                  [&](std::uint8_t byte) { return wanted(byte); });
  return static_cast<std::size_t>(found - begin);
}

bool is_lock(std::uint8_t byte) { return core::prefix_kinds[byte] == PrefixKind::lock; }

bool spoils_vex(std::uint8_t byte) {
  PrefixKind const kind = core::prefix_kinds[byte];
  return kind != PrefixKind::none && kind != PrefixKind::segment &&
         kind != PrefixKind::address_size;
}

/// Whether the opcode has a row with another ModRM.reg: then that field is to blame.
bool reg_field_is_to_blame(Refusal const& refusal, std::size_t modrm) {
  if (modrm >= refusal.bytes.size()) return false;
  Bytes other{refusal.bytes.begin(), refusal.bytes.end()};
  for (unsigned reg = 0; reg < 8; ++reg) {
    other[modrm] = static_cast<std::uint8_t>((refusal.bytes[modrm] & 0xc7U) | reg << 3U);
    Decoded const decoded = core::decode(other, refusal.mode);
    if (decoded.status != DecodeStatus::unsupported || decoded.reason != DecodeReason::opcode) {
      return true;
    }
  }
  return false;
}

Bytes without(Refusal const& refusal, std::size_t offset) {
  Bytes bytes{refusal.bytes.begin(), refusal.bytes.end()};
  bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(offset));
  return bytes;
}

/// As few zeros behind the bytes as make an instruction of them, and that instruction.
std::optional<std::pair<std::size_t, Decoded>> completed(Refusal const& refusal) {
  Bytes bytes{refusal.bytes.begin(), refusal.bytes.end()};
  while (bytes.size() < core::instruction_size_max) {
    bytes.push_back(0);
    Decoded const decoded = core::decode(bytes, refusal.mode);
    if (decoded.status == DecodeStatus::decoded) {
      return std::pair{bytes.size() - refusal.bytes.size(), decoded};
    }
    if (decoded.status != DecodeStatus::need_more) return std::nullopt;
  }
  return std::nullopt;
}

void add_if_decoded(Bytes const& bytes, CodeSize mode, std::string_view how,
                    std::vector<std::string>& nearest) {
  Decoded const decoded = core::decode(bytes, mode);
  if (decoded.status != DecodeStatus::decoded) return;
  nearest.push_back(fmt::format("{}: {}", how, instruction_text(decoded.instruction)));
}

std::string_view mode_word(CodeSize mode) {
  return mode == CodeSize::bits64 ? "64" : mode == CodeSize::bits32 ? "32" : "16";
}

/// The mnemonics of the opcode's rows, whatever prefix, mode and ModRM.reg they want.
std::string rows_of(core::OpcodeCell cell) {
  std::vector<std::string_view> names;
  for (unsigned row = cell.first; row < unsigned{cell.first} + cell.count; ++row) {
    std::string_view const name = core::opcode_forms[row].mnemonic;
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

/// Rows of the same opcode; if it has none, the instruction in another mode, and the opcodes of the
/// map that come next below and above.
std::vector<std::string> nearest_opcodes(Refusal const& refusal, Layout const& layout) {
  std::vector<std::string> nearest;
  for (CodeSize const mode : {CodeSize::bits64, CodeSize::bits32, CodeSize::bits16}) {
    if (mode == refusal.mode) continue;
    add_if_decoded({refusal.bytes.begin(), refusal.bytes.end()}, mode,
                   fmt::format("in {}-bit code", mode_word(mode)), nearest);
  }
  auto const& cells = core::opcode_cells[static_cast<std::size_t>(layout.found.map)];
  unsigned const byte = layout.found.byte;
  if (cells[byte].count != 0) {
    nearest.push_back(
        fmt::format("supported with this opcode, {:02x}: {}", byte, rows_of(cells[byte])));
    return nearest;
  }
  for (int const step : {-1, 1}) {
    int at = static_cast<int>(byte) + step;
    while (at >= 0 && at < 256 && cells[static_cast<std::size_t>(at)].count == 0) at += step;
    if (at < 0 || at >= 256) continue;
    nearest.push_back(fmt::format("the next opcode {}, {:02x}: {}", step < 0 ? "below" : "above",
                                  at, rows_of(cells[static_cast<std::size_t>(at)])));
  }
  return nearest;
}

}  // namespace

std::size_t offending_offset(Refusal const& refusal) {
  if (refusal.status == DecodeStatus::need_more) return refusal.bytes.size();
  if (refusal.status == DecodeStatus::too_long) return core::instruction_size_max;
  Layout const layout = layout_of(refusal);
  switch (refusal.reason) {
    case DecodeReason::lock:
      return first_prefix(refusal, layout.prefixes_end, is_lock);
    case DecodeReason::vex_prefix:
      return first_prefix(refusal, layout.prefixes_end, spoils_vex);
    case DecodeReason::vex_field:
      return layout.opcode - 1;  // vvvv is in the last byte of VEX
    case DecodeReason::register_form:
      return layout.opcode + 1;
    case DecodeReason::opcode:
    case DecodeReason::none:
      break;
  }
  return reg_field_is_to_blame(refusal, layout.opcode + 1) ? layout.opcode + 1 : layout.opcode;
}

std::vector<std::string> nearest_instructions(Refusal const& refusal) {
  std::vector<std::string> nearest;
  std::size_t const offset = offending_offset(refusal);
  if (refusal.status == DecodeStatus::need_more) {
    if (auto const found = completed(refusal)) {
      nearest.push_back(fmt::format("with {} more byte{}, were they 0: {}", found->first,
                                    found->first == 1 ? "" : "s",
                                    instruction_text(found->second.instruction)));
    }
    return nearest;
  }
  if (refusal.status == DecodeStatus::too_long) {
    nearest.emplace_back("fewer prefixes: 15 bytes are the most");
    return nearest;
  }
  Layout const layout = layout_of(refusal);
  Bytes changed{refusal.bytes.begin(), refusal.bytes.end()};
  switch (refusal.reason) {
    case DecodeReason::lock:
    case DecodeReason::vex_prefix:
      add_if_decoded(without(refusal, offset), refusal.mode,
                     fmt::format("without the prefix {:02x}", refusal.bytes[offset]), nearest);
      break;
    case DecodeReason::vex_field:
      changed[offset] |= 0x78U;
      add_if_decoded(changed, refusal.mode, "with vvvv 1111", nearest);
      break;
    case DecodeReason::register_form:
      nearest.push_back(fmt::format(
          "with an operand in memory: {}",
          rows_of(
              core::opcode_cells[static_cast<std::size_t>(layout.found.map)][layout.found.byte])));
      break;
    case DecodeReason::opcode:
    case DecodeReason::none:
      return nearest_opcodes(refusal, layout);
  }
  return nearest;
}

}  // namespace acrn::cli
