// SPDX-License-Identifier: BSD-3-Clause
// A VM with its page and an HSM that scans it, for tests of what lies between them.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>

#include "core/hsm/hsm.hpp"
#include "core/ioreq/page.hpp"

namespace acrn::tests {

/// The hypervisor's side of one VM.
struct VmWorld {
  explicit VmWorld(core::VmId vm_id, std::uint32_t vcpus = 4,
                   core::Completion completion = core::Completion::notify)
      : id{vm_id}, page{memory, completion} {
    EXPECT_TRUE(page.announce(vcpus).has_value());
  }

  core::Ticket submit(std::uint16_t vcpu, core::Access const& access) {
    auto const ticket = page.submit({vcpu}, access);
    EXPECT_TRUE(ticket.has_value()) << "vCPU " << vcpu;
    return ticket.has_value() ? *ticket : core::Ticket{};
  }
  core::Poll poll(std::uint16_t vcpu, core::Ticket ticket) { return page.poll({vcpu}, ticket); }

  [[nodiscard]] core::SlotState state(std::uint16_t vcpu) const {
    return core::word_state(
        memory.load_word(core::slot_offset({vcpu}) + core::abi::ioreq_offset::state));
  }

  core::VmId id;
  core::PageStorage storage;
  core::AtomicMemory memory{storage};
  core::HypervisorPage<core::AtomicMemory> page;
};

using TestHsm = core::Hsm<core::AtomicMemory>;

/// Makes `vm` known to `hsm`, with its page.
inline void adopt(TestHsm& hsm, VmWorld& vm) {
  ASSERT_TRUE(hsm.add_vm(vm.id, vm.page.vcpu_count()).has_value());
  ASSERT_TRUE(hsm.set_page(vm.id, vm.memory).has_value());
}

inline core::HsmClientId make_client(TestHsm& hsm, core::VmId vm, core::ClientKind kind) {
  auto const client = hsm.create_client(vm, kind);
  EXPECT_TRUE(client.has_value());
  return client.has_value() ? *client : core::HsmClientId{0xffff};
}

constexpr core::Access port_read(std::uint64_t port, std::uint8_t size = 1) {
  return {.space = core::Space::port,
          .direction = core::Direction::read,
          .size = size,
          .address = port};
}
constexpr core::Access port_write(std::uint64_t port, std::uint64_t value, std::uint8_t size = 1) {
  return {.space = core::Space::port,
          .direction = core::Direction::write,
          .size = size,
          .address = port,
          .value = value};
}
constexpr core::Access mmio_read(std::uint64_t address, std::uint8_t size = 4) {
  return {.space = core::Space::mmio,
          .direction = core::Direction::read,
          .size = size,
          .address = address};
}

}  // namespace acrn::tests
