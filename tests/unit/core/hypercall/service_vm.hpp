// SPDX-License-Identifier: BSD-3-Clause
// A service VM that makes hypercalls: 64 KiB of RAM, of which one page is read-only.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "core/hypercall/hypercalls.hpp"

namespace acrn::core::fakes {

/// RAM from `first` on; writes to the last page fail.
struct ServiceRam {
  static constexpr std::uint64_t first = 0x10'0000;
  static constexpr std::uint64_t size = 0x1'0000;
  static constexpr std::uint64_t read_only = first + size - 0x1000;
  static constexpr std::uint64_t end = first + size;
  std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(size);

  static bool has(Gpa gpa, std::size_t count) {
    return gpa.value >= first && gpa.value < end && count <= end - gpa.value;
  }
  bool read(Gpa gpa, std::span<std::uint8_t> out) {
    if (!has(gpa, out.size())) return false;
    std::memcpy(out.data(), bytes.data() + (gpa.value - first), out.size());
    return true;
  }
  bool write(Gpa gpa, std::span<std::uint8_t const> in) {
    if (!has(gpa, in.size()) || gpa.value + in.size() > read_only) return false;
    std::memcpy(bytes.data() + (gpa.value - first), in.data(), in.size());
    return true;
  }
  bool compare_exchange(Gpa /*gpa*/, std::uint8_t /*size*/, std::uint64_t /*expected*/,
                        std::uint64_t /*desired*/) {
    return false;
  }
};
static_assert(GuestMemory<ServiceRam>);

class ServiceVm : public testing::Test {
 protected:
  static constexpr VmId service{3};
  static constexpr std::uint64_t arguments = ServiceRam::first + 0x100;
  static constexpr std::uint64_t page = ServiceRam::first + 0x2000;
  using Kind = HypercallEffect::Kind;

  HypercallResult raw(HypercallRegisters const& registers) {
    return calls_.call(registers, GuestRam{ram_}, asyncio_pointers_);
  }
  HypercallResult call(abi::Hypercall id, std::uint64_t first = 0, std::uint64_t second = 0) {
    return raw({.id = static_cast<std::uint64_t>(id),
                .first = first,
                .second = second,
                .caller = service});
  }
  /// The same, with a structure in memory that RSI points to.
  template <class T>
  HypercallResult call_with(abi::Hypercall id, std::uint64_t first, T const& argument) {
    EXPECT_TRUE(GuestRam{ram_}.store(arguments, argument));
    return call(id, first, arguments);
  }

  abi::VmCreation creation(std::uint64_t cpus, std::uint64_t flags = 0) {
    abi::VmCreation wanted{.flags = flags, .cpu_affinity = cpus};
    wanted.name[0] = ++names_;
    return wanted;
  }
  HypercallResult create(abi::VmCreation const& wanted) {
    EXPECT_TRUE(GuestRam{ram_}.store(arguments, wanted));
    return call(abi::Hypercall::create_vm, arguments);
  }
  abi::VmCreation told() {
    abi::VmCreation creation;
    EXPECT_TRUE(GuestRam{ram_}.load(arguments, creation));
    return creation;
  }
  HypercallResult set_buffer(std::uint64_t vm, std::uint64_t gpa = page) {
    return call_with(abi::Hypercall::set_ioreq_buffer, vm, gpa);
  }
  /// Makes a VM in that state, and answers its id.
  std::uint64_t vm_in(VmLife life, std::uint64_t flags = 0) {
    EXPECT_EQ(create(creation(0b11, flags)).rax, 0);
    std::uint64_t const vm = told().vmid;
    EXPECT_EQ(set_buffer(vm).rax, 0);
    if (life == VmLife::paused) {
      EXPECT_EQ(call(abi::Hypercall::pause_vm, vm).rax, 0);
    }
    if (life == VmLife::running || life == VmLife::powering_off) {
      EXPECT_EQ(call(abi::Hypercall::start_vm, vm).rax, 0);
    }
    if (life == VmLife::powering_off) {
      EXPECT_TRUE(calls_.power_off({static_cast<std::uint16_t>(vm)}));
    }
    EXPECT_EQ(life_of(vm), life);
    return vm;
  }
  VmLife life_of(std::uint64_t vm) { return calls_.vm({static_cast<std::uint16_t>(vm)})->life; }
  AsyncIo& asyncio(std::uint64_t vm) { return (*asyncio_)[vm - 1]; }

  ServiceRam ram_{};
  using Rings = std::array<AsyncIo, user_vm_count_max>;
  using Pointers = std::array<AsyncIo*, user_vm_count_max>;
  static Pointers pointers_to(Rings& rings) {
    Pointers pointers{};
    std::ranges::transform(rings, pointers.begin(), [](AsyncIo& ring) { return &ring; });
    return pointers;
  }
  std::unique_ptr<Rings> asyncio_ = std::make_unique<Rings>();
  Pointers asyncio_pointers_ = pointers_to(*asyncio_);
  Hypercalls calls_{{.service_vm = service, .physical_cpus = 0xf'ffff}};
  std::uint8_t names_{};
};

}  // namespace acrn::core::fakes
