// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/boot/acpi.hpp"

#include <algorithm>
#include <optional>

#include "baremetal/boot/bytes.hpp"

namespace acrn::baremetal {
namespace {

using Bytes = std::span<std::uint8_t const>;

constexpr std::size_t rsdp_size_old = 20;
constexpr std::size_t rsdp_size_new = 36;
constexpr std::size_t table_header_size = 36;
constexpr std::uint64_t table_size_max = 1U << 20U;  // no real root table or MADT comes near
constexpr std::size_t madt_entries_offset = 44;
constexpr std::uint8_t entry_local_apic = 0;
constexpr std::uint8_t entry_local_x2apic = 9;
constexpr std::uint32_t flag_enabled = 1;

bool sums_to_zero(Bytes bytes) noexcept {
  std::uint8_t sum = 0;
  for (std::uint8_t const byte : bytes) sum = static_cast<std::uint8_t>(sum + byte);
  return sum == 0;
}

bool begins_with(Bytes bytes, std::string_view signature) noexcept {
  return bytes.size() >= signature.size() &&
         std::equal(signature.begin(), signature.end(), bytes.begin(),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

/// The whole table at `address`: header read, size bounded, sum and signature right.
std::optional<Bytes> table_at(std::uint64_t address, std::string_view signature,
                              PhysicalView view) noexcept {
  Bytes const header = view(address, table_header_size);
  if (header.size() < table_header_size || !begins_with(header, signature)) return std::nullopt;
  std::uint64_t const size = read_little_endian<std::uint32_t>(header, 4);
  if (size < table_header_size || size > table_size_max) return std::nullopt;
  Bytes const table = view(address, size);
  if (table.size() != size || !sums_to_zero(table)) return std::nullopt;
  return table;
}

/// XSDT or RSDT: a header, then addresses of tables.
struct RootTable {
  std::uint64_t address{};
  Bytes bytes;
  std::size_t entry_size{};  ///< 8 or 4

  [[nodiscard]] std::size_t size() const noexcept {
    return (bytes.size() - table_header_size) / entry_size;
  }
  [[nodiscard]] std::uint64_t operator[](std::size_t index) const noexcept {
    std::size_t const at = table_header_size + index * entry_size;
    return entry_size == 8 ? read_little_endian<std::uint64_t>(bytes, at)
                           : read_little_endian<std::uint32_t>(bytes, at);
  }
};

core::Expected<RootTable, AcpiError> root_table(Bytes rsdp, PhysicalView view) noexcept {
  if (rsdp.size() < rsdp_size_old) return core::Unexpected{AcpiError::no_root_pointer};
  if (!begins_with(rsdp, "RSD PTR ") || !sums_to_zero(rsdp.first(rsdp_size_old))) {
    return core::Unexpected{AcpiError::root_pointer_bad};
  }
  bool const has_xsdt = rsdp.size() >= rsdp_size_new && rsdp[15] >= 2;
  if (has_xsdt && sums_to_zero(rsdp.first(rsdp_size_new))) {
    auto const address = read_little_endian<std::uint64_t>(rsdp, 24);
    if (std::optional<Bytes> const xsdt = table_at(address, "XSDT", view)) {
      return RootTable{address, *xsdt, 8};
    }
  }
  auto const address = read_little_endian<std::uint32_t>(rsdp, 16);
  if (std::optional<Bytes> const rsdt = table_at(address, "RSDT", view)) {
    return RootTable{address, *rsdt, 4};
  }
  return core::Unexpected{AcpiError::root_table_bad};
}

void add_cpu(AcpiCpus& cpus, std::uint32_t apic_id) noexcept {
  std::span<std::uint32_t const> const known = cpus.apic_ids();
  if (std::find(known.begin(), known.end(), apic_id) != known.end()) return;
  if (cpus.count == cpus.apic_id_table.size()) {
    ++cpus.skipped;
  } else {
    cpus.apic_id_table[cpus.count++] = apic_id;
  }
}

/// Sections 5.2.12.2 and 5.2.12.12: processor local APIC and x2APIC structures.
void take_entry(AcpiCpus& cpus, Bytes entry) noexcept {
  if (entry[0] == entry_local_apic && entry.size() >= 8) {
    bool const enabled = (read_little_endian<std::uint32_t>(entry, 4) & flag_enabled) != 0;
    if (enabled && entry[3] != 0xff) add_cpu(cpus, entry[3]);
  }
  if (entry[0] == entry_local_x2apic && entry.size() >= 16) {
    bool const enabled = (read_little_endian<std::uint32_t>(entry, 8) & flag_enabled) != 0;
    if (enabled) add_cpu(cpus, read_little_endian<std::uint32_t>(entry, 4));
  }
}

core::Expected<AcpiCpus, AcpiError> read_madt(Bytes madt) noexcept {
  if (madt.size() < madt_entries_offset) return core::Unexpected{AcpiError::madt_bad};
  AcpiCpus cpus;
  Bytes rest = madt.subspan(madt_entries_offset);
  while (!rest.empty()) {
    if (rest.size() < 2 || rest[1] < 2 || rest[1] > rest.size()) {
      return core::Unexpected{AcpiError::madt_bad};
    }
    take_entry(cpus, rest.first(rest[1]));
    rest = rest.subspan(rest[1]);
  }
  return cpus;
}

}  // namespace

core::Expected<AcpiCpus, AcpiError> find_cpus(Bytes rsdp, PhysicalView view) noexcept {
  core::Expected<RootTable, AcpiError> const root = root_table(rsdp, view);
  if (!root) return core::Unexpected{root.error()};
  for (std::size_t i = 0; i < root->size(); ++i) {
    std::uint64_t const address = (*root)[i];
    if (!begins_with(view(address, table_header_size), "APIC")) continue;
    std::optional<Bytes> const madt = table_at(address, "APIC", view);
    if (!madt) return core::Unexpected{AcpiError::madt_bad};
    return read_madt(*madt);
  }
  return core::Unexpected{AcpiError::no_madt};
}

AcpiRanges acpi_tables(Bytes rsdp, PhysicalView view) noexcept {
  AcpiRanges result;
  core::Expected<RootTable, AcpiError> const root = root_table(rsdp, view);
  if (!root) return result;
  result.range_table[result.count++] = {root->address, root->address + root->bytes.size()};
  std::size_t const listed = std::min(root->size(), AcpiRanges::count_max - 1);
  for (std::size_t i = 0; i < listed; ++i) {
    std::uint64_t const address = (*root)[i];
    Bytes const header = view(address, table_header_size);
    if (header.size() < table_header_size) continue;
    std::uint64_t const size = read_little_endian<std::uint32_t>(header, 4);
    result.range_table[result.count++] = {address, address + size};
  }
  return result;
}

std::string_view sentence(AcpiError error) noexcept {
  switch (error) {
    case AcpiError::no_root_pointer:
      return "the boot loader found no ACPI tables";
    case AcpiError::root_pointer_bad:
      return "the ACPI root pointer is damaged";
    case AcpiError::root_table_bad:
      return "neither XSDT nor RSDT can be read";
    case AcpiError::no_madt:
      return "ACPI has no MADT";
    case AcpiError::madt_bad:
      return "the MADT is damaged";
  }
  return "unknown error";
}

}  // namespace acrn::baremetal
