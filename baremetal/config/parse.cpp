// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/config/parse.hpp"

#include <algorithm>
#include <array>

#include "baremetal/config/setting_reader.hpp"
#include "baremetal/config/settings.hpp"
#include "baremetal/config/vm_settings.hpp"

namespace acrn::baremetal {
namespace {

constexpr std::array<std::string_view, 15> names{
    "cpus",        "tsc-hz",         "slice",   "idle",    "com1",
    "com2",        "capture",        "profile", "service", "service.cpu",
    "service.hsm", "service.memory", "test",    "crash",   "crash.cpu"};

constexpr std::uint64_t mib = std::uint64_t{1} << 20U;
constexpr std::uint64_t service_memory_default = 16 * mib;
constexpr Bounds service_memory_bounds{1 * mib, std::uint64_t{4} << 30U};
constexpr Bounds tsc_hz_bounds{0, 100'000'000'000};
constexpr Bounds slice_bounds{0, 0xffff'ffff};  // what a preemption timer can count
constexpr Bounds port_bounds{0x100, 0xfff8};    // below are the chips of the board; 8 registers

using Failure = std::optional<ConfigError>;

bool knows(std::span<std::string_view const> known, std::string_view name) noexcept {
  return std::find(known.begin(), known.end(), name) != known.end();
}

Failure check_key(Setting const& setting) noexcept {
  std::span<std::string_view const> const known =
      setting.vm == 0 ? std::span<std::string_view const>{names} : vm_setting_names();
  if (!knows(known, setting.name)) {
    ConfigError error = complain(setting, "unknown key; known are");
    for (std::string_view const name : known) {
      error.line << (setting.vm == 0 ? " " : " vmN.") << name;
    }
    if (setting.vm == 0) error.line << " and vmN.guest and others of a VM";
    return error;
  }
  if (setting.vm > vm_count_max) {
    return complain(setting, "at most ", std::uint64_t{vm_count_max}, " User VMs; write vm1 to vm",
                    std::uint64_t{vm_count_max});
  }
  return std::nullopt;
}

void read_number(SettingReader& reader, std::string_view name, Bounds bounds,
                 std::uint32_t& result) noexcept {
  std::uint64_t number = result;
  reader.number(name, bounds, number);
  result = static_cast<std::uint32_t>(number);
}

void read_port(SettingReader& reader, std::string_view name, core::Port& result) noexcept {
  std::uint32_t port = result.value;
  read_number(reader, name, port_bounds, port);
  result = {static_cast<std::uint16_t>(port)};
}

void read_machine(SettingReader& reader, Configuration& result) noexcept {
  constexpr std::array sinks{
      Choice<CaptureSink>{"off", CaptureSink::off}, Choice<CaptureSink>{"com2", CaptureSink::com2},
      Choice<CaptureSink>{"lpt1", CaptureSink::lpt1}, Choice<CaptureSink>{"e9", CaptureSink::e9},
      Choice<CaptureSink>{"memory", CaptureSink::memory}};
  constexpr std::array profile_choices{
      Choice<core::Profile const*>{core::architectural.name, &core::architectural},
      Choice<core::Profile const*>{core::acrn_today.name, &core::acrn_today},
      Choice<core::Profile const*>{core::acrn2018.name, &core::acrn2018}};
  constexpr std::array idlings{Choice<Idling>{"warp", Idling::warp},
                               Choice<Idling>{"wait", Idling::wait}};
  read_number(reader, "cpus", {0, cpu_count_max}, result.cpus);
  reader.number("tsc-hz", tsc_hz_bounds, result.tsc_hz);
  reader.number("slice", slice_bounds, result.slice_ticks);
  reader.choice("idle", std::span<Choice<Idling> const>{idlings}, result.idling);
  read_port(reader, "com1", result.com1);
  read_port(reader, "com2", result.com2);
  reader.choice("capture", std::span<Choice<CaptureSink> const>{sinks}, result.capture);
  reader.choice("profile", std::span<Choice<core::Profile const*> const>{profile_choices},
                result.profile);
  constexpr std::array tests{Choice<ImageTest>{"none", ImageTest::none},
                             Choice<ImageTest>{"vmx", ImageTest::vmx}};
  reader.choice("test", std::span<Choice<ImageTest> const>{tests}, result.test);
  reader.text("crash", result.crash);
  read_number(reader, "crash.cpu", {0, cpu_count_max - 1}, result.crash_cpu.value);
}

void read_service(SettingReader& reader, Configuration& result) noexcept {
  constexpr std::array modes{Choice<ServiceMode>{"on", ServiceMode::present},
                             Choice<ServiceMode>{"none", ServiceMode::none}};
  constexpr std::array hsm_modes{Choice<HsmMode>{"upcall", HsmMode::upcall},
                                 Choice<HsmMode>{"poll", HsmMode::poll}};
  ServiceConfiguration& service = result.service;
  service.memory_bytes = service_memory_default;
  reader.choice("service", std::span<Choice<ServiceMode> const>{modes}, service.mode);
  reader.choice("service.hsm", std::span<Choice<HsmMode> const>{hsm_modes}, service.hsm);
  read_number(reader, "service.cpu", {0, cpu_count_max - 1}, service.cpu.value);
  reader.size("service.memory", service_memory_bounds, service.memory_bytes);
}

/// Two settings, or a setting and a default, that cannot both be.
void contradiction(SettingReader& reader, std::string_view name, std::string_view other) noexcept {
  Setting const* first = reader.find(name);
  Setting const* second = reader.find(other);
  if (first == nullptr) std::swap(first, second);
  ConfigError error = complain(*first, "contradicts ");
  if (second != nullptr) {
    error.line << place_of(*second).text().substr(std::string_view{"configuration: "}.size());
  } else {
    error.line << "the default of " << (first == reader.find(name) ? other : name);
  }
  error.line << "; change one of them";
  reader.fail(error);
}

void check_together(SettingReader& reader, Configuration const& result) noexcept {
  auto const distance = result.com1.value > result.com2.value
                            ? result.com1.value - result.com2.value
                            : result.com2.value - result.com1.value;
  if (distance < 8) contradiction(reader, "com1", "com2");
  if (result.service.mode == ServiceMode::none) {
    for (std::string_view const name : {"service.cpu", "service.hsm", "service.memory"}) {
      if (reader.find(name) != nullptr) contradiction(reader, name, "service");
    }
  }
}

Failure read_vms(Settings const& settings, ConfigInput const& input,
                 Configuration& result) noexcept {
  for (std::uint32_t number = 1; number <= vm_count_max; ++number) {
    bool const mentioned =
        std::any_of(settings.all().begin(), settings.all().end(),
                    [number](Setting const& setting) { return setting.vm == number; });
    if (!mentioned) continue;
    core::Expected<VmConfiguration, ConfigError> const vm =
        read_vm(settings, number, input.modules, result.service.mode);
    if (!vm) return vm.error();
    result.vm_table[result.vm_count++] = *vm;
  }
  return std::nullopt;
}

/// One sentence for a CPU that is not there.
ConfigError no_such_cpu(std::string_view key, CpuIndex cpu, std::uint32_t cpu_count) noexcept {
  ConfigError error;
  error.line << "configuration: " << key << "=" << std::uint64_t{cpu.value}
             << ": there is no such CPU; ";
  if (cpu_count == 1) {
    error.line << "only CPU 0 runs";
  } else {
    error.line << "CPUs 0 to " << std::uint64_t{cpu_count - 1} << " run";
  }
  error.line << "; choose one of them or give the machine more CPUs";
  return error;
}

}  // namespace

core::Expected<Configuration, ConfigError> parse_configuration(ConfigInput const& input) noexcept {
  core::Expected<Settings, ConfigError> const settings =
      Settings::read(input.command_line, input.module_text);
  if (!settings) return core::Unexpected{settings.error()};
  for (Setting const& setting : settings->all()) {
    if (Failure const wrong = check_key(setting)) return core::Unexpected{*wrong};
  }
  Configuration result;
  SettingReader reader{*settings, 0};
  read_machine(reader, result);
  read_service(reader, result);
  check_together(reader, result);
  if (reader.error()) return core::Unexpected{*reader.error()};
  if (Failure const wrong = read_vms(*settings, input, result)) return core::Unexpected{*wrong};
  if (result.cpus != 0) {
    if (Failure const wrong = check_placement(result, result.cpus)) return core::Unexpected{*wrong};
  }
  return result;
}

Failure check_placement(Configuration const& configuration, std::uint32_t cpu_count) noexcept {
  if (configuration.cpus > cpu_count) {
    ConfigError error;
    error.line << "configuration: cpus=" << std::uint64_t{configuration.cpus} << ": only "
               << std::uint64_t{cpu_count} << " came up; write cpus=" << std::uint64_t{cpu_count};
    return error;
  }
  if (configuration.service.mode == ServiceMode::present &&
      configuration.service.cpu.value >= cpu_count) {
    return no_such_cpu("service.cpu", configuration.service.cpu, cpu_count);
  }
  if (configuration.crash_cpu.value >= cpu_count) {
    return no_such_cpu("crash.cpu", configuration.crash_cpu, cpu_count);
  }
  for (VmConfiguration const& vm : configuration.vms()) {
    TextLine key;
    key << "vm" << std::uint64_t{vm.number} << ".cpu";
    if (vm.cpu.value >= cpu_count) return no_such_cpu(key.text(), vm.cpu, cpu_count);
  }
  return std::nullopt;
}

}  // namespace acrn::baremetal
