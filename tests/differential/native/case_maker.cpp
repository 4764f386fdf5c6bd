// SPDX-License-Identifier: BSD-3-Clause
#include "tests/differential/native/case_maker.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/insn/form_traits.hpp"
#include "core/insn/opcode_table.hpp"

namespace acrn::tests {

using core::OperandKind;
using core::Operation;
using core::Register;
using core::Segment;

CaseMaker::CaseMaker(Numbers& numbers, Region const& region, InstructionCase& out)
    : numbers_{numbers}, region_{region}, out_{out}, form_{core::opcode_forms.at(out.form)} {}

bool CaseMaker::make() {
  head_ = draw_head(numbers_, form_, out_.code);
  out_.size = 0;
  for (std::uint8_t const byte : head_.bytes) put(byte, 1);
  core::Operand const memory = core::is_memory(form_.first.kind) ? form_.first : form_.second;
  out_.memory_size = static_cast<std::uint8_t>(size_of(memory.size, out_.code, head_));
  aligned_ = memory.aligned && numbers_.chance(85);
  bool const by_register = has_operand(OperandKind::reg) || has_operand(OperandKind::accumulator);
  out_.operand_size =
      static_cast<std::uint8_t>(has_operand(OperandKind::reg) ? operand_bytes(OperandKind::reg)
                                : by_register ? operand_bytes(OperandKind::accumulator)
                                              : out_.memory_size);
  out_.uses_vectors = has_operand(OperandKind::vector);
  out_.locked = head_.lock || form_.operation == Operation::xchg;
  out_.repeated = head_.repeat;
  draw_segments();
  draw_state();
  bool const made = memory.kind == OperandKind::memory   ? make_modrm()
                    : memory.kind == OperandKind::offset ? make_offset()
                                                         : make_string();
  if (!made || out_.size > core::instruction_size_max) return false;
  match_operands();
  return true;
}

unsigned CaseMaker::operand_bytes(OperandKind kind) const {
  core::Operand const operand = form_.first.kind == kind ? form_.first : form_.second;
  return size_of(operand.size, out_.code, head_);
}

bool CaseMaker::is_shift() const {
  return form_.operation >= Operation::rol && form_.operation <= Operation::sar;
}

void CaseMaker::put(std::uint64_t value, unsigned size) {
  for (unsigned i = 0; i < size; ++i) {
    out_.bytes.at(out_.size++) = static_cast<std::uint8_t>(value >> (8 * i));
  }
}

/// Numbers at which carries, signs and widths change, or of any size.
std::uint64_t CaseMaker::draw_value() {
  constexpr std::array<std::uint64_t, 9> edges{
      0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x7fff'ffff, 0x8000'0000, 0x7fff'ffff'ffff'ffff};
  if (!numbers_.chance(30)) return numbers_.next() >> (8 * numbers_.below(8));
  std::uint64_t const edge = edges.at(numbers_.below(edges.size()));
  return numbers_.chance(50) ? edge : ~edge;
}

/// A place for an operand, as an offset in the region: often across the edge of the pages.
std::uint64_t CaseMaker::draw_place() {
  if (numbers_.chance(25)) return place::page_edge - numbers_.below(out_.memory_size + 1);
  constexpr unsigned margin = 64;
  return place::arena + numbers_.below(arena_size - margin);
}

void CaseMaker::draw_segments() {
  out_.segments = {};
  if (!region_.has_ldt()) return;
  auto const any = [&] {
    return numbers_.chance(30) ? DataSegment::flat
                               : static_cast<DataSegment>(numbers_.below(data_segment_count));
  };
  out_.segments = {.es = any(), .ss = any(), .ds = any(), .gs = any()};
  if (out_.segments.ss == DataSegment::read_only) out_.segments.ss = DataSegment::flat;
}

core::SegmentState CaseMaker::segment_state(Segment segment) const {
  bool const in64 = out_.code == core::CodeSize::bits64;
  if (segment == Segment::gs) return region_.data_state(out_.segments.gs);
  if (in64) return region_.data_state(DataSegment::flat);
  switch (segment) {
    case Segment::es:
      return region_.data_state(out_.segments.es);
    case Segment::ss:
      return region_.data_state(out_.segments.ss);
    case Segment::cs:
      return region_.code_state(out_.code);
    default:
      return region_.data_state(out_.segments.ds);
  }
}

void CaseMaker::draw_state() {
  MachineState& state = out_.before;
  bool const in64 = out_.code == core::CodeSize::bits64;
  for (std::size_t i = 0; i < state.registers.size(); ++i) {
    std::uint64_t const value = draw_value();
    state.registers.at(i) = in64 ? value : i < 8 ? value & 0xffff'ffffU : 0;
  }
  if (is_shift() && numbers_.chance(70)) {
    reg(Register::rcx) = replace_low(reg(Register::rcx), numbers_.below(72), 1);
  }
  using namespace core::rflags;
  state.flags = numbers_.next() & (carry | parity | adjust | zero | sign | overflow);
  if (numbers_.chance(core::is_string(form_.operation) ? 50 : 15)) state.flags |= direction;
  std::uint64_t const pattern = draw_value();
  bool const uniform = numbers_.chance(25);
  for (std::size_t at = 0; at < arena_size; at += sizeof pattern) {
    std::uint64_t const word = uniform ? pattern : numbers_.next();
    std::memcpy(state.arena.data() + at, &word, sizeof word);
  }
  if (!out_.uses_vectors) return;
  for (core::VectorValue& vector : state.vectors) {
    for (std::uint8_t& byte : vector) byte = numbers_.byte();
  }
}

/// How many bytes of rSP count.
unsigned CaseMaker::stack_pointer_size() const {
  if (out_.code == core::CodeSize::bits64) return 8;
  return segment_state(Segment::ss).is_big() ? 4 : 2;
}

/// PUSH and POP: the stack is in the arena, too, and its pointer is not to be changed any more.
void CaseMaker::draw_stack() {
  bool const in64 = out_.code == core::CodeSize::bits64;
  std::uint64_t top = 64 + numbers_.below(arena_size - 128);
  if (out_.segments.ss == DataSegment::top16 && !in64 &&
      (top >= top_in_arena || numbers_.chance(30))) {
    // So that SP passes between 0 and 0xffff; at 0, nothing in the arena is left for POP.
    unsigned const pops = form_.operation == Operation::pop ? 1 : 0;
    top = top_in_arena - pops - numbers_.below(8);
  }
  top += place::arena;
  reg(Register::rsp) =
      replace_low(reg(Register::rsp), region_.address(0) + top - segment_state(Segment::ss).base,
                  stack_pointer_size());
}

/// What the instruction itself adds to the address, and the registers that it needs for that.
void CaseMaker::set_implied(AddressForm const& form, unsigned number, AddressGoal& goal) {
  if (form_.operation == Operation::push || form_.operation == Operation::pop) {
    draw_stack();
    goal.fixed |= 1U << static_cast<unsigned>(Register::rsp);
    // POP computes the address with the pointer behind what it takes, which may have wrapped.
    bool const moved = form_.operation == Operation::pop && form.base == 4U;
    std::uint64_t const top = reg(Register::rsp);
    goal.extra = moved ? replace_low(top, top + out_.memory_size, stack_pointer_size()) - top : 0;
    return;
  }
  bool const bit_string = form_.operation >= Operation::bt && form_.operation <= Operation::btc &&
                          has_operand(OperandKind::reg);
  if (!bit_string) return;
  goal.fixed |= 1U << number;
  std::uint64_t& bit = out_.before.registers.at(number);
  if (numbers_.chance(50)) bit = replace_low(bit, numbers_.next(), 4);
  unsigned const size = out_.operand_size;
  // As many operands away as the width of one goes into the signed bit number, rounded down.
  auto const number_of_bit = static_cast<std::int64_t>(bit << (64 - 8 * size)) >> (64 - 8 * size);
  auto const operands = number_of_bit >> (size == 8 ? 6 : size == 4 ? 5 : 4);
  goal.extra = static_cast<std::uint64_t>(operands) * size;
}

bool CaseMaker::make_modrm() {
  AddressForm form = draw_address_form(numbers_, out_.code, head_.address_size,
                                       {.x = (head_.rex & 2U) << 2U, .b = (head_.rex & 1U) << 3U});
  bool const extended = (form_.when.mask & core::key_reg) == core::key_reg;
  unsigned const field = extended ? form_.when.value & core::key_reg : numbers_.below(8);
  unsigned const number = field | (head_.rex & 4U) << 1U;
  Segment const segment = head_.has_segment ? head_.segment : form.segment;
  std::uint64_t const linear = region_.address(0) + draw_place();
  AddressGoal goal{.offset = (aligned_ ? linear & ~std::uint64_t{31} : linear) -
                             segment_state(segment).base};
  if (out_.code != core::CodeSize::bits64) goal.offset &= 0xffff'ffffU;
  if (replace_low(0, goal.offset, head_.address_size) != goal.offset) return false;
  set_implied(form, number, goal);
  unsigned const length =
      out_.size + 1U + (form.sib ? 1U : 0U) + form.displacement_size + immediate_size();
  goal.next_rip = region_.address(place::slot) + length - region_.code_state(out_.code).base;
  // Where nothing can be changed, the operand may be in the arena by chance.
  static_cast<void>(aim(form, out_.before.registers, goal));
  if (!accept_target(evaluate(form, out_.before.registers, goal), segment)) return false;
  stray(form);
  put(form.mod_rm | field << 3U, 1);
  if (form.sib) put(*form.sib, 1);
  put(form.displacement, form.displacement_size);
  put_immediates();
  return true;
}

/// Whether the operand is in the arena, and where it must be by alignment and lock.
bool CaseMaker::accept_target(std::uint64_t offset, Segment segment) {
  out_.target = segment_state(segment).base + offset;
  if (out_.code != core::CodeSize::bits64) out_.target &= 0xffff'ffffU;
  constexpr std::uint64_t longest = 32;
  std::uint64_t const in_arena = out_.target - region_.address(place::arena);
  if (in_arena > arena_size - longest) return false;
  // Some kernels punish locked accesses across two cache lines.
  if (out_.locked && out_.target % 64 + out_.memory_size > 64) return false;
  return !aligned_ || out_.target % out_.memory_size == 0;
}

/// Now and then the operand is where none can be: at no canonical address, or behind the segment.
void CaseMaker::stray(AddressForm const& form) {
  bool const fixed = form.base == 4U || form.base == form.index || !form.base;
  if (fixed || form.address_size < 4 || !numbers_.chance(2)) return;
  std::uint64_t& base = out_.before.registers.at(*form.base);
  if (out_.code == core::CodeSize::bits64) {
    // Bit 57 and up: not canonical with five levels of paging, either.
    if (form.address_size == 8) base ^= std::uint64_t{1} << (57 + numbers_.below(6));
    return;
  }
  Segment const segment = head_.has_segment ? head_.segment : form.segment;
  if (segment_state(segment).limit <= 0xffff) base |= 1U << (16 + numbers_.below(16));
}

bool CaseMaker::make_offset() {
  Segment const segment = head_.has_segment ? head_.segment : Segment::ds;
  std::uint64_t const base = segment_state(segment).base;
  std::uint64_t const wanted = region_.address(0) + draw_place() - base;
  std::uint64_t const offset = replace_low(0, wanted, head_.address_size);
  put(offset, head_.address_size);
  return accept_target(offset, segment);
}

/// Points rSI or rDI at the arena, with room for the elements on both sides.
bool CaseMaker::place_pointer(Register pointer, Segment segment, std::uint64_t& linear) {
  constexpr unsigned room = 256;
  std::uint64_t const place = region_.address(place::arena) + room + numbers_.below(room * 2);
  std::uint64_t const base = segment_state(segment).base;
  std::uint64_t offset = place - base;
  if (out_.code != core::CodeSize::bits64) offset &= 0xffff'ffffU;
  reg(pointer) = replace_low(reg(pointer), offset, head_.address_size);
  linear = place;
  return replace_low(0, offset, head_.address_size) == offset;
}

bool CaseMaker::make_string() {
  std::uint64_t source = 0;
  std::uint64_t destination = 0;
  Segment const segment = head_.has_segment ? head_.segment : Segment::ds;
  bool const has_source = has_operand(OperandKind::source_string);
  bool const has_destination = has_operand(OperandKind::destination_string);
  if (has_source && !place_pointer(Register::rsi, segment, source)) return false;
  if (has_destination && !place_pointer(Register::rdi, Segment::es, destination)) return false;
  if (head_.repeat) {
    reg(Register::rcx) = replace_low(reg(Register::rcx), numbers_.below(12), head_.address_size);
  }
  out_.target = has_source ? source : destination;
  if (form_.operation == Operation::cmps && numbers_.chance(50)) {
    // Mostly equal, so that REPE goes on.
    std::uint64_t const arena = region_.address(place::arena);
    bool const down = (out_.before.flags & core::rflags::direction) != 0;
    std::uint64_t const back = down ? out_.memory_size * 4U : 0;
    std::memmove(&out_.before.arena.at(destination - back - arena),
                 &out_.before.arena.at(source - back - arena), out_.memory_size * 5U);
  }
  return true;
}

}  // namespace acrn::tests
