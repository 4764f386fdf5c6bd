// SPDX-License-Identifier: BSD-3-Clause
#include "tests/differential/native/instruction_head.hpp"

#include <array>
#include <utility>

#include "core/insn/form_traits.hpp"

namespace acrn::tests {

namespace {

using core::CodeSize;
using core::OperandSize;

/// Draws one head.
class HeadMaker {
 public:
  HeadMaker(Numbers& numbers, core::OpcodeForm const& form, CodeSize code)
      : numbers_{numbers}, form_{form}, code_{code} {}

  InstructionHead make() {
    auto const opcode =
        static_cast<std::uint8_t>(form_.opcode.first + numbers_.below(form_.opcode.count));
    bool const vex = wants(core::key_vex);
    draw_common();
    if (vex) {
      shuffle();
      put_vex(opcode);
    } else {
      draw_legacy();
      shuffle();
      if (head_.has_rex) put(0x40U | head_.rex);
      if (form_.opcode.map != core::OpcodeMap::one_byte) put(0x0F);
      if (form_.opcode.map == core::OpcodeMap::three_byte_38) put(0x38);
      put(opcode);
    }
    return std::move(head_);
  }

 private:
  [[nodiscard]] bool cares(std::uint16_t bit) const { return (form_.when.mask & bit) != 0; }
  [[nodiscard]] bool wants(std::uint16_t bit) const { return (form_.when.value & bit) != 0; }
  void put(unsigned byte) { head_.bytes.push_back(static_cast<std::uint8_t>(byte)); }

  /// Address size and segment: VEX allows these prefixes, too.
  void draw_common() {
    bool const swap = numbers_.chance(20);
    if (swap) put(0x67);
    unsigned const usual = code_ == CodeSize::bits64 ? 8 : code_ == CodeSize::bits32 ? 4 : 2;
    head_.address_size = !swap ? usual : usual == 4 ? 2 : 4;
    if (!numbers_.chance(20)) return;
    constexpr std::array<unsigned, 5> prefixes{0x26, 0x2E, 0x36, 0x3E, 0x65};
    unsigned const choice = numbers_.below(prefixes.size());
    put(prefixes.at(choice));
    bool const is_gs = choice == 4;
    head_.has_segment = is_gs || code_ != CodeSize::bits64;
    head_.segment = is_gs ? core::Segment::gs : static_cast<core::Segment>(choice);
  }

  void draw_legacy() {
    bool const in64 = code_ == CodeSize::bits64;
    bool const swap = cares(core::key_66) ? wants(core::key_66) : numbers_.chance(45);
    if (swap) put(0x66);
    bool const wide = cares(core::key_w) ? wants(core::key_w) : in64 && numbers_.chance(40);
    head_.operand_size = wide ? 8 : (code_ == CodeSize::bits16) == swap ? 4 : 2;
    draw_repeat();
    bool const lockable = core::traits_of(form_).has(core::FormFlag::lockable);
    head_.lock = numbers_.chance(lockable ? 35 : 1);
    if (head_.lock) put(0xF0);
    if (!in64) return;
    head_.rex = (wide ? 8U : 0U) | (numbers_.chance(60) ? numbers_.below(8) : 0U);
    head_.has_rex = head_.rex != 0 || numbers_.chance(20);
  }

  void draw_repeat() {
    if (wants(core::key_f3)) return put(0xF3);
    if (cares(core::key_f3)) return;
    bool const string = core::is_string(form_.operation);
    if (!numbers_.chance(string ? 65 : 2)) return;
    put(numbers_.chance(50) ? 0xF3 : 0xF2);
    head_.repeat = string;
  }

  /// Puts the legacy prefixes in any order.
  void shuffle() {
    for (std::size_t left = head_.bytes.size(); left > 1; --left) {
      std::swap(head_.bytes.at(left - 1), head_.bytes.at(numbers_.below(left)));
    }
  }

  void put_vex(std::uint8_t opcode) {
    bool const in64 = code_ == CodeSize::bits64;
    unsigned const mandatory = wants(core::key_66) ? 1 : wants(core::key_f3) ? 2 : 0;
    head_.vector_256 = cares(core::key_l) ? wants(core::key_l) : numbers_.chance(50);
    bool const wide = cares(core::key_w) ? wants(core::key_w) : numbers_.chance(30);
    bool const short_form =
        form_.opcode.map == core::OpcodeMap::two_byte && !wide && numbers_.chance(50);
    head_.rex = in64 ? numbers_.below(8) : 0;
    unsigned third = 0xFU;  // none, inverted; any other is undefined
    if (in64 && numbers_.chance(1)) third = numbers_.below(15);
    unsigned const last = third << 3U | (head_.vector_256 ? 4U : 0U) | mandatory;
    if (short_form) {
      head_.rex &= 4U;
      put(0xC5);
      put(((head_.rex & 4U) != 0 ? 0U : 0x80U) | last);
    } else {
      put(0xC4);
      put((~head_.rex & 7U) << 5U | static_cast<unsigned>(form_.opcode.map));
      put((wide ? 0x80U : 0U) | last);
    }
    put(opcode);
  }

  Numbers& numbers_;
  core::OpcodeForm const& form_;
  CodeSize code_;
  InstructionHead head_{};
};

}  // namespace

bool exists_in(core::OpcodeForm const& form, CodeSize code) {
  bool const in64 = code == CodeSize::bits64;
  if ((form.when.mask & core::key_64) != 0 && ((form.when.value & core::key_64) != 0) != in64) {
    return false;
  }
  return in64 || (form.when.value & core::key_w) == 0;
}

InstructionHead draw_head(Numbers& numbers, core::OpcodeForm const& form, CodeSize code) {
  return HeadMaker{numbers, form, code}.make();
}

unsigned size_of(OperandSize size, CodeSize code, InstructionHead const& head) {
  switch (size) {
    case OperandSize::none:
      return 0;
    case OperandSize::b:
      return 1;
    case OperandSize::w:
      return 2;
    case OperandSize::d:
      return 4;
    case OperandSize::q:
      return 8;
    case OperandSize::dq:
      return 16;
    case OperandSize::v:
      return head.operand_size;
    case OperandSize::y:
      return head.operand_size == 8 ? 8 : 4;
    case OperandSize::z:
      return head.operand_size == 2 ? 2 : 4;
    case OperandSize::stack:
      return code == CodeSize::bits64 && head.operand_size == 4 ? 8 : head.operand_size;
    case OperandSize::x:
      return head.vector_256 ? 32 : 16;
  }
  return 0;
}

}  // namespace acrn::tests
