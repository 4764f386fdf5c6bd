// SPDX-License-Identifier: BSD-3-Clause
// The hypercalls of the I/O path: registers and guest memory in, a result and an effect out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/abi/hypercall.hpp"
#include "core/asyncio/async_io.hpp"
#include "core/hypercall/effects.hpp"
#include "core/hypercall/error_numbers.hpp"
#include "core/hypercall/guest_ram.hpp"
#include "core/hypercall/life_cycle.hpp"
#include "core/ioreq/page.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// How many VMs the service VM can have at a time. Their ids are 1 to this, relative to its own.
inline constexpr std::size_t user_vm_count_max = 8;

/// How much a VM matters: calls that inject into a VM, complete its requests, or pause it while it
/// runs, are refused to a service VM that matters less. Values are ACRN's.
enum class Severity : std::uint8_t { standard = 0x10, service = 0x20, realtime = 0x30 };

/// What the calls are measured against. Fixed while VMs exist.
struct HypercallConfig {
  VmId service_vm{};                 ///< the only VM that may call
  std::uint64_t physical_cpus{1};    ///< bit n: CPU n exists and may run vCPUs
  std::uint32_t irq_line_count{24};  ///< interrupt lines (GSIs) of every VM
  Severity severity{Severity::service};
};

/// A VMCALL as the exit finds it. Source: ACRN hypervisor, arch/x86/guest/vmcall.c.
struct HypercallRegisters {
  std::uint64_t id{};      ///< R8
  std::uint64_t first{};   ///< RDI
  std::uint64_t second{};  ///< RSI
  std::uint8_t cpl{};      ///< privilege level of the caller
  VmId caller{};
};

/// What the caller sees: a value in RAX, or a fault on the VMCALL.
struct HypercallResult {
  enum class Kind : std::uint8_t {
    returned,            ///< RAX := rax, RIP advances
    undefined_opcode,    ///< #UD: this VM has no hypercalls
    general_protection,  ///< #GP(0): not from ring 0
  };
  Kind kind{};
  std::int64_t rax{};        ///< 0, or a negative errno; -1 where ACRN says just that
  HypercallEffect effect{};  ///< none unless rax is 0
};

/// One VM as the calls know it.
struct UserVm {
  VmLife life{};
  Severity severity{};
  Completion completion{};
  bool has_page{};
  std::uint16_t vcpu_count{};
  std::array<std::uint8_t, 16> name{};
};

/// What HC_NOTIFY_REQUEST_FINISH comes to: its result, and whether a vCPU is to be woken for it.
struct RequestNotice {
  std::int32_t rax{};
  bool wakes{};
  VmId vm{};
  VcpuId vcpu{};
};

/// The calls, and the VMs they make. Called by one actor at a time, who holds the turn of every VM
/// whose state is handed in.
class Hypercalls {
 public:
  explicit Hypercalls(HypercallConfig const& config) noexcept : config_{config} {}

  /// Executes one call. `ram` is the service VM's; `asyncio[n]` is that of VM n+1: touched only of
  /// VMs that exist, and never null for one that creation can choose.
  HypercallResult call(HypercallRegisters const& registers, GuestRam const& ram,
                       std::span<AsyncIo* const, user_vm_count_max> asyncio);

  /// What call() does for HC_NOTIFY_REQUEST_FINISH from ring 0 of the service VM, for hosts that
  /// count instructions: RDI and RSI in, nothing changes.
  [[nodiscard]] RequestNotice request_notice(std::uint64_t first,
                                             std::uint64_t second) const noexcept {
    if (!exists(first)) return {.rax = errors::refused};
    UserVm const& vm = vms_[first - 1];
    if (!may_touch(vm) || !vm.has_page || !is_vcpu(second, vm.vcpu_count)) {
      return {.rax = errors::refused};
    }
    return {.wakes = vm.completion == Completion::notify,  // else it looks by itself
            .vm = {static_cast<std::uint16_t>(first)},
            .vcpu = {static_cast<std::uint16_t>(second)}};
  }

  /// The guest shut itself down. False for a VM that does not run.
  bool power_off(VmId vm) noexcept;

  /// The VM of that id; nullptr for an id outside the table. Its life may be `absent`.
  [[nodiscard]] UserVm const* vm(VmId vm) const noexcept;
  [[nodiscard]] std::uint8_t callback_vector() const noexcept { return callback_vector_; }

 private:
  /// What one call works on.
  struct Call {
    HypercallRegisters const& registers;
    GuestRam const& ram;
    std::span<AsyncIo* const, user_vm_count_max> asyncio;
    UserVm* vm;  ///< the one that RDI names, if the call takes one: it exists
    HypercallEffect effect{};
  };
  using Handler = std::int32_t (Hypercalls::*)(Call&);
  /// What RDI is.
  enum class First : std::uint8_t { anything, vm };
  struct Entry {
    abi::Hypercall id;
    First first;
    Handler handler;
  };
  static std::span<Entry const> entries() noexcept;

  std::int32_t get_api_version(Call& call);
  std::int32_t set_callback_vector(Call& call);
  std::int32_t create_vm(Call& call);
  std::int32_t destroy_vm(Call& call);
  std::int32_t start_vm(Call& call);
  std::int32_t pause_vm(Call& call);
  std::int32_t reset_vm(Call& call);
  std::int32_t inject_msi(Call& call);
  std::int32_t set_irqline(Call& call);
  std::int32_t set_ioreq_buffer(Call& call);
  std::int32_t notify_request_finish(Call& call);
  std::int32_t asyncio_assign(Call& call);
  std::int32_t asyncio_deassign(Call& call);
  std::int32_t setup_sbuf(Call& call);

  std::int32_t setup_vm_ring(Call& call, abi::SharedBufferParameters const& parameters);
  std::int32_t setup_cpu_ring(Call& call, abi::SharedBufferParameters const& parameters) const;
  /// The reason not to create what is asked for, or 0 and the free place.
  std::int32_t check_creation(abi::VmCreation const& creation, UserVm*& place) noexcept;
  /// Whether `id` is that of a VM.
  [[nodiscard]] bool exists(std::uint64_t id) const noexcept {
    return id != 0 && id <= vms_.size() && vms_[id - 1].life != VmLife::absent;
  }
  [[nodiscard]] UserVm* find(std::uint64_t id) noexcept {
    return exists(id) ? &vms_[id - 1] : nullptr;
  }
  [[nodiscard]] bool may_touch(UserVm const& vm) const noexcept {
    return vm.severity <= config_.severity;
  }
  static AsyncIo& asyncio(Call& call) noexcept;

  HypercallConfig config_;
  std::array<UserVm, user_vm_count_max> vms_{};
  std::uint8_t callback_vector_{0xf3};
};

/// ACRN's name, such as "HC_CREATE_VM"; "?" for an id that is none of these calls.
std::string_view name(abi::Hypercall call) noexcept;

}  // namespace acrn::core
