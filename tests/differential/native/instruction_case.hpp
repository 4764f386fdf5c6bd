// SPDX-License-Identifier: BSD-3-Clause
// One instruction with all that it works on, and what became of that: the common ground of the CPU
// and of core's executor.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/exit.hpp"
#include "core/insn/instruction.hpp"

namespace acrn::tests {

/// The memory that operands are in: the end of one page and the beginning of the next.
inline constexpr std::size_t arena_size = 0x400;

/// What an instruction reads and writes. Outside 64-bit code the upper halves of the first eight
/// registers are 0, and the others do not count.
struct MachineState {
  std::array<std::uint64_t, 16> registers{};
  std::uint64_t flags{};  ///< status flags and DF
  std::array<core::VectorValue, 16> vectors{};
  std::array<std::uint8_t, arena_size> arena{};
};

/// The data segments that a case can have: flat, and others that only an LDT offers. In 64-bit code
/// only the base counts, and only that of GS.
enum class DataSegment : std::uint8_t {
  flat,
  whole16,    ///< 64 KiB from the region's start, 16-bit stack pointer
  shifted32,  ///< up to 4 GiB, and begins before the region
  short32,    ///< ends in the arena, 32-bit stack pointer
  read_only,  ///< up to 4 GiB; not for SS
  down16,     ///< expands down to within the arena, 16-bit stack pointer
  top16,      ///< its last byte, at offset 0xffff, is in the arena; 16-bit stack pointer
};
inline constexpr std::size_t data_segment_count = 7;

/// Which of them is in which register. FS belongs to the C library.
struct SegmentChoice {
  DataSegment es{};
  DataSegment ss{};
  DataSegment ds{};
  DataSegment gs{};
};

struct InstructionCase {
  std::uint16_t form{};  ///< the row of core's opcode table that it was drawn from
  core::CodeSize code{};
  std::array<std::uint8_t, 2 * core::instruction_size_max> bytes{};
  std::uint8_t size{};
  std::uint8_t operand_size{};  ///< bytes in general registers; 16 or 32 of vectors
  std::uint8_t memory_size{};   ///< bytes of the memory operand
  bool uses_vectors{};
  bool locked{};
  bool repeated{};
  SegmentChoice segments{};
  /// Linear address of the memory operand; of strings only the first element's.
  std::uint64_t target{};
  MachineState before{};

  [[nodiscard]] std::span<std::uint8_t const> code_bytes() const { return {bytes.data(), size}; }
};

/// What became of it.
struct Outcome {
  std::optional<std::uint8_t> fault{};  ///< vector of the exception
  char const* broken{};                 ///< why there is no outcome, if there is none
  MachineState after{};
};

}  // namespace acrn::tests
