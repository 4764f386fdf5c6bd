// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/config/vm_settings.hpp"

#include <algorithm>
#include <array>

#include "baremetal/config/setting_reader.hpp"

namespace acrn::baremetal {
namespace {

constexpr std::array<std::string_view, 11> names{"guest",      "memory",  "cpu",        "vcpus",
                                                 "devices",    "forward", "initrd",     "cmdline",
                                                 "completion", "input",   "input-after"};

struct Guest {
  GuestKind kind;
  std::string_view default_module;  ///< where the module may be left out
  bool takes_module;
  std::uint64_t default_memory;
};

constexpr std::uint64_t mib = std::uint64_t{1} << 20U;
constexpr Bounds memory_bounds{1 * mib, std::uint64_t{64} << 30U};

constexpr std::array guests{
    Choice<Guest>{"selftest-real", {GuestKind::selftest_real, {}, false, 16 * mib}},
    Choice<Guest>{"selftest-protected", {GuestKind::selftest_protected, {}, false, 16 * mib}},
    Choice<Guest>{"selftest-long", {GuestKind::selftest_long, {}, false, 16 * mib}},
    Choice<Guest>{"linux", {GuestKind::linux_kernel, "linux", true, 256 * mib}},
    Choice<Guest>{"flat", {GuestKind::flat, {}, true, 16 * mib}},
    Choice<Guest>{"replay", {GuestKind::replay, {}, true, 16 * mib}},
};

constexpr DeviceSet set_of(std::initializer_list<DeviceName> devices) noexcept {
  DeviceSet set;
  for (DeviceName const device : devices) set.add(device);
  return set;
}

// What goes to the Service VM unless settings say otherwise; all else stays in the hypervisor.
constexpr DeviceSet usually_forwarded =
    set_of({DeviceName::uart, DeviceName::rtc, DeviceName::test});
// What the hypervisor has devices for.
constexpr DeviceSet all_devices = set_of(
    {DeviceName::pic, DeviceName::pit, DeviceName::port61, DeviceName::uart, DeviceName::rtc,
     DeviceName::acpi_pm, DeviceName::reset, DeviceName::pci, DeviceName::test, DeviceName::exit});

/// Reads one VM; each step looks at settings that belong together.
class VmReader {
 public:
  VmReader(Settings const& settings, std::uint32_t number, std::span<BootModule const> modules)
      : reader_{settings, number}, modules_{modules} {
    vm_.number = static_cast<std::uint16_t>(number);
  }

  core::Expected<VmConfiguration, ConfigError> read(Settings const& settings,
                                                    ServiceMode service) noexcept {
    Setting const* const guest = reader_.find("guest");
    if (guest == nullptr) {
      auto const first =
          std::find_if(settings.all().begin(), settings.all().end(),
                       [this](Setting const& setting) { return setting.vm == vm_.number; });
      return core::Unexpected{complain(*first, "vm", std::uint64_t{vm_.number},
                                       " has no guest; add vm", std::uint64_t{vm_.number},
                                       ".guest=selftest-real, for one")};
    }
    read_guest(*guest);
    read_linux(*guest);
    read_placement();
    read_devices(settings, service);
    read_input();
    if (reader_.error()) return core::Unexpected{*reader_.error()};
    return vm_;
  }

 private:
  void read_guest(Setting const& setting) noexcept {
    std::size_t const colon = setting.value.find(':');
    std::string_view const word = setting.value.substr(0, colon);
    auto const* const guest =
        std::find_if(guests.begin(), guests.end(),
                     [word](Choice<Guest> const& choice) { return choice.word == word; });
    if (guest == guests.end()) {
      return reader_.fail(complain(setting,
                                   "unknown guest; known are selftest-real, selftest-protected, "
                                   "selftest-long, linux, linux:MODULE, flat:MODULE, "
                                   "replay:MODULE"));
    }
    vm_.guest = guest->value.kind;
    vm_.module = guest->value.default_module;
    vm_.memory_bytes = guest->value.default_memory;
    if (colon != std::string_view::npos) vm_.module = setting.value.substr(colon + 1);
    if (!guest->value.takes_module && colon != std::string_view::npos) {
      return reader_.fail(
          complain(setting, word, " needs no module; leave out \":", vm_.module, "\""));
    }
    if (guest->value.takes_module && vm_.module.empty()) {
      return reader_.fail(complain(setting, "no module named; write ", word, ":MODULE"));
    }
    if (guest->value.takes_module) need_module(setting, vm_.module);
  }

  void need_module(Setting const& setting, std::string_view name) noexcept {
    bool const there =
        std::any_of(modules_.begin(), modules_.end(),
                    [name](BootModule const& module) { return module.name == name; });
    if (there) return;
    ConfigError error = complain(setting, "there is no module \"", name, "\"; ");
    if (modules_.empty()) {
      error.line << "none was loaded: add \"module2 FILE " << name << "\" to GRUB's menu";
    } else {
      error.line << "loaded are";
      for (BootModule const& module : modules_) error.line << " " << module.name;
    }
    reader_.fail(error);
  }

