// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/machine/start.hpp"

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "baremetal/boot/acpi.hpp"
#include "baremetal/boot/free_memory.hpp"
#include "baremetal/config/parse.hpp"
#include "baremetal/machine/com1.hpp"
#include "baremetal/machine/cpu_area.hpp"
#include "baremetal/machine/finish.hpp"
#include "baremetal/machine/frames.hpp"
#include "baremetal/machine/local_apic.hpp"
#include "baremetal/machine/memory_check.hpp"
#include "baremetal/machine/paging.hpp"
#include "baremetal/machine/smp.hpp"
#include "baremetal/machine/smp_check.hpp"
#include "baremetal/machine/tsc.hpp"

extern "C" {
extern std::uint8_t hv_text_start[];
extern std::uint8_t hv_image_end[];
}

namespace acrn::baremetal {
namespace {

constexpr std::uint64_t mapped_at_boot = std::uint64_t{4} << 30U;
constexpr std::uint64_t mib = 1U << 20U;

constinit Machine machine{};

[[noreturn]] void refuse(std::string_view what, std::string_view why) noexcept {
  print("hv: ");
  print(what);
  print(why);
  print("\n");
  finish(Verdict::failed);
}

std::string_view text_of(BootModule const* module) noexcept {
  if (module == nullptr) return {};
  return {reinterpret_cast<char const*>(module->bytes.data()), module->bytes.size()};
}

/// The console may be somewhere else, so nothing is printed before the settings are known; an error
/// in them goes to COM1 where it usually is.
void read_boot_information(std::uint8_t const* boot_information) noexcept {
  auto const boot = BootInformation::parse(std::span{boot_information, boot_information_size_max});
  if (boot) machine.boot = *boot;
  auto const configuration =
      parse_configuration({.command_line = machine.boot.command_line(),
                           .module_text = text_of(machine.boot.find_module("config")),
                           .modules = machine.boot.modules()});
  if (configuration) machine.configuration = *configuration;
  com1_start(machine.configuration.com1);
  print("hv: ACRN testbed hypervisor image " ACRN_VERSION "\n");
  if (!boot) refuse("boot information: ", sentence(boot.error()));
  if (!configuration) refuse({}, configuration.error().line.text());
}

/// ACPI tables are read before the memory above 4 GiB is mapped; firmware keeps them below.
std::span<std::uint8_t const> view_low(std::uint64_t address, std::uint64_t size) noexcept {
  if (address == 0 || address >= mapped_at_boot || size > mapped_at_boot - address) return {};
  if (address < page_size) return {};  // page 0 is not mapped
  return {reinterpret_cast<std::uint8_t const*>(address), size};
}

void start_memory() noexcept {
  AcpiRanges const tables = acpi_tables(machine.boot.rsdp(), view_low);
  AddressRange const image{reinterpret_cast<std::uint64_t>(hv_text_start),
                           reinterpret_cast<std::uint64_t>(hv_image_end)};
  std::array<AddressRange, AcpiRanges::count_max + 1> reserved{image};
  std::copy(tables.ranges().begin(), tables.ranges().end(), reserved.begin() + 1);
  FrameRanges const free = free_memory(machine.boot, std::span{reserved}.first(tables.count + 1),
                                       physical_address_limit());
  Frames::start(free);
  if (!map_all_memory(machine.boot.memory_map())) {
    refuse("memory: ", "too little to map all of it; give the machine more below 4 GiB");
  }
  print("hv: memory: ");
  print_decimal(Frames::free_pages() * page_size / mib);
  print(" MiB free");
  if (!every_range_answers(free)) {
    print("\n");
    refuse("memory: ", "the map names RAM that does not keep what is written; see the firmware");
  }
  print("\n");
}

void start_time() noexcept {
  std::uint64_t hz = machine.configuration.tsc_hz;
  std::string_view source = "by configuration";
  if (hz == 0) {
    std::optional<std::uint64_t> const measured = measure_tsc_hz();
    if (!measured || *measured == 0) {
      refuse("time: ", "there is no PIT to measure the TSC; pass its rate as tsc-hz=");
    }
    hz = *measured;
    source = "measured";
  }
  set_tsc_hz(hz);
  print("hv: time: TSC at ");
  print_decimal(hz);
  print(" Hz, ");
  print(source);
  print("\n");
}

void start_others() noexcept {
  auto const listed = find_cpus(machine.boot.rsdp(), view_low);
  std::uint32_t const count = start_cpus(
      machine.configuration, listed ? listed->apic_ids() : std::span<std::uint32_t const>{});
  print("hv: cpus: ");
  print_decimal(count);
  print(" running, ");
  print(listed ? "by MADT" : "by broadcast, as ");
  if (!listed) print(sentence(listed.error()));
  print("\n");
  if (auto const wrong = check_placement(machine.configuration, count)) {
    refuse({}, wrong->line.text());
  }
  if (std::string_view const failed = check_cpus(); !failed.empty()) refuse("cpus: ", failed);
}

}  // namespace

Machine const& start_machine(std::uint8_t const* boot_information) noexcept {
  start_boot_cpu();
  read_boot_information(boot_information);
  protect_image();
  start_memory();
  start_time();
  start_others();
  return machine;
}

}  // namespace acrn::baremetal
