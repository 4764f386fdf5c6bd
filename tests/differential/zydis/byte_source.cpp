// SPDX-License-Identifier: BSD-3-Clause
#include "tests/differential/zydis/byte_source.hpp"

namespace acrn::tests {

namespace {

using core::Match;

constexpr std::array<std::uint8_t, 11> prefix_bytes{0x66, 0x67, 0xF0, 0xF2, 0xF3, 0x26,
                                                    0x2E, 0x36, 0x3E, 0x64, 0x65};
constexpr std::array<std::uint8_t, 8> edge_bytes{0x00, 0x01, 0x7F, 0x80, 0xFF, 0xFE, 0x05, 0x24};

bool asks_for(Match when, std::uint16_t bit) { return (when.value & bit) != 0; }

/// VEX.pp of a row: none, 66, F3, F2.
unsigned vex_prefix(Match when) {
  if (asks_for(when, core::key_66)) return 1;
  if (asks_for(when, core::key_f3)) return 2;
  return asks_for(when, core::key_f2) ? 3 : 0;
}

}  // namespace

void ByteSource::put(ByteString& out, unsigned byte) {
  if (out.size < ByteString::size_max) out.data[out.size++] = static_cast<std::uint8_t>(byte);
}

void ByteSource::prefixes(ByteString& out) {
  unsigned count = numbers_.chance(50) ? 0 : 1 + numbers_.below(3);
  if (numbers_.chance(3)) count = numbers_.below(16);
  for (unsigned i = 0; i < count; ++i) {
    put(out, prefix_bytes[numbers_.below(prefix_bytes.size())]);
    if (numbers_.chance(4)) put(out, 0x40 | numbers_.below(16));  // a REX out of place
  }
}

void ByteSource::rex(ByteString& out, unsigned bits) {
  if (out.code != core::CodeSize::bits64) return;
  if (bits != 0 || numbers_.chance(40)) put(out, 0x40 | bits | numbers_.below(16));
}

void ByteSource::vex_opcode_of(ByteString& out, core::OpcodeForm const& form, std::uint8_t opcode) {
  bool const exact = numbers_.chance(85);  // or any L, W, vvvv and pp
  unsigned last = exact ? 0x78U | vex_prefix(form.when) : numbers_.byte();
  if (exact && (form.when.mask & core::key_l) == 0) last |= numbers_.below(2) << 2U;
  unsigned const inverted = out.code == core::CodeSize::bits64 ? numbers_.below(8) << 5U : 0xE0U;
  if (form.opcode.map == core::OpcodeMap::two_byte && numbers_.chance(50)) {
    put(out, 0xC5);
    put(out, (last & 0x7FU) | (inverted & 0x80U));
  } else {
    bool const wide = (form.when.mask & core::key_w) != 0 ? asks_for(form.when, core::key_w)
                                                          : numbers_.chance(50);
    put(out, 0xC4);
    put(out, inverted | (numbers_.chance(97) ? static_cast<unsigned>(form.opcode.map)
                                             : numbers_.below(32)));
    put(out, (last & 0x7FU) | (wide ? 0x80U : 0U));
  }
  put(out, opcode);
}

void ByteSource::opcode_of(ByteString& out, core::OpcodeForm const& form) {
  auto const opcode =
      static_cast<std::uint8_t>(form.opcode.first + numbers_.below(form.opcode.count));
  if (asks_for(form.when, core::key_vex)) {
    vex_opcode_of(out, form, opcode);
    return;
  }
  if (numbers_.chance(90)) {
    constexpr std::array<unsigned, 4> bytes{0, 0x66, 0xF3, 0xF2};
    unsigned const mandatory = bytes[vex_prefix(form.when)];
    if (mandatory != 0) put(out, mandatory);
  }
  rex(out, asks_for(form.when, core::key_w) ? 8 : 0);
  if (form.opcode.map != core::OpcodeMap::one_byte) put(out, 0x0F);
  if (form.opcode.map == core::OpcodeMap::three_byte_38) put(out, 0x38);
  put(out, opcode);
}

void ByteSource::any_opcode(ByteString& out) {
  unsigned const map = numbers_.below(6);
  if (map < 4) rex(out, 0);
  switch (map) {
    case 0:
      break;
    case 1:
      put(out, 0x0F);
      break;
    case 2:
      put(out, 0x0F);
      put(out, numbers_.chance(70) ? 0x38 : 0x3A);
      break;
    case 3:
      put(out, numbers_.chance(50) ? 0xC5 : 0xC4);
      break;
    case 4:
      put(out, numbers_.chance(50) ? 0xF6 + numbers_.below(10) : 0x80 + numbers_.below(4));
      break;
    default:
      put(out, 0xC4);
      put(out, 0xE0U | (1 + numbers_.below(3)));
      put(out, numbers_.byte());
      break;
  }
  put(out, numbers_.byte());
}

void ByteSource::operands(ByteString& out, Match when) {
  unsigned modrm = numbers_.byte();
  if (modrm >= 0xC0 && numbers_.chance(80)) modrm &= 0x7FU;
  if ((when.mask & core::key_reg) == core::key_reg && numbers_.chance(95)) {
    modrm = (modrm & 0xC7U) | ((unsigned{when.value} & core::key_reg) << 3U);
  }
  put(out, modrm);
  while (out.size < ByteString::size_max) {
    put(out, numbers_.chance(30) ? edge_bytes[numbers_.below(edge_bytes.size())] : numbers_.byte());
  }
}

ByteString ByteSource::next() {
  ByteString out;
  out.code = static_cast<core::CodeSize>(numbers_.below(3));
  unsigned const kind = numbers_.below(10);
  if (kind < 2) {
    while (out.size < ByteString::size_max) put(out, numbers_.byte());
  } else {
    prefixes(out);
    Match when{};
    if (kind < 6) {
      core::OpcodeForm const& form = core::opcode_forms[numbers_.below(core::opcode_forms.size())];
      opcode_of(out, form);
      when = form.when;
    } else {
      any_opcode(out);
    }
    operands(out, when);
  }
  if (numbers_.chance(20)) out.size = numbers_.below(core::instruction_size_max + 2);
  return out;
}

}  // namespace acrn::tests
