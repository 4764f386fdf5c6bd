// SPDX-License-Identifier: BSD-3-Clause
// Guest paging, instantiated with the image's flags.
#include "core/paging/descriptor.hpp"
#include "core/paging/fetch.hpp"

namespace acrn::core {
namespace {

struct NoRam {
  bool read(Gpa /*gpa*/, std::span<std::uint8_t> /*out*/) { return false; }
  bool write(Gpa /*gpa*/, std::span<std::uint8_t const> /*in*/) { return false; }
  bool compare_exchange(Gpa /*gpa*/, std::uint8_t /*size*/, std::uint64_t /*expected*/,
                        std::uint64_t /*desired*/) {
    return false;
  }
};

/// A memory that holds one table, which refers to itself: a walk at compile time.
struct OneEntry {
  std::uint64_t entry{};
  constexpr bool read(Gpa /*gpa*/, std::span<std::uint8_t> out) const {
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = static_cast<std::uint8_t>(entry >> (8 * i));
    }
    return true;
  }
  constexpr bool write(Gpa /*gpa*/, std::span<std::uint8_t const> /*in*/) { return false; }
  constexpr bool compare_exchange(Gpa /*gpa*/, std::uint8_t /*size*/, std::uint64_t expected,
                                  std::uint64_t desired) {
    if (entry != expected) return false;
    entry = desired;
    return true;
  }
};

constexpr std::uint64_t entry_after_a_write() {
  OneEntry memory{.entry = 0x5003};
  ControlState const control{.cr0 = 0x8001'0001, .cr4 = 0x20, .efer = 0x500};
  auto const gpa = walk(control, memory, Linear{0x123},
                        {.kind = AccessKind::write, .privilege = Privilege::supervisor});
  return gpa && *gpa == Gpa{0x5123} ? memory.entry : 0;
}
static_assert(entry_after_a_write() == 0x5063, "accessed and dirty");

}  // namespace

// Not static: the linker is to see them.
bool translate_for_the_image(AddressingState const& state, SegmentedAccess const& access);
bool translate_for_the_image(AddressingState const& state, SegmentedAccess const& access) {
  NoRam ram;
  CodeBytes code;
  DescriptorTables const tables{};
  DescriptorReader<NoRam> const reader{state, tables, ram};
  return translate_operand(state, ram, access).has_value() &&
         fetch_more(state, ram, {}, code).has_value() &&
         reader.read({8}, DescriptorSize::bytes16).has_value();
}

}  // namespace acrn::core
