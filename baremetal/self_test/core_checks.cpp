// SPDX-License-Identifier: BSD-3-Clause
// Checks of the core at work: what a guest's accesses come to, from the exit to the registers.
#include <array>

#include "baremetal/self_test/checks.hpp"
#include "baremetal/self_test/test_vm.hpp"

namespace acrn::baremetal {
namespace {

using core::Progress;

constexpr std::uint64_t all_ones = ~std::uint64_t{0};
constexpr std::uint64_t nobodys_port = 0x2f8;
constexpr std::uint64_t nobodys_mmio = 0xe000'0000;

void done(CheckLog& log, std::string_view what, Outcome const& outcome) noexcept {
  log.equal(what, static_cast<std::uint64_t>(outcome.progress),
            static_cast<std::uint64_t>(Progress::done));
}

}  // namespace

void check_handled_port(CheckLog& log) noexcept {
  TestVm& vm = fresh_vm();
  Outcome const out = vm.out(scratch_port, 4, 0x1122'3344'5566'7788);
  done(log, "OUT is done", out);
  log.equal("OUT is cut to its size", out.value, 0x5566'7788);
  log.equal("RIP moves past the OUT", vm.rip(), 0x1001);

  vm.rax() = all_ones;
  Outcome const in = vm.in(scratch_port + 1, 1);
  log.equal("IN reads what was written", in.value, 0x77);
  log.equal("IN of 1 byte merges into RAX", vm.rax(), 0xffff'ffff'ffff'ff77);
  vm.rax() = all_ones;
  vm.in(scratch_port, 2);
  log.equal("IN of 2 bytes merges into RAX", vm.rax(), 0xffff'ffff'ffff'7788);
  log.equal("no service module ran", out.service_rounds + in.service_rounds, 0);
  log.equal("no request was sent", vm.counters().dispatched, 0);
}

void check_forwarded_port(CheckLog& log) noexcept {
  TestVm& vm = fresh_vm();
  Outcome const out = vm.out(client_port + 2, 2, 0xabcd'1234);
  done(log, "OUT is done", out);
  log.equal("the service module ran once", out.service_rounds, 1);
  log.equal("the client got the port", vm.last_request().access.address, client_port + 2);
  log.equal("the client got the value", vm.last_request().access.value, 0x1234);

  vm.rax() = all_ones;
  Outcome const in = vm.in(client_port + 2, 2);
  log.equal("IN brings the client's value", in.value, 0x1234);
  log.equal("IN merges into RAX", vm.rax(), 0xffff'ffff'ffff'1234);
  log.equal("two requests were answered", vm.counters().completed, 2);
}

void check_in32(CheckLog& log) noexcept {
  TestVm& sdm = fresh_vm(core::architectural);
  sdm.out(scratch_port, 4, 0x8000'0001);
  sdm.rax() = all_ones;
  sdm.in(scratch_port, 4);
  log.equal("IN of 4 bytes zero-extends", sdm.rax(), 0x8000'0001);

  TestVm& acrn = fresh_vm(core::acrn_today);
  acrn.out(scratch_port, 4, 0x8000'0001);
  acrn.rax() = all_ones;
  acrn.in(scratch_port, 4);
  log.equal("the acrn profile keeps the upper half", acrn.rax(), 0xffff'ffff'8000'0001);
}

void check_mmio(CheckLog& log) noexcept {
  TestVm& vm = fresh_vm();
  for (std::uint64_t const base : {scratch_mmio, client_mmio}) {
    done(log, "write of 8 bytes is done", vm.write(base, 8, 0x0123'4567'89ab'cdef));
    log.equal("read of 8 bytes", vm.read(base, 8).value, 0x0123'4567'89ab'cdef);
    log.equal("it replaces RCX", vm.rcx(), 0x0123'4567'89ab'cdef);
    vm.read(base + 4, 4);
    log.equal("read of 4 bytes zero-extends", vm.rcx(), 0x0123'4567);
    vm.rcx() = all_ones;
    vm.read(base + 7, 1);
    log.equal("read of 1 byte merges", vm.rcx(), 0xffff'ffff'ffff'ff01);
  }
  log.equal("half of them were forwarded", vm.counters().completed, 4);
}

void check_overlap(CheckLog& log) noexcept {
  TestVm& vm = fresh_vm();
  auto const refused = [&log](std::string_view what, auto const& result) {
    log.is_true(what, !result.has_value() && result.error() == core::MapError::overlap ? 1 : 0);
  };
  auto const port = [](std::uint16_t first, std::uint16_t last) {
    return core::PortRange::closed({first}, {last}).value();
  };
  refused("the same ports again", vm.state().ports.insert(port(0x80, 0x83), {0}));
  refused("one port of a neighbour", vm.state().ports.insert(port(0x70, 0x80), {0}));
  refused("a page that is taken",
          vm.state().mmio.insert(core::MmioRange::make({scratch_mmio + 4095}, 2).value(), {0}));
  log.is_true("a free neighbour is accepted",
              vm.state().ports.insert(port(0x70, 0x7f), {0}).has_value() ? 1 : 0);
  log.is_true("a range that wraps is none",
              core::MmioRange::make({all_ones}, 2).has_value() ? 0 : 1);
}

void check_unclaimed(CheckLog& log) noexcept {
  TestVm& alone = fresh_vm(core::architectural, core::DeviceModel::absent);
  for (std::uint8_t const size : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{4}}) {
    alone.rax() = 0;
    log.equal("IN without a device model", alone.in(nobodys_port, size).value,
              core::size_mask(size));
    log.equal("only its bytes reach RAX", alone.rax(), core::size_mask(size));
  }
  log.equal("read without a device model", alone.read(nobodys_mmio, 8).value, all_ones);
  done(log, "a write without a device model is dropped", alone.write(nobodys_mmio, 4, 1));
  log.equal("nothing was forwarded", alone.counters().dispatched, 0);

  TestVm& vm = fresh_vm();
  vm.out(client_port, 4, 0);  // no value of an earlier request may shine through
  log.equal("IN that only the default client takes", vm.in(nobodys_port, 4).value, 0xffff'ffff);
  log.equal("read that only the default client takes", vm.read(nobodys_mmio, 8).value, all_ones);
}

void check_spans(CheckLog& log) noexcept {
  constexpr std::uint64_t edge = scratch_port + 2;  // the access covers both devices
  TestVm& sdm = fresh_vm(core::architectural);
  sdm.out(scratch_port, 4, 0x4433'2211);
  log.equal("split at the edge: 2 bytes of each", sdm.in(edge, 4).value, 0x0001'4433);

  TestVm& acrn = fresh_vm(core::acrn_today);
  done(log, "the first byte's owner gets the whole", acrn.in(edge, 4));

  TestVm& old = fresh_vm(core::acrn2018);
  log.equal("refused", static_cast<std::uint64_t>(old.in(edge, 4).progress),
            static_cast<std::uint64_t>(Progress::fault));
  log.equal("a faulting IN moves no RIP", old.rip(), 0x1000);
}

void check_pci_config(CheckLog& log) noexcept {
  TestVm& vm = fresh_vm();
  vm.out(0xcf8, 4, 0x8000'1804);
  log.equal("the address register reads back", vm.in(0xcf8, 4).value, 0x8000'1804);
  vm.in(0xcfe, 2);
  core::Access const& access = vm.last_request().access;
  log.equal("CFC became a configuration request", static_cast<std::uint64_t>(access.space),
            static_cast<std::uint64_t>(core::Space::pci_config));
  core::PciAddress const pci = core::decode_pci_config_address(access.address);
  log.equal("device", pci.device, 3);
  log.equal("register", pci.reg, 6);
}

void check_late_completion(CheckLog& log) noexcept {
  TestVm& vm = fresh_vm();
  core::Access const in{core::Space::port, core::Direction::read, 1, client_port, 0};
  auto const ticket = vm.page().submit({0}, in);
  log.is_true("submitted", ticket.has_value() ? 1 : 0);
  auto effects = vm.hsm().dispatch();
  auto const client = effects.wake.pop();
  log.is_true("a client was woken", client.has_value() ? 1 : 0);
  auto const request = vm.hsm().next_request(client.value_or(core::HsmClientId{}));
  log.is_true("the client has the request", request.has_value() ? 1 : 0);
  if (!request) return;
  vm.page().reset();
  log.equal("an answer after the reset is stale",
            static_cast<std::uint64_t>(vm.hsm().complete(*request, 0).verdict),
            static_cast<std::uint64_t>(core::Verdict::stale));
  log.equal("the slot works again", vm.in(client_port, 1).service_rounds, 1);
}

std::uint32_t self_test_digest() noexcept {
  constexpr std::array<std::uint64_t, 6> port{
      scratch_port, scratch_port + 2, counter_port, client_port, 0xcf8, nobodys_port};
  constexpr std::array<std::uint64_t, 4> address{scratch_mmio, scratch_mmio + 4094, client_mmio,
                                                 nobodys_mmio};
  constexpr std::uint32_t accesses_per_profile = 4000;
  std::array<std::uint32_t, core::profiles.size()> digests{};
  for (std::size_t i = 0; i < digests.size(); ++i) {
    TestVm& vm = fresh_vm(*core::profiles[i]);
    std::uint64_t random = 1;
    for (std::uint32_t count = 0; count < accesses_per_profile; ++count) {
      // Source of the constants: Knuth, The Art of Computer Programming vol. 2, MMIX generator.
      random = random * 6364136223846793005 + 1442695040888963407;
      auto const pick = static_cast<std::uint32_t>(random >> 33U);
      auto const size = static_cast<std::uint8_t>(1U << (pick >> 2U) % 3U);
      auto const wide = static_cast<std::uint8_t>(1U << (pick >> 2U) % 4U);
      std::uint64_t const where = pick >> 8U;
      switch (pick % 4U) {
        case 0:
          vm.out(port[where % port.size()], size, random);
          break;
        case 1:
          vm.in(port[where % port.size()], size);
          break;
        case 2:
          vm.write(address[where % address.size()], wide, random);
          break;
        default:
          vm.read(address[where % address.size()], wide);
          break;
      }
    }
    digests[i] = vm.digest().value();
  }
  return traces::combine_digests(digests);
}

}  // namespace acrn::baremetal
