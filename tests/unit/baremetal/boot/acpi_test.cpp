// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/boot/acpi.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "tests/unit/baremetal/boot/boot_bytes.hpp"

namespace acrn::baremetal {
namespace {

using test::little_endian;
using ::testing::ElementsAre;
using Bytes = std::vector<std::uint8_t>;

constexpr std::uint64_t memory_begin = 0x10000;
constexpr std::uint64_t root_at = memory_begin + 0x100;
constexpr std::uint64_t other_at = memory_begin + 0x400;
constexpr std::uint64_t madt_at = memory_begin + 0x800;
Bytes memory;

std::span<std::uint8_t const> view(std::uint64_t address, std::uint64_t size) noexcept {
  std::uint64_t const end = memory_begin + memory.size();
  if (address < memory_begin || address > end || size > end - address) return {};
  return std::span{memory}.subspan(address - memory_begin, size);
}

void put(std::uint64_t address, std::string const& bytes) {
  std::copy(bytes.begin(), bytes.end(),
            memory.begin() + static_cast<std::ptrdiff_t>(address - memory_begin));
}

/// Makes the bytes from `begin` on sum to zero by the one at `at`.
std::string summed(std::string bytes, std::size_t at, std::size_t size) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < size; ++i) sum += static_cast<std::uint8_t>(bytes[i]);
  bytes[at] = static_cast<char>(static_cast<std::uint8_t>(bytes[at]) - sum);
  return bytes;
}

std::string table(std::string const& signature, std::string const& body) {
  std::string bytes = signature + little_endian(static_cast<std::uint32_t>(36 + body.size()));
  bytes.resize(36);
  bytes += body;
  return summed(bytes, 9, bytes.size());
}

std::string local_apic(std::uint8_t id, std::uint32_t flags) {
  return std::string{'\0', '\x08', '\x07'} + static_cast<char>(id) + little_endian(flags);
}

std::string local_x2apic(std::uint32_t id, std::uint32_t flags) {
  return std::string{'\x09', '\x10', '\0', '\0'} + little_endian(id) + little_endian(flags) +
         little_endian(7U);
}

std::string madt(std::string const& entries) {
  return table("APIC", little_endian(0xfee00000U) + little_endian(1U) + entries);
}

/// Version 2, or version 0 when `xsdt` is 0.
Bytes root_pointer(std::uint32_t rsdt, std::uint64_t xsdt) {
  std::string bytes = "RSD PTR ";
  bytes += std::string(7, '\0') + (xsdt != 0 ? '\x02' : '\0') + little_endian(rsdt);
  bytes = summed(bytes, 8, 20);
  if (xsdt != 0) {
    bytes += little_endian(36U) + little_endian(xsdt) + std::string(4, '\0');
    bytes = summed(bytes, 32, 36);
  }
  return {bytes.begin(), bytes.end()};
}

/// An XSDT that lists some other table, then a MADT with these entries.
Bytes machine_with(std::string const& entries) {
  memory.assign(0x2000, 0);
  put(root_at, table("XSDT", little_endian(other_at) + little_endian(madt_at)));
  put(other_at, table("FACP", "something"));
  put(madt_at, madt(entries));
  return root_pointer(0, root_at);
}

std::vector<std::uint32_t> cpus_of(Bytes const& rsdp) {
  auto const cpus = find_cpus(rsdp, view);
  EXPECT_TRUE(cpus.has_value()) << sentence(cpus.error());
  if (!cpus) return {};
  return {cpus->apic_ids().begin(), cpus->apic_ids().end()};
}

std::optional<AcpiError> error_of(Bytes const& rsdp) {
  auto const cpus = find_cpus(rsdp, view);
  return cpus ? std::nullopt : std::optional{cpus.error()};
}

TEST(Acpi, ListsEnabledCpusOfBothKindsInOrder) {
  EXPECT_THAT(cpus_of(machine_with(local_apic(0, 1) + local_apic(4, 1) + local_apic(2, 0) +
                                   local_apic(6, 2) + std::string{"\x01\x04zz"} +
                                   local_x2apic(300, 1) + local_x2apic(301, 0))),
              ElementsAre(0, 4, 300));
}

TEST(Acpi, ACpuListedTwiceCountsOnce) {
  EXPECT_THAT(cpus_of(machine_with(local_apic(1, 1) + local_x2apic(1, 1) + local_apic(0xff, 1))),
              ElementsAre(1));
}

TEST(Acpi, TakesTheRsdtWhereThereIsNoXsdt) {
  machine_with(local_apic(3, 1));
  std::uint64_t const rsdt_at = memory_begin + 0x1000;
  put(rsdt_at, table("RSDT", little_endian(static_cast<std::uint32_t>(madt_at))));
  EXPECT_THAT(cpus_of(root_pointer(rsdt_at, 0)), ElementsAre(3));
  EXPECT_THAT(cpus_of(root_pointer(rsdt_at, memory_begin + 0x1800)), ElementsAre(3));
  Bytes damaged = root_pointer(rsdt_at, root_at);
  damaged[33] ^= 1U;  // the sum over all 36 bytes
  EXPECT_THAT(cpus_of(damaged), ElementsAre(3));
}

