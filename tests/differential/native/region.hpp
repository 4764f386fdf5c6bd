// SPDX-License-Identifier: BSD-3-Clause
// The low memory in which the CPU runs the instructions: addresses that 32-bit code reaches, and
// segments that 16-bit code has.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/exit.hpp"
#include "core/insn/instruction.hpp"
#include "tests/differential/native/instruction_case.hpp"

namespace acrn::tests {

/// Places in the region, from its start.
namespace place {
inline constexpr std::uint32_t context = 0x0000;
inline constexpr std::uint32_t trampolines = 0x1000;
inline constexpr std::uint32_t slot = 0x2800;  ///< where the instruction is
inline constexpr std::uint32_t page_edge = 0x7000;
inline constexpr std::uint32_t arena = page_edge - arena_size / 2;
inline constexpr std::uint32_t size = 0x1'0000;
}  // namespace place

/// Where in the arena DataSegment::top16 ends.
inline constexpr std::uint32_t top_in_arena = 0x380;

/// Selectors that Linux gives to user code.
namespace selector {
inline constexpr std::uint16_t code32 = 0x23;
inline constexpr std::uint16_t data = 0x2b;
inline constexpr std::uint16_t code64 = 0x33;
}  // namespace selector

/// 64 KiB below 2 GiB, and the descriptors. One at a time.
class Region {
 public:
  /// Null, and `error` set, if the kernel gives no such memory.
  static std::unique_ptr<Region> create(std::string& error);
  ~Region();
  Region(Region const&) = delete;
  Region& operator=(Region const&) = delete;

  /// Linear address of a place.
  [[nodiscard]] std::uint32_t address(std::uint32_t place) const { return base_ + place; }
  [[nodiscard]] std::uint8_t* bytes(std::uint32_t place) const;
  /// Whether there are segments besides the flat ones, and thus 16-bit code.
  [[nodiscard]] bool has_ldt() const { return has_ldt_; }
  /// Selector of the code segment of 32 or 16 bits.
  [[nodiscard]] static std::uint16_t code_selector(core::CodeSize size);
  [[nodiscard]] static std::uint16_t data_selector(DataSegment segment);
  /// The hidden parts, as core wants to know them.
  [[nodiscard]] core::SegmentState code_state(core::CodeSize size) const;
  [[nodiscard]] core::SegmentState data_state(DataSegment segment) const;

 private:
  explicit Region(void* memory);
  bool load_ldt() const;

  std::uint32_t base_;
  bool has_ldt_{};
};

}  // namespace acrn::tests
