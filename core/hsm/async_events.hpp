// SPDX-License-Identifier: BSD-3-Clause
// Events that asynchronous descriptors signal: what an element of the ring stands for.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/asyncio/descriptor.hpp"
#include "core/asyncio/ring_consumer.hpp"
#include "core/expected.hpp"
#include "core/hsm/event.hpp"

namespace acrn::core {

/// The handles that one VM's descriptors carry as ring elements. A handle is a place in this table
/// and a number of its use, so that neither a forged element nor one that outlived its event leads
/// anywhere. (ACRN's kernel puts pointers there, into a page that user space can write.)
class AsyncEvents {
 public:
  /// The handle for a new descriptor of that event. Error: full.
  Expected<std::uint64_t, EventError> assign(EventToken token) noexcept;
  /// Forgets a handle; elements of it that are still on the ring are dropped. False if it is none.
  bool remove(std::uint64_t handle) noexcept;
  /// The event behind a ring element.
  [[nodiscard]] std::optional<EventToken> find(std::uint64_t element) const noexcept;

  /// The next event to signal. Elements without one are dropped and counted. The host drains the
  /// ring after each scan of the VM's slots and before it wakes clients: what a vCPU wrote before
  /// it made a request is on the ring when the scan finds that request, so a guest's accesses keep
  /// their order. (Drained before the scan, what comes in between would overtake.) It stops after
  /// at most one ring of elements, whatever the page says.
  template <Memory M>
  std::optional<EventToken> next(RingConsumer<M>& ring) noexcept {
    for (std::uint32_t i = 0; i < abi::asyncio_element_count; ++i) {
      auto const element = ring.pop();
      if (!element) return std::nullopt;
      if (auto const token = find(*element)) return token;
      ++unknown_;
    }
    return std::nullopt;
  }

  /// Elements that stood for no event.
  [[nodiscard]] std::uint64_t unknown() const noexcept { return unknown_; }

 private:
  struct Entry {
    EventToken token{};
    std::uint32_t use{};  ///< odd while assigned
  };

  std::array<Entry, async_descriptor_count_max> entries_{};
  std::uint64_t unknown_{};
};

}  // namespace acrn::core
