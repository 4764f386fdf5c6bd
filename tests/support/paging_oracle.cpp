// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/paging_oracle.hpp"

#include <optional>
#include <span>

namespace acrn::tests::oracle {
namespace {

bool bit(std::uint64_t word, unsigned position) { return ((word >> position) & 1) == 1; }

/// Bits high:low of the word, where they are.
std::uint64_t field(std::uint64_t word, unsigned high, unsigned low) {
  return word >> low << low << (63 - high) >> (63 - high);
}

bool any(std::uint64_t word, unsigned high, unsigned low) {
  return high >= low && field(word, high, low) != 0;
}

/// The control bits by their names in the manual.
struct Cpu {
  explicit Cpu(core::ControlState const& c)
      : wp{bit(c.cr0, 16)},
        pse{bit(c.cr4, 4)},
        pae{bit(c.cr4, 5)},
        la57{bit(c.cr4, 12)},
        smep{bit(c.cr4, 20)},
        smap{bit(c.cr4, 21)},
        lma{bit(c.efer, 10)},
        nxe{bit(c.efer, 11)},
        gib{c.has_1gib_pages},
        m{c.physical_bits} {}
  bool wp, pse, pae, la57, smep, smap, lma, nxe, gib;
  unsigned m;  ///< MAXPHYADDR
};

struct Used {
  std::uint64_t gpa{};
  std::uint64_t entry{};
};

/// A walk so far: entries that count for access rights, and how it ended.
struct Walked {
  std::array<Used, 5> used{};
  std::size_t used_count{};
  bool absent{};
  bool reserved{};
  std::uint64_t physical{};
};

class Walker {
 public:
  Walker(Cpu const& cpu, GuestRam const& ram, std::uint64_t linear)
      : cpu_{cpu}, ram_{ram}, linear_{linear} {}

  /// Section 4.3, tables 4-4 to 4-6.
  Walked bits32(std::uint64_t cr3) {
    auto const pde = take32(field(cr3, 31, 12) | (field(linear_, 31, 22) >> 20));
    if (!pde) return walked_;
    if (cpu_.pse && bit(*pde, 7)) {
      unsigned const m = cpu_.m < 40 ? cpu_.m : 40;
      if (any(*pde, 21, m - 19)) return reserved();
      std::uint64_t const high = field(*pde, 20, 13) >> 13;
      return mapped(high << 32 | field(*pde, 31, 22) | field(linear_, 21, 0));
    }
    auto const pte = take32(field(*pde, 31, 12) | (field(linear_, 21, 12) >> 10));
    if (!pte) return walked_;
    return mapped(field(*pte, 31, 12) | field(linear_, 11, 0));
  }

  /// Section 4.4.2, tables 4-9 to 4-11.
  Walked pae(std::array<std::uint64_t, 4> const& pdptes) {
    std::uint64_t const pdpte = pdptes[field(linear_, 31, 30) >> 30];
    if (!bit(pdpte, 0)) return absent();
    auto const pde = take64(field(pdpte, 51, 12) | (field(linear_, 29, 21) >> 18));
    if (!pde) return walked_;
    if (any(*pde, 62, cpu_.m) || (!cpu_.nxe && bit(*pde, 63))) return reserved();
    if (bit(*pde, 7)) {
      if (any(*pde, 20, 13)) return reserved();
      return mapped(field(*pde, 51, 21) | field(linear_, 20, 0));
    }
    auto const pte = take64(field(*pde, 51, 12) | (field(linear_, 20, 12) >> 9));
    if (!pte) return walked_;
    if (any(*pte, 62, cpu_.m) || (!cpu_.nxe && bit(*pte, 63))) return reserved();
    return mapped(field(*pte, 51, 12) | field(linear_, 11, 0));
  }

