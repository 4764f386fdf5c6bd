// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/config/parse.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "tests/unit/baremetal/config/settings_text.hpp"

namespace acrn::baremetal {
namespace {

using test::good;

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

TEST(Configuration, WhatIsTypedIsAModuleAndThePromptALine) {
  Configuration const all =
      good("", "vm1.guest=selftest-real\nvm1.input=other\nvm1.input-after=your name? \n");
  EXPECT_EQ(all.vms()[0].input, "other");
  EXPECT_EQ(all.vms()[0].input_after, "your name?");
  EXPECT_EQ(good("vm1.guest=linux vm1.input=other").vms()[0].input_after, "");
  EXPECT_EQ(good("vm1.guest=linux vm1.devices=uart vm1.input=other").vms()[0].input, "other");
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

TEST(Configuration, TheDiskIsForwardedOnRequest) {
  EXPECT_FALSE(good("vm1.guest=linux").vms()[0].forward.has(DeviceName::disk));
  VmConfiguration const vm = good("vm1.guest=linux vm1.forward=uart,disk").vms()[0];
  EXPECT_EQ(vm.forward, set_of({DeviceName::uart, DeviceName::disk}));
  EXPECT_FALSE(vm.devices.has(DeviceName::disk));
}

TEST(Configuration, WithoutServiceVmNothingIsForwarded) {
  VmConfiguration const vm = good("service=none vm1.guest=selftest-real").vms()[0];
  EXPECT_EQ(vm.forward, DeviceSet{});
  EXPECT_FALSE(vm.devices.has(DeviceName::disk)) << "which only the Service VM has";
  EXPECT_EQ(vm.devices.bits | 1U << static_cast<unsigned>(DeviceName::disk),
            (1U << device_name_count) - 1);
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

TEST(Configuration, NamesEachDeviceAsItIsWritten) {
  for (std::size_t i = 0; i < device_name_count; ++i) {
    DeviceName const device{static_cast<std::uint8_t>(i)};
    std::string const words = "vm1.guest=linux vm1.devices=none vm1.forward=";
    EXPECT_EQ(good(words + std::string{name(device)}).vms()[0].forward, set_of({device}));
  }
}

}  // namespace
}  // namespace acrn::baremetal
