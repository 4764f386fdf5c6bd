// SPDX-License-Identifier: BSD-3-Clause
// A whole VM in one address space: a vCPU, devices, a request page, the service module, clients.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/access.hpp"
#include "core/emulate/vcpu_io.hpp"
#include "core/emulate/vm_state.hpp"
#include "core/exit.hpp"
#include "core/flat_cpu.hpp"
#include "core/hsm/hsm.hpp"
#include "core/ioreq/page.hpp"
#include "core/profile.hpp"
#include "traces/wire/digest.hpp"

namespace acrn::baremetal {

/// Where the VM's devices are. In the hypervisor:
inline constexpr std::uint64_t scratch_port = 0x80;         ///< 4 ports that remember
inline constexpr std::uint64_t counter_port = 0x84;         ///< 4 ports; reads count up
inline constexpr std::uint64_t scratch_mmio = 0xfee0'0000;  ///< 8 bytes that remember, one page
/// With clients of the service module:
inline constexpr std::uint64_t client_port = 0x3f8;        ///< 8 ports that remember
inline constexpr std::uint64_t client_mmio = 0xfed0'0000;  ///< 8 bytes that remember, one page
/// Reads of all else are answered by the default client with all ones.

/// What one trapped instruction came to.
struct Outcome {
  core::Progress progress{};
  std::uint64_t value{};           ///< of the access, cut to its size
  std::uint32_t service_rounds{};  ///< how often the service module had to run
};

/// One vCPU's guest view of that VM. Every instruction is taken through exit decoding, routing, the
/// slot page and the service module as a real exit would be.
class TestVm {
 public:
  explicit TestVm(core::Profile const& profile,
                  core::DeviceModel model = core::DeviceModel::present) noexcept;
  TestVm(TestVm const&) = delete;
  TestVm& operator=(TestVm const&) = delete;

  /// OUT and IN; the value goes through RAX.
  Outcome out(std::uint64_t port, std::uint8_t size, std::uint64_t value) noexcept;
  Outcome in(std::uint64_t port, std::uint8_t size) noexcept;
  /// MOV to and from MMIO; a read goes to RCX.
  Outcome write(std::uint64_t address, std::uint8_t size, std::uint64_t value) noexcept;
  Outcome read(std::uint64_t address, std::uint8_t size) noexcept;

  [[nodiscard]] std::uint64_t& rax() noexcept { return cpu_.registers[0]; }
  [[nodiscard]] std::uint64_t& rcx() noexcept { return cpu_.registers[1]; }
  [[nodiscard]] std::uint64_t rip() const noexcept { return cpu_.rip(); }
  [[nodiscard]] core::VmState& state() noexcept { return vm_; }
  [[nodiscard]] core::HypervisorPage<core::AtomicMemory>& page() noexcept { return page_; }
  [[nodiscard]] core::Hsm<core::AtomicMemory>& hsm() noexcept { return hsm_; }
  [[nodiscard]] core::HsmCounters counters() noexcept;
  /// The last request that a client answered.
  [[nodiscard]] core::Request const& last_request() const noexcept { return last_request_; }
  [[nodiscard]] traces::VcpuDigest const& digest() const noexcept { return digest_; }

 private:
  struct Cpu : core::FlatCpu {
    std::array<std::uint64_t, 16> registers{};
    std::uint64_t instruction_pointer{0x1000};
    [[nodiscard]] std::uint64_t rip() const noexcept { return instruction_pointer; }
    std::uint64_t read_register(core::Register reg) noexcept {
      return registers[static_cast<std::size_t>(reg)];
    }
  };
  struct NoMemory {
    bool read(core::Gpa, std::span<std::uint8_t>) noexcept { return false; }
    bool write(core::Gpa, std::span<std::uint8_t const>) noexcept { return false; }
    bool compare_exchange(core::Gpa, std::uint8_t, std::uint64_t, std::uint64_t) noexcept {
      return false;
    }
  };

  void register_devices() noexcept;
  void register_clients() noexcept;
  Outcome run(core::VmExit const& exit, core::Access access) noexcept;
  void serve() noexcept;
  std::uint64_t answer(core::Request const& request) noexcept;
  void commit(core::Commit const& commit) noexcept;

  core::Profile const& profile_;
  core::VmState vm_{};
  core::PageStorage storage_{};
  core::AtomicMemory memory_{storage_};
  core::HypervisorPage<core::AtomicMemory> page_;
  core::Hsm<core::AtomicMemory> hsm_{};
  core::HsmClientId ranged_{};
  core::HsmClientId fallback_{};
  Cpu cpu_{};
  NoMemory no_memory_{};
  core::Effects effects_{};
  core::VcpuIo io_{};
  core::Request last_request_{};
  traces::VcpuDigest digest_{};
  std::uint64_t now_{};
  std::array<std::uint64_t, 2> scratch_{};  ///< ports, MMIO
  std::uint64_t counter_{};
  std::array<std::uint64_t, 2> client_scratch_{};  ///< ports, MMIO
};

/// The one VM that checks use, made anew. Static storage: the object is larger than the image's
/// stack wants to hold.
TestVm& fresh_vm(core::Profile const& profile = core::architectural,
                 core::DeviceModel model = core::DeviceModel::present) noexcept;

}  // namespace acrn::baremetal
