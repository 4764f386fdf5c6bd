// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/config/parse.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

namespace acrn::baremetal {
namespace {

constexpr std::array modules{BootModule{"config", "", {}}, BootModule{"linux", "", {}},
                             BootModule{"initrd", "", {}}, BootModule{"other", "", {}}};

core::Expected<Configuration, ConfigError> parse(std::string_view command_line,
                                                 std::string_view module_text = {}) {
  return parse_configuration(
      {.command_line = command_line, .module_text = module_text, .modules = modules});
}

Configuration good(std::string_view command_line, std::string_view module_text = {}) {
  auto const result = parse(command_line, module_text);
  EXPECT_TRUE(result.has_value()) << result.error().line.text();
  return result ? *result : Configuration{};
}

/// The error without "configuration: ", which each begins with.
std::string wrong(std::string_view command_line, std::string_view module_text = {}) {
  auto const result = parse(command_line, module_text);
  if (result) return "no error";
  std::string const text{result.error().line.text()};
  EXPECT_EQ(text.find("configuration: "), 0U) << text;
  EXPECT_EQ(text.find('\n'), std::string::npos) << text;
  EXPECT_FALSE(text.ends_with("...")) << "cut off: " << text;
  return text.substr(std::string_view{"configuration: "}.size());
}

DeviceSet set_of(std::initializer_list<DeviceName> devices) {
  DeviceSet set;
  for (DeviceName const device : devices) set.add(device);
  return set;
}

TEST(Configuration, HasDefaults) {
  Configuration const all = good("");
  EXPECT_EQ(all.cpus, 0U);
  EXPECT_EQ(all.tsc_hz, 0U);
  EXPECT_EQ(all.slice_ticks, 0U);
  EXPECT_EQ(all.com1, core::Port{0x3f8});
  EXPECT_EQ(all.com2, core::Port{0x2f8});
  EXPECT_EQ(all.capture, CaptureSink::off);
  EXPECT_EQ(all.profile, &core::architectural);
  EXPECT_EQ(all.service.mode, ServiceMode::present);
  EXPECT_EQ(all.service.hsm, HsmMode::upcall);
  EXPECT_EQ(all.service.cpu, CpuIndex{0});
  EXPECT_EQ(all.service.memory_bytes, 16U << 20U);
  EXPECT_TRUE(all.vms().empty());
  EXPECT_EQ(all.crash, "");
  EXPECT_EQ(all.idling, Idling::warp);
  EXPECT_EQ(all.test, ImageTest::none);
}

TEST(Configuration, ReadsEveryKeyOfTheMachine) {
  Configuration const all = good(
      "cpus=4 tsc-hz=20000000 com1=0x2f8 com2=0x3e8 capture=lpt1 profile=acrn2018 slice=5000 "
      "service=on service.cpu=3 service.hsm=poll service.memory=32M crash=ud2 crash.cpu=1");
  EXPECT_EQ(all.cpus, 4U);
  EXPECT_EQ(all.tsc_hz, 20'000'000U);
  EXPECT_EQ(all.slice_ticks, 5000U);
  EXPECT_EQ(all.com1, core::Port{0x2f8});
  EXPECT_EQ(all.com2, core::Port{0x3e8});
  EXPECT_EQ(all.capture, CaptureSink::lpt1);
  EXPECT_EQ(all.profile, &core::acrn2018);
  EXPECT_EQ(all.service.cpu, CpuIndex{3});
  EXPECT_EQ(all.service.hsm, HsmMode::poll);
  EXPECT_EQ(all.service.memory_bytes, 32U << 20U);
  EXPECT_EQ(all.crash, "ud2");
  EXPECT_EQ(all.crash_cpu, CpuIndex{1});
  EXPECT_EQ(good("capture=com2").capture, CaptureSink::com2);
  EXPECT_EQ(good("capture=e9").capture, CaptureSink::e9);
  EXPECT_EQ(good("capture=memory").capture, CaptureSink::memory);
  EXPECT_EQ(good("profile=acrn").profile, &core::acrn_today);
  EXPECT_EQ(good("idle=wait").idling, Idling::wait);
  EXPECT_EQ(good("test=vmx").test, ImageTest::vmx);
  EXPECT_EQ(good("service=none").service.mode, ServiceMode::none);
}

TEST(Configuration, ReadsEveryKeyOfAVm) {
  Configuration const all = good(
      "vm3.guest=linux:other vm3.initrd=initrd vm3.memory=512M vm3.cpu=1 vm3.vcpus=1 "
      "vm3.devices=pic,pit vm3.forward=uart vm3.completion=polling "
      "vm3.cmdline=console=ttyS0  quiet vm1.guest=flat");
  ASSERT_EQ(all.vms().size(), 1U);
  VmConfiguration const& vm = all.vms()[0];
  EXPECT_EQ(vm.number, 3U);
  EXPECT_EQ(vm.guest, GuestKind::linux_kernel);
  EXPECT_EQ(vm.module, "other");
  EXPECT_EQ(vm.initrd, "initrd");
  EXPECT_EQ(vm.command_line, "console=ttyS0  quiet vm1.guest=flat");
  EXPECT_EQ(vm.memory_bytes, 512U << 20U);
  EXPECT_EQ(vm.cpu, CpuIndex{1});
  EXPECT_EQ(vm.devices, set_of({DeviceName::pic, DeviceName::pit}));
  EXPECT_EQ(vm.forward, set_of({DeviceName::uart}));
  EXPECT_EQ(vm.completion, Completion::polling);
}

TEST(Configuration, VmsHaveDefaults) {
  Configuration const all = good("vm2.guest=selftest-long vm1.guest=linux");
  ASSERT_EQ(all.vms().size(), 2U);
  EXPECT_EQ(all.vms()[0].number, 1U);  // in the order of their numbers
  EXPECT_EQ(all.vms()[0].module, "linux");
  EXPECT_EQ(all.vms()[0].memory_bytes, 256U << 20U);
  VmConfiguration const& vm = all.vms()[1];
  EXPECT_EQ(vm.module, "");
  EXPECT_EQ(vm.memory_bytes, 16U << 20U);
  EXPECT_EQ(vm.cpu, CpuIndex{0});
  EXPECT_EQ(vm.completion, Completion::notification);
  EXPECT_EQ(vm.forward, set_of({DeviceName::uart, DeviceName::rtc, DeviceName::test}));
  EXPECT_EQ(vm.devices,
            set_of({DeviceName::pic, DeviceName::pit, DeviceName::port61, DeviceName::acpi_pm,
                    DeviceName::reset, DeviceName::pci, DeviceName::exit}));
}

TEST(Configuration, KnowsEveryGuest) {
  EXPECT_EQ(good("vm1.guest=selftest-real").vms()[0].guest, GuestKind::selftest_real);
  EXPECT_EQ(good("vm1.guest=selftest-protected").vms()[0].guest, GuestKind::selftest_protected);
  EXPECT_EQ(good("vm1.guest=selftest-long").vms()[0].guest, GuestKind::selftest_long);
  EXPECT_EQ(good("vm1.guest=flat:other").vms()[0].guest, GuestKind::flat);
  EXPECT_EQ(good("vm1.guest=replay:other").vms()[0].module, "other");
}

TEST(Configuration, OneListDecidesTheOther) {
  VmConfiguration const forwarded = good("vm1.guest=linux vm1.forward=uart").vms()[0];
  EXPECT_FALSE(forwarded.devices.has(DeviceName::uart));
  EXPECT_TRUE(forwarded.devices.has(DeviceName::rtc));
  VmConfiguration const kept = good("vm1.guest=linux vm1.devices=uart,pic").vms()[0];
  EXPECT_EQ(kept.forward, set_of({DeviceName::rtc, DeviceName::test}));
  VmConfiguration const bare = good("vm1.guest=linux vm1.devices=none vm1.forward=none").vms()[0];
  EXPECT_EQ(bare.devices, DeviceSet{});
  EXPECT_EQ(bare.forward, DeviceSet{});
  VmConfiguration const alone = good("service=none vm1.guest=linux vm1.forward=none").vms()[0];
  EXPECT_TRUE(alone.devices.has(DeviceName::uart));
}

TEST(Configuration, WithoutServiceVmNothingIsForwarded) {
  VmConfiguration const vm = good("service=none vm1.guest=selftest-real").vms()[0];
  EXPECT_EQ(vm.forward, DeviceSet{});
  EXPECT_EQ(vm.devices.bits, (1U << device_name_count) - 1);
}

TEST(Configuration, ModuleTextHasCommentsBlankLinesAndLineEnds) {
  Configuration const all = good("  tsc-hz=5  ",
                                 "# what it is for\r\n\n  cpus=2 \r\n\t# more\nvm1.guest=linux\n"
                                 "vm1.cmdline=a b # c = d  \nslice=7");
  EXPECT_EQ(all.tsc_hz, 5U);
  EXPECT_EQ(all.cpus, 2U);
  EXPECT_EQ(all.slice_ticks, 7U);
  EXPECT_EQ(all.vms()[0].command_line, "a b # c = d");
}

TEST(Configuration, SameSettingTwiceIsOne) {
  EXPECT_EQ(good("cpus=2 cpus=2", "cpus=2\n").cpus, 2U);
}

TEST(ConfigurationError, ContradictionsNameBothPlaces) {
  EXPECT_EQ(wrong("cpus=2 cpus=3"),
            "command line: cpus=3: contradicts command line: cpus=2; keep one of them");
  EXPECT_EQ(wrong("cpus=2", "#\ncpus=3"),
            "config:2: cpus=3: contradicts command line: cpus=2; keep one of them");
  EXPECT_EQ(wrong("", "vm1.cpu=0\n\nvm1.cpu=1"),
            "config:3: vm1.cpu=1: contradicts config:1: vm1.cpu=0; keep one of them");
}

TEST(ConfigurationError, WordsMustBeSettings) {
  EXPECT_EQ(wrong("quiet"), "command line: quiet: not a setting; write key=value");
  EXPECT_EQ(wrong("=3"), "command line: =3: not a setting; write key=value");
  EXPECT_EQ(wrong("", "\ncpus 2"),
            "config:2: cpus 2: more than one word; write one key=value a line");
  EXPECT_EQ(wrong("", "cpus=2\n\x01\x02\xff"),
            "config:2: not text; the module config holds one key=value a line, in ASCII");
}

TEST(ConfigurationError, UnknownKeysNameTheKnown) {
  EXPECT_EQ(wrong("cpu=2").find("command line: cpu=2: unknown key; known are cpus tsc-hz slice "),
            0U);
  EXPECT_EQ(wrong("vm1.ram=2"),
            "command line: vm1.ram=2: unknown key; known are vmN.guest vmN.memory vmN.cpu "
            "vmN.vcpus vmN.devices vmN.forward vmN.initrd vmN.cmdline vmN.completion");
  for (std::string_view const key : {"vm.cpu", "vm0.cpu", "vm01.cpu", "vmx.cpu", "vm-1.cpu",
                                     "vm1000.cpu", "vm1cpu", "VM1.cpu", "service.cpus"}) {
    EXPECT_NE(wrong(std::string{key} + "=1").find("unknown key"), std::string::npos) << key;
  }
}

TEST(ConfigurationError, NumbersHaveBounds) {
  EXPECT_EQ(wrong("cpus=65"),
            "command line: cpus=65: write a number from 0 to 64, decimal or with 0x");
  EXPECT_EQ(wrong("cpus="), "command line: cpus=: write a number from 0 to 64, decimal or with 0x");
  for (std::string_view const word :
       {"tsc-hz=-1", "tsc-hz=100000000001", "com1=0xff", "com1=0xfff9", "com2=65536", "slice=x",
        "service.cpu=64", "crash.cpu=64", "vm1.cpu=64 vm1.guest=linux"}) {
    EXPECT_NE(wrong(word).find(": write a number from "), std::string::npos) << word;
  }
  EXPECT_EQ(wrong("vm1.guest=linux vm1.memory=12Q"),
            "command line: vm1.memory=12Q: write a size from 1M to 64G with K, M or G behind it, a "
            "multiple of 4K");
  for (std::string_view const size : {"1023K", "65G", "1025", "1048577", "0", "M", ""}) {
    EXPECT_NE(wrong("vm1.guest=linux vm1.memory=" + std::string{size}).find("write a size"),
              std::string::npos)
        << size;
  }
}

TEST(ConfigurationError, WordsAreOfAList) {
  EXPECT_EQ(wrong("capture=com3"),
            "command line: capture=com3: unknown word; known are off, com2, lpt1, e9, memory");
  EXPECT_EQ(wrong("profile=xen"),
            "command line: profile=xen: unknown word; known are architectural, acrn, acrn2018");
  EXPECT_EQ(wrong("service=off"), "command line: service=off: unknown word; known are on, none");
  EXPECT_EQ(wrong("vm1.guest=linux vm1.devices=pic,,pit"),
            "command line: vm1.devices=pic,,pit: unknown device \"\"; known are pic, pit, port61, "
            "uart, rtc, acpi_pm, reset, pci, test, exit, with commas between them, or none");
}

TEST(ConfigurationError, GuestsNeedWhatTheyNeed) {
  EXPECT_EQ(wrong("vm2.memory=1M"),
            "command line: vm2.memory=1M: vm2 has no guest; add vm2.guest=selftest-real, for one");
  EXPECT_NE(wrong("vm1.guest=bsd").find("vm1.guest=bsd: unknown guest; known are selftest-real"),
            std::string::npos);
  EXPECT_EQ(wrong("vm1.guest=flat"),
            "command line: vm1.guest=flat: no module named; write flat:MODULE");
  EXPECT_EQ(wrong("vm1.guest=linux:"),
            "command line: vm1.guest=linux:: no module named; write linux:MODULE");
  EXPECT_EQ(wrong("vm1.guest=selftest-real:x"),
            "command line: vm1.guest=selftest-real:x: selftest-real needs no module; leave out "
            "\":x\"");
  EXPECT_EQ(wrong("vm1.guest=flat:gone"),
            "command line: vm1.guest=flat:gone: there is no module \"gone\"; loaded are config "
            "linux initrd other");
  EXPECT_EQ(wrong("vm1.guest=linux vm1.initrd=gone"),
            "command line: vm1.initrd=gone: there is no module \"gone\"; loaded are config linux "
            "initrd other");
  EXPECT_EQ(wrong("vm1.guest=selftest-real", "vm1.initrd=initrd"),
            "config:1: vm1.initrd=initrd: only for Linux, but vm1.guest=selftest-real; leave it "
            "out");
  EXPECT_NE(wrong("vm1.guest=selftest-real vm1.cmdline=quiet").find("only for Linux"),
            std::string::npos);
  auto const none =
      parse_configuration({.command_line = "vm1.guest=linux", .module_text = {}, .modules = {}});
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().line.text(),
            "configuration: command line: vm1.guest=linux: there is no module \"linux\"; none was "
            "loaded: add \"module2 FILE linux\" to GRUB's menu");
}

TEST(ConfigurationError, ThereAreOnlySoManyVmsAndVcpus) {
  EXPECT_EQ(wrong("vm9.guest=linux"),
            "command line: vm9.guest=linux: at most 8 User VMs; write vm1 to vm8");
  EXPECT_EQ(wrong("vm1.guest=linux vm1.vcpus=17"),
            "command line: vm1.vcpus=17: the request page has 16 slots, one for each vCPU; write "
            "vcpus=1");
  EXPECT_EQ(wrong("vm1.guest=linux vm1.vcpus=16"),
            "command line: vm1.vcpus=16: a User VM has one vCPU, as nothing in it could start "
            "another (it has no APIC); write vcpus=1");
}

TEST(ConfigurationError, AListMustNotOverlapTheOther) {
  EXPECT_EQ(wrong("vm1.guest=linux vm1.forward=rtc,uart", "vm1.devices=pic,uart"),
            "command line: vm1.forward=rtc,uart: uart cannot be in the hypervisor, too: config:1: "
            "vm1.devices=pic,uart; take it out of one list");
}

TEST(ConfigurationError, NothingIsForwardedWithoutServiceVm) {
  EXPECT_EQ(wrong("service=none vm1.guest=linux vm1.forward=uart"),
            "command line: vm1.forward=uart: nobody to forward to: command line: service=none; "
            "keep one of them");
  EXPECT_EQ(wrong("service=none service.cpu=1"),
            "command line: service.cpu=1: contradicts command line: service=none; change one of "
            "them");
}

TEST(ConfigurationError, ThePortsMustDiffer) {
  EXPECT_EQ(wrong("com1=0x2f8"),
            "command line: com1=0x2f8: contradicts the default of com2; change one of them");
  EXPECT_EQ(wrong("com2=0x3ff"),
            "command line: com2=0x3ff: contradicts the default of com1; change one of them");
  EXPECT_EQ(wrong("com1=0x1000 com2=0x1007"),
            "command line: com1=0x1000: contradicts command line: com2=0x1007; change one of them");
  EXPECT_EQ(good("com1=0x1000 com2=0x1008").com2, core::Port{0x1008});
}

TEST(ConfigurationError, EveryCpuMustExist) {
  EXPECT_EQ(wrong("cpus=2 vm1.guest=linux vm1.cpu=2"),
            "vm1.cpu=2: there is no such CPU; CPUs 0 to 1 run; choose one of them or give the "
            "machine more CPUs");
  EXPECT_EQ(wrong("cpus=1 service.cpu=1"),
            "service.cpu=1: there is no such CPU; only CPU 0 runs; choose one of them or give the "
            "machine more CPUs");
  EXPECT_NE(wrong("cpus=1 crash.cpu=1").find("crash.cpu=1: there is no such CPU"),
            std::string::npos);
  Configuration const four = good("cpus=4 vm1.guest=linux vm1.cpu=3");
  EXPECT_FALSE(check_placement(four, 4).has_value());
  ASSERT_TRUE(check_placement(four, 3).has_value());
  EXPECT_EQ(check_placement(four, 3)->line.text(),
            "configuration: cpus=4: only 3 came up; write cpus=3");
  Configuration const any = good("vm1.guest=linux vm1.cpu=3");
  EXPECT_FALSE(check_placement(any, 4).has_value());
  EXPECT_TRUE(check_placement(any, 3).has_value());
  EXPECT_FALSE(check_placement(good("service=none"), 1).has_value());
}

TEST(ConfigurationError, TooManySettings) {
  std::string lines;
  for (int vm = 1; vm <= 8; ++vm) {
    std::string const key = "vm" + std::to_string(vm);
    for (int i = 0; i < 13; ++i) lines += key + ".x" + std::to_string(i) + "=1\n";
  }
  EXPECT_EQ(wrong("", lines), "config:97: vm8.x5=1: one setting too many; at most 96");
}

TEST(ConfigurationError, LongWordsDoNotHideTheirBeginning) {
  auto const result = parse("capture=" + std::string(1000, 'x'));
  ASSERT_FALSE(result.has_value());
  EXPECT_TRUE(result.error().line.text().starts_with("configuration: command line: capture=xxx"));
  EXPECT_EQ(result.error().line.text().size(), TextLine::size_max);
}

TEST(Configuration, NamesEachDeviceAsItIsWritten) {
  for (std::size_t i = 0; i < device_name_count; ++i) {
    DeviceName const device{static_cast<std::uint8_t>(i)};
    std::string const words = "vm1.guest=linux vm1.forward=none vm1.devices=";
    EXPECT_EQ(good(words + std::string{name(device)}).vms()[0].devices, set_of({device}));
  }
}

}  // namespace
}  // namespace acrn::baremetal
