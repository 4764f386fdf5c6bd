// SPDX-License-Identifier: BSD-3-Clause
#include "core/devices/ioapic.hpp"

#include <bit>

#include "core/bits.hpp"

namespace acrn::core {
namespace {

// Offsets in the window, and indices that IOREGSEL selects (82093AA, sections 3.1 and 3.2).
constexpr std::uint64_t offset_select = 0x00;
constexpr std::uint64_t offset_window = 0x10;
constexpr std::uint64_t offset_eoi = 0x40;
constexpr std::uint8_t version_with_eoi = 0x20;
constexpr std::uint8_t index_id = 0;
constexpr std::uint8_t index_version = 1;
constexpr std::uint8_t index_arbitration = 2;
constexpr std::uint8_t index_first_entry = 0x10;

constexpr std::uint64_t delivery_status = std::uint64_t{1} << 12U;
constexpr std::uint64_t remote_irr = std::uint64_t{1} << 14U;
constexpr std::uint64_t level_trigger = std::uint64_t{1} << 15U;
constexpr std::uint64_t masked = std::uint64_t{1} << 16U;
constexpr std::uint64_t writable = 0xff00'0000'0001'afff;
constexpr std::int32_t einval = 22;

constexpr std::uint32_t bit(unsigned pin) noexcept { return std::uint32_t{1} << pin; }

}  // namespace

/// A level-triggered pin asks if it is asserted, open, and not waiting for an EOI.
void Ioapic::request_level(unsigned pin) noexcept {
  std::uint64_t const entry = state_.entries[pin];
  bool const asks = (state_.lines & bit(pin)) != 0 && (entry & (masked | remote_irr)) == 0;
  if ((entry & level_trigger) != 0) {
    state_.pending = asks ? state_.pending | bit(pin) : state_.pending & ~bit(pin);
  }
}

void Ioapic::set_pin(unsigned pin, Level level) noexcept {
  bool const edge = level == Level::high && (state_.lines & bit(pin)) == 0;
  state_.lines = level == Level::high ? state_.lines | bit(pin) : state_.lines & ~bit(pin);
  // An edge on a masked pin is neither delivered nor held (82093AA, 3.2.4, bit 16).
  if (edge && (state_.entries[pin] & (masked | level_trigger)) == 0) {
    state_.pending |= bit(pin);
  }
  request_level(pin);
}

void Ioapic::change(IrqChange change) noexcept {
  unsigned const pin = change.line.value == 0 ? config_.timer_pin : change.line.value;
  // Where IRQ 0 took a pin of its own, the line of that number has none (the PC's cascade).
  bool const taken = change.line.value != 0 && change.line.value == config_.timer_pin;
  if (pin >= ioapic_pin_count || taken) {
    return;
  }
  bool const high_first =
      change.action == IrqAction::raise || change.action == IrqAction::raising_pulse;
  set_pin(pin, to_level(high_first));
  if (change.action == IrqAction::raising_pulse) {
    set_pin(pin, Level::low);
  } else if (change.action == IrqAction::falling_pulse) {
    set_pin(pin, Level::high);
  }
}

void Ioapic::end_of_interrupt(std::uint8_t vector) noexcept {
  for (unsigned pin = 0; pin < ioapic_pin_count; ++pin) {
    std::uint64_t& entry = state_.entries[pin];
    if (bits<7, 0>(entry) == vector && (entry & level_trigger) != 0) {
      entry &= ~remote_irr;
      request_level(pin);
    }
  }
}

std::optional<ApicMessage> Ioapic::take_message() noexcept {
  if (state_.pending == 0) {
    return std::nullopt;
  }
  unsigned const pin = static_cast<unsigned>(std::countr_zero(state_.pending));
  std::uint64_t& entry = state_.entries[pin];
  state_.pending &= ~bit(pin);
  bool const level = (entry & level_trigger) != 0;
  if (level) {
    entry |= remote_irr;
  }
  return ApicMessage{.vector = static_cast<std::uint8_t>(bits<7, 0>(entry)),
                     .mode = static_cast<DeliveryMode>(bits<10, 8>(entry)),
                     .destination = static_cast<std::uint8_t>(bits<63, 56>(entry)),
                     .logical = bits<11, 11>(entry) != 0,
                     .level = level,
                     .pin = static_cast<std::uint8_t>(pin)};
}

std::uint32_t Ioapic::read_register() const noexcept {
  switch (state_.select) {
    case index_id:
    case index_arbitration:
      return std::uint32_t{state_.id} << 24U;
    case index_version:
      return (ioapic_pin_count - 1) << 16U | config_.version;
    default:
      break;
  }
  unsigned const half = unsigned{state_.select} - index_first_entry;
  if (half >= 2 * ioapic_pin_count) {
    return 0;
  }
  unsigned const pin = half / 2;
  std::uint64_t const sending = (state_.pending & bit(pin)) != 0 ? delivery_status : 0;
  std::uint64_t const entry = state_.entries[pin] | sending;
  return static_cast<std::uint32_t>(half % 2 == 0 ? entry : entry >> 32U);
}

void Ioapic::write_register(std::uint32_t value) noexcept {
  if (state_.select == index_id) {
    state_.id = static_cast<std::uint8_t>(bits<27, 24>(value));
    return;
  }
  unsigned const half = unsigned{state_.select} - index_first_entry;
  if (half >= 2 * ioapic_pin_count) {
    return;
  }
  unsigned const pin = half / 2;
  std::uint64_t& entry = state_.entries[pin];
  std::uint64_t const kept = half % 2 == 0 ? entry & ~std::uint64_t{0xffff'ffff} & writable
                                           : entry & 0xffff'ffff & writable;
  std::uint64_t const written = half % 2 == 0 ? value : std::uint64_t{value} << 32U;
  // Only a level-triggered entry has a remote IRR: software clears it by way of edge mode.
  std::uint64_t const waits = entry & remote_irr;
  entry = kept | (written & writable);
  if ((entry & level_trigger) != 0) {
    entry |= waits;
  } else if ((entry & masked) != 0) {
    state_.pending &= ~bit(pin);
  }
  request_level(pin);
}

HandlerResult Ioapic::access(Access& access) noexcept {
  std::uint64_t const offset = access.address - config_.base.value;
  bool const read = access.direction == Direction::read;
  if (access.size != 4) {
    access.value = size_mask(access.size);
    return config_.width == IoapicWidthRule::refused ? HandlerResult::failed(-einval)
                                                     : HandlerResult::handled();
  }
  std::uint32_t const value = static_cast<std::uint32_t>(access.value);
  access.value = 0;
  switch (offset) {
    case offset_select:
      if (read) {
        access.value = state_.select;
      } else {
        state_.select = static_cast<std::uint8_t>(value);
      }
      break;
    case offset_window:
      if (read) {
        access.value = read_register();
      } else {
        write_register(value);
      }
      break;
    case offset_eoi:
      if (!read && config_.version >= version_with_eoi) {
        end_of_interrupt(static_cast<std::uint8_t>(value));
      }
      break;
    default:
      break;
  }
  return HandlerResult::handled();
}

void Ioapic::restore(IoapicState const& state) noexcept {
  state_ = state;
  state_.lines &= bit(ioapic_pin_count) - 1;
  state_.pending &= bit(ioapic_pin_count) - 1;
  state_.id &= 0xfU;
  for (unsigned pin = 0; pin < ioapic_pin_count; ++pin) {
    std::uint64_t& entry = state_.entries[pin];
    entry &= (entry & level_trigger) != 0 ? writable | remote_irr : writable;
    if ((entry & masked) != 0) {
      state_.pending &= ~bit(pin);
    }
    request_level(pin);
  }
}

Device ioapic_device(Ioapic& ioapic) noexcept {
  return {.handler = [](void* context, Access& access, Ticks /*now*/, Effects& /*effects*/)
              -> HandlerResult { return static_cast<Ioapic*>(context)->access(access); },
          .context = &ioapic};
}

}  // namespace acrn::core
