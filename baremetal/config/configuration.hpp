// SPDX-License-Identifier: BSD-3-Clause
// What a run of the image is to be: the settings, as a plain value.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "baremetal/machine/cpu_index.hpp"
#include "core/profile.hpp"
#include "core/types.hpp"

namespace acrn::baremetal {

/// Where a capture goes (`capture=`).
enum class CaptureSink : std::uint8_t { off, com2, lpt1, e9, memory };

/// What a User VM runs (`vmN.guest=`).
enum class GuestKind : std::uint8_t {
  selftest_real,
  selftest_protected,
  selftest_long,
  linux_kernel,  ///< a bzImage: module `linux`, or that of `linux:MODULE`
  flat,          ///< the module as it is, from the first byte on, in real mode
  replay,        ///< re-executes the accesses of a capture, the module
};

/// How the Service VM tells that a request is complete (`vmN.completion=`).
enum class Completion : std::uint8_t { notification, polling };

/// How the Service VM learns of requests (`service.hsm=`).
enum class HsmMode : std::uint8_t { upcall, poll };

enum class ServiceMode : std::uint8_t { present, none };

/// What a CPU does while its guests wait for their timer (`idle=`).
enum class Idling : std::uint8_t {
  warp,  ///< guest time jumps to the timer's next tick: runs are short, and repeat exactly
  wait,  ///< the CPU halts until then
};

/// What the image tests of itself beyond what it always does (`test=`).
enum class ImageTest : std::uint8_t {
  none,
  vmx,  ///< the VMX engine, with small guests on the first CPU; no VM is started
};

/// A device of a User VM, by the name it has in `vmN.devices=` and `vmN.forward=`.
enum class DeviceName : std::uint8_t {
  pic,
  pit,
  port61,
  uart,
  rtc,
  acpi_pm,
  reset,
  pci,
  test,
  exit,  ///< the ports that end the guest: 0xF4 and 0x604
  disk,  ///< the Service VM's RAM disk: only forwarded
};
inline constexpr std::size_t device_name_count = 11;

/// A set of devices.
struct DeviceSet {
  std::uint32_t bits{};  ///< 1 << DeviceName

  [[nodiscard]] constexpr bool has(DeviceName device) const noexcept {
    return (bits >> static_cast<unsigned>(device) & 1U) != 0;
  }
  constexpr void add(DeviceName device) noexcept { bits |= 1U << static_cast<unsigned>(device); }
  friend constexpr bool operator==(DeviceSet, DeviceSet) = default;
};

struct VmConfiguration {
  std::uint16_t number{};  ///< N of `vmN`, from 1
  GuestKind guest{};
  std::string_view module;  ///< of linux_kernel, flat and replay; empty for the others
  std::string_view initrd;  ///< a module for linux_kernel, or empty
  std::string_view command_line;
  std::uint64_t memory_bytes{};  ///< a multiple of the page size
  CpuIndex cpu{};
  DeviceSet devices{};  ///< handled in the hypervisor
  DeviceSet forward{};  ///< handled in the Service VM; disjoint from `devices`
  Completion completion{};
  std::string_view input;        ///< the module that is typed into the UART, or empty
  std::string_view input_after;  ///< the text on which the guest is waiting for it; empty: none
};

struct ServiceConfiguration {
  ServiceMode mode{};
  CpuIndex cpu{};
  HsmMode hsm{};
  std::uint64_t memory_bytes{};
};

/// As many User VMs as one run may have.
inline constexpr std::size_t vm_count_max = 8;
/// Slots of a request page, one for each vCPU of the VM.
inline constexpr std::size_t vcpu_slot_count = 16;

/// All settings. The string_views point into the command line and the module `config`.
struct Configuration {
  std::uint32_t cpus{};         ///< CPUs to run on; 0: all that are found
  std::uint64_t tsc_hz{};       ///< 0: to be measured
  std::uint64_t slice_ticks{};  ///< of VMs that share a CPU; 0: a thousandth of a second
  Idling idling{};
  core::Port com1{0x3f8};
  core::Port com2{0x2f8};
  CaptureSink capture{};
  core::Profile const* profile{&core::architectural};
  ServiceConfiguration service{};
  std::array<VmConfiguration, vm_count_max> vm_table{};
  std::size_t vm_count{};
  ImageTest test{};
  std::string_view crash;  ///< a deliberate crash, for tests (machine/crash.hpp); or empty
  CpuIndex crash_cpu{};

  [[nodiscard]] std::span<VmConfiguration const> vms() const noexcept {
    return std::span{vm_table}.first(vm_count);
  }
};

}  // namespace acrn::baremetal
