// SPDX-License-Identifier: BSD-3-Clause
// Every combination of permission bits at every level, of control bits and of kinds of access,
// against the oracle; then every bit of every entry on its own; then entries at random.
#include <gtest/gtest.h>

#include <cstdio>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "core/paging/page_walk.hpp"
#include "tests/support/guest_ram.hpp"
#include "tests/support/page_tables.hpp"
#include "tests/support/paging_oracle.hpp"
#include "tests/support/paging_shapes.hpp"
#include "tests/support/seed.hpp"

namespace acrn::core {
namespace {

namespace oracle = tests::oracle;
using tests::GuestRam;
using tests::Tables;

using Shape = tests::PagingShape;

constexpr std::uint64_t linear = 0x8765'4abc;

struct Case {
  AccessKind kind;
  Privilege privilege;
  bool alignment_check;
};

/// The 18 kinds of access that paging tells apart.
std::vector<Case> const& all_cases() {
  static std::vector<Case> const cases = [] {
    std::vector<Case> list;
    for (AccessKind kind : {AccessKind::read, AccessKind::write, AccessKind::fetch}) {
      for (Privilege who : {Privilege::user, Privilege::supervisor, Privilege::implicit}) {
        for (bool ac : {false, true}) list.push_back({kind, who, ac});
      }
    }
    return list;
  }();
  return cases;
}

class Comparison {
 public:
  explicit Comparison(Shape const& shape) : tables_{ram_, shape.kind, 0x1000} {
    tables_.map(linear, 0, tests::P | tests::RW | tests::US, shape.leaf);
    tests::Level const top = shape.kind == Tables::pae ? 2 : tables_.top();
    for (tests::Level level = top; level >= shape.leaf; --level) {
      where_.push_back(tables_.entry_at(linear, level));
      entries_.push_back(tables_.entry(linear, level));
    }
    plain_ = entries_;
  }

  /// The entries from the top, which the walks are to find.
  std::vector<std::uint64_t>& entries() { return entries_; }
  std::vector<std::uint64_t> const& plain() const { return plain_; }
  ControlState& control() { return tables_.control; }
  [[nodiscard]] std::uint64_t made() const { return made_; }
  [[nodiscard]] std::size_t entry_bits() const { return 8 * tables_.entry_size(); }

  /// Whether core and the oracle agree on the outcome and on every byte of the tables.
  bool agree(Case const& one) {
    restore();
    ++made_;
    oracle::Answer const expected =
        oracle::answer(tables_.control, ram_,
                       {linear, static_cast<oracle::Type>(one.kind),
                        one.privilege == Privilege::user       ? oracle::Mode::user
                        : one.privilege == Privilege::implicit ? oracle::Mode::implicit_supervisor
                                                               : oracle::Mode::supervisor,
                        one.alignment_check});
    auto const actual = walk(
        tables_.control, ram_, Linear{linear},
        {.kind = one.kind, .privilege = one.privilege, .alignment_check = one.alignment_check});
    if (expected.faults) {
      return !actual && unchanged_from(0) &&
             actual.error() == TranslationError{.failure = TranslationFailure::page_fault,
                                                .error_code = expected.error_code,
                                                .address = linear};
    }
    if (!actual || actual->value != expected.physical) return false;
    // Fewer entries than usual are used where a bit makes an upper one map a page.
    for (std::size_t i = 0; i < expected.touched_count; ++i) {
      if (expected.touched[i].gpa != where_[i].value) return false;
      if (ram_.load(where_[i], tables_.entry_size()) != expected.touched[i].after) return false;
    }
    return unchanged_from(expected.touched_count);
  }
  /// agree() for each kind of access, and an explanation of the first that differs.
  testing::AssertionResult agree_on_all() {
    for (Case const& one : all_cases()) {
      if (!agree(one)) return disagreement(one);
    }
    return testing::AssertionSuccess();
  }

 private:
  void restore() {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      ram_.store(where_[i], tables_.entry_size(), entries_[i]);
    }
  }
  [[nodiscard]] bool unchanged_from(std::size_t first) const {
    for (std::size_t i = first; i < entries_.size(); ++i) {
      if (ram_.load(where_[i], tables_.entry_size()) != entries_[i]) return false;
    }
    return true;
  }
  [[nodiscard]] testing::AssertionResult disagreement(Case const& one) const {
    auto failure = testing::AssertionFailure();
    failure << std::hex << "kind " << int(one.kind) << " privilege " << int(one.privilege) << " AC "
            << one.alignment_check << " CR0 " << tables_.control.cr0 << " CR4 "
            << tables_.control.cr4 << " EFER " << tables_.control.efer << " MAXPHYADDR "
            << int(tables_.control.physical_bits) << " entries";
    for (std::uint64_t entry : entries_) failure << ' ' << entry;
    return failure;
  }

