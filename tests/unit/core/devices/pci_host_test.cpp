// SPDX-License-Identifier: BSD-3-Clause
#include "core/devices/pci_host.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <vector>

#include "core/devices/pci_function.hpp"
#include "core/emulate/emulate_io.hpp"
#include "tests/unit/core/emulate/fakes.hpp"

namespace acrn::core {
namespace {

using fakes::Recorder;

constexpr std::uint64_t ecam = 0xe000'0000;

/// A VM with the bridge at its ports and window, and 00:03.0 in the hypervisor.
struct Vm {
  VmState state{};
  PciHost host;
  Recorder device{.value = 0x1122'3344};
  Effects effects{};
  Profile const& profile;

  explicit Vm(Profile const& rules, DeviceModel model = DeviceModel::absent)
      : host{pci_host_config(rules, model)}, profile{rules} {
    state.device_model = model;
    static_cast<void>(host.add({.device = 3}, device.device()).value());
    fakes::add_ports(state, pci_port_device(host), 0xcf8, 4);
    fakes::add_ports(state, pci_port_device(host), 0xcfc, 4);
    fakes::add_mmio(state, pci_ecam_device(host), ecam, PciHost::ecam_size_bytes);
  }
  Route run(Access& access) { return emulate_io(state, {}, profile, access, {}, effects); }
  std::uint64_t in(std::uint64_t port, std::uint8_t size) {
    Access access = fakes::in(port, size);
    EXPECT_EQ(run(access), Route::completed);
    return access.value;
  }
  Route out(std::uint64_t port, std::uint8_t size, std::uint64_t value) {
    Access access = fakes::out(port, size, value);
    return run(access);
  }
  std::vector<std::uint64_t> seen() {
    std::vector<std::uint64_t> registers;
    for (Access const& access : device.seen) {
      registers.push_back(access.address & 0xfff);
    }
    device.seen.clear();
    return registers;
  }
};

using Registers = std::vector<std::uint64_t>;
constexpr std::uint32_t select3 = 0x8000'1800;

TEST(PciHost, T66_TheLowTwoBitsOfTheAddressAreIgnored) {
  for (Profile const* profile : profiles) {
    for (std::uint32_t low : {0U, 1U, 2U, 3U}) {
      Vm vm{*profile};
      vm.out(0xcf8, 4, select3 | low);
      EXPECT_EQ(vm.in(0xcf8, 4), select3);
      EXPECT_EQ(vm.in(0xcfe, 2), 0x3344U);
      EXPECT_EQ(vm.seen(), Registers{2}) << profile->name << " reg 2, not 4";
    }
  }
}

TEST(PciHost, T67_WithEnableClearDataReadsAllOnesAndIsNotWritten) {
  for (Profile const* profile : profiles) {
    Vm vm{*profile};
    vm.out(0xcf8, 4, select3 & 0x7fff'ffff);
    EXPECT_EQ(vm.in(0xcfc, 4), 0xffff'ffffU);
    EXPECT_EQ(vm.in(0xcfc, 1), 0xffU);
    EXPECT_EQ(vm.out(0xcfc, 4, 1), Route::completed);
    EXPECT_TRUE(vm.device.seen.empty()) << profile->name;
  }
}

TEST(PciHost, T68_ASecondDataAccessByProfileSideBySide) {
  struct Row {
    Profile const* profile;
    std::uint64_t second, address_after;
  };
  for (Row const& row : {Row{&architectural, 0x1122'3344, select3},
                         Row{&acrn_today, 0xffff'ffff, 0}, Row{&acrn2018, 0xffff'ffff, 0}}) {
    Vm vm{*row.profile};
    vm.out(0xcf8, 4, select3);
    EXPECT_EQ(vm.in(0xcfc, 4), 0x1122'3344U);
    EXPECT_EQ(vm.in(0xcfc, 4), row.second) << row.profile->name;
    EXPECT_EQ(vm.in(0xcf8, 4), row.address_after) << row.profile->name;
  }
}

TEST(PciHost, T69_NarrowAccessesToTheAddressReadAllOnesAndAreIgnored) {
  for (Profile const* profile : profiles) {
    Vm vm{*profile};
    vm.out(0xcf8, 4, 0xffff'ffff);
    std::uint64_t const kept = profile == &architectural ? 0x8fff'fffc : 0x80ff'fffc;
    EXPECT_EQ(vm.in(0xcf8, 4), kept) << "reserved bits stay zero: " << profile->name;
    for (auto const& [port, size] : std::vector<std::pair<std::uint64_t, std::uint8_t>>{
             {0xcf8, 1}, {0xcf8, 2}, {0xcfa, 1}, {0xcfa, 2}, {0xcfb, 1}}) {
      EXPECT_EQ(vm.in(port, size), size_mask(size));
      EXPECT_EQ(vm.out(port, size, 0), Route::completed);
    }
    EXPECT_EQ(vm.in(0xcf8, 4), kept);
  }
}

TEST(PciHost, T70_ExtendedBitsAndSizesByProfileSideBySide) {
  struct Row {
    Profile const* profile;
    std::uint64_t reg;
  };
  for (Row const& row :
       {Row{&architectural, 0x540}, Row{&acrn_today, 0x40}, Row{&acrn2018, 0x40}}) {
    for (auto const& [offset, size] : std::vector<std::pair<std::uint64_t, std::uint8_t>>{
             {0, 1}, {1, 1}, {2, 1}, {3, 1}, {0, 2}, {2, 2}, {0, 4}}) {
      Vm vm{*row.profile};
      vm.out(0xcf8, 4, select3 | 0x0500'0040);
      EXPECT_EQ(vm.in(0xcfc + offset, size), 0x1122'3344U & size_mask(size));
      EXPECT_EQ(vm.seen(), Registers{row.reg + offset}) << row.profile->name;
    }
  }
}

TEST(PciHost, T31_AnUnalignedWordByProfileSideBySide) {
  struct Row {
    Profile const* profile;
    std::uint64_t value;
  };
  for (Row const& row :
       {Row{&architectural, 0x3344}, Row{&acrn_today, 0xffff}, Row{&acrn2018, 0xffff}}) {
    Vm vm{*row.profile};
    vm.out(0xcf8, 4, select3);
    EXPECT_EQ(vm.in(0xcfd, 2), row.value) << row.profile->name;
    EXPECT_EQ(vm.device.seen.size(), row.value == 0x3344 ? 1U : 0U);
  }
}

TEST(PciHost, SelectingAFunctionOfTheDeviceModelIsNotedAndForwarded) {
  for (Profile const* profile : {&architectural, &acrn_today}) {
    Vm vm{*profile, DeviceModel::present};
    Access write = fakes::out(0xcf8, 4, 0x8f00'2003);
    EXPECT_EQ(vm.run(write), Route::forward);
    EXPECT_EQ(write.value, 0x8f00'2003U) << "the device model gets what the guest wrote";
    EXPECT_EQ(vm.in(0xcf8, 4) & 0x80ff'ffff, 0x8000'2000U) << "and the hypervisor acted first";
    Access data = fakes::in(0xcfc, 4);
    EXPECT_EQ(vm.run(data), Route::forward) << profile->name;
    EXPECT_EQ(vm.out(0xcf8, 4, select3), Route::completed) << "the hypervisor's own";
    EXPECT_EQ(vm.in(0xcfc, 4), 0x1122'3344U);
  }
  Vm alone{architectural};
  EXPECT_EQ(alone.out(0xcf8, 4, 0x8000'2000), Route::completed);
  EXPECT_EQ(alone.in(0xcfc, 4), 0xffff'ffffU);
}

TEST(PciHost, WritesReachTheFunctionAndItsErrorsTheCaller) {
  Vm vm{architectural};
  vm.out(0xcf8, 4, select3 | 0x10);
  EXPECT_EQ(vm.out(0xcfe, 2, 0xbeef), Route::completed);
  ASSERT_EQ(vm.device.seen.size(), 1U);
  EXPECT_EQ(vm.device.seen[0],
            (Access{Space::pci_config, Direction::write, 2, 3ULL << 15U | 0x12, 0xbeef}));
  vm.device.result = HandlerResult::failed(-5);
  EXPECT_EQ(vm.out(0xcfc, 4, 0), Route::handler_error);
}

TEST(PciHost, TheEcamWindowNamesFunctionAndRegister) {
  Vm vm{architectural};
  Access load = fakes::load(ecam | 3ULL << 15U | 0x104, 4);
  EXPECT_EQ(vm.run(load), Route::completed);
  EXPECT_EQ(load.value, 0x1122'3344U);
  EXPECT_EQ(vm.seen(), Registers{0x104});
  Access empty = fakes::load(ecam | 1ULL << 20U, 2);
  EXPECT_EQ(vm.run(empty), Route::completed);
  EXPECT_EQ(empty.value, 0xffffU);
  Access crooked = fakes::load((ecam | 3ULL << 15U) + 1, 2);
  EXPECT_EQ(vm.run(crooked), Route::completed);
  EXPECT_EQ(crooked.value, 0xffffU);
  EXPECT_TRUE(vm.device.seen.empty());
  Vm guest{architectural, DeviceModel::present};
  Access theirs = fakes::load(ecam | 1ULL << 20U, 4);
  EXPECT_EQ(guest.run(theirs), Route::forward) << "as MMIO";
}

TEST(PciHost, T31_AnEightByteEcamLoadByProfileSideBySide) {
  struct Row {
    Profile const* profile;
    std::uint64_t value;
  };
  for (Row const& row :
       {Row{&architectural, ~0ULL}, Row{&acrn_today, 0xffff'ffff}, Row{&acrn2018, 0xffff'ffff}}) {
    Vm vm{*row.profile};
    Access load = fakes::load(ecam | 3ULL << 15U, 8);
    EXPECT_EQ(vm.run(load), Route::completed);
    EXPECT_EQ(load.value, row.value) << row.profile->name;
    Access store = fakes::store(ecam | 3ULL << 15U, 8, 1);
    EXPECT_EQ(vm.run(store), Route::completed);
    EXPECT_TRUE(vm.device.seen.empty());
  }
}

TEST(PciHost, AByteAtCf9IsTheResetControl) {
  Vm vm{architectural};
  vm.out(0xcf8, 4, select3 | 0x400);
  EXPECT_EQ(vm.effects.power(), PowerEvent::none) << "a double word is the address alone";
  vm.out(0xcf9, 1, 0x02);
  EXPECT_EQ(vm.in(0xcf9, 1), 0x02U);
  vm.out(0xcf9, 1, 0x06);
  EXPECT_EQ(vm.effects.power(), PowerEvent::reset);
  EXPECT_EQ(vm.in(0xcf8, 4), select3 | 0x400U) << "and not a byte of the address";
}

TEST(PciHost, RefusesFunctionsThatItCannotHave) {
  PciHost host{{}};
  Recorder device;
  EXPECT_EQ(host.add({}, {}).error(), PciError::no_handler);
  for (std::uint32_t i = 0; i < pci_function_count_max; ++i) {
    EXPECT_TRUE(host.add({.device = i}, device.device()).has_value());
  }
  EXPECT_EQ(host.add({.device = 5}, device.device()).error(), PciError::taken);
  EXPECT_EQ(host.add({.bus = 1}, device.device()).error(), PciError::full);
  EXPECT_EQ(name(PciError::full), "full");
  EXPECT_EQ(name(PciError::taken), "taken");
  EXPECT_EQ(name(PciError::no_handler), "no handler");
  EXPECT_EQ(name(static_cast<PciError>(9)), "?");
}

TEST(PciHost, LinuxFindsMechanismOneAndTheHostBridge) {
  PciHost host{pci_host_config(architectural, DeviceModel::absent)};
  PciFunction bridge = host_bridge();
  static_cast<void>(host.add({}, pci_function_device(bridge)).value());
  Effects effects;
  auto const in = [&](std::uint64_t port, std::uint8_t size) {
    Access access = fakes::in(port, size);
    EXPECT_EQ(host.access_ports(access, {}, effects), HandlerResult::handled());
    return access.value;
  };
  auto const out = [&](std::uint64_t port, std::uint8_t size, std::uint64_t value) {
    Access access = fakes::out(port, size, value);
    EXPECT_EQ(host.access_ports(access, {}, effects), HandlerResult::handled());
  };
  out(0xcfb, 1, 1);  // pci_check_type1()
  out(0xcf8, 4, 0x8000'0000);
  EXPECT_EQ(in(0xcf8, 4), 0x8000'0000U);
  EXPECT_EQ(in(0xcfc, 4), 0x1237'8086U);
  out(0xcf8, 4, 0x8000'0008);
  EXPECT_EQ(in(0xcfe, 2), 0x0600U) << "a host bridge: the bus is sane";
  out(0xcf8, 4, 0x8000'0000);
  out(0xcfc, 4, 0);
  EXPECT_EQ(in(0xcfc, 4), 0x1237'8086U) << "read-only";
  out(0xcf8, 4, 0x8000'000c);
  out(0xcfd, 1, 0xff);
  EXPECT_EQ(in(0xcfc, 4), 0x0000'f800U) << "but for the mask";
  out(0xcf8, 4, 0x8100'0000);
  EXPECT_EQ(in(0xcfc, 4), 0xffff'ffffU) << "past the header";
}

TEST(PciHost, ASnapshotKeepsTheAddressAndNothingThatTheRegistersLack) {
  Vm vm{acrn_today};
  vm.host.restore({.address = 0xffff'ffff, .reset = {0xff}});
  EXPECT_EQ(vm.host.state(), (PciHostState{.address = 0x80ff'fffc, .reset = {0x0e}}));
}

TEST(PciHost, StaysInRangeUnderAnySequence) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random{seed};
    PciHost host{pci_host_config(seed % 2 == 0 ? architectural : acrn_today, DeviceModel::absent)};
    PciFunction bridge = host_bridge();
    static_cast<void>(host.add({}, pci_function_device(bridge)).value());
    Effects effects;
    for (int step = 0; step < 5000; ++step) {
      bool const read = random() % 2 == 0;
      auto const direction = read ? Direction::read : Direction::write;
      Access port{Space::port, direction, static_cast<std::uint8_t>(1U << random() % 3),
                  0xcf8 + random() % 8, random() & 0x8f00'0fff'ffff};
      ASSERT_EQ(host.access_ports(port, {}, effects).status, HandlerStatus::handled);
      Access memory{Space::mmio, direction, static_cast<std::uint8_t>(1U << random() % 4),
                    ecam + random() % 8192, random()};
      ASSERT_EQ(host.access_ecam(memory, {}, effects).status, HandlerStatus::handled)
          << "seed " << seed;
      ASSERT_EQ(bridge.registers[0], 0x86);
      if (read) {
        ASSERT_EQ(port.value, truncate(port.value, port.size));
      }
    }
  }
}

}  // namespace
}  // namespace acrn::core
