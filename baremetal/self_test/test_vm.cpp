// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/self_test/test_vm.hpp"

#include "core/check.hpp"
#include "core/decode/io_qualification.hpp"

namespace acrn::baremetal {
namespace {

using core::Access;
using core::Direction;
using core::Progress;
using core::Space;

constexpr core::VmId vm_id{1};
constexpr core::VcpuId vcpu_id{0};

/// A VM whose service module does not answer after so many rounds is broken.
constexpr std::uint32_t service_rounds_max = 64;

/// Reads or writes the bytes of `word` that lie `offset` bytes above its lowest.
void access_word(std::uint64_t& word, std::uint64_t offset, Access& access) noexcept {
  auto const shift = static_cast<unsigned>(8 * (offset % 8));
  if (access.direction == Direction::read) {
    access.value = core::truncate(word >> shift, access.size);
    return;
  }
  word &= ~(core::size_mask(access.size) << shift);
  word |= core::truncate(access.value, access.size) << shift;
}

core::HandlerResult scratch_handler(void* context, Access& access, core::Ticks,
                                    core::Effects&) noexcept {
  auto& words = *static_cast<std::array<std::uint64_t, 2>*>(context);
  access_word(words[access.space == Space::port ? 0 : 1], access.address % 8, access);
  return core::HandlerResult::handled();
}

core::HandlerResult counter_handler(void* context, Access& access, core::Ticks,
                                    core::Effects&) noexcept {
  auto& counter = *static_cast<std::uint64_t*>(context);
  if (access.direction == Direction::read) access.value = ++counter;
  return core::HandlerResult::handled();
}

core::PortRange ports(std::uint64_t first, std::uint64_t size) noexcept {
  return core::PortRange::make({static_cast<std::uint16_t>(first)}, size).value();
}

std::optional<TestVm>& storage() noexcept {
  static constinit std::optional<TestVm> vm;
  return vm;
}

}  // namespace

TestVm& fresh_vm(core::Profile const& profile, core::DeviceModel model) noexcept {
  return storage().emplace(profile, model);
}

TestVm::TestVm(core::Profile const& profile, core::DeviceModel model) noexcept
    : profile_{profile}, page_{memory_, core::Completion::notify} {
  vm_.device_model = model;
  register_devices();
  core::check(page_.announce(1).has_value(), "the test VM's page was not accepted");
  register_clients();
}

void TestVm::register_devices() noexcept {
  core::DeviceId const scratch = vm_.devices.add({scratch_handler, &scratch_}).value();
  core::DeviceId const counter = vm_.devices.add({counter_handler, &counter_}).value();
  bool const ok =
      vm_.ports.insert(ports(scratch_port, 4), scratch).has_value() &&
      vm_.ports.insert(ports(counter_port, 4), counter).has_value() &&
      vm_.mmio.insert(core::MmioRange::make({scratch_mmio}, 4096).value(), scratch).has_value();
  core::check(ok, "the test VM's devices were not accepted");
}

void TestVm::register_clients() noexcept {
  bool ok = hsm_.add_vm(vm_id, 1).has_value() && hsm_.set_page(vm_id, memory_).has_value();
  ranged_ = hsm_.create_client(vm_id, core::ClientKind::ranged).value();
  fallback_ = hsm_.create_client(vm_id, core::ClientKind::fallback).value();
  ok = ok && hsm_.add_range(ranged_, {Space::port, client_port, client_port + 7}).has_value();
  ok = ok && hsm_.add_range(ranged_, {Space::mmio, client_mmio, client_mmio + 4095}).has_value();
  core::check(ok, "the test VM's clients were not accepted");
}

Outcome TestVm::out(std::uint64_t port, std::uint8_t size, std::uint64_t value) noexcept {
  rax() = value;
  return run(
      {.reason = core::ExitReason::io_instruction,
       .instruction_length = 1,
       .qualification = core::encode_io_qualification({.port = {static_cast<std::uint16_t>(port)},
                                                       .size = size,
                                                       .direction = Direction::write})},
      {Space::port, Direction::write, size, port, value});
}

Outcome TestVm::in(std::uint64_t port, std::uint8_t size) noexcept {
  return run(
      {.reason = core::ExitReason::io_instruction,
       .instruction_length = 1,
       .qualification = core::encode_io_qualification({.port = {static_cast<std::uint16_t>(port)},
                                                       .size = size,
                                                       .direction = Direction::read})},
      {Space::port, Direction::read, size, port, 0});
}

Outcome TestVm::write(std::uint64_t address, std::uint8_t size, std::uint64_t value) noexcept {
  return run({.reason = core::ExitReason::ept_violation,
              .instruction_length = 3,
              .qualification = 0x182,  // a write by a linear address, page not present
              .gpa = {address},
              .mmio = {.direction = Direction::write, .size = size, .value = value}},
             {Space::mmio, Direction::write, size, address, value});
}

Outcome TestVm::read(std::uint64_t address, std::uint8_t size) noexcept {
  return run(
      {.reason = core::ExitReason::ept_violation,
       .instruction_length = 3,
       .qualification = 0x181,  // a read by a linear address, page not present
       .gpa = {address},
       .mmio = {.direction = Direction::read, .size = size, .destination = core::Register::rcx}},
      {Space::mmio, Direction::read, size, address, 0});
}

core::HsmCounters TestVm::counters() noexcept { return hsm_.counters(vm_id).value(); }

Outcome TestVm::run(core::VmExit const& exit, Access access) noexcept {
  effects_.clear();
  core::VcpuEnvironment<core::HypervisorSlot<core::AtomicMemory>, Cpu, NoMemory> const env{
      vm_, profile_, page_.slot(vcpu_id), cpu_, no_memory_, effects_};
  Outcome outcome{.progress = io_.begin(exit, env, {now_}, {now_})};
  while (outcome.progress == Progress::waiting && outcome.service_rounds < service_rounds_max) {
    core::check(effects_.upcall_wanted(), "a request was submitted without an upcall");
    effects_.clear();
    serve();
    ++outcome.service_rounds;
    outcome.progress = io_.resume(env, {now_}, {now_});
  }
  ++now_;
  traces::DigestEntry entry{.access = access};
  if (outcome.progress == Progress::done) {
    commit(io_.commit());
    outcome.value = core::truncate(io_.access().value, access.size);
    entry.access.value = outcome.value;
  } else if (outcome.progress == Progress::fault) {
    entry.fault = traces::digest_fault(static_cast<std::uint8_t>(io_.fault().vector));
  }
  digest_.add(entry);
  return outcome;
}

void TestVm::serve() noexcept {
  core::DispatchEffects effects = hsm_.dispatch();
  while (auto const client = effects.wake.pop()) {
    while (auto const request = hsm_.next_request(*client)) {
      last_request_ = *request;
      static_cast<void>(hsm_.complete(*request, answer(*request)));
    }
  }
}

std::uint64_t TestVm::answer(core::Request const& request) noexcept {
  Access access = request.access;
  if (request.client != ranged_) return ~std::uint64_t{0};
  access_word(client_scratch_[access.space == Space::port ? 0 : 1], access.address % 8, access);
  return access.value;
}

void TestVm::commit(core::Commit const& commit) noexcept {
  for (std::size_t i = 0; i < commit.register_count; ++i) {
    cpu_.registers[static_cast<std::size_t>(commit.registers[i])] = commit.values[i];
  }
  cpu_.instruction_pointer = commit.next_rip(cpu_.rip());
}

}  // namespace acrn::baremetal
