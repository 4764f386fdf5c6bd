// SPDX-License-Identifier: BSD-3-Clause
// Guest paging: linear address to guest-physical address, or the #PF that the CPU would raise.
//
// Modelled: 32-bit paging with 4-MiB pages and PSE-36, PAE, 4-level and 5-level paging; R/W, U/S,
// XD, reserved bits, CR0.WP, SMEP, SMAP; accessed and dirty bits. Source: Intel SDM vol. 3A (Sep
// 2023), chapter 4 "Paging".
//
// Missing features, each as if its control bit were 0: protection keys (CR4.PKE, CR4.PKS: neither
// PKRU nor IA32_PKRS is known here), shadow-stack accesses (CR4.CET), linear-address masking (LAM),
// HLAT, and SGX's checks. Under any of them the CPU may refuse what is permitted here.
//
// Accessed bits are set in all entries of a translation that succeeds and in none of one that
// faults; the SDM (section 4.8 "Accessed and Dirty Flags") leaves the second to the CPU.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>

#include "core/exit.hpp"
#include "core/expected.hpp"
#include "core/paging/control_bits.hpp"
#include "core/paging/page_access.hpp"
#include "core/paging/page_entry.hpp"
#include "core/paging/translation_error.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// A linear address, as segmentation makes it: truncated to 32 bits outside 64-bit mode, canonical
/// in it.
using Linear = Strong<struct LinearTag, std::uint64_t>;

/// How often a walk starts over because an entry changed while its accessed or dirty bit was set. A
/// recursive table needs one restart for each entry met twice, at most 4; the rest is for rivals.
inline constexpr unsigned walk_attempts_max = 16;

/// Bits of a page-fault error code. Source: Intel SDM vol. 3A (Sep 2023), figure 4-12 "Page-Fault
/// Error Code".
inline constexpr std::uint32_t page_fault_protection = 1U << 0;
inline constexpr std::uint32_t page_fault_write = 1U << 1;
inline constexpr std::uint32_t page_fault_user = 1U << 2;
inline constexpr std::uint32_t page_fault_reserved = 1U << 3;
inline constexpr std::uint32_t page_fault_fetch = 1U << 4;

/// The #PF for `access` to `linear`; `cause` is 0 (not present) or some of page_fault_protection
/// and page_fault_reserved. Bit 4 is left 0 where the CPU cannot tell fetches from reads. Source:
/// Intel SDM vol. 3A (Sep 2023), section 4.7 "Page-Fault Exceptions".
constexpr TranslationError page_fault(ControlState const& control, Linear linear,
                                      PageAccess const& access, std::uint32_t cause) noexcept {
  std::uint32_t code = cause;
  if (access.kind == AccessKind::write) code |= page_fault_write;
  if (access.privilege == Privilege::user) code |= page_fault_user;
  bool const has_nx = (control.cr4 & cr4::physical_address_extension) != 0 &&
                      (control.efer & efer::execute_disable_enable) != 0;
  if (access.kind == AccessKind::fetch && (has_nx || (control.cr4 & cr4::smep) != 0)) {
    code |= page_fault_fetch;
  }
  return {.failure = TranslationFailure::page_fault, .error_code = code, .address = linear.value};
}

/// What the entries of a translation allow together: bits that all of them have, or any.
struct PageRights {
  std::uint64_t all{~std::uint64_t{0}};
  std::uint64_t any{};

  constexpr void add(std::uint64_t entry) noexcept {
    all &= entry;
    any |= entry;
  }
  /// A user-mode address: U/S is 1 in every entry.
  [[nodiscard]] constexpr bool user() const noexcept { return (all & entry_user) != 0; }
  /// R/W is 1 in every entry.
  [[nodiscard]] constexpr bool writable() const noexcept { return (all & entry_writable) != 0; }
  /// XD is 1 in some entry.
  [[nodiscard]] constexpr bool execute_disabled() const noexcept {
    return (any & entry_execute_disable) != 0;
  }
};

/// Whether the rights permit the access. Source: Intel SDM vol. 3A (Sep 2023), section 4.6.1
/// "Determination of Access Rights".
constexpr bool permits(ControlState const& control, PageRights const& rights,
                       PageAccess const& access) noexcept {
  bool const by_user = access.privilege == Privilege::user;
  if (by_user && !rights.user()) return false;
  if (access.kind == AccessKind::fetch) {
    bool const smep = !by_user && rights.user() && (control.cr4 & cr4::smep) != 0;
    return !smep && !rights.execute_disabled();
  }
  if (!by_user && rights.user() && (control.cr4 & cr4::smap) != 0) {
    bool const lifted = access.alignment_check && access.privilege == Privilege::supervisor;
    if (!lifted) return false;
  }
  bool const ignores_protection = !by_user && (control.cr0 & cr0::write_protect) == 0;
  return access.kind == AccessKind::read || rights.writable() || ignores_protection;
}

/// The entry at `where`, 4 or 8 bytes, goes to `entry`; false where that is not RAM.
template <GuestMemory Memory>
constexpr bool read_entry(Memory& memory, Gpa where, std::uint8_t size, std::uint64_t& entry) {
  static_assert(std::endian::native == std::endian::little, "entries are little-endian");
  std::array<std::uint8_t, 8> bytes{};
  bool const read = size == 8 ? memory.read(where, std::span{bytes})  // sizes known: inlined loads
                              : memory.read(where, std::span{bytes}.first(4));
  entry = std::bit_cast<std::uint64_t>(bytes);
  return read;
}

