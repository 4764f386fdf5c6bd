// SPDX-License-Identifier: BSD-3-Clause
// The Service VM's end of a request slot: sees what is pending, claims it, and completes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/access.hpp"
#include "core/check.hpp"
#include "core/ioreq/memory.hpp"
#include "core/ioreq/pci_address.hpp"
#include "core/ioreq/slot_word.hpp"
#include "core/ioreq/transitions.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// What a look at a slot found: a request, read once. Valid for the generation alone: whoever acts
/// on it compares the slot word, so that a copy which a reset overtook changes nothing.
struct PendingRequest {
  enum class Kind : std::uint8_t {
    none,       ///< the slot is not PENDING
    malformed,  ///< type, direction, size or address are none that a hypervisor sends
    request,
  };
  Kind kind{};
  Generation generation{};
  Access access{};  ///< writes: value cut to size; PCI: address as pci_config_address() makes it
};

/// A request that this end owns. Copies are the same claim.
struct Claim {
  Generation generation{};
  Access access{};
  friend constexpr bool operator==(Claim const&, Claim const&) = default;
};

/// What a completion did.
enum class Verdict : std::uint8_t {
  notify,   ///< completed; the hypervisor sleeps and must be notified
  polling,  ///< completed; the hypervisor polls and must not be notified
  stale,    ///< the request was withdrawn or completed before; no request was touched
};

/// Who has the request, as the page tells other software in the Service VM.
enum class HandledBy : std::uint32_t { user_space = 0, kernel = 1 };

/// One slot as our HSM sees it. Holds no state: what is claimed lives with the claimant. It never
/// writes into a slot that it has not claimed, and moves the state by compare-exchange with the
/// claim's generation; the hypervisor does not reuse a claimed slot after a reset before this end
/// has let go of it. So neither state nor payload of a later request is ever hit.
template <Memory M>
class HsmSlot {
 public:
  /// `vcpu` is below abi::ioreq_slot_count; `memory`'s page outlives the slot.
  HsmSlot(M memory, VcpuId vcpu) noexcept : memory_{memory}, base_{slot_offset(vcpu)} {
    check(vcpu.value < abi::ioreq_slot_count, "a vCPU with a request slot has an id below 16");
  }

  /// Looks for a request. A slot that no hypervisor ever announced (generation 0, as in memory full
  /// of zeros) holds none, whatever its state says.
  [[nodiscard]] PendingRequest peek() noexcept {
    std::uint64_t const word = load_word();  // pairs with HypervisorSlot::submit
    if (word_state(word) != SlotState::pending || word_generation(word) == generation_unannounced)
        [[likely]] {
      return {};
    }
    return read_request(word_generation(word));
  }

  /// Makes a request that peek() saw this end's own; false if it was withdrawn meanwhile.
  [[nodiscard]] bool take(PendingRequest const& request) noexcept {
    return move<SlotState::pending, SlotEvent::claim>(request.generation);
  }

  /// peek and take in one; leaves malformed requests alone.
  std::optional<Claim> claim() noexcept {
    PendingRequest const request = peek();
    if (request.kind != PendingRequest::Kind::request || !take(request)) return std::nullopt;
    return Claim{.generation = request.generation, .access = request.access};
  }

  /// Answers a claimed request. `value` counts for reads, in its low `size` bytes.
  Verdict complete(Claim const& claim, std::uint64_t value) noexcept {
    if (!owns(claim)) return let_go(claim.generation);
    put_value(claim.access, value);
    return finish<SlotState::processing, SlotEvent::answer, SlotActor::client>(claim.generation);
  }

  /// Answers a claimed request that needed no client: configuration address and data ports.
  Verdict answer_config(Claim const& claim, std::uint64_t value) noexcept {
    if (!owns(claim)) return let_go(claim.generation);
    put_value(claim.access, value);
    return finish<SlotState::processing, SlotEvent::answer_config>(claim.generation);
  }

  /// Completes a claimed request without an answer: the value stays as it is.
  Verdict clear(Claim const& claim) noexcept {
    return finish<SlotState::processing, SlotEvent::clear>(claim.generation);
  }

  /// Completes a pending request without claiming it, and without an answer.
  Verdict clear(PendingRequest const& request) noexcept {
    return finish_pending<SlotEvent::clear>(request);
  }
  Verdict reject(PendingRequest const& request) noexcept {
    return finish_pending<SlotEvent::reject>(request);
  }
  /// The same for a write to a configuration port that no client needs to see.
  Verdict answer_config(PendingRequest const& request) noexcept {
    return finish_pending<SlotEvent::answer_config>(request);
  }

  /// Gives a claimed request back: it is PENDING again, for the next scan. False if it is stale.
  bool release(Claim const& claim) noexcept {
    if (move<SlotState::processing, SlotEvent::release>(claim.generation)) return true;
    let_go(claim.generation);
    return false;
  }

  /// Writes down who has a claimed request.
  void assign(HandledBy who) noexcept {
    memory_.store32(base_ + abi::ioreq_offset::kernel_handled, static_cast<std::uint32_t>(who));
  }