  GuestRam ram_{0x10000};
  tests::PageTables tables_;
  std::vector<Gpa> where_;
  std::vector<std::uint64_t> entries_;
  std::vector<std::uint64_t> plain_;
  std::uint64_t made_{};
};

/// Calls `then` under each of the 16 settings of CR0.WP, SMEP, SMAP and EFER.NXE.
void with_each_control(ControlState& control, std::function<void()> const& then) {
  ControlState const usual = control;
  for (unsigned setting = 0; setting < 16; ++setting) {
    control = usual;
    if ((setting & 1) != 0) control.cr0 ^= 0x10000;
    if ((setting & 2) != 0) control.cr4 |= 0x100000;
    if ((setting & 4) != 0) control.cr4 |= 0x200000;
    if ((setting & 8) != 0) control.efer ^= 0x800;
    then();
  }
  control = usual;
}

class EveryShape : public testing::TestWithParam<Shape> {};

/// P, R/W, U/S and XD at each level; below an entry that is not present nothing is varied.
void with_each_permission(Comparison& comparison, std::size_t depth,
                          std::function<void()> const& then) {
  if (depth == comparison.entries().size()) return then();
  unsigned const combinations = comparison.entry_bits() == 64 ? 16 : 8;
  for (unsigned bits = 0; bits < combinations; ++bits) {
    std::uint64_t const flags = (bits & 7U) | ((bits & 8U) != 0 ? tests::XD : 0);
    comparison.entries()[depth] = (comparison.plain()[depth] & ~std::uint64_t{7}) | flags;
    bool const present = (bits & 1U) != 0;
    with_each_permission(comparison, present ? depth + 1 : comparison.entries().size(), then);
  }
  comparison.entries()[depth] = comparison.plain()[depth];
}

TEST_P(EveryShape, EveryPermissionUnderEveryControl) {
  Comparison comparison{GetParam()};
  testing::AssertionResult result = testing::AssertionSuccess();
  with_each_permission(comparison, 0, [&] {
    with_each_control(comparison.control(), [&] {
      if (result) result = comparison.agree_on_all();
    });
  });
  EXPECT_TRUE(result);
  std::printf("%llu walks compared\n", static_cast<unsigned long long>(comparison.made()));
}

/// Each bit of each entry, but those that would lead to a table elsewhere.
void with_each_bit(Comparison& comparison, unsigned width, std::function<void()> const& then) {
  bool const pse = comparison.entry_bits() == 64 || (comparison.control().cr4 & 0x10) != 0;
  bool const leaf_maps_page = pse || comparison.entries().size() == 2;
  for (std::size_t i = 0; i < comparison.entries().size(); ++i) {
    bool const leaf = i + 1 == comparison.entries().size() && leaf_maps_page;
    for (std::size_t bit = 0; bit < comparison.entry_bits(); ++bit) {
      if (!leaf && bit >= 12 && bit < width) continue;
      comparison.entries()[i] = comparison.plain()[i] ^ (std::uint64_t{1} << bit);
      then();
      comparison.entries()[i] = comparison.plain()[i];
    }
  }
}

TEST_P(EveryShape, EveryBitOfEveryEntryUnderEveryWidthOfPhysicalAddress) {
  Comparison comparison{GetParam()};
  ControlState& control = comparison.control();
  testing::AssertionResult result = testing::AssertionSuccess();
  for (unsigned width = 32; width <= 52; ++width) {
    control.physical_bits = static_cast<std::uint8_t>(width);
    for (unsigned setting = 0; setting < 4; ++setting) {
      control.has_1gib_pages = (setting & 1) != 0;
      control.cr4 ^= 0x10;  // PSE, which only 32-bit paging looks at
      with_each_bit(comparison, width, [&] {
        with_each_control(control, [&] {
          if (result) result = comparison.agree_on_all();
        });
      });
    }
  }
  EXPECT_TRUE(result);
}

TEST_P(EveryShape, EntriesAtRandom) {
  Comparison comparison{GetParam()};
  std::mt19937_64 random{tests::announced_seed(0x9a61)};
  std::uint64_t const flags = 0xfff0'0000'0000'0f7f;
  for (unsigned round = 0; round < 20000; ++round) {
    for (std::size_t i = 0; i < comparison.entries().size(); ++i) {
      std::uint64_t const noise = random() & random() & flags;
      comparison.entries()[i] = comparison.plain()[i] ^ noise;
      if (comparison.entry_bits() == 32) comparison.entries()[i] &= 0xffff'ffff;
    }
    if (GetParam().kind != Tables::bits32) comparison.entries().back() ^= (random() & 0xf) << 40;
    comparison.control().physical_bits = static_cast<std::uint8_t>(32 + random() % 21);
    comparison.control().cr4 ^= random() & 0x300000;
    comparison.control().efer ^= random() & 0x800;
    comparison.control().cr0 ^= random() & 0x10000;
    ASSERT_TRUE(comparison.agree_on_all());
  }
}

INSTANTIATE_TEST_SUITE_P(, EveryShape, testing::ValuesIn(tests::paging_shapes),
                         [](auto const& row) { return std::string{row.param.name}; });

}  // namespace
}  // namespace acrn::core
