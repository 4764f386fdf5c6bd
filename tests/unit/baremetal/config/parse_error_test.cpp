// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/config/parse.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/unit/baremetal/config/settings_text.hpp"

namespace acrn::baremetal {
namespace {

using test::good;
using test::parse;
using test::wrong;

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
            "vmN.vcpus vmN.devices vmN.forward vmN.initrd vmN.cmdline vmN.completion "
            "vmN.input vmN.input-after");
  for (std::string_view const key : {"vm.cpu", "vm0.cpu", "vm01.cpu", "vmx.cpu", "vm-1.cpu",
                                     "vm1000.cpu", "vm1cpu", "VM1.cpu", "service.cpus"}) {
    EXPECT_NE(wrong(std::string{key} + "=1").find("unknown key"), std::string::npos) << key;
  }
}

TEST(ConfigurationError, WhatIsTypedNeedsAModuleAndAUart) {
  EXPECT_NE(wrong("vm1.guest=selftest-real vm1.input=absent").find("there is no module \"absent\""),
            std::string::npos);
  EXPECT_EQ(wrong("vm1.guest=selftest-real vm1.input-after=login:"),
            "command line: vm1.input-after=login:: nothing is typed; add vm1.input=MODULE");
  EXPECT_EQ(wrong("vm1.guest=linux vm1.input=linux vm1.devices=pic vm1.forward=none"),
            "command line: vm1.input=linux: the VM has no UART; add uart to vm1.devices= or "
            "vm1.forward=");
}

TEST(ConfigurationError, TheDiskIsTheServiceVms) {
  EXPECT_EQ(wrong("vm1.guest=linux vm1.devices=pic,disk"),
            "command line: vm1.devices=pic,disk: the disk is the Service VM's; write it into "
            "vm1.forward= instead");
  EXPECT_EQ(
      wrong("service=none vm1.guest=linux vm1.forward=disk"),
      "command line: vm1.forward=disk: nobody to forward to: command line: service=none; keep "
      "one of them");
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
            "uart, rtc, acpi_pm, reset, pci, test, exit, disk, with commas between them, or none");
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

}  // namespace
}  // namespace acrn::baremetal
