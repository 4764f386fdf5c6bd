// SPDX-License-Identifier: BSD-3-Clause
// A service VM that calls at random: no call does what the tables do not allow.
#include <gtest/gtest.h>

#include <array>
#include <random>

#include "core/asyncio/ring_layout.hpp"
#include "core/hypercall/call_table.hpp"
#include "tests/support/seed.hpp"
#include "tests/unit/core/hypercall/service_vm.hpp"

namespace acrn::core {
namespace {

using fakes::ServiceRam;

class RandomCalls : public fakes::ServiceVm {
 protected:
  std::uint64_t draw(std::uint64_t bound) { return random_() % bound; }
  /// Mostly values near the edges of what is allowed.
  std::uint64_t argument() {
    switch (draw(6)) {
      case 0:
        return draw(20);
      case 1:
        return 1ULL << draw(64);
      case 2:
        return random_();
      case 3:
        return ServiceRam::first + draw(ServiceRam::size + 0x100);
      case 4:
        return ServiceRam::first + draw(16) * 0x1000;
      default:
        return arguments;
    }
  }
  void shuffle_memory() {
    for (std::size_t offset = 0x100; offset < 0x140; offset += 4) {
      std::uint32_t const word = static_cast<std::uint32_t>(argument());
      std::memcpy(ram_.bytes.data() + offset, &word, sizeof word);
    }
  }
  std::uint64_t any_call() {
    return static_cast<std::uint64_t>(call_table[draw(call_table.size())].id);
  }
  /// RAX is what the table of calls lists for the id, and nothing else.
  static void check_rax(std::uint64_t id, HypercallResult const& result) {
    if (result.kind != HypercallResult::Kind::returned) return;
    CallInfo const* const call = find_call(id);
    if (call == nullptr) {
      EXPECT_EQ(result.rax, errors::not_a_call) << std::hex << id;
    } else {
      EXPECT_TRUE(may_return(*call, result.rax)) << call->name << " returned " << result.rax;
    }
  }
  void check(HypercallResult const& result, std::array<VmLife, 9> const& before) {
    if (result.kind != HypercallResult::Kind::returned || result.rax != 0) {
      EXPECT_EQ(result.effect.kind, Kind::none);
    }
    for (std::uint16_t vm = 1; vm <= user_vm_count_max; ++vm) {
      if (life_of(vm) == before[vm]) continue;
      EXPECT_EQ(result.rax, 0);
      EXPECT_EQ(result.effect.vm, VmId{vm}) << "a VM changed that the effect does not name";
      bool allowed = false;
      for (LifeTransition const& row : life_transitions) {
        allowed = allowed || (row.from == before[vm] && row.to == life_of(vm));
      }
      EXPECT_TRUE(allowed) << name(before[vm]) << " to " << name(life_of(vm));
    }
    if (result.effect.kind == Kind::notify_vcpu) {
      EXPECT_LT(result.effect.vcpu.value, calls_.vm(result.effect.vm)->vcpu_count);
    }
    if (result.effect.kind == Kind::attach_buffer || result.effect.kind == Kind::attach_page) {
      EXPECT_TRUE(ServiceRam::has(result.effect.gpa, result.effect.size_bytes));
    }
  }

  std::mt19937_64 random_{};
};

TEST_F(RandomCalls, KeepToTheTables) {
  random_.seed(tests::announced_seed(0x4c41));
  std::array<int, 14> effects{};
  for (int i = 0; i < 200'000; ++i) {
    std::array<VmLife, 9> before{};
    for (std::uint16_t vm = 1; vm <= user_vm_count_max; ++vm) before[vm] = life_of(vm);
    std::uint64_t const id = draw(20) == 0 ? argument() : any_call();
    if (draw(3) == 0) shuffle_memory();
    // Now and then an argument that makes sense, so that calls get past their checks.
    if (draw(4) == 0) {
      ASSERT_TRUE(GuestRam{ram_}.store(arguments, page));
    }
    if (draw(8) == 0) {
      ASSERT_TRUE(GuestRam{ram_}.store(arguments, creation(1 + draw(0xf'ffff))));
    }
    auto const result = raw({.id = id,
                             .first = draw(2) == 0 ? 1 + draw(8) : argument(),
                             .second = draw(4) == 0   ? draw(4)
                                       : draw(2) == 0 ? arguments
                                                      : argument(),
                             .cpl = static_cast<std::uint8_t>(draw(40) == 0 ? 3 : 0),
                             .caller = {static_cast<std::uint16_t>(draw(40) == 0 ? 1 : 3)}});
    check(result, before);
    check_rax(id, result);
    ++effects.at(static_cast<std::size_t>(result.effect.kind));
    if (draw(500) == 0) static_cast<void>(calls_.power_off({static_cast<std::uint16_t>(draw(10))}));
  }
  for (Kind kind :
       {Kind::create_vm, Kind::attach_page, Kind::start_vm, Kind::pause_vm, Kind::reset_vm,
        Kind::destroy_vm, Kind::notify_vcpu, Kind::irq_line, Kind::callback_vector}) {
    EXPECT_GT(effects.at(static_cast<std::size_t>(kind)), 20) << static_cast<int>(kind);
  }
}

}  // namespace
}  // namespace acrn::core
