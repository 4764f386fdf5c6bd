// SPDX-License-Identifier: BSD-3-Clause
#include "core/hypercall/life_cycle.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

#include "core/hypercall/error_numbers.hpp"
#include "tests/unit/core/hypercall/service_vm.hpp"

namespace acrn::core {
namespace {

static_assert(!apply(VmLife::running, LifeEvent::reset) &&
              !apply(VmLife::running, LifeEvent::destroy));

class LifeCycle : public fakes::ServiceVm {};

TEST_F(LifeCycle, EveryPairIsInTheTableOnceOrRefused) {
  std::size_t allowed = 0;
  std::set<VmLife> reached;
  for (std::size_t life = 0; life < vm_life_count; ++life) {
    for (std::size_t event = 0; event < life_event_count; ++event) {
      std::size_t rows = 0;
      for (LifeTransition const& row : life_transitions) {
        if (row.from != static_cast<VmLife>(life) || row.event != static_cast<LifeEvent>(event)) {
          continue;
        }
        ++rows;
        reached.insert(row.to);
        EXPECT_EQ(apply(row.from, row.event), row.to);
      }
      EXPECT_LE(rows, 1U);
      allowed += rows;
    }
  }
  EXPECT_EQ(allowed, life_transitions.size());
  EXPECT_EQ(reached.size(), vm_life_count);
}

TEST_F(LifeCycle, EveryCallInEveryStateDoesWhatTheTableSays) {
  struct Row {
    abi::Hypercall id;
    LifeEvent event;
    Kind effect;
  };
  for (VmLife life : {VmLife::created, VmLife::running, VmLife::powering_off, VmLife::paused}) {
    for (Row const& row :
         {Row{abi::Hypercall::set_ioreq_buffer, LifeEvent::set_buffer, Kind::attach_page},
          Row{abi::Hypercall::start_vm, LifeEvent::start, Kind::start_vm},
          Row{abi::Hypercall::pause_vm, LifeEvent::pause, Kind::pause_vm},
          Row{abi::Hypercall::reset_vm, LifeEvent::reset, Kind::reset_vm},
          Row{abi::Hypercall::destroy_vm, LifeEvent::destroy, Kind::destroy_vm}}) {
      calls_ = core::Hypercalls{{.service_vm = service, .physical_cpus = 0xf}};
      std::uint64_t const vm = vm_in(life);
      auto const next = apply(life, row.event);
      auto const result = call_with(row.id, vm, page);
      EXPECT_EQ(result.rax, next ? 0 : errors::refused) << name(life) << ' ' << name(row.event);
      EXPECT_EQ(life_of(vm), next.value_or(life)) << name(life) << ' ' << name(row.event);
      bool const again = life == VmLife::paused && row.event == LifeEvent::pause;
      EXPECT_EQ(result.effect.kind, next && !again ? row.effect : Kind::none)
          << name(life) << ' ' << name(row.event);
    }
  }
}

TEST_F(LifeCycle, AGuestPowersOffOnlyWhileItRuns) {
  EXPECT_FALSE(calls_.power_off({1})) << "there is no VM";
  EXPECT_FALSE(calls_.power_off({0}));
  EXPECT_FALSE(calls_.power_off({9}));
  std::uint64_t const vm = vm_in(VmLife::created);
  VmId const id{static_cast<std::uint16_t>(vm)};
  EXPECT_FALSE(calls_.power_off(id));
  ASSERT_EQ(call(abi::Hypercall::start_vm, vm).rax, 0);
  EXPECT_TRUE(calls_.power_off(id));
  EXPECT_FALSE(calls_.power_off(id));
  EXPECT_EQ(call(abi::Hypercall::pause_vm, vm).rax, 0) << "on its way to destruction";
  EXPECT_EQ(call(abi::Hypercall::destroy_vm, vm).rax, 0);
}

TEST_F(LifeCycle, AStartNeedsThePageOfRequests) {
  ASSERT_EQ(create(creation(1)).rax, 0);
  std::uint64_t const vm = told().vmid;
  EXPECT_EQ(call(abi::Hypercall::start_vm, vm).rax, errors::refused);
  EXPECT_EQ(life_of(vm), VmLife::created);
  ASSERT_EQ(set_buffer(vm).rax, 0);
  EXPECT_EQ(call(abi::Hypercall::start_vm, vm).rax, 0);
}

TEST_F(LifeCycle, ANewVmInAnOldPlaceStartsWithoutAPage) {
  std::uint64_t const vm = vm_in(VmLife::paused);
  ASSERT_EQ(call(abi::Hypercall::destroy_vm, vm).rax, 0);
  ASSERT_EQ(create(creation(1)).rax, 0);
  ASSERT_EQ(told().vmid, vm);
  EXPECT_EQ(call(abi::Hypercall::start_vm, vm).rax, errors::refused);
}

TEST_F(LifeCycle, T24_ResetClearsTheDescriptorsAndDestructionTheRingToo) {
  std::uint64_t const vm = vm_in(VmLife::paused);
  RingSink const sink{.push = [](void*, std::uint64_t) noexcept { return Push::queued; }};
  asyncio(vm).ring = sink;
  ASSERT_TRUE(asyncio(vm).descriptors.assign({.space = Space::mmio, .address = 0x1000}));
  ASSERT_EQ(call(abi::Hypercall::reset_vm, vm).rax, 0);
  EXPECT_EQ(asyncio(vm).descriptors.size(), 0U);
  EXPECT_TRUE(asyncio(vm).ring.exists());
  ASSERT_EQ(call(abi::Hypercall::pause_vm, vm).rax, 0);
  ASSERT_EQ(call(abi::Hypercall::destroy_vm, vm).rax, 0);
  EXPECT_FALSE(asyncio(vm).ring.exists());
}

TEST_F(LifeCycle, NamesAreDistinct) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < vm_life_count; ++i) names.insert(name(static_cast<VmLife>(i)));
  for (std::size_t i = 0; i < life_event_count; ++i) names.insert(name(static_cast<LifeEvent>(i)));
  EXPECT_EQ(names.size(), vm_life_count + life_event_count);
  EXPECT_FALSE(names.contains("?"));
  EXPECT_EQ(name(static_cast<VmLife>(99)), "?");
  EXPECT_EQ(name(static_cast<LifeEvent>(99)), "?");
}

}  // namespace
}  // namespace acrn::core
