// SPDX-License-Identifier: BSD-3-Clause
// Who owes what: for an unfinished request, which actor has to take the next step, and which.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/abi/ioreq.hpp"
#include "core/ioreq/hypervisor_slot.hpp"
#include "core/ioreq/transitions.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// What the service module knows of a vCPU's request. `unknown` where nobody can ask it, as in a
/// capture.
enum class HeldBy : std::uint8_t {
  unknown,
  nobody,     ///< it holds none: not looked at yet, or lost from sight
  no_client,  ///< pending, and no client wants it
  queued,     ///< with a client that has not taken it
  client,     ///< taken by a client
};

/// Who has to act. `device_model` is whoever sets the service VM's clients up.
enum class OwedBy : std::uint8_t { hypervisor, hsm, client, device_model };

/// The step that is owed.
enum class OwedStep : std::uint8_t {
  dispatch,     ///< scan the slot and give the request to a client
  make_client,  ///< "Failed to find ioreq client!": there is none that wants it
  take,         ///< the client takes its request
  answer,       ///< the client answers what it took
  reset,        ///< nobody has the request any more: only a clearing or a reset ends it
  take_answer,  ///< notify the vCPU, or let it run: the answer is in the slot
  discard,      ///< throw the answer to a cancelled request away
  end_request,  ///< the state is impossible: the next poll ends the request
  let_go,       ///< tell that what a reset withdrew, or what is no request, is let go
};

struct Debt {
  OwedBy by{};
  OwedStep step{};
  friend constexpr bool operator==(Debt, Debt) = default;
};

/// One slot from all sides.
struct SlotView {
  SlotPhase phase{};
  SlotState state{};
  HeldBy held{};
  friend constexpr bool operator==(SlotView const&, SlotView const&) = default;
};

/// What is owed; nothing where no request is unfinished and the slot takes the next one.
std::optional<Debt> owed(SlotView const& view) noexcept;

/// Looks at a slot from the hypervisor's side; `held` is what the service module says of it.
template <Memory M>
SlotView view_slot(HypervisorSlot<M>& slot, HeldBy held) noexcept {
  return {.phase = slot.phase(), .state = slot.state(), .held = held};
}

/// An unfinished request.
struct Owed {
  VcpuId vcpu{};
  SlotView view{};
  Debt debt{};
  Ticks since{};  ///< when the slot came to look like this, as far as it was observed
  friend constexpr bool operator==(Owed const&, Owed const&) = default;
};

/// The slots of one VM over time. Fed by looking at them, or by their transitions; asked at any
/// moment. Holds no request itself: a vCPU that it reports stays as cancellable as it was.
class OwedLedger {
 public:
  /// What a slot looks like now. `generation` tells two requests apart that look alike. A vCPU
  /// without a slot is ignored.
  void observe(VcpuId vcpu, SlotView const& view, Generation generation, Ticks now) noexcept;
  /// A transition, as a capture holds it: only the page is known then, not what either side thinks.
  /// FREE to FREE and the like count as a change.
  void transition(VcpuId vcpu, SlotState to, Ticks now) noexcept;

  [[nodiscard]] std::optional<Owed> owed(VcpuId vcpu) const noexcept;
  /// The same, only if it has been owed for more than `limit` ticks. A `now` before that is no
  /// time at all.
  [[nodiscard]] std::optional<Owed> overdue(VcpuId vcpu, Ticks now, Ticks limit) const noexcept;

 private:
  struct Entry {
    SlotView view{.phase = SlotPhase::idle, .state = SlotState::free};
    Generation generation{};
    Ticks since{};
  };
  std::array<Entry, abi::ioreq_slot_count> entries_{};
};

/// The words for reports: "hypervisor", "service module", "client", "device model"; what has to be
/// done, in the imperative. "?" for values outside the enumerations.
std::string_view name(OwedBy by) noexcept;
std::string_view name(OwedStep step) noexcept;

}  // namespace acrn::core
