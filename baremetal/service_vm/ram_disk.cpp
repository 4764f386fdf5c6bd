// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/service_vm/ram_disk.hpp"

#include "core/check.hpp"

namespace acrn::service_vm {
namespace {

constexpr std::uint16_t sector_register = 0x00;
constexpr std::uint16_t count_register = 0x04;
constexpr std::uint16_t status_register = 0x08;
constexpr std::uint16_t control_register = 0x09;
constexpr std::uint16_t data_window = 0x10;
constexpr std::uint8_t control_interrupt = 1;

}  // namespace

RamDisk::RamDisk(RamDiskConfig const& config, std::span<std::uint8_t> medium) noexcept
    : config_{config}, medium_{medium} {
  core::check(
      medium.size() % disk_sector_size == 0 && medium.size() / disk_sector_size < 1ULL << 32U,
      "a disk is a whole number of sectors, fewer than 2^32");
}

void RamDisk::access(core::Access& access, core::Effects& effects) noexcept {
  if (access.direction == core::Direction::read) {
    access.value = core::truncate(read(access), access.size);
  } else {
    write(access);
  }
  update_line(effects);
}

std::uint64_t RamDisk::read(core::Access const& access) noexcept {
  constexpr std::uint64_t all_ones = ~std::uint64_t{0};
  std::uint64_t const offset = access.address - config_.base.value;
  if (offset == data_window) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < access.size; ++i) {
      value |= std::uint64_t{pass(core::Direction::read, 0)} << 8 * i;
    }
    return value;
  }
  if (access.size == 4) {
    if (offset == sector_register) return sector_;
    if (offset == count_register) return medium_.size() / disk_sector_size;
  }
  if (access.size == 1) {
    if (offset == status_register) return status_ready | events_;
    if (offset == control_register) return control_;
  }
  return all_ones;
}

void RamDisk::write(core::Access const& access) noexcept {
  std::uint64_t const offset = access.address - config_.base.value;
  if (offset == data_window) {
    for (unsigned i = 0; i < access.size; ++i) {
      pass(core::Direction::write, static_cast<std::uint8_t>(access.value >> 8 * i));
    }
  } else if (offset == sector_register && access.size == 4) {
    sector_ = static_cast<std::uint32_t>(access.value);
    position_ = 0;
  } else if (offset == status_register && access.size == 1) {
    events_ = static_cast<std::uint8_t>(events_ & ~access.value);
  } else if (offset == control_register && access.size == 1) {
    control_ = static_cast<std::uint8_t>(access.value & control_interrupt);
  }
}

/// One byte through the window; answers what a read gets.
std::uint8_t RamDisk::pass(core::Direction direction, std::uint8_t byte) noexcept {
  constexpr std::uint8_t no_medium = 0xff;
  std::size_t const place = std::size_t{sector_} * disk_sector_size + position_;
  if (place >= medium_.size()) {
    events_ = status_error | status_interrupt;
    return no_medium;
  }
  if (direction == core::Direction::write) medium_[place] = byte;
  std::uint8_t const value = medium_[place];
  if (++position_ == disk_sector_size) {
    position_ = 0;
    ++sector_;
    events_ |= status_interrupt;
  }
  return value;
}

void RamDisk::update_line(core::Effects& effects) noexcept {
  bool const high = (events_ & status_interrupt) != 0 && (control_ & control_interrupt) != 0;
  line_ = core::drive_line(config_.irq, line_, core::to_level(high), effects);
}

}  // namespace acrn::service_vm
