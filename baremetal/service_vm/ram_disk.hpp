// SPDX-License-Identifier: BSD-3-Clause
// A disk in the Service VM's memory, behind a handful of ports: the simplest block device there is.
//
// Registers, from base on; each has one width, and other widths read all ones and write nothing:
//   +0x00  u32  sector: where the window stands; writing it moves the window to the sector's start
//   +0x04  u32  number of sectors, read only
//   +0x08  u8   status: bit 0 ready (1), bit 1 error, bit 2 interrupt; 1s written clear bits 1, 2
//   +0x09  u8   control: bit 0 lets the interrupt reach the line
//   +0x10  data window, 1, 2 or 4 bytes (REP INS and OUTS): each byte moves it on by one. After a
//          sector's last byte come bit 2 and the next sector's first
// A window beyond the last sector reads ones, drops writes, stands still, and sets bits 1 and 2.
// Missing features: a medium that survives the Service VM; DMA; a queue.
// Documentation: this comment; the device is this project's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/access.hpp"
#include "core/devices/interrupt_line.hpp"
#include "core/emulate/effects.hpp"
#include "core/types.hpp"

namespace acrn::service_vm {

inline constexpr std::size_t disk_sector_size = 512;  ///< bytes

struct RamDiskConfig {
  core::Port base{0x540};
  core::IrqLine irq{11};
};

class RamDisk {
 public:
  static constexpr std::uint16_t port_count = 0x20;
  static constexpr std::uint8_t status_ready = 1;
  static constexpr std::uint8_t status_error = 2;
  static constexpr std::uint8_t status_interrupt = 4;

  /// `medium` is a whole number of sectors, below 2^32, and outlives the disk.
  RamDisk(RamDiskConfig const& config, std::span<std::uint8_t> medium) noexcept;

  /// Answers an access to base to base + port_count - 1. A read's value is set whole.
  void access(core::Access& access, core::Effects& effects) noexcept;

  [[nodiscard]] core::Level line() const noexcept { return line_; }
  [[nodiscard]] core::IrqLine irq() const noexcept { return config_.irq; }

 private:
  [[nodiscard]] std::uint64_t read(core::Access const& access) noexcept;
  void write(core::Access const& access) noexcept;
  std::uint8_t pass(core::Direction direction, std::uint8_t byte) noexcept;
  void update_line(core::Effects& effects) noexcept;

  RamDiskConfig config_;
  std::span<std::uint8_t> medium_;
  std::uint32_t sector_{};
  std::uint32_t position_{};  ///< bytes into the sector
  std::uint8_t events_{};     ///< status bits 1 and 2
  std::uint8_t control_{};
  core::Level line_{};
};

}  // namespace acrn::service_vm
