// SPDX-License-Identifier: BSD-3-Clause
// What waits to be injected into one vCPU, and what two exceptions at once make.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <type_traits>

#include "core/check.hpp"
#include "core/vcpu/entry_plan.hpp"
#include "core/vcpu/interruption.hpp"
#include "core/vcpu/machine_exit.hpp"

namespace acrn::core {

/// An exception that a guest's instruction raised.
struct PendingException {
  Interruption event{};
  std::uint32_t error_code{};          ///< if event.has_error_code
  std::uint32_t instruction_length{};  ///< if needs_instruction_length(event.type)
  std::uint64_t cr2{};                 ///< of #PF
  /// CR0.PE: in real mode no exception has an error code, and VM entry would refuse one. Source:
  /// Intel SDM vol. 3C (Sep 2023), section 27.2.1.3 "VM-Entry Control Fields".
  bool protected_mode{true};
  friend constexpr bool operator==(PendingException const&, PendingException const&) = default;
};

/// What happens when a second exception is raised while a first event is being delivered.
enum class Combination : std::uint8_t { second_alone, double_fault, triple_fault };

/// Source: Intel SDM vol. 3A (Sep 2023), section 6.15, "Interrupt 8: Double Fault Exception (#DF)",
/// tables 6-4 and 6-5. Interrupts, NMIs and what INT raises are benign.
Combination combine(Interruption const& first, Interruption const& second) noexcept;

class PendingEvents {
 public:
  /// The exit interrupted an event's delivery: it is to be injected again.
  void interrupt_delivery(MachineExit const& exit) noexcept;
  /// Whether the delivery of an event was interrupted, and by its vector which.
  [[nodiscard]] bool delivering() const noexcept { return (waiting_ & delivery_waits) != 0; }
  [[nodiscard]] std::uint8_t delivered_vector() const noexcept {
    return decode_interruption(delivery_.information).vector;
  }

  /// An exception of the instruction that exited, or of the delivery that it interrupted. Says how
  /// it combines with that; after triple_fault nothing waits.
  Combination raise(PendingException const& exception) noexcept;

  /// An interrupt; `vector` is at least 32.
  void raise_interrupt(std::uint8_t vector) noexcept {
    constexpr unsigned exception_count = 32;
    check(vector >= exception_count, "interrupts have vectors from 32 on");
    interrupts_[vector / 64U] |= std::uint64_t{1} << vector % 64U;
    waiting_ |= vector_waits;
  }
  [[nodiscard]] bool interrupt_waits() const noexcept { return (waiting_ & vector_waits) != 0; }
  /// The highest vector that was raised, and no longer waits; one must.
  std::uint8_t take_interrupt() noexcept {
    check(interrupt_waits(), "take_interrupt() needs one that waits");
    unsigned word = 3;
    while (interrupts_[word] == 0) --word;
    auto const bit = static_cast<unsigned>(std::bit_width(interrupts_[word])) - 1;
    interrupts_[word] &= ~(std::uint64_t{1} << bit);
    if ((interrupts_[0] | interrupts_[1] | interrupts_[2] | interrupts_[3]) == 0) {
      waiting_ &= static_cast<std::uint8_t>(~vector_waits);
    }
    return static_cast<std::uint8_t>(word * 64 + bit);
  }

  /// Whether anything waits at all.
  [[nodiscard]] bool any() const noexcept { return waiting_ != 0; }
  /// Puts a delivery to be repeated, or an exception, into the plan, if there is one: then it no
  /// longer waits.
  bool take(EntryPlan& plan) noexcept {
    if ((waiting_ & (delivery_waits | exception_waits)) == 0) return false;
    take_event(plan);
    return true;
  }

 private:
  static constexpr std::uint8_t delivery_waits = 1;
  static constexpr std::uint8_t exception_waits = 2;
  static constexpr std::uint8_t vector_waits = 4;

  struct Delivery {
    std::uint32_t information{};
    std::uint32_t error_code{};
    std::uint32_t instruction_length{};
  };

  void take_event(EntryPlan& plan) noexcept;

  std::uint8_t waiting_{};
  Delivery delivery_{};
  PendingException exception_{};
  std::array<std::uint64_t, 4> interrupts_{};
};
static_assert(std::is_trivially_copyable_v<PendingEvents>);

}  // namespace acrn::core
