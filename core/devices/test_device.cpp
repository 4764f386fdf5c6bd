// SPDX-License-Identifier: BSD-3-Clause
#include "core/devices/test_device.hpp"

#include <bit>
#include <span>

namespace acrn::core {
namespace {

constexpr std::uint16_t control_first = 0x20;
constexpr std::uint16_t selector_at = 0x20;
constexpr std::uint16_t irq_at = 0x28;
constexpr std::uint16_t forget_at = 0x29;
constexpr std::uint16_t sequence_first = 0x30;
constexpr std::uint16_t sequence_end = 0x34;
constexpr std::uint16_t word_size = 4;  ///< bytes
constexpr std::uint8_t selector_upper_half = 0x80;
constexpr std::uint32_t identification = 0x5453'4554;  // "TEST"
constexpr std::uint32_t absent = 0xffff'ffff;

constexpr std::uint8_t byte_of(std::uint64_t value, unsigned index) noexcept {
  return static_cast<std::uint8_t>(value >> (8 * index));
}

/// Whether an access lies within one aligned double word of the registers, as nearly all do.
/// `offset` is from the first port.
constexpr bool in_one_register(std::uint64_t offset, std::uint8_t size) noexcept {
  return offset - control_first < TestDevice::port_count - control_first &&
         offset / word_size != sequence_first / word_size && offset % word_size + size <= word_size;
}

/// Little endian, of a region of `size` bytes through which `scratch` is repeated; bytes beyond it
/// read as ones and are not written.
void scratch_access(std::span<std::uint8_t> scratch, std::size_t size, Access& access,
                    std::uint16_t offset) noexcept {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < access.size; ++i) {
    std::size_t const at = std::size_t{offset} + i;
    if (access.direction == Direction::write) {
      if (at < size) scratch[at % scratch.size()] = byte_of(access.value, i);
    } else {
      std::uint8_t const byte = at < size ? scratch[at % scratch.size()] : std::uint8_t{0xff};
      value |= std::uint64_t{byte} << (8 * i);
    }
  }
  if (access.direction == Direction::read) access.value = value;
}

}  // namespace

/// The aligned double word that the register at `offset` is in.
inline std::uint32_t TestDevice::control_word(std::uint16_t offset) const noexcept {
  switch (offset / word_size) {
    case 0x20 / word_size:
      return state_.checksum;
    case 0x24 / word_size:
      return state_.counters.data()[state_.selector % state_.counters.size()];
    case 0x28 / word_size:
      return (state_.line == Level::high ? 1U : 0U) | std::uint32_t{state_.logged} << 16U;
    case 0x2c / word_size:
      return identification;
    case 0x34 / word_size:
    case 0x38 / word_size:
    case 0x3c / word_size:
      return log_word(offset);
    default:
      return absent;
  }
}

HandlerResult TestDevice::access(Access& access, Effects& effects) noexcept {
  if (access.space == Space::port && access.direction == Direction::read) {
    std::uint64_t const offset = access.address - first_port.value;
    if (in_one_register(offset, access.size)) {
      std::uint32_t const word = control_word(static_cast<std::uint16_t>(offset));
      access.value = truncate(word >> (8 * (offset % word_size)), access.size);
      return HandlerResult::handled();
    }
  }
  return access_bytes(access, effects);
}

/// The same, for whatever takes longer.
HandlerResult TestDevice::access_bytes(Access& access, Effects& effects) noexcept {
  bool const mmio = access.space == Space::mmio;
  std::uint64_t const offset = access.address - (mmio ? mmio_base.value : first_port.value);
  std::uint64_t const size = mmio ? mmio_size : std::uint64_t{port_count};
  if (offset >= size) {
    if (access.direction == Direction::read) access.value = size_mask(access.size);
    return HandlerResult::handled();
  }
  auto const at = static_cast<std::uint16_t>(offset);
  if (mmio) {
    scratch_access(state_.mmio_scratch, mmio_size, access, at);
    note(access, at);
  } else {
    port_access(access, at, effects);
  }
  return HandlerResult::handled();
}

void TestDevice::port_access(Access& access, std::uint16_t offset, Effects& effects) noexcept {
  if (offset < control_first) {
    scratch_access(state_.port_scratch, control_first, access, offset);
    note(access, offset);
    return;
  }
  if (offset >= sequence_first && offset < sequence_end) {
    if (offset == sequence_first) {
      sequence_access(access);
    } else if (access.direction == Direction::read) {
      access.value = size_mask(access.size);
    }
    note(access, offset);
    return;
  }
  std::uint64_t value = 0;
  for (unsigned i = 0; i < access.size; ++i) {
    auto const at = static_cast<std::uint16_t>(offset + i);
    if (access.direction == Direction::write) {
      control_write(at, byte_of(access.value, i), effects);
    } else {
      value |= std::uint64_t{byte_of(control_word(at), at % 4U)} << (8 * i);
    }
  }
  if (access.direction == Direction::read) access.value = value;
}

void TestDevice::sequence_access(Access& access) noexcept {
  if (access.direction == Direction::read) {
    access.value = truncate(state_.sequence, access.size);
    ++state_.sequence;
    return;
  }
  auto const value = static_cast<std::uint32_t>(access.value);
  state_.checksum = std::rotl(state_.checksum, 5) ^ value;
}

void TestDevice::note(Access const& access, std::uint16_t offset) noexcept {
  ++state_.counters[counter_index(access.space, access.direction, access.size)];
  if (state_.logged < test_log_size) {
    state_.log[state_.logged] = {.value = truncate(access.value, access.size),
                                 .offset = offset,
                                 .size = access.size,
                                 .space = access.space,
                                 .direction = access.direction};
    ++state_.logged;
  }
}

std::uint32_t TestDevice::log_word(std::uint16_t offset) const noexcept {
  TestLogEntry const& entry = state_.log[state_.selector % test_log_size];
  switch (offset / word_size) {
    case 0x34 / word_size:
      return std::uint32_t{entry.size} | static_cast<std::uint32_t>(entry.direction) << 8U |
             static_cast<std::uint32_t>(entry.space) << 16U;
    case 0x38 / word_size:
      return entry.offset;
    default:
      return static_cast<std::uint32_t>(
          (state_.selector & selector_upper_half) != 0 ? entry.value >> 32U : entry.value);
  }
}

void TestDevice::control_write(std::uint16_t offset, std::uint8_t value,
                               Effects& effects) noexcept {
  switch (offset) {
    case selector_at:
      state_.selector = value;
      break;
    case irq_at:
      act(static_cast<IrqAction>(value & 3U), effects);
      break;
    case forget_at:
      state_.counters = {};
      state_.log = {};
      state_.logged = 0;
      state_.sequence = 0;
      state_.checksum = 0;
      break;
    default:
      break;
  }
}

void TestDevice::act(IrqAction action, Effects& effects) noexcept {
  switch (action) {
    case IrqAction::raise:
    case IrqAction::lower:
      state_.line = drive_line(irq_, state_.line, to_level(action == IrqAction::raise), effects);
      break;
    case IrqAction::raising_pulse:
    case IrqAction::falling_pulse:
      effects.change_irq({irq_, action});
      break;
  }
}

void TestDevice::restore(TestDeviceState const& state) noexcept {
  state_ = state;
  if (state_.logged > test_log_size) state_.logged = test_log_size;
  state_.line = to_level(state.line == Level::high);
}

}  // namespace acrn::core
