// SPDX-License-Identifier: BSD-3-Clause
// The memory operand that ModRM, SIB and displacement describe.
#pragma once

#include <array>
#include <cstdint>

#include "core/insn/cursor.hpp"
#include "core/insn/instruction.hpp"
#include "core/insn/prefixes.hpp"

namespace acrn::core {

/// The ModRM byte in its fields.
struct ModRm {
  std::uint8_t mod{};
  std::uint8_t reg{};
  std::uint8_t rm{};
  [[nodiscard]] constexpr bool names_memory() const noexcept { return mod != 3; }
};

constexpr ModRm decode_modrm(std::uint8_t byte) noexcept {
  return {.mod = static_cast<std::uint8_t>(byte >> 6U),
          .reg = static_cast<std::uint8_t>((byte >> 3U) & 7U),
          .rm = static_cast<std::uint8_t>(byte & 7U)};
}

constexpr void set_base(MemoryOperand& memory, unsigned number) noexcept {
  memory.base = static_cast<Register>(number);
  memory.has_base = true;
  // RSP and RBP are on the stack; R12 and R13, which share their ModRM codes, are not.
  if (number == 4 || number == 5) memory.segment = Segment::ss;
}

/// Source: Intel SDM vol. 2A (Sep 2023), table 2-1 "16-Bit Addressing Forms with the ModR/M Byte".
constexpr void read_memory16(Cursor& cursor, ModRm modrm, MemoryOperand& memory) noexcept {
  struct Pair {
    Register base;
    Register index;
    bool has_index;
  };
  using enum Register;
  constexpr std::array<Pair, 8> pairs{{{rbx, rsi, true},
                                       {rbx, rdi, true},
                                       {rbp, rsi, true},
                                       {rbp, rdi, true},
                                       {rsi, rax, false},
                                       {rdi, rax, false},
                                       {rbp, rax, false},
                                       {rbx, rax, false}}};
  bool const absolute = modrm.mod == 0 && modrm.rm == 6;
  if (!absolute) {
    Pair const pair = pairs[modrm.rm];
    set_base(memory, static_cast<unsigned>(pair.base));
    memory.index = pair.index;
    memory.has_index = pair.has_index;
  }
  if (modrm.mod == 1) memory.displacement = sign_extend(cursor.take());
  if (modrm.mod == 2 || absolute) {
    memory.displacement = static_cast<std::int16_t>(cursor.take_word());
  }
}

/// Source: Intel SDM vol. 2A (Sep 2023), tables 2-2, 2-3 and section 2.2.1.6 "RIP-Relative
/// Addressing". REX.X and REX.B extend the registers, but not the codes that stand for "no index",
/// "SIB follows" and "no base".
constexpr void read_memory32(Cursor& cursor, ModRm modrm, Prefixes const& prefixes,
                             MemoryOperand& memory) noexcept {
  unsigned base = modrm.rm;
  bool const has_sib = base == 4;
  if (has_sib) {
    ModRm const sib = decode_modrm(cursor.take());
    base = sib.rm;
    unsigned const index = sib.reg | prefixes.x();
    if (index != 4) {
      memory.index = static_cast<Register>(index);
      memory.has_index = true;
      memory.scale = static_cast<std::uint8_t>(1U << sib.mod);
    }
  }
  if (modrm.mod == 0 && base == 5) {
    memory.rip_relative = !has_sib && prefixes.size == CodeSize::bits64;
  } else {
    set_base(memory, base | prefixes.b());
  }
  if (modrm.mod == 1) {
    memory.displacement = sign_extend(cursor.take());
  } else if (modrm.mod == 2 || !memory.has_base) {
    memory.displacement = static_cast<std::int32_t>(cursor.take_dword());
  }
}

}  // namespace acrn::core
