// SPDX-License-Identifier: BSD-3-Clause
// The hypervisor's end of a request slot: submits one access of one vCPU and polls for its answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/access.hpp"
#include "core/check.hpp"
#include "core/expected.hpp"
#include "core/ioreq/memory.hpp"
#include "core/ioreq/slot_answers.hpp"
#include "core/ioreq/slot_phase.hpp"
#include "core/ioreq/slot_word.hpp"
#include "core/ioreq/transitions.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// One slot as its vCPU sees it. Used by one actor at a time: the vCPU, or whoever resets it while
/// it is stopped. From the page it trusts the state and the value, and reads each once; type,
/// size, direction, address and generation are its own copies (<linux/acrn.h> gives the layout).
template <Memory M>
class HypervisorSlot {
 public:
  /// `vcpu` is below abi::ioreq_slot_count; `memory`'s page outlives the slot. Touches nothing yet:
  /// the page's owner calls announce() first.
  HypervisorSlot(M memory, VcpuId vcpu, Completion completion) noexcept
      : memory_{memory}, base_{slot_offset(vcpu)}, completion_{completion} {
    check(vcpu.value < abi::ioreq_slot_count, "a vCPU with a request slot has an id below 16");
  }

  /// Puts `access` into the slot and publishes it. The caller raises the upcall, then polls. The
  /// access has a size that its space allows, and is no PCI configuration access: the HSM makes
  /// those.
  [[gnu::always_inline]] Expected<Ticket, Busy> submit(Access const& access) noexcept {
    check(is_access_size(access.space, access.size) && access.space != Space::pci_config,
          "a submitted access has a size that its space allows");
    if (phase_ != Phase::idle || state() != SlotState::free) [[unlikely]] {
      if (auto const busy = make_ready()) return Unexpected{*busy};
    }
    space_ = access.space;
    direction_ = access.direction;
    size_ = access.size;
    fill(access);
    generation_ = next_generation(generation_);
    publish<SlotState::free, SlotEvent::submit>();  // pairs with HsmSlot::peek
    phase_ = Phase::waiting;
    return Ticket{generation_};
  }

  /// Asks once; never waits.
  [[gnu::always_inline]] Poll poll(Ticket ticket) noexcept {
    if (ticket.generation != generation_ || phase_ != Phase::waiting) [[unlikely]] {
      return poll_what_is_over(ticket);
    }
    SlotState const now = state();
    if (now == SlotState::complete) [[likely]] {
      return {.kind = Poll::Kind::value, .value = consume()};
    }
    return poll_unanswered(now);
  }

  /// A glance for those who wait on the spot: while it says so, poll() has nothing to tell.
  [[nodiscard]] bool is_unanswered() noexcept {
    SlotState const now = state();
    return now == SlotState::pending || now == SlotState::processing;
  }

  /// Gives the request up: its answer will be thrown away, and until it comes the slot is busy. For
  /// vCPUs that stop. Does nothing for a ticket that is over.
  void cancel(Ticket ticket) noexcept {
    if (ticket.generation == generation_ && phase_ == Phase::waiting) phase_ = Phase::cancelled;
  }

  /// Writes FREE whatever the page holds: it just became the VM's request page.
  void announce() noexcept {
    phase_ = Phase::idle;
    withdraw();
  }

  /// Withdraws what is in flight and writes FREE. A request that the HSM had taken makes the slot
  /// answer Busy::awaiting_clear until the HSM has let go of it: until COMPLETE shows up in the
  /// page, or the host knows and calls acknowledge_clear().
  void reset() noexcept {
    if (phase_ == Phase::awaiting_clear) {
      if (!accept_late_answer()) publish<SlotState::invalid, SlotEvent::reset>();
      return;
    }
    bool const was_in_flight = phase_ != Phase::idle;
    SlotState const left = withdraw();
    bool const taken = left == SlotState::processing ||
                       (was_in_flight && (left == SlotState::free || left == SlotState::invalid));
    phase_ = taken ? Phase::awaiting_clear : Phase::idle;
  }

  /// The host's word that the HSM holds no request of this slot any more, for instance because the
  /// Service VM cleared the VM's requests or was itself restarted.
  void acknowledge_clear() noexcept {
    if (phase_ != Phase::awaiting_clear) return;
    withdraw();
    phase_ = Phase::idle;
  }

  [[nodiscard]] bool in_flight() const noexcept { return phase_ == Phase::waiting; }
  [[nodiscard]] SlotPhase phase() const noexcept { return phase_; }
  /// The number of the request in flight, or of the last one.
  [[nodiscard]] Generation generation() const noexcept { return generation_; }
  /// What the page says now.
  [[nodiscard]] SlotState state() noexcept {
    return word_state(memory_.load_word(base_ + abi::ioreq_offset::state));
  }
  [[nodiscard]] SlotCounters const& counters() const noexcept { return counters_; }

 private:
  using Phase = SlotPhase;
  /// Tries to withdraw by comparison before the word is simply overwritten: only a Service VM that
  /// keeps changing it makes the comparison fail more than twice.
  static constexpr int withdraw_attempts_max = 4;

  template <SlotState from, SlotEvent event>
  void publish() noexcept {
    memory_.store_word(base_ + abi::ioreq_offset::state,
                       slot_word(next_state<from, event, SlotActor::hypervisor>(), generation_));
  }

