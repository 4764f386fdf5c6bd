// SPDX-License-Identifier: BSD-3-Clause
// The 82093AA I/O APIC: 24 pins, each sent to local APICs as its redirection entry says.
//
// Missing features: the APIC bus and its arbitration; logical destinations are passed on, not
//   resolved; the delivery status reads "pending" only until the host has taken the message.
// Ignored bits: reserved bits of the entries (0 when read); the polarity bit, which is kept but
//   changes nothing: lines come as asserted or not. Other addresses of the window read 0.
// Documentation: Intel 82093AA datasheet (order 290566), section 3.0 "Register Description"; the
//   EOI register at 0x40 of version 0x20: Intel ICH9 datasheet, section 13.5.5.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <type_traits>

#include "core/devices/clock.hpp"
#include "core/devices/interrupt_line.hpp"
#include "core/emulate/device.hpp"
#include "core/emulate/effects.hpp"
#include "core/profile.hpp"
#include "core/types.hpp"

namespace acrn::core {

inline constexpr unsigned ioapic_pin_count = 24;

struct IoapicConfig {
  Gpa base{0xfec0'0000};       ///< of a 4-KiB window
  std::uint8_t version{0x20};  ///< 0x11: without the EOI register
  std::uint8_t timer_pin{2};   ///< where IRQ 0 is connected; the others are at their own number
  IoapicWidthRule width{IoapicWidthRule::ignored};
};

struct IoapicState {
  std::array<std::uint64_t, ioapic_pin_count> entries{};  ///< delivery status is not kept here
  std::uint32_t lines{};                                  ///< bit n: pin n is asserted
  std::uint32_t pending{};  ///< bit n: a message of pin n waits to be taken
  std::uint8_t select{};    ///< IOREGSEL
  std::uint8_t id{};        ///< 0 to 15
  friend constexpr bool operator==(IoapicState const&, IoapicState const&) = default;
};
static_assert(std::is_trivially_copyable_v<IoapicState>);

/// Values of the delivery mode field (82093AA, section 3.2.4).
enum class DeliveryMode : std::uint8_t {
  fixed = 0,
  lowest_priority = 1,
  smi = 2,
  reserved3 = 3,
  nmi = 4,
  init = 5,
  reserved6 = 6,
  external = 7,  ///< the vector comes from the 8259A pair: Pic::acknowledge()
};

/// What a redirection entry sends to the local APICs.
struct ApicMessage {
  std::uint8_t vector{};
  DeliveryMode mode{};
  std::uint8_t destination{};
  bool logical{};  ///< destination mode: logical, not physical
  bool level{};    ///< trigger mode: the entry waits for the EOI
  std::uint8_t pin{};
  friend constexpr bool operator==(ApicMessage const&, ApicMessage const&) = default;
};

class Ioapic {
 public:
  explicit constexpr Ioapic(IoapicConfig const& config) noexcept : config_{config} {
    state_.entries.fill(mask_bit);
  }

  /// The guest's side: any access to the window.
  HandlerResult access(Access& access) noexcept;

  /// What became of a line. Lines without a pin do nothing.
  void change(IrqChange change) noexcept;
  /// A local APIC's EOI broadcast: entries of that vector may interrupt again.
  void end_of_interrupt(std::uint8_t vector) noexcept;
  /// The next message to deliver, lowest pin first; the host takes all there are.
  std::optional<ApicMessage> take_message() noexcept;
  [[nodiscard]] bool has_message() const noexcept { return state_.pending != 0; }

  [[nodiscard]] IoapicConfig const& config() const noexcept { return config_; }
  [[nodiscard]] IoapicState const& state() const noexcept { return state_; }
  /// Takes over a snapshot; bits that the registers do not have are dropped.
  void restore(IoapicState const& state) noexcept;

 private:
  static constexpr std::uint64_t mask_bit = std::uint64_t{1} << 16U;

  [[nodiscard]] std::uint32_t read_register() const noexcept;
  void write_register(std::uint32_t value) noexcept;
  void set_pin(unsigned pin, Level level) noexcept;
  void request_level(unsigned pin) noexcept;

  IoapicConfig config_;
  IoapicState state_{};
};
static_assert(std::is_trivially_copyable_v<Ioapic>);

/// The device as a VM's table takes it. `ioapic` must outlive the VM.
Device ioapic_device(Ioapic& ioapic) noexcept;

}  // namespace acrn::core
