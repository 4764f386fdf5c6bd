// SPDX-License-Identifier: BSD-3-Clause
#include "core/hsm/async_events.hpp"

#include "core/bits.hpp"

namespace acrn::core {

Expected<std::uint64_t, EventError> AsyncEvents::assign(EventToken token) noexcept {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    Entry& entry = entries_[i];
    if (entry.use % 2 != 0) continue;
    ++entry.use;
    entry.token = token;
    return place<63, 32>(entry.use) | i;
  }
  return Unexpected{EventError::full};
}

bool AsyncEvents::remove(std::uint64_t handle) noexcept {
  if (!find(handle)) return false;
  ++entries_[bits<31, 0>(handle)].use;
  return true;
}

std::optional<EventToken> AsyncEvents::find(std::uint64_t element) const noexcept {
  std::uint64_t const index = bits<31, 0>(element);
  if (index >= entries_.size()) return std::nullopt;
  Entry const& entry = entries_[index];
  if (entry.use % 2 == 0 || entry.use != bits<63, 32>(element)) return std::nullopt;
  return entry.token;
}

}  // namespace acrn::core
