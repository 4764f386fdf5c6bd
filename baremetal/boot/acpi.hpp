// SPDX-License-Identifier: BSD-3-Clause
// The CPUs that ACPI's MADT lists, found from the root pointer with every size and sum checked.
// Missing features: everything else that ACPI says.
// Documentation: ACPI Specification 6.5 (Aug 2022), sections 5.2.5 to 5.2.8 and 5.2.12.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "baremetal/machine/cpu_index.hpp"
#include "baremetal/machine/frame_ranges.hpp"
#include "core/expected.hpp"

namespace acrn::baremetal {

/// Physical memory to read tables from: `size` bytes at `address`, or an empty span where they
/// cannot be read.
using PhysicalView = std::span<std::uint8_t const> (*)(std::uint64_t address,
                                                       std::uint64_t size) noexcept;

enum class AcpiError : std::uint8_t {
  no_root_pointer,   ///< the boot loader gave none
  root_pointer_bad,  ///< signature or sum is wrong
  root_table_bad,    ///< neither XSDT nor RSDT can be read, or signature, size or sum is wrong
  no_madt,           ///< the root table lists none
  madt_bad,          ///< size or sum is wrong, or an entry reaches beyond the end
};

/// One sentence.
std::string_view sentence(AcpiError error) noexcept;

/// What the tables say, as far as it fits.
struct AcpiCpus {
  std::array<std::uint32_t, cpu_count_max> apic_id_table{};
  std::size_t count{};    ///< enabled CPUs that fit the table, in the order of the MADT
  std::size_t skipped{};  ///< enabled CPUs beyond the table

  [[nodiscard]] std::span<std::uint32_t const> apic_ids() const noexcept {
    return std::span{apic_id_table}.first(count);
  }
};

/// `rsdp` is the copy in the boot information.
core::Expected<AcpiCpus, AcpiError> find_cpus(std::span<std::uint8_t const> rsdp,
                                              PhysicalView view) noexcept;

/// Where the root table and the tables that it lists lie, to be kept from the frame allocator.
struct AcpiRanges {
  static constexpr std::size_t count_max = 64;
  std::array<AddressRange, count_max> range_table{};
  std::size_t count{};

  [[nodiscard]] std::span<AddressRange const> ranges() const noexcept {
    return std::span{range_table}.first(count);
  }
};
AcpiRanges acpi_tables(std::span<std::uint8_t const> rsdp, PhysicalView view) noexcept;

}  // namespace acrn::baremetal
