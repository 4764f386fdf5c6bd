// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/boot/free_memory.hpp"

#include <limits>

namespace acrn::baremetal {
namespace {

AddressRange range_of(std::span<std::uint8_t const> bytes) noexcept {
  auto const begin = reinterpret_cast<std::uint64_t>(bytes.data());
  return {begin, begin + bytes.size()};
}

}  // namespace

FrameRanges free_memory(BootInformation const& information, std::span<AddressRange const> reserved,
                        std::uint64_t address_limit) noexcept {
  FrameRanges free;
  MemoryMap const map = information.memory_map();
  for (std::size_t i = 0; i < map.size(); ++i) {
    MemoryRange const row = map[i];
    if (row.kind == MemoryKind::available) free.add({row.begin, row.end});
  }
  for (std::size_t i = 0; i < map.size(); ++i) {
    MemoryRange const row = map[i];
    if (row.kind != MemoryKind::available) free.remove({row.begin, row.end});
  }
  free.remove({0, 1});
  free.remove({address_limit, std::numeric_limits<std::uint64_t>::max()});
  free.remove(range_of(information.bytes()));
  for (BootModule const& module : information.modules()) free.remove(range_of(module.bytes));
  for (AddressRange const& range : reserved) free.remove(range);
  return free;
}

}  // namespace acrn::baremetal
