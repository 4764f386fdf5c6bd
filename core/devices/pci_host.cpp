// SPDX-License-Identifier: BSD-3-Clause
#include "core/devices/pci_host.hpp"

#include "core/bits.hpp"

namespace acrn::core {
namespace {

constexpr std::uint32_t address_bits = 0x80ff'fffc;
constexpr std::uint32_t extended_bits = 0x0f00'0000;

constexpr std::uint16_t function_number(PciAddress const& pci) noexcept {
  return static_cast<std::uint16_t>(pci_config_address(pci) >> 12U);
}

/// What nobody answers: reads are all ones, writes are dropped.
HandlerResult nobody(Access& access) noexcept {
  if (access.direction == Direction::read) {
    access.value = size_mask(access.size);
  }
  return HandlerResult::handled();
}

}  // namespace

Expected<Unit, PciError> PciHost::add(PciAddress const& function, Device device) noexcept {
  std::uint16_t const number = function_number(function);
  if (device.handler == nullptr) {
    return Unexpected{PciError::no_handler};
  }
  if (find(number) != nullptr) {
    return Unexpected{PciError::taken};
  }
  if (function_count_ == functions_.size()) {
    return Unexpected{PciError::full};
  }
  functions_[function_count_] = {number, device};
  ++function_count_;
  return Unit{};
}

PciHost::Function const* PciHost::find(std::uint16_t number) const noexcept {
  for (std::size_t i = 0; i < function_count_; ++i) {
    if (functions_[i].number == number) {
      return &functions_[i];
    }
  }
  return nullptr;
}

/// The bits that CONFIG_ADDRESS has.
std::uint32_t PciHost::register_bits() const noexcept {
  return config_.extended == ConfigExtendedRule::register_bits ? address_bits | extended_bits
                                                               : address_bits;
}

HandlerResult PciHost::access_ports(Access& access, Ticks now, Effects& effects) noexcept {
  if (access.address >= data_port.value) {
    return access_data(access, now, effects);
  }
  if (access.address == ResetControl::port.value && access.size == 1) {
    if (access.direction == Direction::read) {
      access.value = reset_.read(ResetControl::port, now, effects);
    } else {
      reset_.write(ResetControl::port, static_cast<std::uint8_t>(access.value), now, effects);
    }
    return HandlerResult::handled();
  }
  return access_address(access);
}

/// CONFIG_ADDRESS is a double word and nothing less. A write that selects a function of the device
/// model's is declined after it was noted: the device model needs it too.
HandlerResult PciHost::access_address(Access& access) noexcept {
  if (access.address != address_port.value || access.size != 4) {
    return nobody(access);
  }
  if (access.direction == Direction::read) {
    access.value = address_;
    return HandlerResult::handled();
  }
  address_ = static_cast<std::uint32_t>(access.value) & register_bits();
  bool const ours = find(static_cast<std::uint16_t>(bits<23, 8>(address_))) != nullptr;
  return ours || config_.device_model == DeviceModel::absent ? HandlerResult::handled()
                                                             : HandlerResult::declined();
}

HandlerResult PciHost::access_data(Access& access, Ticks now, Effects& effects) noexcept {
  std::uint32_t const selected = address_;
  if (config_.address == ConfigAddressRule::consumed) {
    address_ = 0;
  }
  std::uint64_t const offset = access.address - data_port.value;
  bool const crosses = offset + access.size > 4;
  bool const refused =
      config_.unaligned == ConfigUnalignedRule::all_ones && offset % access.size != 0;
  if (bits<31, 31>(selected) == 0 || crosses || refused) {
    return nobody(access);
  }
  PciAddress const target{
      .bus = static_cast<std::uint32_t>(bits<23, 16>(selected)),
      .device = static_cast<std::uint32_t>(bits<15, 11>(selected)),
      .function = static_cast<std::uint32_t>(bits<10, 8>(selected)),
      .reg = static_cast<std::uint32_t>(place<11, 8>(bits<27, 24>(selected)) |
                                        place<7, 2>(bits<7, 2>(selected)) | offset)};
  return access_function(target, access, now, effects);
}

HandlerResult PciHost::access_ecam(Access& access, Ticks now, Effects& effects) noexcept {
  bool const aligned = access.size <= 4 && access.address % access.size == 0;
  if (!aligned) {
    bool const half = access.size == 8 && config_.ecam_wide == EcamWideRule::low_half_ones;
    HandlerResult const result = nobody(access);
    if (half && access.direction == Direction::read) {
      access.value = size_mask(4);
    }
    return result;
  }
  PciAddress const target = decode_pci_config_address(access.address - config_.ecam_base.value);
  return access_function(target, access, now, effects);
}

HandlerResult PciHost::access_function(PciAddress const& target, Access& access, Ticks now,
                                       Effects& effects) noexcept {
  Function const* const function = find(function_number(target));
  if (function == nullptr) {
    return config_.device_model == DeviceModel::present ? HandlerResult::declined()
                                                        : nobody(access);
  }
  Access converted{Space::pci_config, access.direction, access.size, pci_config_address(target),
                   access.value};
  Device const device = function->device;
  HandlerResult const result = device.handler(device.context, converted, now, effects);
  if (result.status == HandlerStatus::handled && access.direction == Direction::read) {
    access.value = truncate(converted.value, access.size);
  }
  return result;
}

void PciHost::restore(PciHostState const& state) noexcept {
  address_ = state.address & register_bits();
  reset_.restore(state.reset);
}

Device pci_port_device(PciHost& host) noexcept {
  return {.handler =
              [](void* context, Access& access, Ticks now, Effects& effects) {
                return static_cast<PciHost*>(context)->access_ports(access, now, effects);
              },
          .context = &host};
}

Device pci_ecam_device(PciHost& host) noexcept {
  return {.handler =
              [](void* context, Access& access, Ticks now, Effects& effects) {
                return static_cast<PciHost*>(context)->access_ecam(access, now, effects);
              },
          .context = &host};
}

}  // namespace acrn::core