TEST(Acpi, CountsCpusThatDoNotFit) {
  std::string entries;
  for (std::uint32_t id = 0; id < cpu_count_max + 3; ++id) entries += local_x2apic(id, 1);
  auto const cpus = find_cpus(machine_with(entries), view);
  ASSERT_TRUE(cpus.has_value());
  EXPECT_EQ(cpus->count, cpu_count_max);
  EXPECT_EQ(cpus->skipped, 3U);
}

TEST(Acpi, NoOrDamagedRootPointerIsAnError) {
  Bytes const good = machine_with(local_apic(0, 1));
  EXPECT_EQ(error_of({}), AcpiError::no_root_pointer);
  EXPECT_EQ(error_of(Bytes(good.begin(), good.begin() + 19)), AcpiError::no_root_pointer);
  for (std::size_t i = 0; i < 20; ++i) {
    Bytes damaged = good;
    damaged[i] ^= 0x10U;
    EXPECT_EQ(error_of(damaged), AcpiError::root_pointer_bad) << i;
  }
}

TEST(Acpi, DamagedRootTablesAreAnError) {
  Bytes const rsdp = machine_with(local_apic(0, 1));
  for (std::uint64_t at = root_at; at < root_at + 36 + 16; ++at) {
    memory[at - memory_begin] ^= 0x20U;
    EXPECT_EQ(error_of(rsdp), AcpiError::root_table_bad) << at - root_at;
    memory[at - memory_begin] ^= 0x20U;
  }
  EXPECT_EQ(error_of(rsdp), std::nullopt);
  for (std::uint64_t const nowhere : {0ULL, 1ULL, ~0ULL, ~0ULL - 36}) {
    EXPECT_EQ(error_of(root_pointer(0, nowhere)), AcpiError::root_table_bad) << nowhere;
  }
}

TEST(Acpi, SizesOfTablesAreBounded) {
  Bytes const rsdp = machine_with(local_apic(0, 1));
  for (std::uint32_t const size : {0U, 35U, 0x1f00U, 0x10'0001U, ~0U}) {
    put(madt_at + 4, little_endian(size));
    EXPECT_EQ(error_of(rsdp), AcpiError::madt_bad) << size;
  }
}

TEST(Acpi, NoMadtIsAnError) {
  Bytes const rsdp = machine_with(local_apic(0, 1));
  put(madt_at, "CIPA");
  EXPECT_EQ(error_of(rsdp), AcpiError::no_madt);
  put(root_at, table("XSDT", ""));
  EXPECT_EQ(error_of(rsdp), AcpiError::no_madt);
  put(root_at, table("XSDT", little_endian(~0ULL)));
  EXPECT_EQ(error_of(rsdp), AcpiError::no_madt);
}

TEST(Acpi, MadtEntriesMustLieInside) {
  EXPECT_EQ(error_of(machine_with(std::string{"\x05\x01"})), AcpiError::madt_bad);
  EXPECT_EQ(error_of(machine_with(std::string("\x05\0", 2))), AcpiError::madt_bad);
  EXPECT_EQ(error_of(machine_with(std::string{"\x05\x03"})), AcpiError::madt_bad);
  EXPECT_EQ(error_of(machine_with(std::string{"\x05"})), AcpiError::madt_bad);
  EXPECT_EQ(error_of(machine_with(std::string{"\x09\x02"} + std::string{"\0\x02", 2})),
            std::nullopt);  // too short to say anything
  Bytes const rsdp = machine_with("");
  put(madt_at, table("APIC", "1234567"));
  EXPECT_EQ(error_of(rsdp), AcpiError::madt_bad);
}

TEST(Acpi, NamesTheRangesOfAllTables) {
  Bytes const rsdp = machine_with(local_apic(0, 1));
  AcpiRanges const ranges = acpi_tables(rsdp, view);
  EXPECT_THAT(ranges.ranges(), ElementsAre(AddressRange{root_at, root_at + 36 + 16},
                                           AddressRange{other_at, other_at + 36 + 9},
                                           AddressRange{madt_at, madt_at + 44 + 8}));
  EXPECT_EQ(acpi_tables({}, view).count, 0U);
}

TEST(Acpi, NamesNoMoreRangesThanFit) {
  std::string addresses;
  for (int i = 0; i < 100; ++i) addresses += little_endian(memory_begin + 0x1000);
  Bytes const rsdp = machine_with("");
  put(root_at, table("XSDT", addresses));
  put(memory_begin + 0x1000, table("FACP", ""));
  EXPECT_EQ(acpi_tables(rsdp, view).count, AcpiRanges::count_max);
}

TEST(Acpi, HasASentenceForEachError) {
  for (std::uint8_t error = 0; error <= static_cast<std::uint8_t>(AcpiError::madt_bad); ++error) {
    EXPECT_NE(sentence(AcpiError{error}), "unknown error") << unsigned{error};
  }
}

}  // namespace
}  // namespace acrn::baremetal
