// SPDX-License-Identifier: BSD-3-Clause
// Recording stand-ins for what core asks: registers, memory, a device, and a slot that is scripted.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "core/access.hpp"
#include "core/emulate/device.hpp"
#include "core/emulate/vm_state.hpp"
#include "core/exit.hpp"
#include "core/expected.hpp"
#include "core/flat_cpu.hpp"
#include "core/ioreq/hypervisor_slot.hpp"
#include "core/types.hpp"

namespace acrn::core::fakes {

/// The sizes that accesses can have.
inline constexpr std::array<std::uint8_t, 3> port_sizes{1, 2, 4};
inline constexpr std::array<std::uint8_t, 4> mmio_sizes{1, 2, 4, 8};

/// Registers, and the history of which were asked for.
struct Cpu : FlatCpu {
  std::array<std::uint64_t, 16> registers{};
  std::vector<Register> asked{};
  static Cpu with_rax(std::uint64_t rax) {
    Cpu cpu;
    cpu.registers[0] = rax;
    return cpu;
  }
  std::uint64_t read_register(Register reg) {
    asked.push_back(reg);
    return registers.at(static_cast<std::size_t>(reg));
  }
};

/// Guest memory without RAM.
struct Memory {
  bool read(Gpa /*gpa*/, std::span<std::uint8_t> /*out*/) { return false; }
  bool write(Gpa /*gpa*/, std::span<std::uint8_t const> /*in*/) { return false; }
  bool compare_exchange(Gpa /*gpa*/, std::uint8_t /*size*/, std::uint64_t /*expected*/,
                        std::uint64_t /*desired*/) {
    return false;
  }
};

/// A slot end whose answers the test sets, and that keeps what was submitted.
struct Slot {
  std::vector<Access> submitted{};
  std::vector<Ticket> cancelled{};
  Poll answer{};               ///< what poll() says of the newest request
  std::vector<Busy> refuse{};  ///< reasons for which to refuse the next submissions, last first

  Expected<Ticket, Busy> submit(Access const& access) {
    if (!refuse.empty()) {
      Busy const busy = refuse.back();
      refuse.pop_back();
      return Unexpected{busy};
    }
    submitted.push_back(access);
    answer = {};
    return newest();
  }
  Poll poll(Ticket ticket) const {
    return ticket == newest() ? answer : Poll{.kind = Poll::Kind::violation};
  }
  void cancel(Ticket ticket) { cancelled.push_back(ticket); }
  Ticket newest() const { return {{static_cast<std::uint32_t>(submitted.size())}}; }
};

/// A device that keeps what it saw and answers what the test sets.
struct Recorder {
  HandlerResult result{HandlerResult::handled()};
  std::optional<std::uint64_t> value{};  ///< left in the access, whatever its direction, if set
  std::vector<Access> seen{};
  std::vector<Ticks> times{};

  static HandlerResult handle(void* context, Access& access, Ticks now, Effects& /*effects*/) {
    auto& self = *static_cast<Recorder*>(context);
    self.seen.push_back(access);
    self.times.push_back(now);
    if (self.value) {
      access.value = *self.value;
    }
    return self.result;
  }
  Device device() { return {.handler = handle, .context = this}; }
};

/// Byte-wise device: each byte of its space reads as a function of its address, and writes are kept
/// by address.
struct Bytes {
  std::map<std::uint64_t, std::uint8_t> written{};
  std::vector<Access> seen{};

  static std::uint8_t byte_at(std::uint64_t address) {
    return static_cast<std::uint8_t>((address * 0x9e37'79b9'7f4a'7c15U) >> 56U);
  }
  /// The value that reading all of `access` must give.
  static std::uint64_t read(Access const& access) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < access.size; ++i) {
      value |= std::uint64_t{byte_at(access.address + i)} << (8 * i);
    }
    return value;
  }
  static HandlerResult handle(void* context, Access& access, Ticks /*now*/, Effects& /*effects*/) {
    auto& self = *static_cast<Bytes*>(context);
    self.seen.push_back(access);
    for (unsigned i = 0; access.direction == Direction::write && i < access.size; ++i) {
      self.written[access.address + i] = static_cast<std::uint8_t>(access.value >> (8 * i));
    }
    if (access.direction == Direction::read) {
      access.value = read(access);
    }
    return HandlerResult::handled();
  }
  Device device() { return {.handler = handle, .context = this}; }
};

/// Registers `device` for `size` ports from `first` on.
inline DeviceId add_ports(VmState& vm, Device device, std::uint16_t first, std::uint64_t size) {
  DeviceId const id = vm.devices.add(device).value();
  static_cast<void>(vm.ports.insert(PortRange::make({first}, size).value(), id).value());
  return id;
}

/// Registers `device` for `size` guest-physical bytes from `first` on.
inline DeviceId add_mmio(VmState& vm, Device device, std::uint64_t first, std::uint64_t size) {
  DeviceId const id = vm.devices.add(device).value();
  static_cast<void>(vm.mmio.insert(MmioRange::make({first}, size).value(), id).value());
  return id;
}

inline Access in(std::uint64_t port, std::uint8_t size) {
  return {.space = Space::port, .direction = Direction::read, .size = size, .address = port};
}
inline Access out(std::uint64_t port, std::uint8_t size, std::uint64_t value) {
  return {Space::port, Direction::write, size, port, value};
}
inline Access load(std::uint64_t gpa, std::uint8_t size) {
  return {.space = Space::mmio, .direction = Direction::read, .size = size, .address = gpa};
}
inline Access store(std::uint64_t gpa, std::uint8_t size, std::uint64_t value) {
  return {Space::mmio, Direction::write, size, gpa, value};
}

}  // namespace acrn::core::fakes
