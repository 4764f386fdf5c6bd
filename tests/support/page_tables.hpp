// SPDX-License-Identifier: BSD-3-Clause
// Builds guest page tables in test RAM, for any paging mode, one mapping at a time.
#pragma once

#include <cstdint>
#include <stdexcept>

#include "core/exit.hpp"
#include "core/types.hpp"
#include "tests/support/guest_ram.hpp"

namespace acrn::tests {

enum class Tables : std::uint8_t { bits32, pae, levels4, levels5 };

/// Bits of entries, named here once more so that tests do not take them from what they test.
inline constexpr std::uint64_t P = 0x1, RW = 0x2, US = 0x4, A = 0x20, D = 0x40, PS = 0x80;
inline constexpr std::uint64_t XD = 0x8000'0000'0000'0000;

/// The level whose entries map the page: 1 for 4 KiB, 2 for 2 or 4 MiB, 3 for 1 GiB.
using Level = unsigned;

/// Page tables that take their memory from the top of the RAM's first bytes upwards.
class PageTables {
 public:
  /// Tables begin at `first_table`, page-aligned; the root is there.
  PageTables(GuestRam& ram, Tables kind, std::uint64_t first_table)
      : ram_{ram}, kind_{kind}, next_{first_table} {
    control.cr0 = 0x8001'0001;  // PG, WP, PE
    control.cr3 = take();
    control.cr4 = kind == Tables::bits32 ? 0x10 : 0x20;                             // PSE, or PAE
    if (kind != Tables::bits32) control.efer = 0x800;                               // NXE
    if (kind == Tables::levels4 || kind == Tables::levels5) control.efer |= 0x500;  // LME, LMA
    if (kind == Tables::levels5) control.cr4 |= 0x1000;                             // LA57
  }

  /// Maps the page of `level` at `linear` to `gpa`, creating tables that permit everything.
  void map(std::uint64_t linear, std::uint64_t gpa, std::uint64_t flags = P | RW | US,
           Level level = 1) {
    set_entry(linear, level, gpa | flags | (level > 1 ? PS : 0));
  }

  /// Where the entry of `level` for `linear` is; tables above it are created.
  core::Gpa entry_at(std::uint64_t linear, Level level) {
    std::uint64_t table = control.cr3 & ~std::uint64_t{0xfff};
    for (Level at = top(); at > level; --at) table = table_below(table, linear, at);
    return {table + index(linear, level) * entry_size()};
  }
  [[nodiscard]] std::uint64_t entry(std::uint64_t linear, Level level) {
    return ram_.load(entry_at(linear, level), entry_size());
  }
  void set_entry(std::uint64_t linear, Level level, std::uint64_t value) {
    ram_.store(entry_at(linear, level), entry_size(), value);
  }

  [[nodiscard]] std::size_t entry_size() const { return kind_ == Tables::bits32 ? 4 : 8; }
  /// The highest level; under PAE that of the four registers.
  [[nodiscard]] Level top() const {
    switch (kind_) {
      case Tables::bits32:
        return 2;
      case Tables::pae:
        return 3;
      case Tables::levels4:
        return 4;
      case Tables::levels5:
        return 5;
    }
    throw std::logic_error("no such kind of tables");
  }

  core::ControlState control{};

 private:
  [[nodiscard]] std::uint64_t index(std::uint64_t linear, Level level) const {
    unsigned const width = kind_ == Tables::bits32 ? 10 : 9;
    std::uint64_t const entries = kind_ == Tables::pae && level == 3 ? 4 : 1U << width;
    return (linear >> (12 + (level - 1) * width)) % entries;
  }
  std::uint64_t table_below(std::uint64_t table, std::uint64_t linear, Level at) {
    bool const in_register = kind_ == Tables::pae && at == 3;
    core::Gpa const where{table + index(linear, at) * entry_size()};
    std::uint64_t entry =
        in_register ? control.pdptes[index(linear, at)] : ram_.load(where, entry_size());
    if ((entry & P) == 0) {
      entry = take() | P | (in_register ? 0 : RW | US);
      if (in_register) {
        control.pdptes[index(linear, at)] = entry;
      } else {
        ram_.store(where, entry_size(), entry);
      }
    }
    return entry & 0x000f'ffff'ffff'f000;
  }
  std::uint64_t take() {
    std::uint64_t const table = next_;
    next_ += 0x1000;
    return table;
  }

  GuestRam& ram_;
  Tables kind_;
  std::uint64_t next_;
};

}  // namespace acrn::tests
