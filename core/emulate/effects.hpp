// SPDX-License-Identifier: BSD-3-Clause
// What emulating an exit asks of the host besides the guest's registers: core itself calls nobody.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/types.hpp"

namespace acrn::core {

/// An interrupt input of the VM's virtual interrupt controllers (a GSI).
using IrqLine = Strong<struct IrqLineTag, std::uint16_t>;

/// What becomes of an interrupt line. Values are ACRN's, HC_SET_IRQLINE: GSI_SET_HIGH and so on.
enum class IrqAction : std::uint8_t {
  raise = 0,          ///< asserted until it is lowered
  lower = 1,          ///< no longer asserted
  raising_pulse = 2,  ///< raised, and lowered at once
  falling_pulse = 3,  ///< lowered, and raised at once: one more edge of a line that stays asserted
};

/// One change of one interrupt line.
struct IrqChange {
  IrqLine line{};
  IrqAction action{};
  friend constexpr bool operator==(IrqChange const&, IrqChange const&) = default;
};

/// How many changes of interrupt lines one exit can cause before only the overflow is told.
inline constexpr std::size_t effect_irq_count_max = 8;

/// A change of the VM's power state that a device asked for. Later ones replace earlier ones.
enum class PowerEvent : std::uint8_t { none, reset, shutdown, suspend };

/// Side effects of one exit, of fixed size. The host makes an empty one per exit, or clears it, and
/// acts on it after core has returned.
class Effects {
 public:
  /// Asks for the upcall interrupt into the service VM: a request has become pending.
  constexpr void want_upcall() noexcept { upcall_wanted_ = true; }
  [[nodiscard]] constexpr bool upcall_wanted() const noexcept { return upcall_wanted_; }

  /// Asks for a change of an interrupt line. Beyond effect_irq_count_max changes nothing is kept
  /// but irqs_overflowed().
  constexpr void change_irq(IrqChange change) noexcept {
    if (irq_count_ == effect_irq_count_max) {
      irqs_overflowed_ = true;
      return;
    }
    irqs_[irq_count_] = change;
    ++irq_count_;
  }
  constexpr void assert_irq(IrqLine line) noexcept { change_irq({line, IrqAction::raise}); }
  constexpr void deassert_irq(IrqLine line) noexcept { change_irq({line, IrqAction::lower}); }
  /// The changes, in order.
  [[nodiscard]] constexpr std::span<IrqChange const> irqs() const noexcept {
    return {irqs_.data(), irq_count_};
  }
  /// Changes were lost: the host must ask every device for its level.
  [[nodiscard]] constexpr bool irqs_overflowed() const noexcept { return irqs_overflowed_; }

  constexpr void request_power(PowerEvent event) noexcept { power_ = event; }
  [[nodiscard]] constexpr PowerEvent power() const noexcept { return power_; }

  /// The negative errno of the last handler that failed; 0 if none did.
  constexpr void set_handler_errno(std::int32_t negative_errno) noexcept {
    handler_errno_ = negative_errno;
  }
  [[nodiscard]] constexpr std::int32_t handler_errno() const noexcept { return handler_errno_; }

  /// Whether a device changed a line or the VM's power state.
  [[nodiscard]] constexpr bool any_device() const noexcept {
    return irq_count_ != 0 || power_ != PowerEvent::none;
  }

  /// Empties it for the next exit.
  constexpr void clear() noexcept {
    handler_errno_ = 0;
    irq_count_ = 0;
    irqs_overflowed_ = false;
    upcall_wanted_ = false;
    power_ = PowerEvent::none;
  }

 private:
  std::array<IrqChange, effect_irq_count_max> irqs_{};
  std::int32_t handler_errno_{};
  std::uint8_t irq_count_{};
  bool irqs_overflowed_{};
  bool upcall_wanted_{};
  PowerEvent power_{};
};

}  // namespace acrn::core
