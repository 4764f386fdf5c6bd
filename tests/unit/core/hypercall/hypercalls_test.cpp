// SPDX-License-Identifier: BSD-3-Clause
#include "core/hypercall/hypercalls.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>

#include "core/hypercall/error_numbers.hpp"
#include "tests/unit/core/hypercall/service_vm.hpp"

namespace acrn::core {
namespace {

using abi::Hypercall;
using fakes::ServiceRam;
using fakes::ServiceVm;

class Hypercalls : public ServiceVm {};

constexpr std::array all_calls{
    Hypercall::get_api_version,
    Hypercall::set_callback_vector,
    Hypercall::create_vm,
    Hypercall::destroy_vm,
    Hypercall::start_vm,
    Hypercall::pause_vm,
    Hypercall::reset_vm,
    Hypercall::inject_msi,
    Hypercall::set_irqline,
    Hypercall::set_ioreq_buffer,
    Hypercall::notify_request_finish,
    Hypercall::asyncio_assign,
    Hypercall::asyncio_deassign,
    Hypercall::setup_sbuf,
};

TEST_F(Hypercalls, AVmWithoutPermissionGetsUndefinedOpcodeFromEveryRing) {
  for (std::uint8_t cpl = 0; cpl < 4; ++cpl) {
    for (unsigned caller : {0U, 1U, 4U, 0xffffU}) {
      EXPECT_EQ(raw({.id = 0x8000'0000,
                     .first = arguments,
                     .cpl = cpl,
                     .caller = {static_cast<std::uint16_t>(caller)}})
                    .kind,
                HypercallResult::Kind::undefined_opcode);
    }
  }
  EXPECT_EQ(told().vmid, 0) << "nothing was executed";
}

TEST_F(Hypercalls, OutsideRingZeroEveryIdIsAProtectionFault) {
  for (std::uint8_t cpl = 1; cpl < 4; ++cpl) {
    for (std::uint64_t id : {0x8000'0000ULL, 0x8000'0012ULL, 0ULL, ~0ULL}) {
      EXPECT_EQ(raw({.id = id, .cpl = cpl, .caller = service}).kind,
                HypercallResult::Kind::general_protection);
    }
  }
}

TEST_F(Hypercalls, T26_OnlyTheWholeIdNamesACall) {
  for (Hypercall call : all_calls) {
    auto const id = static_cast<std::uint64_t>(call);
    for (std::uint64_t other : {id & 0xff, id & 0xffff, id | 1UL << 32U, id | 1UL << 63U,
                                id ^ 0x100, id ^ 0x4000'0000, id | 0xffff'ff00}) {
      auto const result = raw({.id = other, .first = arguments, .caller = service});
      EXPECT_EQ(result.kind, HypercallResult::Kind::returned);
      EXPECT_EQ(result.rax, errors::not_a_call) << std::hex << other;
    }
    EXPECT_NE(ServiceVm::call(call, arguments, arguments).rax, errors::not_a_call) << name(call);
  }
}

TEST_F(Hypercalls, AllOtherIdsOfTheGroupsAreNoCalls) {
  std::set<std::uint64_t> known;
  for (Hypercall call : all_calls) known.insert(static_cast<std::uint64_t>(call));
  for (std::uint64_t id = 0x8000'0000; id < 0x8000'0100; ++id) {
    if (known.contains(id)) continue;
    EXPECT_EQ(raw({.id = id, .first = 1, .second = arguments, .caller = service}).rax,
              errors::not_a_call);
  }
}

TEST_F(Hypercalls, T26_OnlyTheWholeVmIdNamesAVm) {
  std::uint64_t const vm = vm_in(VmLife::running);
  for (Hypercall id : {Hypercall::pause_vm, Hypercall::destroy_vm, Hypercall::set_irqline,
                       Hypercall::notify_request_finish, Hypercall::asyncio_assign}) {
    for (std::uint64_t other : {vm | 0x1'0000, vm | 1UL << 32U, vm | 1UL << 63U, vm + 1,
                                std::uint64_t{0}, std::uint64_t{9}, ~std::uint64_t{0}}) {
      EXPECT_EQ(call(id, other, arguments).rax, errors::refused) << name(id) << ' ' << other;
    }
  }
  EXPECT_EQ(life_of(vm), VmLife::running);
}

TEST_F(Hypercalls, TellTheirVersion) {
  ASSERT_EQ(call(Hypercall::get_api_version, arguments).rax, 0);
  abi::ApiVersion version{};
  ASSERT_TRUE(GuestRam{ram_}.load(arguments, version));
  EXPECT_EQ(version.major, abi::api_version_major);
  EXPECT_EQ(version.minor, abi::api_version_minor);
  EXPECT_EQ(call(Hypercall::get_api_version, 0).rax, errors::bad_address);
  EXPECT_EQ(call(Hypercall::get_api_version, ServiceRam::read_only).rax, errors::bad_address);
}

TEST_F(Hypercalls, StructuresAreCopiedWholeOrNotAtAll) {
  std::uint64_t const vm = vm_in(VmLife::running);
  struct Row {
    Hypercall id;
    std::uint64_t size;
    std::int32_t error;
  };
  for (Row const& row : {Row{Hypercall::inject_msi, 16, errors::refused},
                         Row{Hypercall::asyncio_assign, 32, errors::bad_address},
                         Row{Hypercall::asyncio_deassign, 32, errors::bad_address},
                         Row{Hypercall::setup_sbuf, 16, errors::bad_address}}) {
    for (std::uint64_t gpa : {ServiceRam::end - row.size + 1, ServiceRam::first - 1,
                              std::uint64_t{0}, ~std::uint64_t{0}, ~row.size + 2}) {
      EXPECT_EQ(call(row.id, vm, gpa).rax, row.error) << name(row.id) << ' ' << gpa;
    }
  }
  EXPECT_EQ(call(Hypercall::create_vm, ServiceRam::end - 47).rax, errors::bad_address);
}

TEST_F(Hypercalls, T80_TheCallbackVectorIsBoundedAndAChangeRaisesAnUpcall) {
  EXPECT_EQ(calls_.callback_vector(), 0xf3);
  for (std::uint64_t vector : {0UL, 0x1fUL, 0x100UL, 0x1'00f3UL, 1UL << 63U, ~0UL}) {
    auto const result = call(Hypercall::set_callback_vector, vector);
    EXPECT_EQ(result.rax, errors::invalid_argument) << vector;
    EXPECT_EQ(result.effect.kind, Kind::none);
    EXPECT_EQ(calls_.callback_vector(), 0xf3);
  }
  for (std::uint64_t vector : {0x20ULL, 0xf7ULL, 0xffULL}) {
    auto const result = call(Hypercall::set_callback_vector, vector);
    EXPECT_EQ(result.rax, 0);
    EXPECT_EQ(result.effect.kind, Kind::callback_vector)
        << "which has the host raise one on the new vector, lest one on the way be lost";
    EXPECT_EQ(result.effect.vector, vector);
    EXPECT_EQ(calls_.callback_vector(), vector);
  }
}

TEST(HypercallNames, AreAcrnsAndDistinct) {
  std::set<std::string_view> names;
  for (Hypercall call : all_calls) {
    EXPECT_TRUE(name(call).starts_with("HC_"));
    names.insert(name(call));
  }
  EXPECT_EQ(names.size(), all_calls.size());
  EXPECT_EQ(name(static_cast<Hypercall>(0)), "?");
}

}  // namespace
}  // namespace acrn::core
