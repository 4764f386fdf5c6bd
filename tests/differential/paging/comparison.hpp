// SPDX-License-Identifier: BSD-3-Clause
// Draws page tables, control bits and accesses, and asks both core and a virtual machine about
// them.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "core/paging/page_walk.hpp"
#include "tests/differential/paging/kvm_machine.hpp"
#include "tests/support/guest_ram.hpp"
#include "tests/support/page_tables.hpp"
#include "tests/support/paging_shapes.hpp"

namespace acrn::tests::paging {

using core::AccessKind;
using core::Privilege;
using Expected = core::Expected<core::Gpa, core::TranslationError>;

using Shape = PagingShape;

inline constexpr std::uint64_t first_table = 0x1'0000;

inline std::uint64_t linear_under_test(Tables kind) {
  switch (kind) {
    case Tables::bits32:
    case Tables::pae:
      return 0x4020'1000;
    case Tables::levels4:
      return 0x7000'0020'1000;
    case Tables::levels5:
      break;
  }
  return 0xe0'7000'0020'1000;
}

/// What happened how often, for the report.
struct Counts {
  unsigned done{}, faults{}, mmio{}, skipped{};
  std::array<unsigned, 32> by_code{};
};

/// One shape of tables, in a model for core and in the machine.
class Comparison {
 public:
  Comparison(Shape const& shape, KvmMachine& machine, std::uint64_t seed)
      : shape_{shape}, machine_{machine}, random_{seed}, tables_{model_, shape.kind, first_table} {
    bool const wide = shape.kind == Tables::levels4 || shape.kind == Tables::levels5;
    for (std::uint64_t at = 0; at < mapped_end; at += 0x1000) tables_.map(at, at, P | RW);
    tables_.map(user_stack_page, user_stack_page);
    tables_.map(user_code_page, code_page, P | US);
    std::uint64_t const linear = linear_under_test(shape.kind);
    std::uint64_t const page_mask = (std::uint64_t{1} << shift(shape.leaf)) - 1;
    tables_.map(linear & ~page_mask, target_page & ~page_mask, P | RW | US, shape.leaf);
    for (Level level = shape.kind == Tables::pae ? 2 : tables_.top(); level >= shape.leaf;
         --level) {
      where_.push_back(tables_.entry_at(linear, level));
      plain_.push_back(tables_.entry(linear, level));
    }
    for (std::size_t i = 0; shape.kind == Tables::pae && i < 4; ++i) {
      model_.store({first_table + 8 * i}, 8, tables_.control.pdptes[i]);
    }
    machine_.prepare(wide);
    std::memcpy(machine_.ram().data() + first_table, model_.bytes().data() + first_table,
                mapped_end - first_table);
    tables_.control.physical_bits = machine_.offered().physical_bits;
    tables_.control.has_1gib_pages = machine_.offered().has_1gib_pages;
    usual_ = tables_.control;
  }

  /// Whether the host runs guests of this kind at all: an access that nothing forbids.
  bool can_run() {
    Trial const trial{.control = usual_, .linear = code_page};
    return machine_.run(trial, updates(plain_)).ending == Ending::done;
  }

  /// As one_trial(), but asks KVM for its own walk instead of running a guest.
  testing::AssertionResult one_translation(Counts& counts) {
    draw_control();
    std::vector<std::uint64_t> const entries = draw_entries();
    Trial const trial{.control = tables_.control, .linear = linear_under_test(shape_.kind)};
    set_model(entries);
    Expected const expected =
        core::walk(trial.control, model_, core::Linear{trial.linear},
                   {.kind = AccessKind::read, .privilege = Privilege::supervisor});
    auto const actual = machine_.translate(trial, updates(entries));
    ++(expected ? counts.done : counts.faults);
    bool const agree = expected ? actual == expected->value && same_tables() : !actual;
    if (agree) return testing::AssertionSuccess();
    return explain(
        trial, entries, expected,
        {.ending = actual ? Ending::done : Ending::page_fault, .address = actual.value_or(0)});
  }

  testing::AssertionResult one_trial(Counts& counts) {
    draw_control();
    std::vector<std::uint64_t> const entries = draw_entries();
    Trial const trial = draw_trial();
    set_model(entries);
    Expected const expected =
        core::walk(trial.control, model_, core::Linear{trial.linear},
                   {.kind = trial.kind,
                    .privilege = trial.descriptor_load ? Privilege::implicit
                                 : trial.at_user_level ? Privilege::user
                                                       : Privilege::supervisor,
                    .alignment_check = trial.alignment_check});
    bool const outside = expected && expected->value >= ram_size;
    if (outside && (trial.kind == AccessKind::fetch || trial.descriptor_load)) {
      ++counts.skipped;  // KVM cannot emulate these
      return testing::AssertionSuccess();
    }
    Outcome const actual = machine_.run(trial, updates(entries));
    bool agree = false;
    if (!expected) {
      ++counts.faults;
      ++counts.by_code[expected.error().error_code & 31];
      agree = actual.ending == Ending::page_fault &&
              actual.error_code == expected.error().error_code &&
              actual.address == expected.error().address;
    } else if (outside) {
      ++counts.mmio;
      agree = actual.ending == Ending::mmio && actual.address == expected->value;
    } else {
      ++counts.done;
      agree = actual.ending == Ending::done && same_tables();
    }
    return agree ? testing::AssertionSuccess() : explain(trial, entries, expected, actual);
  }

