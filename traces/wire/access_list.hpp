// SPDX-License-Identifier: BSD-3-Clause
// The list of accesses that a guest re-executes: `acrntb export accesses` writes it, the image's
// replay guest (baremetal/guest/player) reads it. Little endian: a header, then rows of one size.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/access.hpp"
#include "core/expected.hpp"

namespace acrn::traces {

inline constexpr std::array<std::uint8_t, 8> access_list_magic{'A', 'C', 'R', 'N',
                                                               'L', 'I', 'S', 'T'};
inline constexpr std::uint32_t access_list_version = 1;

/// The first bytes of a list.
struct AccessListHeader {
  std::array<std::uint8_t, 8> magic{access_list_magic};
  std::uint32_t version{access_list_version};
  std::uint32_t crc32c{};  ///< of everything behind this field
  std::uint64_t count{};   ///< rows
};
static_assert(sizeof(AccessListHeader) == 24);

/// One access. The player (assembly) knows these offsets.
struct AccessListRow {
  std::uint64_t address{};     ///< port, or guest-physical address below 4 GiB
  std::uint64_t value{};       ///< of `size` bytes: written, or read when it was recorded
  std::uint8_t space{};        ///< core::Space: port or mmio
  std::uint8_t direction{};    ///< core::Direction
  std::uint8_t size{};         ///< bytes: 1, 2, 4, and 8 for mmio
  std::uint8_t value_known{};  ///< 0 or 1; 1 for every write
  std::uint32_t reserved{};    ///< 0
  friend constexpr bool operator==(AccessListRow const&, AccessListRow const&) = default;
};
static_assert(sizeof(AccessListRow) == 24);
static_assert(offsetof(AccessListRow, value) == 8 && offsetof(AccessListRow, space) == 16);
static_assert(offsetof(AccessListRow, size) == 18 && offsetof(AccessListRow, value_known) == 19);

/// Whether IN, OUT or MOV in 64-bit mode, with the first 4 GiB mapped, makes this access.
constexpr bool is_executable(AccessListRow const& row) noexcept {
  constexpr auto read = static_cast<std::uint8_t>(core::Direction::read);
  constexpr auto write = static_cast<std::uint8_t>(core::Direction::write);
  constexpr auto port = static_cast<std::uint8_t>(core::Space::port);
  constexpr auto mmio = static_cast<std::uint8_t>(core::Space::mmio);
  if (row.space != port && row.space != mmio) return false;
  if (row.direction != read && row.direction != write) return false;
  if (!core::is_access_size(static_cast<core::Space>(row.space), row.size)) return false;
  std::uint64_t const end = row.space == port ? 0x1'0000 : 0x1'0000'0000;
  if (row.address > end - row.size || row.value_known > 1 || row.reserved != 0) return false;
  if (core::truncate(row.value, row.size) != row.value) return false;
  return row.value_known == 1 || row.direction == read;
}

enum class AccessListProblem : std::uint8_t {
  magic,    ///< does not begin with access_list_magic
  version,  ///< of a later program: `found`, newest known: `expected`
  size,     ///< `found` bytes where header and count promise `expected`
  crc,      ///< CRC-32C `found`, the header has `expected`
  row,      ///< row `found`, from 0, is no access that can be executed
};

struct AccessListError {
  AccessListProblem problem{};
  std::uint64_t found{};
  std::uint64_t expected{};
  friend constexpr bool operator==(AccessListError const&, AccessListError const&) = default;
};

/// A checked list; it points into the bytes that it was parsed from.
class AccessListView {
 public:
  [[nodiscard]] std::uint64_t count() const noexcept {
    return rows_.size() / sizeof(AccessListRow);
  }
  /// Row `index`, less than count() (checked).
  [[nodiscard]] AccessListRow row(std::uint64_t index) const noexcept;

 private:
  friend core::Expected<AccessListView, AccessListError> parse_access_list(
      std::span<std::uint8_t const> bytes) noexcept;

  std::span<std::uint8_t const> rows_;
};

/// Checks the list that `bytes` are, all of it.
core::Expected<AccessListView, AccessListError> parse_access_list(
    std::span<std::uint8_t const> bytes) noexcept;

/// The header of a list of `rows`, its CRC included.
AccessListHeader access_list_header(std::span<AccessListRow const> rows) noexcept;

}  // namespace acrn::traces
