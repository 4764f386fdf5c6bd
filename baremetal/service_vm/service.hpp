// SPDX-License-Identifier: BSD-3-Clause
// The Service VM's program: makes the User VMs, then answers their requests, one scan at a time.
//
// Missing features: it does not reset, pause or destroy a VM.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "baremetal/service_vm/boot_check.hpp"
#include "baremetal/service_vm/console.hpp"
#include "baremetal/service_vm/machine.hpp"
#include "baremetal/service_vm/service_boot.hpp"
#include "baremetal/service_vm/stamp_row.hpp"
#include "baremetal/service_vm/vm_devices.hpp"
#include "core/abi/hypercall.hpp"
#include "core/abi/request_stamps.hpp"
#include "core/abi/sbuf.hpp"
#include "core/hsm/hsm.hpp"
#include "core/hypercall/hypercalls.hpp"
#include "core/ioreq/memory.hpp"

namespace acrn::service_vm {

inline constexpr std::size_t disk_size = 128 * disk_sector_size;  ///< bytes, of each VM's disk

/// What the hypervisor, too, reaches of one VM, and the VM's disk.
struct VmMemory {
  core::PageStorage requests{};
  StampPage stamps{};
  std::array<std::uint8_t, disk_size> disk{};
};
using VmMemories = std::array<VmMemory, boot_vm_count_max>;

template <Machine M>
class Service {
 public:
  /// All three outlive the service. `boot` is shared with the hypervisor.
  Service(M& machine, ServiceBoot& boot, VmMemories& memories) noexcept
      : machine_{machine}, boot_{boot}, memories_{memories}, console_{machine} {}

  /// Makes, prepares and starts every User VM. False, with the reason on the console and in the
  /// boot page's status, if the boot page is unsound or a hypercall was refused.
  [[nodiscard]] bool start() noexcept;

  /// One wake: scans all slots, answers what it finds, and keeps house. Harmless when there is
  /// nothing to do. Answers the number of requests found.
  std::size_t run_once() noexcept;

  /// The same for a loop that never waits: returns as soon as a request was there and is answered,
  /// or after idle_glances_max looks at the slots without one, when the house wants to be kept.
  std::size_t poll_once() noexcept;
  static constexpr std::uint32_t idle_glances_max = 256;

  [[nodiscard]] Console<M>& console() noexcept { return console_; }

 private:
  using Hypercall = core::abi::Hypercall;
  using Index = core::abi::StampIndex;

  struct Vm {
    core::VmId id;
    ByteRing& received;
    VmDevices devices;
    /// By the client's index in the VM.
    std::array<Server, core::hsm_client_count_max> servers{};
  };

  /// A slot that scans look at.
  struct Slot {
    core::Hsm<core::AtomicMemory>::SlotPlace place;
    Vm* vm;
    StampRow* stamps;  ///< null: nobody wants them
    core::VcpuId vcpu;
  };
  /// In the past: some device's deadline may have moved.
  static constexpr core::Ticks deadline_unknown{0};
  static constexpr std::size_t slot_count_max = boot_vm_count_max * core::abi::ioreq_slot_count;

  [[nodiscard]] core::Ticks now() noexcept { return {machine_.tsc() - tsc_start_}; }

  bool check_version() noexcept;
  bool make_vm(std::size_t place) noexcept;
  bool prepare_clients(Vm& vm, std::uint32_t forwarded) noexcept;
  bool watch(Vm& vm, VmMemory& memory, std::uint16_t vcpu_count) noexcept;
  bool call(std::size_t place, Hypercall id, std::uint64_t first, std::uint64_t second) noexcept;
  bool refuse(std::string_view reason) noexcept;
  void tell_state(ServiceState state) noexcept;

  std::size_t scan() noexcept;
  bool glance() noexcept;
  void note_worker() noexcept;
  [[gnu::noinline]] bool look_at(Slot const& slot) noexcept;
  struct Client;
  [[gnu::always_inline]] inline std::uint64_t answer(Slot const& slot, core::HsmClientId client,
                                                     core::Access& access) noexcept;
  [[gnu::noinline]] core::SlotEffects answer_config(Slot const& slot,
                                                    core::HsmClientId client) noexcept;
  [[gnu::noinline]] void stamp_taken(StampRow& stamps, Server server) noexcept;
  [[gnu::noinline]] void stamp_handled(StampRow& stamps) noexcept;
  [[gnu::always_inline]] inline void notify(core::VcpuRef vcpu) noexcept;
  [[gnu::noinline]] void carry_out(Vm& vm) noexcept;
  void change_line(Vm const& vm, core::IrqChange change) noexcept;
  [[gnu::noinline]] void send_text(Vm& vm) noexcept;
  [[gnu::always_inline]] inline void keep_house() noexcept;
  [[nodiscard]] static bool has_input(Vm const& vm) noexcept;
  [[gnu::noinline]] void receive(Vm& vm) noexcept;
  [[gnu::noinline]] void keep_time() noexcept;
  static void tell(std::uint64_t& shared, std::uint64_t value) noexcept;
  void count(std::uint64_t ServiceCounters::*counter) noexcept;
  [[nodiscard]] std::span<std::optional<Vm>> made() noexcept { return {vms_.data(), vm_count_}; }
  [[nodiscard]] std::span<std::optional<Slot> const> slots() const noexcept {
    return {slots_.data(), slot_count_};
  }
  [[nodiscard]] std::span<Vm* const> listeners() const noexcept {
    return {listeners_.data(), listener_count_};
  }

  M& machine_;
  ServiceBoot& boot_;
  VmMemories& memories_;
  Console<M> console_;
  std::uint64_t tsc_start_{};
  std::size_t vm_count_{};
  std::size_t slot_count_{};
  std::size_t listener_count_{};
  bool stamps_wanted_{};
  std::uint64_t worker_{};  ///< stamp: when the scan began
  /// The earliest of the devices, or deadline_unknown.
  core::Ticks deadline_{core::ticks_never};
  core::Effects effects_{};
  std::array<Vm*, boot_vm_count_max> listeners_{};  ///< those with a UART in this program
  std::array<std::optional<Slot>, slot_count_max> slots_{};
  std::array<std::optional<Vm>, boot_vm_count_max> vms_{};
  core::Hsm<core::AtomicMemory> hsm_{};
};

}  // namespace acrn::service_vm

#include "baremetal/service_vm/service_run.hpp"
#include "baremetal/service_vm/service_start.hpp"