  void read_linux(Setting const& guest) noexcept {
    reader_.text("initrd", vm_.initrd);
    reader_.text("cmdline", vm_.command_line);
    for (std::string_view const name : {"initrd", "cmdline"}) {
      Setting const* const setting = reader_.find(name);
      if (setting != nullptr && vm_.guest != GuestKind::linux_kernel) {
        reader_.fail(complain(*setting, "only for Linux, but ", guest.key, "=", guest.value,
                              "; leave it out"));
      }
    }
    if (Setting const* const initrd = reader_.find("initrd")) need_module(*initrd, vm_.initrd);
  }

  void read_placement() noexcept {
    constexpr std::array completions{Choice<Completion>{"polling", Completion::polling},
                                     Choice<Completion>{"notification", Completion::notification}};
    reader_.choice("completion", std::span<Choice<Completion> const>{completions}, vm_.completion);
    reader_.size("memory", memory_bounds, vm_.memory_bytes);
    std::uint64_t cpu = 0;
    reader_.number("cpu", {0, cpu_count_max - 1}, cpu);
    vm_.cpu = {static_cast<std::uint32_t>(cpu)};
    std::uint64_t vcpus = 1;
    reader_.number("vcpus", {1, 0xffff}, vcpus);
    Setting const* const setting = reader_.find("vcpus");
    if (vcpus > vcpu_slot_count) {
      reader_.fail(complain(*setting, "the request page has ", std::uint64_t{vcpu_slot_count},
                            " slots, one for each vCPU; write vcpus=1"));
    } else if (vcpus > 1) {
      reader_.fail(complain(*setting,
                            "a User VM has one vCPU, as nothing in it could start "
                            "another (it has no APIC); write vcpus=1"));
    }
  }

  void read_devices(Settings const& settings, ServiceMode service) noexcept {
    Setting const* const devices = reader_.find("devices");
    Setting const* const forward = reader_.find("forward");
    reader_.devices("devices", vm_.devices);
    reader_.devices("forward", vm_.forward);
    if (vm_.devices.has(DeviceName::disk)) {
      reader_.fail(complain(*devices, "the disk is the Service VM's; write it into vm",
                            std::uint64_t{vm_.number}, ".forward= instead"));
    }
    bool const none = service == ServiceMode::none;
    if (none && vm_.forward.bits != 0) {
      reader_.fail(complain(*forward, "nobody to forward to: ",
                            place_of(*settings.find(0, "service")).text().substr(15),
                            "; keep one of them"));
    }
    if (forward == nullptr && !none) {
      vm_.forward.bits = usually_forwarded.bits & ~vm_.devices.bits;
    }
    if (devices == nullptr) vm_.devices.bits = all_devices.bits & ~vm_.forward.bits;
    if (devices == nullptr || forward == nullptr) return;
    std::uint32_t const both = vm_.devices.bits & vm_.forward.bits;
    for (std::size_t bit = 0; bit < device_name_count; ++bit) {
      DeviceName const device{static_cast<std::uint8_t>(bit)};
      if (!DeviceSet{both}.has(device)) continue;
      reader_.fail(complain(*forward, name(device), " cannot be in the hypervisor, too: ",
                            place_of(*devices).text().substr(15), "; take it out of one list"));
    }
  }

  /// After the devices: somebody has to take what is typed.
  void read_input() noexcept {
    reader_.text("input", vm_.input);
    reader_.text("input-after", vm_.input_after);
    Setting const* const input = reader_.find("input");
    Setting const* const after = reader_.find("input-after");
    if (input == nullptr) {
      if (after == nullptr) return;
      return reader_.fail(
          complain(*after, "nothing is typed; add vm", std::uint64_t{vm_.number}, ".input=MODULE"));
    }
    need_module(*input, vm_.input);
    if (!vm_.devices.has(DeviceName::uart) && !vm_.forward.has(DeviceName::uart)) {
      reader_.fail(complain(*input, "the VM has no UART; add uart to vm", std::uint64_t{vm_.number},
                            ".devices= or vm", std::uint64_t{vm_.number}, ".forward="));
    }
  }

  SettingReader reader_;
  std::span<BootModule const> modules_;
  VmConfiguration vm_{};
};

}  // namespace

std::span<std::string_view const> vm_setting_names() noexcept { return names; }

core::Expected<VmConfiguration, ConfigError> read_vm(Settings const& settings, std::uint32_t number,
                                                     std::span<BootModule const> modules,
                                                     ServiceMode service) noexcept {
  return VmReader{settings, number, modules}.read(settings, service);
}

}  // namespace acrn::baremetal
