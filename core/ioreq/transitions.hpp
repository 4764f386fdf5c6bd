// SPDX-License-Identifier: BSD-3-Clause
// Who may move a request slot from which state to which: the one table, as data.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/abi/ioreq.hpp"

namespace acrn::core {

/// State of a slot: ACRN_IOREQ_STATE_*, and `invalid` for every other content of the state word.
enum class SlotState : std::uint8_t {
  pending = abi::ioreq_state_pending,
  complete = abi::ioreq_state_complete,
  processing = abi::ioreq_state_processing,
  free = abi::ioreq_state_free,
  invalid = 4,
};

/// What happens to a slot.
enum class SlotEvent : std::uint8_t {
  announce,           ///< the page becomes the VM's request page
  submit,             ///< the request is in the slot; the Service VM may look
  claim,              ///< a client was found; the request is its
  answer,             ///< the client's answer is in the slot
  answer_config,      ///< CF8, or CFC while disabled: answered without a client
  convert_config,     ///< CFC while enabled becomes a PCI configuration request
  clear,              ///< completed without an answer, around a reset
  reject,             ///< not a request any hypervisor sends: completed without an answer
  no_client,          ///< nobody to give it to; it waits for the next scan
  retry,              ///< its client failed on it, and is to have it again
  release,            ///< its client went; it waits for the next scan
  orphan,             ///< its client went, and nobody minds it any more
  acknowledge_reset,  ///< the HSM let go of what a reset had withdrawn
  consume,            ///< the answer was taken
  discard,            ///< the answer came after the request was cancelled
  repair,             ///< an answer, or nonsense, where nothing was asked
  abandon,            ///< the Service VM broke the protocol under a request
  reset,              ///< the VM is reset
  notify,             ///< a completion was announced, truthfully or not
  scribble,           ///< the Service VM writes what is no state
};

/// Who does it.
enum class SlotActor : std::uint8_t {
  hypervisor,   ///< HypervisorSlot
  hsm,          ///< HsmSlot, for the dispatcher
  client,       ///< HsmSlot, for a client that answers
  foreign_hsm,  ///< an HSM that stores states without comparing (Linux'), or a broken Service VM
};

inline constexpr std::size_t slot_state_count = 5;
inline constexpr std::size_t slot_event_count = 20;
inline constexpr std::size_t slot_actor_count = 4;

/// One row: in state `from`, `actor` may do `event`, which leaves state `to`.
struct SlotTransition {
  SlotState from{};
  SlotEvent event{};
  SlotState to{};
  SlotActor actor{};
  std::string_view source;  ///< where the rule comes from; "here" for what only this project does
};

/// The table. Rows that keep the state name what must leave it alone.
inline constexpr auto slot_transitions = [] {
  using enum SlotState;
  using enum SlotEvent;
  using enum SlotActor;
  using Row = SlotTransition;
  constexpr std::string_view uapi = "linux/acrn.h, acrn_io_request";
  constexpr std::string_view set_buffer = "ACRN, HC_SET_IOREQ_BUFFER";
  constexpr std::string_view reset_vm = "ACRN, HC_RESET_VM";
  constexpr std::string_view finish_call = "ACRN, HC_NOTIFY_REQUEST_FINISH";
  constexpr std::string_view stopped = "ACRN, completion for a stopped vCPU";
  constexpr std::string_view client_thread = "Linux HSM, client thread";
  constexpr std::string_view dispatcher = "Linux HSM, dispatcher";
  constexpr std::string_view clear_ioctl = "Linux HSM, ACRN_IOCTL_CLEAR_VM_IOREQ";
  constexpr std::string_view finish_ioctl = "Linux HSM, no state check on completion";
  constexpr std::string_view destruction = "Linux HSM, client destruction";
  constexpr std::string_view here = "here";
  return std::array{
      // The life of an ordinary request.
      Row{free, submit, pending, hypervisor, uapi},
      Row{pending, claim, processing, hsm, uapi},
      Row{processing, answer, complete, client, uapi},
      Row{complete, consume, free, hypervisor, uapi},
      // Requests that the dispatcher settles by itself, or cannot settle yet.
      Row{pending, answer_config, complete, hsm, dispatcher},
      Row{processing, answer_config, complete, hsm, dispatcher},
      Row{processing, convert_config, processing, hsm, dispatcher},
      Row{pending, no_client, pending, hsm, dispatcher},
      Row{pending, reject, complete, hsm, here},
      Row{pending, clear, complete, hsm, clear_ioctl},
      Row{processing, clear, complete, hsm, clear_ioctl},
      Row{processing, release, pending, hsm, here},
      Row{processing, retry, processing, client, client_thread},
      // Cancellation, and what a broken Service VM leaves behind.
      Row{complete, discard, free, hypervisor, stopped},
      Row{complete, repair, free, hypervisor, here},
      Row{invalid, repair, free, hypervisor, here},
      Row{free, abandon, free, hypervisor, here},
      Row{invalid, abandon, free, hypervisor, here},
      // The VM's life.
      Row{pending, announce, free, hypervisor, set_buffer},
      Row{complete, announce, free, hypervisor, set_buffer},
      Row{processing, announce, free, hypervisor, set_buffer},
      Row{free, announce, free, hypervisor, set_buffer},
      Row{invalid, announce, free, hypervisor, set_buffer},
      Row{pending, reset, free, hypervisor, reset_vm},
      Row{complete, reset, free, hypervisor, reset_vm},
      Row{processing, reset, free, hypervisor, reset_vm},
      Row{free, reset, free, hypervisor, reset_vm},
      Row{invalid, reset, free, hypervisor, reset_vm},
      Row{free, acknowledge_reset, complete, hsm, here},
      // A notification never moves a slot; only COMPLETE ends a wait.
      Row{pending, notify, pending, hypervisor, finish_call},
      Row{complete, notify, complete, hypervisor, finish_call},
      Row{processing, notify, processing, hypervisor, finish_call},
      Row{free, notify, free, hypervisor, finish_call},
      Row{invalid, notify, invalid, hypervisor, finish_call},
      // An HSM that does not compare before it stores, and a Service VM that writes anything.
      Row{pending, claim, processing, foreign_hsm, uapi},
      Row{free, claim, processing, foreign_hsm, dispatcher},
      Row{pending, convert_config, pending, foreign_hsm, dispatcher},
      Row{pending, no_client, pending, foreign_hsm, dispatcher},
      Row{pending, answer, complete, foreign_hsm, finish_ioctl},
      Row{complete, answer, complete, foreign_hsm, finish_ioctl},
      Row{processing, answer, complete, foreign_hsm, uapi},
      Row{free, answer, complete, foreign_hsm, finish_ioctl},
      Row{invalid, answer, complete, foreign_hsm, finish_ioctl},
      Row{processing, orphan, processing, foreign_hsm, destruction},
      Row{pending, scribble, invalid, foreign_hsm, here},
      Row{complete, scribble, invalid, foreign_hsm, here},
      Row{processing, scribble, invalid, foreign_hsm, here},
      Row{free, scribble, invalid, foreign_hsm, here},
      Row{invalid, scribble, invalid, foreign_hsm, here},
  };
}();

/// The state that `event` by `actor` leads to from `from`, or nothing where the table refuses it;
/// a refused event leaves the slot as it is.
constexpr std::optional<SlotState> apply(SlotState from, SlotEvent event,
                                         SlotActor actor) noexcept {
  for (SlotTransition const& row : slot_transitions) {
    if (row.from == from && row.event == event && row.actor == actor) return row.to;
  }
  return std::nullopt;
}

/// The same, decided by the compiler: a transition outside the table does not compile. Whatever
/// writes a state writes this.
template <SlotState from, SlotEvent event, SlotActor actor>
consteval SlotState next_state() noexcept {
  constexpr std::optional<SlotState> to = apply(from, event, actor);
  static_assert(to.has_value(), "the table has no such transition");
  return *to;
}

/// The words that the documentation and traces use.
std::string_view name(SlotState state) noexcept;
std::string_view name(SlotEvent event) noexcept;
std::string_view name(SlotActor actor) noexcept;

}  // namespace acrn::core
