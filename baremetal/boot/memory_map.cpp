// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/boot/memory_map.hpp"

#include <limits>

#include "baremetal/boot/bytes.hpp"

namespace acrn::baremetal {

MemoryRange MemoryMap::operator[](std::size_t index) const noexcept {
  std::span<std::uint8_t const> const row = rows_.subspan(index * row_size_, row_size_);
  auto const begin = read_little_endian<std::uint64_t>(row, 0);
  auto const size = read_little_endian<std::uint64_t>(row, 8);
  std::uint64_t const room = std::numeric_limits<std::uint64_t>::max() - begin;
  auto kind = MemoryKind{read_little_endian<std::uint32_t>(row, 16)};
  if (kind < MemoryKind::available || kind > MemoryKind::defective) kind = MemoryKind::reserved;
  return {.begin = begin, .end = begin + (size < room ? size : room), .kind = kind};
}

}  // namespace acrn::baremetal