/// One translation, compiled for each mode on its own.
template <PagingMode mode, GuestMemory Memory>
class PageWalk {
 public:
  constexpr PageWalk(ControlState const& control, Memory& memory, Linear linear,
                     PageAccess const& access) noexcept
      : control_{control},
        memory_{memory},
        linear_{linear},
        access_{access},
        format_{control, mode} {}

  /// Reads the entries from the top down to the page, and judges them: page(), or false and
  /// error().
  [[gnu::always_inline]] constexpr bool read() {
    std::uint64_t table = EntryFormat::table(control_.cr3);
    if (format_.mode() == PagingMode::pae) {
      std::uint64_t const pdpte = control_.pdptes[bits<31, 30>(linear_.value)];
      if ((pdpte & entry_present) == 0) return fault(0);
      table = EntryFormat::table(pdpte);
    }
    rights_ = {};
    count_ = 0;
    for (unsigned level = format_.top_level();; --level) {
      Gpa const where = format_.locate(table, linear_.value, level);
      std::uint64_t entry = 0;
      if (!read_entry(memory_, where, format_.entry_size(), entry)) [[unlikely]] {
        error_ = {.failure = TranslationFailure::table_not_ram, .address = where.value};
        return false;
      }
      if ((entry & entry_present) == 0) [[unlikely]]
        return fault(0);
      if ((entry & format_.reserved(entry, level)) != 0) [[unlikely]] {
        return fault(page_fault_protection | page_fault_reserved);
      }
      steps_[count_++] = {.where = where.value, .entry = entry};
      rights_.add(entry);
      if (format_.is_page(entry, level)) {
        if (!permits(control_, rights_, access_)) [[unlikely]]
          return fault(page_fault_protection);
        page_ = format_.translate(entry, linear_.value, level);
        return true;
      }
      table = EntryFormat::table(entry);
    }
  }

  [[nodiscard]] constexpr Gpa page() const noexcept { return page_; }
  [[nodiscard]] constexpr TranslationError const& error() const noexcept { return error_; }

  /// Sets the accessed bits, and for a write the dirty bit of the page, by compare-exchange. False
  /// where an entry, at refused(), was not the one that was read.
  [[gnu::always_inline]] constexpr bool mark() {
    std::uint64_t const last = access_.kind == AccessKind::write ? entry_dirty : 0;
    bool const accessed = (rights_.all & entry_accessed) != 0;
    if (accessed && (steps_[count_ - 1U].entry & last) == last) return true;
    for (unsigned i = 0; i < count_; ++i) {
      Step const& step = steps_[i];
      std::uint64_t const marked = step.entry | entry_accessed | (i + 1 == count_ ? last : 0);
      if (marked == step.entry) continue;
      refused_ = {step.where};
      if (!memory_.compare_exchange(refused_, format_.entry_size(), step.entry, marked)) {
        return false;
      }
    }
    return true;
  }
  [[nodiscard]] constexpr Gpa refused() const noexcept { return refused_; }

 private:
  struct Step {
    std::uint64_t where;  // no Gpa, which would be zeroed
    std::uint64_t entry;
  };

  constexpr bool fault(std::uint32_t cause) noexcept {
    error_ = page_fault(control_, linear_, access_, cause);
    return false;
  }

  ControlState const& control_;
  Memory& memory_;
  Linear linear_;
  PageAccess const& access_;
  EntryFormat format_;
  Gpa page_{};
  Gpa refused_{};
  TranslationError error_{};
  PageRights rights_{};
  unsigned count_{};
  std::array<Step, 5> steps_;  // the first `count_`, from the top; no others are ever read
};

/// walk() in one mode.
template <PagingMode mode, GuestMemory Memory>
[[gnu::noinline]] constexpr Expected<Gpa, TranslationError> walk_tables(ControlState const& control,
                                                                        Memory& memory,
                                                                        Linear linear,
                                                                        PageAccess const& access) {
  PageWalk<mode, Memory> attempt{control, memory, linear, access};
  for (unsigned i = 0; i < walk_attempts_max; ++i) {
    if (!attempt.read()) return Unexpected{attempt.error()};
    if (access.marks == Marks::leave) return attempt.page();
    if (attempt.mark()) return attempt.page();
  }
  return Unexpected{TranslationError{.failure = TranslationFailure::table_update_refused,
                                     .address = attempt.refused().value}};
}

/// Translates `linear` for `access`. A failure has set no accessed or dirty bit, except those of
/// attempts that a rival's change of a lower entry undid.
template <GuestMemory Memory>
constexpr Expected<Gpa, TranslationError> walk(ControlState const& control, Memory& memory,
                                               Linear linear, PageAccess const& access) {
  switch (paging_mode(control)) {
    case PagingMode::off:
      break;
    case PagingMode::bits32:
      return walk_tables<PagingMode::bits32>(control, memory, linear, access);
    case PagingMode::pae:
      return walk_tables<PagingMode::pae>(control, memory, linear, access);
    case PagingMode::levels4:
      return walk_tables<PagingMode::levels4>(control, memory, linear, access);
    case PagingMode::levels5:
      return walk_tables<PagingMode::levels5>(control, memory, linear, access);
  }
  return Gpa{bits<31, 0>(linear.value)};
}

}  // namespace acrn::core
