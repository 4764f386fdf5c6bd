// SPDX-License-Identifier: BSD-3-Clause
// The two cascaded 8259A interrupt controllers of a PC, with their edge/level registers.
//
// Missing features: MCS-80/85 mode (ICW4 bit 0 is taken as 1); more than one slave; the buffered
//   mode's pin; a request does not vanish when an edge line falls before it is acknowledged, so
//   the default IR7 comes only when nothing at all is pending (as in QEMU, KVM and ACRN).
// Ignored bits: ICW1 bits 2 and 7:5, ICW3 (the cascade is at IR2), ICW4 bits 2 and 3; ICW1 bit 3
//   (the ELCRs decide instead, as in every chipset since EISA); ELCR bits of IRQ 0, 1, 2, 8, 13.
// Documentation: Intel 8259A datasheet (order 231468), "Programming the 8259A"; ELCR: Intel 82371FB
//   (PIIX) datasheet, section 2.5.4 "Interrupt Controller Registers", ELCR1 and ELCR2.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <type_traits>

#include "core/devices/clock.hpp"
#include "core/devices/interrupt_line.hpp"
#include "core/emulate/effects.hpp"
#include "core/profile.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// One 8259A. Bit n of each byte of lines is IRn.
struct PicChipState {
  std::uint8_t lines{};            ///< levels of the inputs
  std::uint8_t requests{};         ///< IRR
  std::uint8_t in_service{};       ///< ISR
  std::uint8_t mask{};             ///< IMR
  std::uint8_t level_triggered{};  ///< ELCR
  std::uint8_t vector_base{};      ///< ICW2 bits 7:3
  std::uint8_t lowest{7};          ///< the input of the lowest priority
  std::uint8_t words_to_come{};    ///< initialisation: 0 none, else 2 to 4 is the next ICW
  bool icw4_to_come{};
  bool single{};  ///< ICW1 bit 1: no ICW3
  bool automatic_eoi{};
  bool rotate_on_automatic_eoi{};
  bool special_fully_nested{};
  bool special_mask{};
  bool read_in_service{};  ///< OCW3: the next read gives ISR, not IRR
  bool poll{};             ///< OCW3: the next read acknowledges
  friend constexpr bool operator==(PicChipState const&, PicChipState const&) = default;
};

/// The default is a pair that was never initialised: nothing is masked, vectors are 0.
struct PicState {
  std::array<PicChipState, 2> chips{};
  friend constexpr bool operator==(PicState const&, PicState const&) = default;
};
static_assert(std::is_trivially_copyable_v<PicState>);

struct PicConfig {
  DeviceWidthRule width{DeviceWidthRule::each_byte};
};

/// IRQ 0 to 7 are the master's inputs, 8 to 15 the slave's, whose output is the master's IR2.
class Pic {
 public:
  static constexpr unsigned line_count = 16;
  static constexpr Port master_first{0x20};  // and 0x21
  static constexpr Port slave_first{0xa0};   // and 0xA1
  static constexpr Port elcr_first{0x4d0};   // and 0x4D1

  explicit constexpr Pic(PicConfig const& config) noexcept : config_{config} {}

  std::uint8_t read(Port port, Ticks now, Effects& effects) noexcept;
  /// What read() gives while !polls(): it changes nothing then.
  [[nodiscard]] std::uint8_t peek(Port port) const noexcept;
  /// Whether a poll command waits for the read that acknowledges.
  [[nodiscard]] bool polls() const noexcept { return state_.chips[0].poll || state_.chips[1].poll; }
  void write(Port port, std::uint8_t value, Ticks now, Effects& effects) noexcept;

  /// What became of a line; lines from 16 on, and IRQ 2, are not connected.
  void change(IrqChange change) noexcept;

  /// The INT output: whether the CPU is asked to acknowledge an interrupt.
  [[nodiscard]] Level output() const noexcept;
  /// The vector that acknowledge() would give now, if INT is high.
  [[nodiscard]] std::optional<std::uint8_t> pending_vector() const noexcept;
  /// The CPU's acknowledge cycle: the vector to deliver. With nothing pending it is the vector of
  /// the default IR7, as on hardware, and nothing goes into service.
  std::uint8_t acknowledge() noexcept;

  /// Nothing depends on time.
  void advance(Ticks /*now*/, Effects& /*effects*/) noexcept {}
  [[nodiscard]] static constexpr Ticks next_deadline() noexcept { return ticks_never; }

  [[nodiscard]] DeviceWidthRule width_rule() const noexcept { return config_.width; }
  [[nodiscard]] PicState const& state() const noexcept { return state_; }
  /// Takes over a snapshot; what no pair can be in is brought into range.
  void restore(PicState const& state) noexcept;

 private:
  void update_cascade() noexcept;

  PicConfig config_;
  PicState state_{};
};
static_assert(std::is_trivially_copyable_v<Pic>);

}  // namespace acrn::core
