// SPDX-License-Identifier: BSD-3-Clause
#include "core/hsm/pci_config.hpp"

#include "core/bits.hpp"

namespace acrn::core {

namespace {

constexpr std::uint64_t all_ones = 0xffff'ffff;

}  // namespace

PciAddress PciConfigPort::selected(std::uint32_t reg, std::uint64_t port) noexcept {
  std::uint64_t const dword = place<11, 8>(bits<27, 24>(reg)) | place<7, 2>(bits<7, 2>(reg));
  return {.bus = static_cast<std::uint32_t>(bits<23, 16>(reg)),
          .device = static_cast<std::uint32_t>(bits<15, 11>(reg)),
          .function = static_cast<std::uint32_t>(bits<10, 8>(reg)),
          .reg = static_cast<std::uint32_t>(dword + (port - data_port_first))};
}

ConfigDecision PciConfigPort::decide(Access const& access) const noexcept {
  using enum ConfigDecision::Kind;
  if (access.address == address_port) {
    return {.kind = answered, .value = truncate(register_, access.size)};
  }
  if (bits<31, 31>(register_) == 0) {
    return {.kind = answered, .value = truncate(all_ones, access.size)};
  }
  ConfigDecision decision{.kind = converted, .access = access};
  decision.access.space = Space::pci_config;
  decision.access.address = pci_config_address(selected(register_, access.address));
  return decision;
}

void PciConfigPort::commit(Access const& access) noexcept {
  if (access.space == Space::port && access.address == address_port &&
      access.direction == Direction::write) {
    register_ = static_cast<std::uint32_t>(truncate(access.value, access.size));
  }
}

}  // namespace acrn::core
