// SPDX-License-Identifier: BSD-3-Clause
// A request in a client's hands, and what its completion asks of the host.
#pragma once

#include <cstdint>

#include "core/access.hpp"
#include "core/hsm/effects.hpp"
#include "core/ioreq/hsm_slot.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// One request that a client took. A copy of what the page held when it was dispatched: nobody
/// reads the page again. PCI configuration requests carry their register as pci_config_address()
/// makes it.
struct Request {
  VcpuRef from{};
  HsmClientId client{};
  std::uint64_t serial{};  ///< number of the dispatch; never used twice
  Access access{};
  friend constexpr bool operator==(Request const&, Request const&) = default;
};

/// What completing a request did. Verdict::notify: the host notifies the hypervisor about `vcpu`.
struct CompletionEffects {
  Verdict verdict{};
  VcpuRef vcpu{};
};

/// Where clearing a VM's requests stands.
struct ClearEffects {
  NotifySet notify;
  std::uint16_t completed{};    ///< requests completed without an answer
  std::uint16_t outstanding{};  ///< requests that ranged clients still have

  /// Counts what became of a vCPU's slot; bit n of `notified` is vCPU n.
  constexpr void count(SlotEffects const& outcome, std::uint16_t vcpu,
                       std::uint16_t& notified) noexcept {
    if (outcome.kind != SlotEffects::Kind::settled) return;
    ++completed;
    if (outcome.notify) notified = static_cast<std::uint16_t>(notified | 1U << vcpu);
  }
};

/// Totals since the start of one VM.
struct HsmCounters {
  std::uint64_t dispatched{};  ///< given to clients
  std::uint64_t config{};      ///< configuration ports answered without a client
  std::uint64_t rejected{};    ///< malformed, completed without an answer
  std::uint64_t cleared{};     ///< completed without an answer, around resets
  std::uint64_t unclaimed{};   ///< found without a client, once per scan
  std::uint64_t completed{};   ///< answered by clients
  std::uint64_t stale{};       ///< answers that came too late and were dropped
  std::uint64_t retried{};     ///< given to their client again because it failed
  std::uint64_t released{};    ///< back to PENDING because their client was destroyed
};

}  // namespace acrn::core
