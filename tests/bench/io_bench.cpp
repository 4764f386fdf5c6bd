// SPDX-License-Identifier: BSD-3-Clause
// The way of an exit without a kernel: answered by a device, or forwarded, claimed, completed and
// resumed through the request slot; and the maps that decide which.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <span>
#include <vector>

#include "core/bus/mmio_map.hpp"
#include "core/decode/io_qualification.hpp"
#include "core/emulate/page_slot.hpp"
#include "core/emulate/vcpu_io.hpp"
#include "core/flat_cpu.hpp"
#include "core/hsm/hsm.hpp"

namespace acrn::bench {
namespace {

using core::AtomicMemory;

struct Cpu : core::FlatCpu {
  static std::uint64_t read_register(core::Register /*reg*/) { return 0x1122'3344'5566'7788; }
};
struct NoRam {
  static bool read(core::Gpa /*gpa*/, std::span<std::uint8_t> /*out*/) { return false; }
  static bool write(core::Gpa /*gpa*/, std::span<std::uint8_t const> /*in*/) { return false; }
  static bool compare_exchange(core::Gpa /*gpa*/, std::uint8_t /*size*/, std::uint64_t /*expected*/,
                               std::uint64_t /*desired*/) {
    return false;
  }
};

constexpr core::VmId vm_id{1};
constexpr std::uint64_t uart = 0x3f8;             ///< answered in the hypervisor
constexpr std::uint64_t keyboard = 0x60;          ///< forwarded
constexpr std::uint64_t registers = 0xfed0'0000;  ///< forwarded

/// One vCPU of a VM with one device, its slot, and an HSM with a default client.
struct Machine {
  Machine() {
    auto const id =
        vm.devices.add({.handler = [](void*, core::Access& access, core::Ticks, core::Effects&) {
          access.value = access.address;
          return core::HandlerResult::handled();
        }});
    static_cast<void>(vm.ports.insert(core::PortRange::make({uart}, 8).value(), id.value()));
    static_cast<void>(page.announce(1));
    static_cast<void>(hsm->add_vm(vm_id, 1));
    static_cast<void>(hsm->set_page(vm_id, AtomicMemory{storage}));
    client = hsm->create_client(vm_id, core::ClientKind::fallback).value();
  }
  core::Progress begin(core::VmExit const& exit) {
    effects.clear();
    return io.begin(exit, env, core::Turn{}, core::Ticks{});
  }
  /// What the service VM does after an upcall, and the vCPU after its notification.
  core::Progress answer() {
    hsm->dispatch();
    while (auto const request = hsm->next_request(client)) {
      hsm->complete(*request, request->access.address);
    }
    return io.resume(env, core::Turn{}, core::Ticks{});
  }

  core::VmState vm{};
  core::PageStorage storage{};
  core::HypervisorPage<AtomicMemory> page{AtomicMemory{storage}, core::Completion::notify};
  core::PageSlot<AtomicMemory> slot{page, {0}};
  Cpu cpu{};
  NoRam memory{};
  core::Effects effects{};
  core::VcpuIo io{};
  core::VcpuEnvironment<core::PageSlot<AtomicMemory>, Cpu, NoRam> env{
      vm, core::architectural, slot, cpu, memory, effects};
  std::unique_ptr<core::Hsm<AtomicMemory>> hsm = std::make_unique<core::Hsm<AtomicMemory>>();
  core::HsmClientId client{};
};

core::VmExit pio_exit(std::uint64_t port, core::Direction direction) {
  return {.reason = core::ExitReason::io_instruction,
          .instruction_length = 2,
          .qualification = core::encode_io_qualification(
              {.port = {static_cast<std::uint16_t>(port)}, .size = 1, .direction = direction})};
}
core::VmExit mmio_exit(core::Direction direction) {
  return {
      .reason = core::ExitReason::ept_violation,
      .instruction_length = 3,
      .gpa = {registers},
      .mmio = {.direction = direction, .size = 4, .value = 7, .destination = core::Register::rcx}};
}
core::Direction direction_of(benchmark::State const& state) {
  return state.range(0) == 0 ? core::Direction::read : core::Direction::write;
}

void round_trips(benchmark::State& state, core::VmExit const& exit) {
  auto const machine = std::make_unique<Machine>();
  std::int64_t wrong = 0;
  for (auto _ : state) {
    wrong += machine->begin(exit) == core::Progress::waiting ? 0 : 1;
    wrong += machine->answer() == core::Progress::done ? 0 : 1;
    benchmark::DoNotOptimize(machine->io.commit());
  }
  state.SetItemsProcessed(state.iterations());
  if (wrong != 0) state.SkipWithError("an access was not forwarded and answered");
}

void BM_PioHandled(benchmark::State& state) {
  auto const machine = std::make_unique<Machine>();
  core::VmExit const exit = pio_exit(uart, direction_of(state));
  std::int64_t wrong = 0;
  for (auto _ : state) {
    wrong += machine->begin(exit) == core::Progress::done ? 0 : 1;
    benchmark::DoNotOptimize(machine->io.commit());
  }
  state.SetItemsProcessed(state.iterations());
  if (wrong != 0) state.SkipWithError("the device did not answer");
}
BENCHMARK(BM_PioHandled)->ArgName("write")->Arg(0)->Arg(1);

void BM_PioForwarded(benchmark::State& state) {
  round_trips(state, pio_exit(keyboard, direction_of(state)));
}
BENCHMARK(BM_PioForwarded)->ArgName("write")->Arg(0)->Arg(1);

void BM_MmioForwarded(benchmark::State& state) {
  round_trips(state, mmio_exit(direction_of(state)));
}
BENCHMARK(BM_MmioForwarded)->ArgName("write")->Arg(0)->Arg(1);

/// Random keys, half of them in gaps: a lookup that no branch predictor has seen before.
template <std::size_t count>
void BM_MapLookup(benchmark::State& state) {
  constexpr std::uint64_t stride = 0x2000;
  auto const map = std::make_unique<core::MmioMap<count>>();
  std::size_t refused = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    auto const range = core::MmioRange::make({i * stride}, stride / 2).value();
    refused += map->insert(range, {static_cast<std::uint16_t>(i)}).has_value() ? 0 : 1;
  }
  std::mt19937_64 random{1};
  std::vector<core::Gpa> keys(4096);
  for (core::Gpa& key : keys) key.value = random() % (count * stride);
  std::uint64_t owners = 0;
  std::size_t at = 0;
  for (auto _ : state) {
    core::Lookup const found = map->lookup(keys[at]);
    owners += found.owner.value + found.rest;
    at = (at + 1) % keys.size();
  }
  benchmark::DoNotOptimize(owners);
  state.SetItemsProcessed(state.iterations());
  if (refused != 0) state.SkipWithError("the map refused a range");
}
BENCHMARK(BM_MapLookup<16>);
BENCHMARK(BM_MapLookup<4096>);

}  // namespace
}  // namespace acrn::bench
