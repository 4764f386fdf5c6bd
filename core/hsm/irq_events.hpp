// SPDX-License-Identifier: BSD-3-Clause
// Events that inject an interrupt message into one VM when they are signalled.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/abi/hypercall.hpp"
#include "core/expected.hpp"
#include "core/hsm/event.hpp"

namespace acrn::core {

/// How many such events one VM can have.
inline constexpr std::size_t irq_event_count_max = 64;

/// Whether an event had been signalled before it was assigned.
enum class EventState : std::uint8_t { quiet, signalled };

/// Edge-triggered messages alone: ACRN's interface has no level-triggered events and no resampling.
/// A message goes to the VM by HC_INJECT_MSI. Source: Linux 6.12, drivers/virt/acrn/irqfd.c.
class IrqEvents {
 public:
  /// The message to inject at once, because the event had been signalled before; nothing
  /// otherwise. Errors: exists (an event has one message per VM), full, message.
  Expected<std::optional<abi::MsiEntry>, EventError> assign(EventToken token,
                                                            abi::MsiEntry const& msi,
                                                            EventState state) noexcept;
  /// The message to inject; nothing for an event that is not, or no more, assigned. Each signal is
  /// one message: the event's own counter is not consumed.
  [[nodiscard]] std::optional<abi::MsiEntry> signal(EventToken token) const noexcept;
  /// Deassigned, or its other end was closed. Without such an event there is nothing to do.
  void remove(EventToken token) noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return count_; }

 private:
  struct Entry {
    EventToken token{};
    abi::MsiEntry msi{};
  };

  std::array<Entry, irq_event_count_max> entries_{};
  std::size_t count_{};
};

}  // namespace acrn::core
