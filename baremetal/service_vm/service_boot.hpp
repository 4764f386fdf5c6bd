// SPDX-License-Identifier: BSD-3-Clause
// The page that hypervisor and Service VM share from the start: configuration in, results out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace acrn::service_vm {

inline constexpr std::uint64_t boot_magic = 0x544f'4f42'4356'5341;  ///< "ASVCBOOT" in memory
inline constexpr std::uint32_t boot_version = 2;
inline constexpr std::size_t boot_vm_count_max = 8;

/// Ports of the Service VM's own platform, byte wide, write only.
inline constexpr std::uint16_t console_port = 0xe8;  ///< one byte of text
/// Whose text follows: 0 the Service VM's own messages, n the console of VM n. At the start: 0.
inline constexpr std::uint16_t console_source_port = 0xea;

inline constexpr std::uint8_t upcall_vector = 0xf3;

/// How the Service VM learns of requests.
enum class HsmMode : std::uint32_t {
  upcall = 0,  ///< HLT when idle; vector 0xF3 wakes it. No EOI is made: nothing but IRET
  poll = 1,    ///< looks at the pages all the time, and never halts
};

/// How a VM's vCPU learns that its request is COMPLETE.
enum class CompletionMode : std::uint32_t { notification = 0, polling = 1 };

/// Whether somebody reads when the Service VM did what with a request.
enum class RequestStamps : std::uint32_t {
  none = 0,    ///< it takes none, and announces no page for them
  wanted = 1,  ///< core/abi/request_stamps.hpp
};

/// Bits of ServiceVmBoot::forwarded: devices of a VM that live in the Service VM. Accesses to
/// anything else are answered with all ones.
inline constexpr std::uint32_t forwarded_uart = 1U << 0U;  ///< ports 0x3F8-0x3FF, line 4
inline constexpr std::uint32_t forwarded_rtc = 1U << 1U;   ///< ports 0x70-0x71, line 8
inline constexpr std::uint32_t forwarded_test = 1U
                                                << 2U;  ///< line 10; core/devices/test_device.hpp
inline constexpr std::uint32_t forwarded_disk = 1U << 3U;  ///< ports 0x540-0x55F, line 11
inline constexpr std::uint32_t forwarded_known = 0xf;

/// One User VM as the configuration wants it. The Service VM creates them in the order of the
/// table, by HC_CREATE_VM with this name: both sides know the VM by it.
struct ServiceVmBoot {
  std::array<std::uint8_t, 16> name{};  ///< unique; what HC_CREATE_VM carries
  std::uint64_t cpu_affinity{};         ///< bit n: one vCPU on physical CPU n
  std::uint32_t completion{};           ///< CompletionMode
  std::uint32_t forwarded{};            ///< forwarded_*
  std::uint16_t vm{};                   ///< out: the id that HC_CREATE_VM gave, 0 before
  std::array<std::uint8_t, 30> reserved{};
};

/// Bytes on their way to a VM's forwarded UART. The counters run freely, modulo 2^32: byte n lies
/// at bytes[n % size]. After adding bytes the hypervisor raises the upcall.
struct ByteRing {
  static constexpr std::size_t size = 64;
  std::uint32_t written{};  ///< stored with release by the hypervisor, after the bytes
  std::uint32_t taken{};    ///< stored with release by the Service VM
  std::array<std::uint8_t, size> bytes{};
};

enum class ServiceState : std::uint32_t {
  not_started = 0,
  running = 1,  ///< every VM is made and started
  refused = 2,  ///< ServiceStatus::failed_call was answered with failed_result, or 0: bad boot page
  crashed = 3,  ///< exception or broken contract; the text is on the console
};

/// What the Service VM has done so far, counted as it does it; a request after it is COMPLETE.
struct ServiceCounters {
  std::uint64_t upcalls{};        ///< interrupts of vector 0xF3, as of the latest scan
  std::uint64_t scans{};          ///< whole looks at all slots
  std::uint64_t empty_scans{};    ///< those that found nothing: spurious upcalls, after a glance
  std::uint64_t requests{};       ///< answered by clients
  std::uint64_t settled{};        ///< completed by the scan itself
  std::uint64_t notifications{};  ///< HC_NOTIFY_REQUEST_FINISH
  std::uint64_t irq_calls{};      ///< HC_SET_IRQLINE
  std::uint64_t refused_calls{};  ///< of these two, those that were refused
};

/// What the Service VM tells about itself. Written by it alone, in whole words.
struct ServiceStatus {
  std::uint32_t state{};        ///< ServiceState
  std::uint32_t failed_vm{};    ///< with refused: place in the table of VMs, counted from 0
  std::uint64_t failed_call{};  ///< with refused: the hypercall's id
  std::int64_t failed_result{};
  /// While it polls, a scan follows each glance that found a request, and 256 that found none.
  ServiceCounters counters{};
  /// When a device in the Service VM wants to be looked at, in ticks of its TSC; all ones: never.
  /// While the Service VM executes HLT, the hypervisor raises the upcall then.
  std::uint64_t next_deadline{~std::uint64_t{0}};
};

/// At the guest-physical address in RSI at the start, aligned to 4096.
struct ServiceBoot {
  std::uint64_t magic{boot_magic};
  std::uint32_t version{boot_version};
  std::uint32_t vm_count{};          ///< entries of `vms`, at most boot_vm_count_max
  std::uint64_t ram_size{};          ///< bytes of RAM from address 0
  std::uint64_t tsc_hz{};            ///< of the Service VM's TSC, whose offset is 0
  std::int64_t rtc_epoch_seconds{};  ///< what forwarded clocks show at the start, since 1970
  std::uint32_t hsm_mode{};          ///< HsmMode
  std::uint32_t stamps{};            ///< RequestStamps
  std::array<ServiceVmBoot, boot_vm_count_max> vms{};
  std::array<ByteRing, boot_vm_count_max> received{};
  ServiceStatus status{};
};

static_assert(sizeof(ServiceVmBoot) == 64 && sizeof(ByteRing) == 72);
static_assert(offsetof(ServiceBoot, vms) == 48 && offsetof(ServiceBoot, received) == 560 &&
              offsetof(ServiceBoot, status) == 1136);
static_assert(sizeof(ServiceStatus) == 96 && sizeof(ServiceBoot) <= 4096);

}  // namespace acrn::service_vm
