// SPDX-License-Identifier: BSD-3-Clause
#include "tests/differential/native/address_form.hpp"

namespace acrn::tests {

namespace {

constexpr unsigned rbx = 3;
constexpr unsigned rsp = 4;
constexpr unsigned rbp = 5;
constexpr unsigned rsi = 6;
constexpr unsigned rdi = 7;

constexpr std::uint64_t sign_extended(std::uint64_t value, unsigned size) {
  unsigned const shift = 64 - 8 * size;
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(value << shift) >> shift);
}

void draw_displacement(AddressForm& form, Numbers& numbers, unsigned size) {
  form.displacement_size = size;
  // Small ones are as likely as any, so that sums do and do not wrap.
  std::uint64_t const value = numbers.chance(50) ? numbers.next() : numbers.below(256);
  form.displacement = size == 0 ? 0 : sign_extended(value, size);
}

/// SDM table 2-1.
void draw16(AddressForm& form, Numbers& numbers) {
  struct Pair {
    unsigned base;
    std::optional<unsigned> index;
  };
  static constexpr std::array<Pair, 8> pairs{{{rbx, rsi},
                                              {rbx, rdi},
                                              {rbp, rsi},
                                              {rbp, rdi},
                                              {rsi, std::nullopt},
                                              {rdi, std::nullopt},
                                              {rbp, std::nullopt},
                                              {rbx, std::nullopt}}};
  unsigned const mod = numbers.below(3);
  unsigned const rm = numbers.below(8);
  form.mod_rm = static_cast<std::uint8_t>(mod << 6U | rm);
  if (mod == 0 && rm == 6) {
    draw_displacement(form, numbers, 2);
    return;
  }
  form.base = pairs.at(rm).base;
  form.index = pairs.at(rm).index;
  if (form.base == rbp) form.segment = core::Segment::ss;
  draw_displacement(form, numbers, mod);  // mod 1 and 2 have as many bytes
}

/// SDM tables 2-2 and 2-3.
void draw32(AddressForm& form, Numbers& numbers, AddressExtension rex, bool code64) {
  unsigned const mod = numbers.below(3);
  unsigned rm = numbers.below(8);
  form.mod_rm = static_cast<std::uint8_t>(mod << 6U | rm);
  if (rm == 4) {
    std::uint8_t sib = numbers.byte();
    // More often than by chance the base is RSP: POP treats it in its own way.
    if (numbers.chance(30)) sib = static_cast<std::uint8_t>((sib & ~7U) | rsp);
    form.sib = sib;
    form.scale = 1U << (sib >> 6U);
    unsigned const index = (sib >> 3U & 7U) | rex.x;
    if (index != rsp) form.index = index;
    rm = sib & 7U;
  }
  if (mod == 0 && rm == 5) {
    form.rip_relative = code64 && !form.sib;
    draw_displacement(form, numbers, 4);
    return;
  }
  unsigned const base = rm | rex.b;
  form.base = base;
  if (base == rsp || base == rbp) form.segment = core::Segment::ss;
  draw_displacement(form, numbers, mod == 2 ? 4 : mod);
}

constexpr std::uint64_t truncated(std::uint64_t value, unsigned size) {
  return replace_low(0, value, size);
}

/// Whether the displacement, as it is encoded, can be `value`.
bool fits(AddressForm const& form, std::uint64_t value) {
  if (form.displacement_size >= form.address_size) return true;
  return sign_extended(value, form.displacement_size) == value;
}

}  // namespace

AddressForm draw_address_form(Numbers& numbers, core::CodeSize code, unsigned address_size,
                              AddressExtension rex) {
  AddressForm form;
  form.address_size = address_size;
  form.segment = core::Segment::ds;
  if (address_size == 2) {
    draw16(form, numbers);
  } else {
    draw32(form, numbers, rex, code == core::CodeSize::bits64);
  }
  return form;
}

std::uint64_t evaluate(AddressForm const& form, Registers const& registers,
                       AddressGoal const& goal) {
  std::uint64_t sum = form.displacement + goal.extra;
  if (form.base) sum += registers.at(*form.base);
  if (form.index) sum += registers.at(*form.index) * form.scale;
  if (form.rip_relative) sum += goal.next_rip;
  return truncated(sum, form.address_size);
}

bool aim(AddressForm& form, Registers& registers, AddressGoal const& goal) {
  auto const may_change = [&](std::optional<unsigned> reg) {
    return reg && (goal.fixed >> *reg & 1U) == 0;
  };
  bool const same = form.base && form.base == form.index;
  if (may_change(form.base) || may_change(form.index)) {
    bool const by_base = may_change(form.base);
    std::uint64_t& reg = registers.at(by_base ? *form.base : *form.index);
    std::uint64_t const old = reg;
    unsigned const factor = same ? form.scale + 1 : by_base ? 1 : form.scale;
    reg = 0;
    std::uint64_t const rest = evaluate(form, registers, goal);
    std::uint64_t const wanted = truncated(goal.offset - rest, form.address_size) / factor;
    reg = replace_low(old, wanted, form.address_size);
    return true;
  }
  if (form.displacement_size < 2) return false;
  form.displacement = 0;
  std::uint64_t const wanted =
      truncated(goal.offset - evaluate(form, registers, goal), form.address_size);
  if (!fits(form, wanted)) return false;
  form.displacement = sign_extended(wanted, form.displacement_size);
  return true;
}

}  // namespace acrn::tests