  /// Section 4.5.4, tables 4-14 to 4-20.
  Walked ia32e(std::uint64_t cr3) {
    std::uint64_t table = field(cr3, 51, 12);
    if (cpu_.la57) {
      auto const pml5e = take64(table | (field(linear_, 56, 48) >> 45));
      if (!pml5e) return walked_;
      if (wide_reserved(*pml5e) || bit(*pml5e, 7)) return reserved();
      table = field(*pml5e, 51, 12);
    }
    auto const pml4e = take64(table | (field(linear_, 47, 39) >> 36));
    if (!pml4e) return walked_;
    if (wide_reserved(*pml4e) || bit(*pml4e, 7)) return reserved();
    auto const pdpte = take64(field(*pml4e, 51, 12) | (field(linear_, 38, 30) >> 27));
    if (!pdpte) return walked_;
    if (wide_reserved(*pdpte)) return reserved();
    if (bit(*pdpte, 7)) {
      if (!cpu_.gib || any(*pdpte, 29, 13)) return reserved();
      return mapped(field(*pdpte, 51, 30) | field(linear_, 29, 0));
    }
    auto const pde = take64(field(*pdpte, 51, 12) | (field(linear_, 29, 21) >> 18));
    if (!pde) return walked_;
    if (wide_reserved(*pde)) return reserved();
    if (bit(*pde, 7)) {
      if (any(*pde, 20, 13)) return reserved();
      return mapped(field(*pde, 51, 21) | field(linear_, 20, 0));
    }
    auto const pte = take64(field(*pde, 51, 12) | (field(linear_, 20, 12) >> 9));
    if (!pte) return walked_;
    if (wide_reserved(*pte)) return reserved();
    return mapped(field(*pte, 51, 12) | field(linear_, 11, 0));
  }

 private:
  std::optional<std::uint64_t> take(std::uint64_t gpa, std::size_t size) {
    std::uint64_t const entry = ram_.load({gpa}, size);
    if (!bit(entry, 0)) {
      walked_.absent = true;
      return std::nullopt;
    }
    walked_.used[walked_.used_count++] = {gpa, entry};
    return entry;
  }
  std::optional<std::uint64_t> take32(std::uint64_t gpa) { return take(gpa, 4); }
  std::optional<std::uint64_t> take64(std::uint64_t gpa) { return take(gpa, 8); }
  [[nodiscard]] bool wide_reserved(std::uint64_t entry) const {
    return (cpu_.m < 52 && any(entry, 51, cpu_.m)) || (!cpu_.nxe && bit(entry, 63));
  }
  Walked absent() {
    walked_.absent = true;
    return walked_;
  }
  Walked reserved() {
    walked_.reserved = true;
    return walked_;
  }
  Walked mapped(std::uint64_t physical) {
    walked_.physical = physical;
    return walked_;
  }

  Cpu const& cpu_;
  GuestRam const& ram_;
  std::uint64_t linear_;
  Walked walked_;
};

/// Every bullet of section 4.6.1, in its order.
bool allowed(Cpu const& cpu, std::span<Used const> used, Question const& q) {
  bool user_address = true;
  bool every_writable = true;
  bool every_executable = true;
  for (Used const& one : used) {
    if (!bit(one.entry, 2)) user_address = false;
    if (!bit(one.entry, 1)) every_writable = false;
    if (cpu.pae && cpu.nxe && bit(one.entry, 63)) every_executable = false;
  }
  if (q.mode == Mode::user) {
    if (!user_address) return false;
    if (q.type == Type::read) return true;
    return q.type == Type::write ? every_writable : every_executable;
  }
  if (q.type == Type::fetch) {
    if (!user_address) return every_executable;
    return cpu.smep ? false : every_executable;
  }
  bool const smap_allows = !cpu.smap || (q.eflags_ac && q.mode != Mode::implicit_supervisor);
  if (q.type == Type::read) return !user_address || smap_allows;
  if (!user_address) return cpu.wp ? every_writable : true;
  if (!cpu.wp) return smap_allows;
  return smap_allows && every_writable;
}

/// Section 4.7 and figure 4-12.
std::uint32_t error_code(Cpu const& cpu, Walked const& walked, Question const& q) {
  std::uint32_t code = 0;
  if (!walked.absent) code += 1;
  if (q.type == Type::write) code += 2;
  if (q.mode == Mode::user) code += 4;
  if (walked.reserved) code += 8;
  if (q.type == Type::fetch && (cpu.smep || (cpu.pae && cpu.nxe))) code += 16;
  return code;
}

}  // namespace

Answer answer(core::ControlState const& state, GuestRam const& ram, Question const& question) {
  Cpu const cpu{state};
  Walker walker{cpu, ram, question.linear};
  Walked const walked = !cpu.pae   ? walker.bits32(state.cr3)
                        : !cpu.lma ? walker.pae(state.pdptes)
                                   : walker.ia32e(state.cr3);
  Answer answer;
  auto const used = std::span{walked.used}.first(walked.used_count);
  if (walked.absent || walked.reserved || !allowed(cpu, used, question)) {
    answer.faults = true;
    answer.error_code = error_code(cpu, walked, question);
    return answer;
  }
  answer.physical = walked.physical;
  for (Used const& one : used) {
    answer.touched[answer.touched_count++] = {one.gpa, one.entry | 0x20};
  }
  if (question.type == Type::write) answer.touched[answer.touched_count - 1].after |= 0x40;
  return answer;
}

}  // namespace acrn::tests::oracle
