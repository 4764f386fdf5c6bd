// SPDX-License-Identifier: BSD-3-Clause
// What a vCPU's end of a request slot answers: tickets, refusals, and what became of a request.
#pragma once

#include <cstdint>

#include "core/ioreq/slot_word.hpp"

namespace acrn::core {

/// Proof of a submission; poll and cancel take it. Copies are the same ticket.
struct Ticket {
  Generation generation{};
  friend constexpr bool operator==(Ticket, Ticket) = default;
};

/// Why a slot takes no request now.
enum class Busy : std::uint8_t {
  in_flight,       ///< the vCPU's previous request, perhaps cancelled, is still with the HSM
  awaiting_clear,  ///< a request was withdrawn by a reset; the HSM has not let go of it yet
  not_free,        ///< nothing is in flight, yet the page says PENDING or PROCESSING
  no_page,         ///< the VM has no announced page
  no_such_vcpu,    ///< the VM has no such vCPU
};

/// What became of a request. `value` counts for Kind::value only: what a read brought, cut to the
/// size that was asked for; 0 for writes.
struct Poll {
  enum class Kind : std::uint8_t {
    waiting,    ///< no answer yet; a spurious notification changes nothing
    value,      ///< answered; the slot is free again; only one poll per ticket says so
    cancelled,  ///< cancelled, withdrawn by a reset, or answered before: no value
    violation,  ///< the Service VM wrote a state it must not; the request is over, without value
  };
  Kind kind{};
  std::uint64_t value{};
  friend constexpr bool operator==(Poll, Poll) = default;
};

/// Whether the HSM must notify the hypervisor when it completes a request.
enum class Completion : std::uint32_t { notify = 0, polling = 1 };

/// Events that only a misbehaving or foreign HSM causes, and its late answers.
struct SlotCounters {
  std::uint64_t repaired{};      ///< COMPLETE or nonsense found where nothing was asked
  std::uint64_t late_answers{};  ///< COMPLETE that ended the wait for the HSM after a reset
  std::uint64_t discarded{};     ///< answers to cancelled requests
  std::uint64_t violations{};    ///< requests ended because the state word was impossible
};

}  // namespace acrn::core