 private:
  void set_model(std::vector<std::uint64_t> const& entries) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      model_.store(where_[i], tables_.entry_size(), entries[i]);
    }
  }
  [[nodiscard]] unsigned shift(Level level) const {
    return 12 + (level - 1) * (shape_.kind == Tables::bits32 ? 10 : 9);
  }
  bool chance(unsigned of) { return random_() % of == 0; }

  void draw_control() {
    core::ControlState& control = tables_.control;
    control = usual_;
    if (chance(2)) control.cr0 ^= 0x1'0000;
    if (chance(2)) control.cr4 ^= 0x10;
    control.cr4 |= random_() & 0x30'0000 & machine_.offered().cr4;
    control.efer &= ~std::uint64_t{0x800};
    if (!chance(4)) control.efer |= 0x800 & machine_.offered().efer;
  }
  std::vector<std::uint64_t> draw_entries() {
    std::vector<std::uint64_t> entries = plain_;
    bool const narrow = shape_.kind == Tables::bits32;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      bool const leaf = i + 1 == entries.size();
      Level const level = shape_.leaf + static_cast<Level>(entries.size() - 1 - i);
      std::uint64_t& entry = entries[i];
      if (chance(10)) entry ^= P;
      if (chance(4)) entry ^= RW;
      if (chance(4)) entry ^= US;
      entry |= random_() & 0xe78;  // PWT, PCD, A, D and the ignored bits 11:9
      if (chance(24)) entry ^= PS;
      bool const pse = !narrow || (tables_.control.cr4 & 0x10) != 0;
      if (leaf && level > 1 && pse && (entry & PS) != 0) {  // or these would lead to other tables
        std::uint64_t const below = (std::uint64_t{1} << shift(level)) - 1;
        if (chance(2)) entry |= 0x1000;  // PAT
        if (chance(8)) entry |= random_() & 0x3f'e000 & below;
      }
      if (narrow) continue;
      if (chance(6)) entry ^= XD;
      if (shape_.kind != Tables::pae) entry |= random_() & 0x07f0'0000'0000'0000;
      if (chance(12)) entry |= reserved_bit();
    }
    return entries;
  }
  std::uint64_t reserved_bit() {
    unsigned const first = usual_.physical_bits;
    unsigned const last = shape_.kind == Tables::pae ? 62 : 51;
    return first > last ? 0 : std::uint64_t{1} << (first + random_() % (last - first + 1));
  }
  Trial draw_trial() {
    Trial trial{.control = tables_.control,
                .kind = static_cast<AccessKind>(random_() % 3),
                .at_user_level = chance(2),
                .alignment_check = chance(2),
                .linear = linear_under_test(shape_.kind)};
    if (trial.kind == AccessKind::read) trial.descriptor_load = chance(3);
    if (trial.kind == AccessKind::read) trial.linear += 0x800;
    if (trial.kind == AccessKind::write) trial.linear += 0x808;
    return trial;
  }
  [[nodiscard]] std::vector<Update> updates(std::vector<std::uint64_t> const& entries) const {
    std::vector<Update> list;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      auto const at = static_cast<std::uint32_t>(where_[i].value);
      list.push_back({at, static_cast<std::uint32_t>(entries[i])});
      if (tables_.entry_size() == 8) {
        list.push_back({at + 4, static_cast<std::uint32_t>(entries[i] >> 32)});
      }
    }
    return list;
  }
  [[nodiscard]] bool same_tables() {
    for (core::Gpa const where : where_) {
      if (std::memcmp(machine_.ram().data() + where.value, model_.bytes().data() + where.value,
                      tables_.entry_size()) != 0) {
        return false;
      }
    }
    return true;
  }
  testing::AssertionResult explain(Trial const& trial, std::vector<std::uint64_t> const& entries,
                                   Expected const& expected, Outcome const& actual) {
    std::ostringstream text;
    text << std::hex;
    if (expected) {
      text << "core: " << expected->value;
    } else {
      text << "core: fault " << expected.error().error_code << " at " << expected.error().address;
    }
    text << "; the CPU: ending " << int(actual.ending) << " code " << actual.error_code << " at "
         << actual.address << ", exit reason " << actual.exit_reason << "; kind " << int(trial.kind)
         << (trial.at_user_level ? " user" : " supervisor")
         << (trial.descriptor_load ? " descriptor" : "") << " AC " << trial.alignment_check
         << " CR0 " << trial.control.cr0 << " CR4 " << trial.control.cr4 << " EFER "
         << trial.control.efer << "; entries before, by core, by the CPU:";
    for (std::size_t i = 0; i < entries.size(); ++i) {
      std::uint64_t now = 0;
      std::memcpy(&now, machine_.ram().data() + where_[i].value, tables_.entry_size());
      text << "  " << entries[i] << ' ' << model_.load(where_[i], tables_.entry_size()) << ' '
           << now;
    }
    return testing::AssertionFailure() << text.str();
  }

  Shape const& shape_;
  KvmMachine& machine_;
  std::mt19937_64 random_;
  GuestRam model_{ram_size};
  PageTables tables_;
  core::ControlState usual_;
  std::vector<core::Gpa> where_;
  std::vector<std::uint64_t> plain_;
};

}  // namespace acrn::tests::paging
