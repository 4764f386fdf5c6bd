// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/vmx/ept.hpp"

#include <cstddef>
#include <span>

#include "core/check.hpp"

namespace acrn::baremetal {
namespace {

using core::Expected;
using core::Gpa;
using core::Unexpected;
using core::Unit;

// Source: Intel SDM vol. 3C (Sep 2023), tables 29-1 to 29-6, formats of EPT entries.
constexpr std::uint64_t rights_mask = 7;
constexpr std::uint64_t table_rights = 7;
constexpr std::uint64_t maps_page = 1U << 7U;  // of levels 2 and 3
constexpr std::uint64_t address_mask = 0x000f'ffff'ffff'f000;
constexpr unsigned type_shift = 3;
constexpr std::uint64_t page_size = 4096;
constexpr unsigned translated_bits = 48;
constexpr unsigned physical_bits_max = 52;

/// Level 1 maps 4 KiB, 2 maps 2 MiB, 3 maps 1 GiB, 4 is the root.
constexpr unsigned root_level = 4;
constexpr unsigned shift_of(unsigned level) noexcept { return 12 + 9 * (level - 1); }
constexpr std::uint64_t size_of(unsigned level) noexcept {
  return std::uint64_t{1} << shift_of(level);
}
constexpr std::size_t index_of(std::uint64_t gpa, unsigned level) noexcept {
  return gpa >> shift_of(level) & 511U;
}

std::span<std::uint64_t, 512> table_at(std::uint64_t physical) noexcept {
  return std::span<std::uint64_t, 512>{reinterpret_cast<std::uint64_t*>(physical), 512};
}
constexpr bool is_present(std::uint64_t entry) noexcept { return (entry & rights_mask) != 0; }
/// Whether a present entry maps a page; entries of level 1 always do.
constexpr bool is_leaf(std::uint64_t entry, unsigned level) noexcept {
  return level == 1 || (entry & maps_page) != 0;
}

constexpr bool is_whole_pages(std::uint64_t first, std::uint64_t size) noexcept {
  return size != 0 && ((first | size) & (page_size - 1)) == 0;
}
constexpr bool is_within(std::uint64_t first, std::uint64_t size, unsigned bits) noexcept {
  std::uint64_t const end = std::uint64_t{1} << bits;
  return first < end && size <= end - first;
}

/// Where a walk from the root ends: at a page, or at the first entry that is not present.
struct Place {
  std::uint64_t* entry;
  unsigned level;
};

Place find(std::uint64_t root, std::uint64_t gpa) noexcept {
  std::uint64_t table = root;
  unsigned level = root_level;
  for (;;) {
    std::uint64_t& entry = table_at(table)[index_of(gpa, level)];
    if (!is_present(entry) || is_leaf(entry, level)) return {&entry, level};
    table = entry & address_mask;
    --level;
  }
}

}  // namespace

std::string_view name(EptError error) noexcept {
  switch (error) {
    case EptError::misaligned:
      return "not whole 4-KiB pages";
    case EptError::out_of_range:
      return "beyond 48 bits of guest-physical or 52 bits of physical address";
    case EptError::already_mapped:
      return "part of the range is mapped already";
    case EptError::no_memory:
      return "no memory left for EPT tables";
  }
  return "?";
}

Expected<Unit, EptError> Ept::initialise(FrameSource frames, EptFeatures features) noexcept {
  frames_ = frames;
  features_ = features;
  root_ = frames_.take_page();
  if (root_ == 0) return Unexpected{EptError::no_memory};
  return Unit{};
}

std::uint64_t Ept::pointer() const noexcept {
  constexpr std::uint64_t write_back = 6;
  constexpr std::uint64_t four_levels = 3U << 3U;
  constexpr std::uint64_t accessed_and_dirty = 1U << 6U;
  return root_ | write_back | four_levels | (features_.accessed_and_dirty ? accessed_and_dirty : 0);
}

unsigned Ept::level_for(EptMapping const& mapping, std::uint64_t done) const noexcept {
  std::uint64_t const addresses = (mapping.first.value + done) | (mapping.host_physical + done);
  std::uint64_t const left = mapping.size - done;
  auto const suits = [&](unsigned level) {
    return (addresses & (size_of(level) - 1)) == 0 && left >= size_of(level);
  };
  if (features_.pages_1gib && suits(3)) return 3;
  if (features_.pages_2mib && suits(2)) return 2;
  return 1;
}

/// The entry of `level` for `gpa`, with tables made on the way; null where no page is left.
std::uint64_t* Ept::entry_for(std::uint64_t gpa, unsigned level) noexcept {
  std::uint64_t table = root_;
  for (unsigned at = root_level; at > level; --at) {
    std::uint64_t& entry = table_at(table)[index_of(gpa, at)];
    if (!is_present(entry)) {
      std::uint64_t const fresh = frames_.take_page();
      if (fresh == 0) return nullptr;
      entry = fresh | table_rights;
    }
    table = entry & address_mask;
  }
  return &table_at(table)[index_of(gpa, level)];
}

bool Ept::is_free(Gpa first, std::uint64_t size) const noexcept {
  std::uint64_t at = first.value;
  std::uint64_t const end = first.value + size;
  while (at < end) {
    Place const place = find(root_, at);
    if (is_present(*place.entry)) return false;
    at = (at | (size_of(place.level) - 1)) + 1;
  }
  return true;
}

Expected<Unit, EptError> Ept::map(EptMapping const& mapping) noexcept {
  if (!is_whole_pages(mapping.first.value | mapping.host_physical, mapping.size)) {
    return Unexpected{EptError::misaligned};
  }
  if (!is_within(mapping.first.value, mapping.size, translated_bits) ||
      !is_within(mapping.host_physical, mapping.size, physical_bits_max)) {
    return Unexpected{EptError::out_of_range};
  }
  if (!is_free(mapping.first, mapping.size)) return Unexpected{EptError::already_mapped};
  std::uint64_t const attributes = static_cast<std::uint64_t>(mapping.rights) |
                                   static_cast<std::uint64_t>(mapping.type) << type_shift;
  std::uint64_t done = 0;
  while (done < mapping.size) {
    // A table that an earlier mapping left empty stays: then smaller pages do.
    Place const place = find(root_, mapping.first.value + done);
    unsigned const wanted = level_for(mapping, done);
    unsigned const level = wanted < place.level ? wanted : place.level;
    std::uint64_t* const entry = entry_for(mapping.first.value + done, level);
    if (entry == nullptr) return Unexpected{EptError::no_memory};
    *entry = (mapping.host_physical + done) | attributes | (level > 1 ? maps_page : 0);
    done += size_of(level);
  }
  return Unit{};
}

/// Replaces a page by a table of pages of the next smaller size with the same rights.
bool Ept::split(std::uint64_t& entry, unsigned level) noexcept {
  std::uint64_t const fresh = frames_.take_page();
  if (fresh == 0) return false;
  std::uint64_t const small = level - 1 > 1 ? entry : entry & ~maps_page;
  std::uint64_t offset = 0;
  for (std::uint64_t& part : table_at(fresh)) {
    part = small + offset;
    offset += size_of(level - 1);
  }
  entry = fresh | table_rights;
  return true;
}

Expected<Unit, EptError> Ept::change(Range range, EptRights rights) noexcept {
  if (!is_whole_pages(range.first, range.size)) return Unexpected{EptError::misaligned};
  if (!is_within(range.first, range.size, translated_bits)) {
    return Unexpected{EptError::out_of_range};
  }
  std::uint64_t at = range.first;
  std::uint64_t const end = range.first + range.size;
  while (at < end) {
    Place const place = find(root_, at);
    std::uint64_t const size = size_of(place.level);
    if (!is_present(*place.entry)) {
      at = (at | (size - 1)) + 1;
      continue;
    }
    bool const whole = (at & (size - 1)) == 0 && end - at >= size;
    if (!whole) {
      if (!split(*place.entry, place.level)) return Unexpected{EptError::no_memory};
      continue;
    }
    *place.entry = rights == EptRights::none
                       ? 0
                       : (*place.entry & ~rights_mask) | static_cast<std::uint64_t>(rights);
    at += size;
  }
  return Unit{};
}

Expected<Unit, EptError> Ept::unmap(Gpa first, std::uint64_t size) noexcept {
  return change({first.value, size}, EptRights::none);
}

Expected<Unit, EptError> Ept::protect(Gpa first, std::uint64_t size, EptRights rights) noexcept {
  return change({first.value, size}, rights);
}

std::optional<EptTranslation> Ept::translate(Gpa gpa) const noexcept {
  if (!is_within(gpa.value, 1, translated_bits)) return std::nullopt;
  Place const place = find(root_, gpa.value);
  if (!is_present(*place.entry)) return std::nullopt;
  std::uint64_t const size = size_of(place.level);
  std::uint64_t const offset = gpa.value & (size - 1);
  std::uint64_t const page = *place.entry & address_mask & ~(size - 1);
  return EptTranslation{.host_physical = page + offset,
                        .contiguous = size - offset,
                        .rights = EptRights{static_cast<std::uint8_t>(*place.entry & rights_mask)}};
}

}  // namespace acrn::baremetal
