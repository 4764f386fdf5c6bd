// SPDX-License-Identifier: BSD-3-Clause
// Every byte of an access reaches its owner once, whatever edges the access crosses.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>

#include "core/emulate/vcpu_io.hpp"
#include "tests/unit/core/emulate/fakes.hpp"
#include "tests/unit/core/emulate/scripted_vcpu.hpp"

namespace acrn::core {
namespace {

using fakes::Bytes;
using fakes::mmio_exit;
using fakes::pio_exit;
using fakes::Vcpu;

/// Runs one access to its end; the device model answers the complement of Bytes.
Progress run(Vcpu& vcpu, VmExit const& exit) {
  Progress progress = vcpu.begin(exit);
  while (progress == Progress::waiting) {
    progress = vcpu.answer(~Bytes::read(vcpu.slot.submitted.back()));
  }
  return progress;
}

/// What the guest must read: each byte from its owner.
template <class Claimed>
std::uint64_t expected_value(Access const& access, Claimed const& claimed) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < access.size; ++i) {
    std::uint64_t address = access.address + i;
    address = access.space == Space::port ? address & 0xffff : address;
    std::uint8_t const byte = Bytes::byte_at(address);
    value |= std::uint64_t{claimed(address) ? byte : static_cast<std::uint8_t>(~byte)} << (8 * i);
  }
  return value;
}

TEST(VcpuIo, ArchitecturalReadsGetEveryByteFromItsOwnerAroundAllPortEdges) {
  constexpr std::array<std::uint16_t, 7> claimed{0x0000, 0x0060, 0x0061, 0x0064,
                                                 0x0cf8, 0x0cfa, 0xffff};
  Vcpu vcpu;
  Bytes device;
  for (std::uint16_t port : claimed) {
    fakes::add_ports(vcpu.vm, device.device(), port, 1);
  }
  auto const is_claimed = [&claimed](std::uint64_t port) {
    return std::find(claimed.begin(), claimed.end(), port) != claimed.end();
  };
  for (std::uint16_t edge : claimed) {
    for (unsigned offset = 0; offset <= 16; ++offset) {
      std::uint64_t const port = (edge + 0x1'0000U - 8 + offset) & 0xffffU;
      for (std::uint8_t size : fakes::port_sizes) {
        Access const access = fakes::in(port, size);
        ASSERT_EQ(run(vcpu, pio_exit(access)), Progress::done);
        ASSERT_EQ(vcpu.io.access().value, expected_value(access, is_claimed)) << std::hex << port;
      }
    }
  }
}

TEST(VcpuIo, ArchitecturalStoresReachEveryOwnerOnceAroundMmioEdges) {
  auto const is_claimed = [](std::uint64_t gpa) {
    return (gpa >= 0x1ff9 && gpa < 0x2001) || gpa == 0x2003;
  };
  for (std::uint64_t gpa = 0x1ff0; gpa < 0x2010; ++gpa) {
    for (std::uint8_t size : fakes::mmio_sizes) {
      Vcpu vcpu;
      Bytes device;
      fakes::add_mmio(vcpu.vm, device.device(), 0x1ff9, 8);
      fakes::add_mmio(vcpu.vm, device.device(), 0x2003, 1);
      Access const access = fakes::store(gpa, size, 0x8877'6655'4433'2211);
      ASSERT_EQ(run(vcpu, mmio_exit(access)), Progress::done);
      std::map<std::uint64_t, std::uint8_t> forwarded;
      for (Access const& piece : vcpu.slot.submitted) {
        for (unsigned i = 0; i < piece.size; ++i) {
          ASSERT_TRUE(
              forwarded
                  .emplace(piece.address + i, static_cast<std::uint8_t>(piece.value >> (8 * i)))
                  .second);
        }
      }
      ASSERT_EQ(forwarded.size() + device.written.size(), size);
      for (unsigned i = 0; i < size; ++i) {
        auto& owner = is_claimed(gpa + i) ? device.written : forwarded;
        ASSERT_EQ(owner.at(gpa + i), 0x11 * (i + 1)) << std::hex << gpa << " + " << i;
      }
    }
  }
}

}  // namespace
}  // namespace acrn::core
