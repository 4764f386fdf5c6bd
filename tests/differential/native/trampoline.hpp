// SPDX-License-Identifier: BSD-3-Clause
// Code that gives the CPU a state, lets it run one instruction, and takes the state from it.
#pragma once

#include <cstdint>
#include <span>

#include "core/insn/instruction.hpp"
#include "tests/differential/native/emitter.hpp"
#include "tests/differential/native/region.hpp"

namespace acrn::tests {

/// Which vector registers are loaded and stored: none, XMM, or YMM.
enum class VectorWidth : std::uint8_t { none, xmm, ymm };

/// What a trampoline is for.
struct TrampolineKind {
  core::CodeSize code{};
  VectorWidth vectors{};
};

/// Addresses of a function without arguments.
struct Trampoline {
  std::uint32_t entry{};
  std::uint32_t leave{};          ///< where code of the slot has to jump at its end
  std::uint32_t compatibility{};  ///< its 32-bit part: for Context::compatibility
};

/// Appends the code of one. It never returns to a state that C++ does not expect: DF is clear, the
/// registers that calls preserve are restored, SS is Linux's. DS, ES and GS, which 64-bit code of
/// Linux does not use, are left as they come.
Trampoline make_trampoline(Emitter& out, Region const& region, TrampolineKind kind);

/// Puts instruction bytes into the slot, and the way back behind them.
void fill_slot(Region const& region, core::CodeSize code, std::span<std::uint8_t const> bytes,
               Trampoline const& trampoline);

}  // namespace acrn::tests
