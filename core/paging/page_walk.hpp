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
#include <cstddef>
#include <cstdint>
#include <optional>
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

/// What the entries of a translation allow together.
struct PageRights {
  bool user{true};          ///< a user-mode address: U/S is 1 in every entry
  bool writable{true};      ///< R/W is 1 in every entry
  bool execute_disabled{};  ///< XD is 1 in some entry
};

/// Whether the rights permit the access. Source: Intel SDM vol. 3A (Sep 2023), section 4.6.1
/// "Determination of Access Rights".
constexpr bool permits(ControlState const& control, PageRights const& rights,
                       PageAccess const& access) noexcept {
  bool const by_user = access.privilege == Privilege::user;
  if (by_user && !rights.user) return false;
  if (access.kind == AccessKind::fetch) {
    bool const smep = !by_user && rights.user && (control.cr4 & cr4::smep) != 0;
    return !smep && !rights.execute_disabled;
  }
  if (!by_user && rights.user && (control.cr4 & cr4::smap) != 0) {
    bool const lifted = access.alignment_check && access.privilege == Privilege::supervisor;
    if (!lifted) return false;
  }
  bool const ignores_protection = !by_user && (control.cr0 & cr0::write_protect) == 0;
  return access.kind == AccessKind::read || rights.writable || ignores_protection;
}

/// The entries that one translation went through, from the top.
struct WalkPath {
  struct Step {
    Gpa where{};
    std::uint64_t entry{};
  };
  std::array<Step, 5> steps{};
  std::uint8_t count{};
  PageRights rights{};
  Gpa result{};

  constexpr void add(Gpa where, std::uint64_t entry) noexcept {
    steps[count] = {.where = where, .entry = entry};
    ++count;
    rights.user = rights.user && (entry & entry_user) != 0;
    rights.writable = rights.writable && (entry & entry_writable) != 0;
    rights.execute_disabled = rights.execute_disabled || (entry & entry_execute_disable) != 0;
  }
};

/// The entry at `where`, 4 or 8 bytes, or nothing where that is not RAM.
template <GuestMemory Memory>
constexpr std::optional<std::uint64_t> read_entry(Memory& memory, Gpa where, std::uint8_t size) {
  std::array<std::uint8_t, 8> bytes{};
  if (!memory.read(where, std::span{bytes}.first(size))) return std::nullopt;
  std::uint64_t entry = 0;
  for (std::size_t i = 0; i < size; ++i) entry |= std::uint64_t{bytes[i]} << (8 * i);
  return entry;
}

/// Reads the entries from the top down to the page; permissions are collected, not yet judged.
template <GuestMemory Memory>
constexpr Expected<WalkPath, TranslationError> read_path(ControlState const& control,
                                                         Memory& memory, Linear linear,
                                                         PageAccess const& access) {
  EntryFormat const format{control};
  std::uint64_t table = EntryFormat::table(control.cr3);
  if (format.mode() == PagingMode::pae) {
    std::uint64_t const pdpte = control.pdptes[bits<31, 30>(linear.value)];
    if ((pdpte & entry_present) == 0) {
      return Unexpected{page_fault(control, linear, access, 0)};
    }
    table = EntryFormat::table(pdpte);
  }
  WalkPath path;
  for (unsigned level = format.top_level();; --level) {
    Gpa const where = format.locate(table, linear.value, level);
    auto const read = read_entry(memory, where, format.entry_size());
    if (!read) {
      return Unexpected{
          TranslationError{.failure = TranslationFailure::table_not_ram, .address = where.value}};
    }
    std::uint64_t const entry = *read;
    if ((entry & entry_present) == 0) {
      return Unexpected{page_fault(control, linear, access, 0)};
    }
    if ((entry & format.reserved(entry, level)) != 0) {
      return Unexpected{
          page_fault(control, linear, access, page_fault_protection | page_fault_reserved)};
    }
    path.add(where, entry);
    if (format.is_page(entry, level)) {
      path.result = format.translate(entry, linear.value, level);
      return path;
    }
    table = EntryFormat::table(entry);
  }
}

/// Sets the accessed bits, and for a write the dirty bit of the page, by compare-exchange. Nothing
/// when done, or else where the entry was not the one that was read.
template <GuestMemory Memory>
constexpr std::optional<Gpa> refused_mark(Memory& memory, WalkPath const& path, std::uint8_t size,
                                          AccessKind kind) {
  for (unsigned i = 0; i < path.count; ++i) {
    WalkPath::Step const& step = path.steps[i];
    std::uint64_t marked = step.entry | entry_accessed;
    if (i + 1 == path.count && kind == AccessKind::write) marked |= entry_dirty;
    if (marked == step.entry) continue;
    if (!memory.compare_exchange(step.where, size, step.entry, marked)) return step.where;
  }
  return std::nullopt;
}

/// Translates `linear` for `access`. A failure has set no accessed or dirty bit, except those of
/// attempts that a rival's change of a lower entry undid.
template <GuestMemory Memory>
constexpr Expected<Gpa, TranslationError> walk(ControlState const& control, Memory& memory,
                                               Linear linear, PageAccess const& access) {
  EntryFormat const format{control};
  if (format.mode() == PagingMode::off) return Gpa{bits<31, 0>(linear.value)};
  Gpa refused{};
  for (unsigned attempt = 0; attempt < walk_attempts_max; ++attempt) {
    auto const path = read_path(control, memory, linear, access);
    if (!path) return Unexpected{path.error()};
    if (!permits(control, path->rights, access)) {
      return Unexpected{page_fault(control, linear, access, page_fault_protection)};
    }
    if (access.marks == Marks::leave) return path->result;
    auto const where = refused_mark(memory, *path, format.entry_size(), access.kind);
    if (!where) return path->result;
    refused = *where;
  }
  return Unexpected{TranslationError{.failure = TranslationFailure::table_update_refused,
                                     .address = refused.value}};
}

}  // namespace acrn::core
