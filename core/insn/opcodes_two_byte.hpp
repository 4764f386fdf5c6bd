// SPDX-License-Identifier: BSD-3-Clause
// The opcode table: opcodes behind 0F and 0F 38. Source: Intel SDM vol. 2D (Sep 2023), tables A-3,
//
#pragma once

#include <array>

#include "core/insn/opcode_notation.hpp"

namespace acrn::core::opcode_table {

// clang-format off
// Columns: mnemonic, opcode, when the row applies, operation, operands. `ext(n)` is "/n".
inline constexpr auto two_byte_forms = std::to_array<OpcodeForm>({
    {"MOVUPS",     b2(0x10),     np,                  vector_load,  vec, mdq},
    {"MOVUPD",     b2(0x10),     p66,                 vector_load,  vec, mdq},
    {"VMOVUPS",    b2(0x10),     vex | np,            vector_load,  vec, mx},
    {"VMOVUPD",    b2(0x10),     vex | p66,           vector_load,  vec, mx},
    {"MOVUPS",     b2(0x11),     np,                  vector_store, mdq, vec},
    {"MOVUPD",     b2(0x11),     p66,                 vector_store, mdq, vec},
    {"VMOVUPS",    b2(0x11),     vex | np,            vector_store, mx, vec},
    {"VMOVUPD",    b2(0x11),     vex | p66,           vector_store, mx, vec},
    {"MOVAPS",     b2(0x28),     np,                  vector_load,  vec, mdq_aligned},
    {"MOVAPD",     b2(0x28),     p66,                 vector_load,  vec, mdq_aligned},
    {"VMOVAPS",    b2(0x28),     vex | np,            vector_load,  vec, mx_aligned},
    {"VMOVAPD",    b2(0x28),     vex | p66,           vector_load,  vec, mx_aligned},
    {"MOVAPS",     b2(0x29),     np,                  vector_store, mdq_aligned, vec},
    {"MOVAPD",     b2(0x29),     p66,                 vector_store, mdq_aligned, vec},
    {"VMOVAPS",    b2(0x29),     vex | np,            vector_store, mx_aligned, vec},
    {"VMOVAPD",    b2(0x29),     vex | p66,           vector_store, mx_aligned, vec},
    {"MOVNTPS",    b2(0x2B),     np,                  vector_store, mdq_aligned, vec},
    {"MOVNTPD",    b2(0x2B),     p66,                 vector_store, mdq_aligned, vec},
    {"VMOVNTPS",   b2(0x2B),     vex | np,            vector_store, mx_aligned, vec},
    {"VMOVNTPD",   b2(0x2B),     vex | p66,           vector_store, mx_aligned, vec},
    {"CMOVcc",     b2(0x40, 16), any,                 cmovcc,       gv, mv},
    {"MOVD",       b2(0x6E),     p66 | w0,            vector_load,  vec, md},
    {"MOVQ",       b2(0x6E),     p66 | w1,            vector_load,  vec, mq},
    {"VMOVD",      b2(0x6E),     vex | p66 | w0 | l0, vector_load,  vec, md},
    {"VMOVQ",      b2(0x6E),     vex | p66 | w1 | l0, vector_load,  vec, mq},
    {"MOVDQA",     b2(0x6F),     p66,                 vector_load,  vec, mdq_aligned},
    {"MOVDQU",     b2(0x6F),     pf3,                 vector_load,  vec, mdq},
    {"VMOVDQA",    b2(0x6F),     vex | p66,           vector_load,  vec, mx_aligned},
    {"VMOVDQU",    b2(0x6F),     vex | pf3,           vector_load,  vec, mx},
    {"MOVD",       b2(0x7E),     p66 | w0,            vector_store, md, vec},
    {"MOVQ",       b2(0x7E),     p66 | w1,            vector_store, mq, vec},
    {"VMOVD",      b2(0x7E),     vex | p66 | w0 | l0, vector_store, md, vec},
    {"VMOVQ",      b2(0x7E),     vex | p66 | w1 | l0, vector_store, mq, vec},
    {"MOVQ",       b2(0x7E),     pf3,                 vector_load,  vec, mq},
    {"VMOVQ",      b2(0x7E),     vex | pf3 | l0,      vector_load,  vec, mq},
    {"MOVDQA",     b2(0x7F),     p66,                 vector_store, mdq_aligned, vec},
    {"MOVDQU",     b2(0x7F),     pf3,                 vector_store, mdq, vec},
    {"VMOVDQA",    b2(0x7F),     vex | p66,           vector_store, mx_aligned, vec},
    {"VMOVDQU",    b2(0x7F),     vex | pf3,           vector_store, mx, vec},
    {"SETcc",      b2(0x90, 16), any,                 setcc,        mb},
    {"BT",         b2(0xA3),     any,                 bt,           mv, gv},
    {"BTS",        b2(0xAB),     any,                 bts,          mv, gv},
    {"CMPXCHG",    b2(0xB0),     any,                 cmpxchg,      mb, gb},
    {"CMPXCHG",    b2(0xB1),     any,                 cmpxchg,      mv, gv},
    {"BTR",        b2(0xB3),     any,                 btr,          mv, gv},
    {"MOVZX",      b2(0xB6),     any,                 movzx,        gv, mb},
    {"MOVZX",      b2(0xB7),     any,                 movzx,        gv, mw},
    {"BT",         b2(0xBA),     ext(4),              bt,           mv, ib},
    {"BTS",        b2(0xBA),     ext(5),              bts,          mv, ib},
    {"BTR",        b2(0xBA),     ext(6),              btr,          mv, ib},
    {"BTC",        b2(0xBA),     ext(7),              btc,          mv, ib},
    {"BTC",        b2(0xBB),     any,                 btc,          mv, gv},
    {"MOVSX",      b2(0xBE),     any,                 movsx,        gv, mb},
    {"MOVSX",      b2(0xBF),     any,                 movsx,        gv, mw},
    {"XADD",       b2(0xC0),     any,                 xadd,         mb, gb},
    {"XADD",       b2(0xC1),     any,                 xadd,         mv, gv},
    {"MOVNTI",     b2(0xC3),     np,                  mov,          my, gy},
    {"CMPXCHG8B",  b2(0xC7),     ext(1) | w0,         cmpxchg8b,    mq},
    {"CMPXCHG16B", b2(0xC7),     ext(1) | w1,         cmpxchg16b,   mdq_aligned},
    {"MOVQ",       b2(0xD6),     p66,                 vector_store, mq, vec},
    {"VMOVQ",      b2(0xD6),     vex | p66 | l0,      vector_store, mq, vec},
    {"MOVNTDQ",    b2(0xE7),     p66,                 vector_store, mdq_aligned, vec},
    {"VMOVNTDQ",   b2(0xE7),     vex | p66,           vector_store, mx_aligned, vec},
});
inline constexpr auto three_byte_forms = std::to_array<OpcodeForm>({
    {"MOVNTDQA",   b3(0x2A),     p66,                 vector_load,  vec, mdq_aligned},
    {"VMOVNTDQA",  b3(0x2A),     vex | p66,           vector_load,  vec, mx_aligned},
    {"MOVBE",      b3(0xF0),     no_repeat,           movbe,        gv, mv},
    {"MOVBE",      b3(0xF1),     no_repeat,           movbe,        mv, gv},
});
// clang-format on

}  // namespace acrn::core::opcode_table
