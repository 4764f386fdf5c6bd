// SPDX-License-Identifier: BSD-3-Clause
// One try to make a case of a row of the opcode table.
#pragma once

#include <cstdint>

#include "core/insn/opcode_form.hpp"
#include "tests/differential/native/address_form.hpp"
#include "tests/differential/native/instruction_case.hpp"
#include "tests/differential/native/instruction_head.hpp"
#include "tests/differential/native/region.hpp"
#include "tests/support/numbers.hpp"

namespace acrn::tests {

/// Draws head, operands and state in the order in which they depend on each other.
class CaseMaker {
 public:
  CaseMaker(Numbers& numbers, Region const& region, InstructionCase& out);

  /// False if what was drawn does not fit together, as a base register that must not change.
  bool make();

 private:
  [[nodiscard]] std::uint64_t draw_value();
  [[nodiscard]] std::uint64_t draw_place();
  [[nodiscard]] core::SegmentState segment_state(core::Segment segment) const;
  [[nodiscard]] std::uint64_t& reg(core::Register name) {
    return out_.before.registers.at(static_cast<std::size_t>(name));
  }
  [[nodiscard]] bool has_operand(core::OperandKind kind) const {
    return form_.first.kind == kind || form_.second.kind == kind;
  }
  [[nodiscard]] unsigned operand_bytes(core::OperandKind kind) const;
  [[nodiscard]] bool is_shift() const;
  [[nodiscard]] unsigned stack_pointer_size() const;

  void draw_segments();
  void draw_state();
  bool make_modrm();
  bool make_offset();
  bool make_string();
  bool place_pointer(core::Register pointer, core::Segment segment, std::uint64_t& linear);
  void draw_stack();
  void set_implied(AddressForm const& form, unsigned number, AddressGoal& goal);
  void stray(AddressForm const& form);
  [[nodiscard]] bool accept_target(std::uint64_t offset, core::Segment segment);
  void match_operands();
  void put(std::uint64_t value, unsigned size);
  void put_immediates();
  [[nodiscard]] unsigned immediate_size() const;

  Numbers& numbers_;
  Region const& region_;
  InstructionCase& out_;
  core::OpcodeForm const& form_;
  InstructionHead head_{};
  bool aligned_{};
};

}  // namespace acrn::tests