  /// Turns a claimed data-port request into the PCI configuration request `claim.access` now is.
  void convert_config(Claim const& claim) noexcept {
    PciAddress const pci = decode_pci_config_address(claim.access.address);
    memory_.store32(base_ + abi::ioreq_offset::type, abi::ioreq_type_pcicfg);
    memory_.store32(base_ + abi::ioreq_offset::pci_bus, pci.bus);
    memory_.store32(base_ + abi::ioreq_offset::pci_device, pci.device);
    memory_.store32(base_ + abi::ioreq_offset::pci_function, pci.function);
    memory_.store32(base_ + abi::ioreq_offset::pci_register, pci.reg);
  }

 private:
  [[nodiscard]] std::uint64_t load_word() noexcept {
    return memory_.load_word(base_ + abi::ioreq_offset::state);
  }

  [[nodiscard]] bool owns(Claim const& claim) noexcept {
    return load_word() == slot_word(SlotState::processing, claim.generation);
  }

  template <SlotState from, SlotEvent event, SlotActor actor = SlotActor::hsm>
  [[nodiscard]] bool move(Generation generation) noexcept {
    return memory_.exchange_word(base_ + abi::ioreq_offset::state, slot_word(from, generation),
                                 slot_word(next_state<from, event, actor>(), generation));
  }

  template <SlotState from, SlotEvent event, SlotActor actor = SlotActor::hsm>
  Verdict finish(Generation generation) noexcept {
    // Read before COMPLETE is out: after it the hypervisor may have refilled the slot.
    bool const polls = memory_.load32(base_ + abi::ioreq_offset::completion_polling) != 0;
    if (!move<from, event, actor>(generation)) return let_go(generation);
    return polls ? Verdict::polling : Verdict::notify;
  }

  template <SlotEvent event>
  Verdict finish_pending(PendingRequest const& request) noexcept {
    bool const polls = memory_.load32(base_ + abi::ioreq_offset::completion_polling) != 0;
    if (!move<SlotState::pending, event>(request.generation)) return Verdict::stale;
    return polls ? Verdict::polling : Verdict::notify;
  }

  /// Tells the hypervisor, if this very claim was withdrawn, that nothing holds the slot any more.
  Verdict let_go(Generation generation) noexcept {
    Generation const withdrawn = next_generation(generation);
    constexpr SlotState to =
        next_state<SlotState::free, SlotEvent::acknowledge_reset, SlotActor::hsm>();
    static_cast<void>(memory_.exchange_word(base_ + abi::ioreq_offset::state,
                                            slot_word(SlotState::free, withdrawn),
                                            slot_word(to, withdrawn)));
    return Verdict::stale;
  }

  void put_value(Access const& access, std::uint64_t value) noexcept {
    if (access.direction != Direction::read) return;
    std::uint64_t const cut = truncate(value, access.size);
    if (access.space == Space::port || access.space == Space::pci_config) {
      memory_.store32(base_ + abi::ioreq_offset::value, static_cast<std::uint32_t>(cut));
    } else {
      memory_.store64(base_ + abi::ioreq_offset::value, cut);
    }
  }

  PendingRequest read_request(Generation generation) noexcept {
    auto const type = static_cast<std::uint32_t>(memory_.load64(base_ + abi::ioreq_offset::type));
    auto const direction =
        static_cast<std::uint32_t>(memory_.load64(base_ + abi::ioreq_offset::direction));
    std::uint64_t const address = memory_.load64(base_ + abi::ioreq_offset::address);
    std::uint64_t const size = memory_.load64(base_ + abi::ioreq_offset::size);
    std::uint64_t const value = memory_.load64(base_ + abi::ioreq_offset::value);

    auto const space = static_cast<Space>(type % 4U);
    auto const bytes = static_cast<std::uint8_t>(size);
    // Without short cuts: what depends on the request alone, no branch predictor can foresee.
    bool const known = (type <= abi::ioreq_type_write_protect) &
                       (direction <= abi::ioreq_direction_write) & (size <= access_size_max);
    bool const in_space = (space != Space::port) | (address <= port_max);
    if (!(known & in_space & is_access_size(space, bytes))) [[unlikely]] {
      return {.kind = PendingRequest::Kind::malformed, .generation = generation};
    }
    std::uint64_t const written = direction == abi::ioreq_direction_write ? ~std::uint64_t{0} : 0;
    return {.kind = PendingRequest::Kind::request,
            .generation = generation,
            .access = {.space = space,
                       .direction = static_cast<Direction>(direction),
                       .size = bytes,
                       .address = space == Space::pci_config ? read_pci_address() : address,
                       .value = truncate(value, bytes) & written}};
  }

  [[nodiscard]] std::uint64_t read_pci_address() noexcept {
    return pci_config_address({.bus = memory_.load32(base_ + abi::ioreq_offset::pci_bus),
                               .device = memory_.load32(base_ + abi::ioreq_offset::pci_device),
                               .function = memory_.load32(base_ + abi::ioreq_offset::pci_function),
                               .reg = memory_.load32(base_ + abi::ioreq_offset::pci_register)});
  }

  static constexpr std::uint64_t port_max = 0xffff;

  M memory_;
  std::size_t base_;
};

}  // namespace acrn::core
