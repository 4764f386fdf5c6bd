// SPDX-License-Identifier: BSD-3-Clause
// The Service VM's binary: the header at its start, and the copy that the hypervisor carries.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/expected.hpp"

namespace acrn::service_vm {

inline constexpr std::uint64_t image_magic = 0x314d'5653'4e52'4341;  ///< "ACRNSVM1" in memory
inline constexpr std::uint32_t image_version = 1;

/// The first bytes of the binary. The hypervisor copies `file_size` bytes to guest-physical
/// `load_address`, clears the rest of `memory_size`, and starts at `entry`: 64-bit mode, interrupts
/// off, flat segments, identity page tables over the binary and the ServiceBoot page, RSI the
/// latter's address. Whatever else a register holds does not matter; the binary brings its own
/// page tables, GDT, IDT and stack.
struct ServiceHeader {
  std::uint64_t magic{};
  std::uint32_t version{};
  std::uint32_t header_size{};
  std::uint64_t load_address{};  ///< multiple of 4096
  std::uint64_t entry{};         ///< guest-physical, inside the file's bytes
  std::uint64_t file_size{};
  std::uint64_t memory_size{};  ///< from load_address on; at least file_size
};
static_assert(sizeof(ServiceHeader) == 48);

enum class ServiceImageError : std::uint8_t {
  too_short,
  magic,
  version,
  cut,  ///< the header promises more bytes than there are
  load_address,
  entry,
  memory_size,
  ram_size,  ///< the Service VM's RAM does not reach to its end
};

/// Reads and checks the header of `image` for a VM of `ram_size` bytes from address 0.
core::Expected<ServiceHeader, ServiceImageError> parse_service_image(
    std::span<std::uint8_t const> image, std::uint64_t ram_size) noexcept;

/// The reason as a sentence, with the remedy.
std::string_view sentence(ServiceImageError error) noexcept;

/// The binary that is part of hv.elf. Hosted builds have none.
std::span<std::uint8_t const> embedded_service_image() noexcept;

}  // namespace acrn::service_vm
