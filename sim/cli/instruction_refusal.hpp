// SPDX-License-Identifier: BSD-3-Clause
// Why the decoder refuses bytes: which byte is to blame, and what is nearest to them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/insn/instruction.hpp"

namespace acrn::cli {

/// Bytes that decode() refused, and how.
struct Refusal {
  std::span<std::uint8_t const> bytes;
  core::CodeSize mode{};
  core::DecodeStatus status{};
  core::DecodeReason reason{};
};

/// Offset of the byte to blame: prefix, VEX field, opcode or ModRM; for what is incomplete, the
/// first byte that is missing or too many.
std::size_t offending_offset(Refusal const& refusal);

/// What is nearest, in words; one line each.
std::vector<std::string> nearest_instructions(Refusal const& refusal);

}  // namespace acrn::cli
