// SPDX-License-Identifier: BSD-3-Clause
#include "core/hsm/irq_events.hpp"

#include "core/hypercall/msi.hpp"

namespace acrn::core {

Expected<std::optional<abi::MsiEntry>, EventError> IrqEvents::assign(EventToken token,
                                                                     abi::MsiEntry const& msi,
                                                                     EventState state) noexcept {
  if (!decode_msi(msi.address, msi.data)) return Unexpected{EventError::message};
  if (signal(token)) return Unexpected{EventError::exists};
  if (count_ == entries_.size()) return Unexpected{EventError::full};
  entries_[count_] = {.token = token, .msi = msi};
  ++count_;
  std::optional<abi::MsiEntry> at_once;
  if (state == EventState::signalled) at_once = msi;
  return at_once;
}

std::optional<abi::MsiEntry> IrqEvents::signal(EventToken token) const noexcept {
  for (std::size_t i = 0; i < count_; ++i) {
    if (entries_[i].token == token) return entries_[i].msi;
  }
  return std::nullopt;
}

void IrqEvents::remove(EventToken token) noexcept {
  for (std::size_t i = 0; i < count_; ++i) {
    if (entries_[i].token != token) continue;
    --count_;
    entries_[i] = entries_[count_];  // order does not matter: tokens are unique
    return;
  }
}

}  // namespace acrn::core