  /// No answer to that ticket is waited for any more.
  [[gnu::noinline]] Poll poll_what_is_over(Ticket ticket) noexcept {
    if (ticket.generation == generation_ && phase_ == Phase::cancelled) {
      static_cast<void>(discard_answer());
    }
    return {.kind = Poll::Kind::cancelled};
  }

  /// What is waited for is not complete.
  [[gnu::noinline]] Poll poll_unanswered(SlotState now) noexcept {
    if (now == SlotState::pending || now == SlotState::processing) {
      return {.kind = Poll::Kind::waiting};
    }
    if (now == SlotState::free) {
      abandon<SlotState::free>();
    } else {
      abandon<SlotState::invalid>();
    }
    return {.kind = Poll::Kind::violation};
  }

  /// Makes a slot that is not FREE and idle ready for a new request, or says why it is not.
  [[gnu::noinline]] std::optional<Busy> make_ready() noexcept {
    switch (phase_) {
      case Phase::idle:
        break;
      case Phase::waiting:
        return Busy::in_flight;
      case Phase::cancelled:
        if (discard_answer()) break;
        return phase_ == Phase::cancelled ? Busy::in_flight : Busy::awaiting_clear;
      case Phase::awaiting_clear:
        if (accept_late_answer()) break;
        return Busy::awaiting_clear;
    }
    switch (state()) {
      case SlotState::free:
        return std::nullopt;
      case SlotState::complete:
        publish<SlotState::complete, SlotEvent::repair>();
        break;
      case SlotState::invalid:
        publish<SlotState::invalid, SlotEvent::repair>();
        break;
      case SlotState::pending:
      case SlotState::processing:
        return Busy::not_free;
    }
    ++counters_.repaired;
    return std::nullopt;
  }

  [[gnu::always_inline]] void fill(Access const& access) noexcept {
    M memory = memory_;  // in registers: stores to the page might otherwise change the members
    std::size_t const base = base_;
    std::uint64_t const polling = static_cast<std::uint32_t>(completion_);
    std::uint64_t const unread = access.direction == Direction::read ? ~std::uint64_t{0} : 0;
    memory.store64(base + abi::ioreq_offset::type,
                   static_cast<std::uint64_t>(access.space) | polling << 32U);
    memory.store64(base + abi::ioreq_offset::direction,
                   static_cast<std::uint64_t>(access.direction));
    memory.store64(base + abi::ioreq_offset::address, access.address);
    memory.store64(base + abi::ioreq_offset::size, access.size);
    memory.store64(base + abi::ioreq_offset::value, truncate(access.value | unread, access.size));
    memory.store64(base + abi::ioreq_offset::pci_device, 0);
    memory.store64(base + abi::ioreq_offset::pci_register, 0);
    memory.store64(base + abi::ioreq_offset::reserved1, 0);
  }

  [[gnu::always_inline]] std::uint64_t consume() noexcept {
    std::uint64_t value = 0;
    if (direction_ == Direction::read) {
      value = space_ == Space::port ? memory_.load32(base_ + abi::ioreq_offset::value)
                                    : memory_.load64(base_ + abi::ioreq_offset::value);
    }
    publish<SlotState::complete, SlotEvent::consume>();
    phase_ = Phase::idle;
    return truncate(value, size_);
  }

  /// Throws away the answer to a cancelled request; false while there is none.
  bool discard_answer() noexcept {
    switch (state()) {
      case SlotState::pending:
      case SlotState::processing:
        return false;
      case SlotState::complete:
        break;
      case SlotState::free:
        abandon<SlotState::free>();
        return false;
      case SlotState::invalid:
        abandon<SlotState::invalid>();
        return false;
    }
    publish<SlotState::complete, SlotEvent::discard>();
    phase_ = Phase::idle;
    ++counters_.discarded;
    return true;
  }

  /// Ends the wait for the HSM after a reset if it has answered; false while it has not.
  bool accept_late_answer() noexcept {
    if (state() != SlotState::complete) return false;
    publish<SlotState::complete, SlotEvent::repair>();
    phase_ = Phase::idle;
    ++counters_.late_answers;
    return true;
  }

  template <SlotState found>
  void abandon() noexcept {
    generation_ = next_generation(generation_);
    publish<found, SlotEvent::abandon>();
    phase_ = Phase::awaiting_clear;
    ++counters_.violations;
  }

  /// Writes FREE with a new generation over anything, so that no comparison with the old word
  /// succeeds any more. Answers the state that it replaced, `invalid` when in doubt.
  SlotState withdraw() noexcept {
    generation_ = next_generation(generation_);
    std::size_t const offset = base_ + abi::ioreq_offset::state;
    constexpr SlotState free =
        next_state<SlotState::processing, SlotEvent::reset, SlotActor::hypervisor>();
    for (int attempt = 0; attempt < withdraw_attempts_max; ++attempt) {
      std::uint64_t const seen = memory_.load_word(offset);
      if (memory_.exchange_word(offset, seen, slot_word(free, generation_))) {
        return word_state(seen);  // pairs with HsmSlot's exchanges: its accesses came before
      }
    }
    memory_.store_word(offset, slot_word(free, generation_));
    return SlotState::invalid;
  }

  M memory_;
  std::size_t base_;
  SlotCounters counters_{};
  Completion completion_;
  Generation generation_{};
  Phase phase_{Phase::idle};
  Space space_{};
  Direction direction_{};
  std::uint8_t size_{};
};

}  // namespace acrn::core
