// SPDX-License-Identifier: BSD-3-Clause
// Configuration accesses of every size and alignment, also those that the router refuses.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/devices/pci_host.hpp"
#include "core/emulate/emulate_io.hpp"
#include "tests/unit/core/emulate/fakes.hpp"

namespace acrn::core {
namespace {

using fakes::Recorder;

constexpr std::uint64_t ecam = 0xe000'0000;
constexpr std::uint64_t function3 = ecam | 3ULL << 15U;
constexpr std::uint32_t select3 = 0x8000'1800;

/// The bridge with 00:03.0 in the hypervisor, and that function selected.
struct Bridge {
  explicit Bridge(Profile const& profile) : host{pci_host_config(profile, DeviceModel::absent)} {
    EXPECT_TRUE(host.add({.device = 3}, device.device()).has_value());
    Access select = fakes::out(0xcf8, 4, select3);
    EXPECT_EQ(host.access_ports(select, {}, effects), HandlerResult::handled());
  }
  PciHost host;
  Recorder device{.value = 0x1122'3344};
  Effects effects{};
};

TEST(PciHostWidths, T31_NoSizeAndNoAlignmentStopsTheHypervisor) {
  for (Profile const* profile : profiles) {
    for (std::uint64_t offset = 0; offset < 8; ++offset) {
      for (std::uint8_t const size : fakes::mmio_sizes) {
        Bridge bridge{*profile};
        Access port = fakes::in(0xcf8 + offset, size);
        Access window = fakes::load(function3 + offset, size);
        if (size <= 4) {
          EXPECT_EQ(bridge.host.access_ports(port, {}, bridge.effects), HandlerResult::handled());
          EXPECT_EQ(port.value, truncate(port.value, size));
        }
        EXPECT_EQ(bridge.host.access_ecam(window, {}, bridge.effects), HandlerResult::handled());
        EXPECT_EQ(window.value, truncate(window.value, size));
        for (Access const& seen : bridge.device.seen) {
          EXPECT_LE(seen.size, 4) << "PCI has no wider one: " << profile->name;
        }
        if (size == 8 || offset % size != 0) {
          std::uint64_t const ones = bridge.host.config().ecam_wide == EcamWideRule::low_half_ones
                                         ? size_mask(std::min<std::uint8_t>(size, 4))
                                         : size_mask(size);
          EXPECT_EQ(window.value, ones) << profile->name << ", " << +size;
        }
      }
    }
  }
}

TEST(PciHostWidths, T31_TheRouterRefusesSizesThatNoInstructionHas) {
  for (Profile const* profile : profiles) {
    Bridge bridge{*profile};
    VmState vm;
    fakes::add_ports(vm, pci_port_device(bridge.host), 0xcf8, 8);
    fakes::add_mmio(vm, pci_ecam_device(bridge.host), ecam, PciHost::ecam_size_bytes);
    for (unsigned const bytes : {0U, 3U, 5U, 6U, 7U, 8U, 9U}) {
      auto const size = static_cast<std::uint8_t>(bytes);
      Access data = fakes::in(0xcfc, size);
      EXPECT_EQ(emulate_io(vm, {}, *profile, data, {}, bridge.effects), Route::invalid) << +size;
      Access window = fakes::load(function3, size);
      Route const route = emulate_io(vm, {}, *profile, window, {}, bridge.effects);
      EXPECT_EQ(route, size == 8 ? Route::completed : Route::invalid) << +size;
    }
    EXPECT_TRUE(bridge.device.seen.empty());
  }
}

}  // namespace
}  // namespace acrn::core
