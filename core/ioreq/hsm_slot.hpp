// SPDX-License-Identifier: BSD-3-Clause
// The Service VM's end of a request slot: sees what is pending, claims it, and completes it.
#pragma once

#include <array>
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
  HsmSlot(M memory, VcpuId vcpu) noexcept
      : memory_{window(memory, slot_offset(vcpu))}, base_{has_windows ? 0 : slot_offset(vcpu)} {
    check(vcpu.value < abi::ioreq_slot_count, "a vCPU with a request slot has an id below 16");
  }

  /// Whether a look may be worth while: the least that can be asked, for those who ask all the
  /// time.
  [[nodiscard]] bool is_pending() const noexcept {
    M memory = memory_;
    return word_is_pending(memory.load_word(base_ + abi::ioreq_offset::state));
  }

  /// Looks for a request. A slot that no hypervisor ever announced (generation 0, as in memory full
  /// of zeros) holds none, whatever its state says.
  [[nodiscard, gnu::always_inline]] PendingRequest peek() noexcept {
    std::uint64_t const word = load_word();  // pairs with HypervisorSlot::submit
    if (!word_is_pending(word) || word_generation(word) == generation_unannounced) return {};
    return read_request(word_generation(word));
  }

  /// Makes a request that peek() saw this end's own; false if it was withdrawn meanwhile.
  [[nodiscard]] bool take(PendingRequest const& request) noexcept {
    return take(request.generation);
  }
  [[nodiscard]] bool take(Generation pending) noexcept {
    return move<SlotState::pending, SlotEvent::claim>(pending);
  }

  /// peek and take in one; leaves malformed requests alone.
  std::optional<Claim> claim() noexcept {
    PendingRequest const request = peek();
    if (request.kind != PendingRequest::Kind::request || !take(request)) return std::nullopt;
    return Claim{.generation = request.generation, .access = request.access};
  }

  /// Answers a claimed request. `value` counts for reads, in its low `size` bytes.
  [[gnu::always_inline]] Verdict complete(Claim const& claim, std::uint64_t value) noexcept {
    return complete(claim.generation, claim.access, value);
  }
  [[gnu::always_inline]] Verdict complete(Generation claimed, Access const& access,
                                          std::uint64_t value) noexcept {
    if (!owns(claimed)) [[unlikely]]
      return let_go(memory_, base_, claimed);
    put_value(access, value);
    return finish<SlotState::processing, SlotEvent::answer, SlotActor::client>(claimed);
  }

  /// Answers a claimed request that needed no client: configuration address and data ports.
  Verdict answer_config(Claim const& claim, std::uint64_t value) noexcept {
    if (!owns(claim.generation)) return let_go(memory_, base_, claim.generation);
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
    let_go(memory_, base_, claim.generation);
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
  /// Whether memory can be told to begin at the slot: one address to keep in place of two.
  static constexpr bool has_windows = requires(M memory) { memory.window(std::size_t{}); };
  static M window(M memory, std::size_t offset) noexcept {
    if constexpr (has_windows) return memory.window(offset);
    return memory;
  }

  [[nodiscard]] std::uint64_t load_word() noexcept {
    return memory_.load_word(base_ + abi::ioreq_offset::state);
  }

  [[nodiscard]] bool owns(Generation claimed) noexcept {
    return load_word() == slot_word(SlotState::processing, claimed);
  }

  template <SlotState from, SlotEvent event, SlotActor actor = SlotActor::hsm>
  [[nodiscard]] bool move(Generation generation) noexcept {
    return memory_.exchange_word(base_ + abi::ioreq_offset::state, slot_word(from, generation),
                                 slot_word(next_state<from, event, actor>(), generation));
  }

  template <SlotState from, SlotEvent event, SlotActor actor = SlotActor::hsm>
  [[gnu::always_inline]] Verdict finish(Generation generation) noexcept {
    // Read before COMPLETE is out: after it the hypervisor may have refilled the slot.
    bool const polls = memory_.load32(base_ + abi::ioreq_offset::completion_polling) != 0;
    if (!move<from, event, actor>(generation)) [[unlikely]]
      return let_go(memory_, base_, generation);
    return polls ? Verdict::polling : Verdict::notify;
  }

  template <SlotEvent event>
  Verdict finish_pending(PendingRequest const& request) noexcept {
    bool const polls = memory_.load32(base_ + abi::ioreq_offset::completion_polling) != 0;
    if (!move<SlotState::pending, event>(request.generation)) return Verdict::stale;
    return polls ? Verdict::polling : Verdict::notify;
  }

  // What is rare is apart and takes the slot by value: one whose address nobody takes stays in
  // registers.

  /// Tells the hypervisor, if this very claim was withdrawn, that nothing holds the slot any more.
  [[gnu::noinline]] static Verdict let_go(M memory, std::size_t base,
                                          Generation generation) noexcept {
    Generation const withdrawn = next_generation(generation);
    constexpr SlotState to =
        next_state<SlotState::free, SlotEvent::acknowledge_reset, SlotActor::hsm>();
    static_cast<void>(memory.exchange_word(base + abi::ioreq_offset::state,
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

  [[gnu::always_inline]] PendingRequest read_request(Generation generation) noexcept {
    auto const type = static_cast<std::uint32_t>(memory_.load64(base_ + abi::ioreq_offset::type));
    auto const direction =
        static_cast<std::uint32_t>(memory_.load64(base_ + abi::ioreq_offset::direction));
    std::uint64_t const address = memory_.load64(base_ + abi::ioreq_offset::address);
    std::uint64_t const size = memory_.load64(base_ + abi::ioreq_offset::size);
    std::uint64_t const value = memory_.load64(base_ + abi::ioreq_offset::value);

    // Asked so that a sound request, of whatever kind, takes the same way through all of it: what
    // depends on the kind, no branch predictor can foresee.
    static_assert(abi::ioreq_type_write_protect == 3 && abi::ioreq_direction_write == 1);
    std::uint64_t const beyond = type >> 2U | direction >> 1U | size >> 4U;
    auto const space = static_cast<Space>(type);
    auto const bytes = static_cast<std::uint8_t>(size);
    if (beyond != 0 || !is_access_size(space, bytes) || address > address_maxima.data()[type])
        [[unlikely]] {
      return {.kind = PendingRequest::Kind::malformed, .generation = generation};
    }
    std::uint64_t const written = std::uint64_t{0} - direction;
    return {.kind = PendingRequest::Kind::request,
            .generation = generation,
            .access = {
                .space = space,
                .direction = static_cast<Direction>(direction),
                .size = bytes,
                .address = space == Space::pci_config ? read_pci_address(memory_, base_) : address,
                .value = truncate(value, bytes) & written}};
  }

  [[nodiscard, gnu::noinline]] static std::uint64_t read_pci_address(M memory,
                                                                     std::size_t base) noexcept {
    return pci_config_address({.bus = memory.load32(base + abi::ioreq_offset::pci_bus),
                               .device = memory.load32(base + abi::ioreq_offset::pci_device),
                               .function = memory.load32(base + abi::ioreq_offset::pci_function),
                               .reg = memory.load32(base + abi::ioreq_offset::pci_register)});
  }

  /// By space: ports end.
  static constexpr std::array<std::uint64_t, 4> address_maxima{
      0xffff, ~std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint64_t{0}};

  M memory_;
  std::size_t base_;
};

}  // namespace acrn::core
