// SPDX-License-Identifier: BSD-3-Clause
// A device for test guests: memory at ports and in an MMIO page that tells how it was accessed.
//
// Ports 0x500 to 0x53F:
//   0x500-0x51F  scratch bytes                             counted
//   0x520        write byte: selects a counter, a log entry; read dword: checksum of 0x530's writes
//   0x524        read dword: the selected counter: accesses of one space, direction and size
//   0x528        write byte: an IrqAction for the line; read byte: its level
//   0x529        write byte: forgets counters, log, sequence and checksum; scratch stays
//   0x52A        read word: entries in the log; it keeps the first 32 accesses
//   0x52C        read dword: "TEST"
//   0x530-0x533  a read at 0x530 gives the number of reads before it, a write goes into the
//                checksum, whatever the size                counted
//   0x534        read dword: selected log entry: size | Direction << 8 | Space << 16
//   0x538        read dword: selected log entry: offset from the first port or the page's start
//   0x53C        read dword: selected log entry: value, the upper half with bit 7 of the selector
// MMIO 0xFEB00000 to 0xFEB00FFF: 256 scratch bytes, repeated through the page    counted
//
// Missing features: nothing is delayed; every access acts at once.
// Ignored bits: bits of the selector that choose nothing; bits 7:2 of an IrqAction.
// Documentation: this header; it is no real device.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "core/access.hpp"
#include "core/devices/interrupt_line.hpp"
#include "core/emulate/device.hpp"
#include "core/emulate/effects.hpp"
#include "core/types.hpp"

namespace acrn::core {

inline constexpr std::size_t test_log_size = 32;

/// An access as the device saw it, in the order of arrival.
struct TestLogEntry {
  std::uint64_t value{};
  std::uint16_t offset{};  ///< from the first port, or from the start of the MMIO page
  std::uint8_t size{};
  Space space{};
  Direction direction{};
  friend constexpr bool operator==(TestLogEntry const&, TestLogEntry const&) = default;
};

struct TestDeviceState {
  std::array<std::uint8_t, 0x20> port_scratch{};
  std::array<std::uint8_t, 0x100> mmio_scratch{};  ///< repeated 16 times
  std::array<std::uint32_t, 16> counters{};        ///< TestDevice::counter_index()
  std::array<TestLogEntry, test_log_size> log{};
  std::uint16_t logged{};  ///< entries of `log` that count
  std::uint8_t selector{};
  Level line{};
  std::uint32_t sequence{};  ///< reads at 0x530
  std::uint32_t checksum{};  ///< of what was written there
  friend constexpr bool operator==(TestDeviceState const&, TestDeviceState const&) = default;
};
static_assert(std::is_trivially_copyable_v<TestDeviceState>);

class TestDevice {
 public:
  static constexpr Port first_port{0x500};
  static constexpr std::uint16_t port_count = 0x40;
  static constexpr Gpa mmio_base{0xfeb0'0000};
  static constexpr std::uint64_t mmio_size = 0x1000;
  static constexpr IrqLine default_irq{10};

  explicit TestDevice(IrqLine irq = default_irq) noexcept : irq_{irq} {}

  /// Answers an access of 1, 2, 4 or 8 bytes to either space. Bytes beyond its end read as ones,
  /// and are lost when written; so is an access that does not begin in it.
  HandlerResult access(Access& access, Effects& effects) noexcept;

  /// Which of the 16 counters counts such accesses: bits 1:0 log2 of the size, bit 2 write, bit 3
  /// MMIO.
  static constexpr std::uint8_t counter_index(Space space, Direction direction,
                                              std::uint8_t size) noexcept {
    unsigned const log2 = size >= 8 ? 3U : size / 2U;
    return static_cast<std::uint8_t>(log2 | (direction == Direction::write ? 4U : 0U) |
                                     (space == Space::mmio ? 8U : 0U));
  }

  [[nodiscard]] Level line() const noexcept { return state_.line; }
  [[nodiscard]] TestDeviceState const& state() const noexcept { return state_; }
  /// Takes over a snapshot; what no device can be in is brought into range.
  void restore(TestDeviceState const& state) noexcept;

 private:
  HandlerResult access_bytes(Access& access, Effects& effects) noexcept;
  void note(Access const& access, std::uint16_t offset) noexcept;
  void port_access(Access& access, std::uint16_t offset, Effects& effects) noexcept;
  void sequence_access(Access& access) noexcept;
  [[nodiscard]] std::uint32_t control_word(std::uint16_t offset) const noexcept;
  [[nodiscard]] std::uint32_t log_word(std::uint16_t offset) const noexcept;
  void control_write(std::uint16_t offset, std::uint8_t value, Effects& effects) noexcept;
  void act(IrqAction action, Effects& effects) noexcept;

  IrqLine irq_;
  TestDeviceState state_{};
};
static_assert(std::is_trivially_copyable_v<TestDevice>);

/// The device as a VM's table takes it, for both of its ranges. `device` must outlive the VM.
constexpr Device test_device(TestDevice& device) noexcept {
  return {.handler =
              [](void* context, Access& access, Ticks /*now*/, Effects& effects) {
                return static_cast<TestDevice*>(context)->access(access, effects);
              },
          .context = &device};
}

}  // namespace acrn::core
