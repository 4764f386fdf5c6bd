// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/service_vm/service_image.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace acrn::service_vm {

core::Expected<ServiceHeader, ServiceImageError> parse_service_image(
    std::span<std::uint8_t const> image, std::uint64_t ram_size) noexcept {
  using Error = ServiceImageError;
  constexpr std::uint64_t page_size = 4096;
  if (image.size() < sizeof(ServiceHeader)) return core::Unexpected{Error::too_short};
  std::array<std::uint8_t, sizeof(ServiceHeader)> bytes{};
  std::copy_n(image.begin(), bytes.size(), bytes.begin());
  auto const header = std::bit_cast<ServiceHeader>(bytes);
  if (header.magic != image_magic) return core::Unexpected{Error::magic};
  if (header.version != image_version || header.header_size != sizeof(ServiceHeader)) {
    return core::Unexpected{Error::version};
  }
  if (header.file_size < sizeof(ServiceHeader) || header.file_size > image.size()) {
    return core::Unexpected{Error::cut};
  }
  if (header.load_address % page_size != 0) return core::Unexpected{Error::load_address};
  if (header.entry < header.load_address + sizeof(ServiceHeader) ||
      header.entry - header.load_address >= header.file_size) {
    return core::Unexpected{Error::entry};
  }
  if (header.memory_size < header.file_size) return core::Unexpected{Error::memory_size};
  if (header.load_address > ram_size || header.memory_size > ram_size - header.load_address) {
    return core::Unexpected{Error::ram_size};
  }
  return header;
}

std::string_view sentence(ServiceImageError error) noexcept {
  switch (error) {
    case ServiceImageError::too_short:
      return "the Service VM's binary is shorter than its header; build target service_vm again";
    case ServiceImageError::magic:
      return "the Service VM's binary does not begin with ACRNSVM1; give a file made by target "
             "service_vm";
    case ServiceImageError::version:
      return "the Service VM's binary is of another version; build it and the hypervisor together";
    case ServiceImageError::cut:
      return "the Service VM's binary is shorter than its header says; copy all of it";
    case ServiceImageError::load_address:
      return "the Service VM's binary wants to lie at an address that is no multiple of 4096; "
             "mend its linker script";
    case ServiceImageError::entry:
      return "the Service VM's binary has its entry outside itself; mend its linker script";
    case ServiceImageError::memory_size:
      return "the Service VM's binary asks for less memory than it has bytes; mend its linker "
             "script";
    case ServiceImageError::ram_size:
      return "the Service VM's RAM ends before its binary does; give service.memory= more";
  }
  return "?";
}

}  // namespace acrn::service_vm
