// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include "core/hypercall/error_numbers.hpp"
#include "tests/unit/core/hypercall/service_vm.hpp"

namespace acrn::core {
namespace {

using abi::AsyncioInfo;
using abi::Hypercall;
using abi::SharedBufferId;
using fakes::ServiceRam;

constexpr AsyncioInfo mmio_any{.type = 2, .address = 0xfe00'3000, .element = 0x77};

class RingCalls : public fakes::ServiceVm {
 protected:
  HypercallResult assign(std::uint64_t vm, AsyncioInfo const& info) {
    return call_with(Hypercall::asyncio_assign, vm, info);
  }
  /// Puts a ring's header at `gpa`.
  void put_ring(std::uint64_t gpa, std::uint32_t count, std::uint32_t element_size,
                std::uint32_t flags = 0) {
    GuestRam const ram{ram_};
    EXPECT_TRUE(ram.store(gpa, abi::sbuf_magic));
    EXPECT_TRUE(ram.store(gpa + 8, count) && ram.store(gpa + 12, element_size));
    EXPECT_TRUE(ram.store(gpa + 24, flags) && ram.store(gpa + 36, count * element_size));
  }
  HypercallResult setup(std::uint64_t vm, SharedBufferId id, std::uint64_t gpa,
                        std::uint16_t cpu = 0) {
    return call_with(
        Hypercall::setup_sbuf, vm,
        abi::SharedBufferParameters{.cpu = cpu, .id = static_cast<std::uint32_t>(id), .gpa = gpa});
  }
};

TEST_F(RingCalls, AnAssignedDescriptorIsInTheVmsTableAlone) {
  std::uint64_t const vm = vm_in(VmLife::created);
  std::uint64_t const other = vm_in(VmLife::created);
  ASSERT_EQ(assign(vm, mmio_any).rax, 0);
  Access const write{Space::mmio, Direction::write, 2, 0xfe00'3000, 9};
  ASSERT_NE(asyncio(vm).descriptors.find(write), nullptr);
  EXPECT_EQ(asyncio(vm).descriptors.find(write)->element, 0x77U);
  EXPECT_EQ(asyncio(other).descriptors.size(), 0U);
  EXPECT_EQ(call_with(Hypercall::asyncio_deassign, vm, mmio_any).rax, 0);
  EXPECT_EQ(asyncio(vm).descriptors.size(), 0U);
  EXPECT_EQ(call_with(Hypercall::asyncio_deassign, vm, mmio_any).rax, errors::no_entry);
}

TEST_F(RingCalls, T77_RefusalsReachTheCaller) {
  std::uint64_t const vm = vm_in(VmLife::running);
  ASSERT_EQ(assign(vm, mmio_any).rax, 0);
  EXPECT_EQ(assign(vm, mmio_any).rax, errors::already_exists);
  AsyncioInfo info = mmio_any;
  info.address = 0;
  EXPECT_EQ(assign(vm, info).rax, errors::invalid_argument);
  info = {.type = 1, .match_data = 1, .address = 0xc010, .data = 1ULL << 32U};
  EXPECT_EQ(assign(vm, info).rax, errors::invalid_argument);
  for (std::uint32_t type : {0U, 3U, 0x102U, ~0U}) {
    info = {.type = type, .address = 0x1000};
    EXPECT_EQ(assign(vm, info).rax, errors::invalid_argument) << type;
  }
  info = {.type = 1, .match_data = 2, .address = 0x1000};
  EXPECT_EQ(assign(vm, info).rax, errors::invalid_argument);
  for (std::uint64_t i = 1; i < async_descriptor_count_max; ++i) {
    ASSERT_EQ(assign(vm, {.type = 2, .address = 0x1000 + 4 * i}).rax, 0);
  }
  EXPECT_EQ(assign(vm, {.type = 2, .address = 0x9000}).rax, errors::no_space);
}

TEST_F(RingCalls, TheAsynchronousRingIsOneSoundPage) {
  std::uint64_t const vm = vm_in(VmLife::created);
  put_ring(page, 504, 8);
  auto const result = setup(vm, SharedBufferId::asyncio, page);
  ASSERT_EQ(result.rax, 0);
  EXPECT_EQ(result.effect.kind, Kind::attach_buffer);
  EXPECT_EQ(result.effect.vm.value, vm);
  EXPECT_EQ(result.effect.buffer, SharedBufferId::asyncio);
  EXPECT_EQ(result.effect.gpa, Gpa{page});
  EXPECT_EQ(result.effect.size_bytes, 4096U);
}

TEST_F(RingCalls, T30_AnUnsoundRingIsRefused) {
  std::uint64_t const vm = vm_in(VmLife::created);
  struct Row {
    std::uint32_t count, element_size, flags;
  };
  for (Row const& row : {Row{504, 16, 0}, Row{505, 8, 0}, Row{1, 8, 0}, Row{0, 0, 0},
                         Row{504, 8, 2}, Row{0x2000'0001, 8, 0}}) {
    put_ring(page, row.count, row.element_size, row.flags);
    auto const result = setup(vm, SharedBufferId::asyncio, page);
    EXPECT_EQ(result.rax, errors::invalid_argument) << row.count << ' ' << row.element_size;
    EXPECT_EQ(result.effect.kind, Kind::none);
  }
  put_ring(page + 8, 504, 8);
  EXPECT_EQ(setup(vm, SharedBufferId::asyncio, page + 8).rax, errors::invalid_argument)
      << "unaligned";
  EXPECT_EQ(setup(vm, SharedBufferId::asyncio, ServiceRam::end).rax, errors::invalid_argument);
  EXPECT_EQ(setup(vm, SharedBufferId::asyncio, page + 0x1000).rax, errors::invalid_argument)
      << "no magic number";
}

TEST_F(RingCalls, OtherRingsMayOverwriteAndMustLieInRam) {
  std::uint64_t const vm = vm_in(VmLife::created);
  std::uint64_t const near_end = ServiceRam::read_only - 64 - 32 * 10;
  put_ring(near_end, 10, 32, abi::sbuf_flag_overwrite);
  auto const result = setup(vm, SharedBufferId::vm_event, near_end);
  ASSERT_EQ(result.rax, 0);
  EXPECT_EQ(result.effect.size_bytes, 64U + 320U);
  put_ring(near_end, 1000, 32);
  EXPECT_EQ(setup(vm, SharedBufferId::vm_event, near_end).rax, errors::invalid_argument)
      << "longer than the RAM";
  put_ring(page, 0x8000'0001, 0x8000'0000);
  EXPECT_EQ(setup(vm, SharedBufferId::vm_event, page).rax, errors::invalid_argument);
}

TEST_F(RingCalls, RingsOfCpusNameACpuThatExists) {
  put_ring(page, 100, 32);
  auto const result = setup(0, SharedBufferId::trace, page, 19);
  ASSERT_EQ(result.rax, 0);
  EXPECT_EQ(result.effect.cpu, 19);
  EXPECT_EQ(result.effect.kind, Kind::attach_buffer);
  for (int cpu : {20, 63, 64, 0xffff}) {
    EXPECT_EQ(setup(0, SharedBufferId::trace, page, static_cast<std::uint16_t>(cpu)).rax,
              errors::invalid_argument);
  }
}

TEST_F(RingCalls, APageOfStampsNeedsNoHeader) {
  std::uint64_t const vm = vm_in(VmLife::created);
  std::uint64_t const last = ServiceRam::end - 0x1000;
  for (std::uint64_t const gpa : {page, last}) {
    auto const result = setup(vm, SharedBufferId::request_stamps, gpa);
    ASSERT_EQ(result.rax, 0);
    EXPECT_EQ(result.effect.kind, Kind::attach_buffer);
    EXPECT_EQ(result.effect.buffer, SharedBufferId::request_stamps);
    EXPECT_EQ(result.effect.vm.value, vm);
    EXPECT_EQ(result.effect.gpa, Gpa{gpa});
    EXPECT_EQ(result.effect.size_bytes, 4096U);
  }
  for (std::uint64_t const gpa : {page + 8, ServiceRam::end, ServiceRam::first - 0x1000}) {
    auto const result = setup(vm, SharedBufferId::request_stamps, gpa);
    EXPECT_EQ(result.rax, errors::invalid_argument) << std::hex << gpa;
    EXPECT_EQ(result.effect.kind, Kind::none);
  }
  EXPECT_EQ(setup(vm + 1, SharedBufferId::request_stamps, page).rax, errors::refused);
  auto const detached = setup(vm, SharedBufferId::request_stamps, 0);
  EXPECT_EQ(detached.rax, 0);
  EXPECT_EQ(detached.effect.kind, Kind::detach_buffer);
  EXPECT_EQ(detached.effect.vm.value, vm);
}

TEST_F(RingCalls, T25_ARingIsDetachedByAddressZero) {
  std::uint64_t const vm = vm_in(VmLife::running);
  asyncio(vm).ring = {.push = [](void*, std::uint64_t) noexcept { return Push::queued; }};
  auto const result = setup(vm, SharedBufferId::asyncio, 0);
  EXPECT_EQ(result.rax, 0);
  EXPECT_EQ(result.effect.kind, Kind::detach_buffer);
  EXPECT_FALSE(asyncio(vm).ring.exists());
  EXPECT_EQ(setup(0, SharedBufferId::hypervisor_log, 0, 3).effect.kind, Kind::detach_buffer);
}

TEST_F(RingCalls, UnknownRingsAndVmsAreRefused) {
  put_ring(page, 504, 8);
  EXPECT_EQ(setup(1, SharedBufferId::asyncio, page).rax, errors::refused) << "no such VM";
  EXPECT_EQ(setup(1ULL << 32U | 1U, SharedBufferId::asyncio, page).rax, errors::refused);
  for (std::uint32_t id : {4U, 63U, 66U, 0x1'0040U, 0x7fff'ffffU, 0x8000'0001U, ~0U}) {
    EXPECT_EQ(setup(1, static_cast<SharedBufferId>(id), page).rax, errors::invalid_argument) << id;
  }
  EXPECT_EQ(call_with(Hypercall::setup_sbuf, 1,
                      abi::SharedBufferParameters{.reserved = 1, .id = 0, .gpa = page})
                .rax,
            errors::invalid_argument);
}

}  // namespace
}  // namespace acrn::core
