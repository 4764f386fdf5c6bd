// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/vmx/enable.hpp"

#include "baremetal/machine/cpu.hpp"
#include "baremetal/machine/vtx.hpp"
#include "baremetal/vmx/control_registers.hpp"
#include "baremetal/vmx/controls.hpp"
#include "baremetal/vmx/instructions.hpp"

namespace acrn::baremetal {
namespace {

// Source: Intel SDM vol. 3D (Sep 2023), appendix A.
constexpr std::uint32_t msr_basic = 0x480;
constexpr std::uint32_t msr_miscellaneous = 0x485;
constexpr std::uint32_t msr_cr0_fixed0 = 0x486;
constexpr std::uint32_t msr_cr0_fixed1 = 0x487;
constexpr std::uint32_t msr_cr4_fixed0 = 0x488;
constexpr std::uint32_t msr_cr4_fixed1 = 0x489;
constexpr std::uint32_t msr_secondary = 0x48b;
constexpr std::uint32_t msr_ept_vpid = 0x48c;
/// Pin, processor, exit and entry controls are consecutive: first the old MSRs, then the true ones.
constexpr std::uint32_t msr_controls = 0x481;
constexpr std::uint32_t msr_true_controls = 0x48d;
constexpr std::uint64_t has_true_controls = std::uint64_t{1} << 55U;

constexpr std::uint64_t feature_lock = 1U << 0U;
constexpr std::uint64_t feature_vmx = 1U << 2U;

std::uint8_t physical_address_bits() noexcept {
  constexpr std::uint32_t leaf = 0x8000'0008;
  if (cpuid(0x8000'0000).eax < leaf) return 36;
  return static_cast<std::uint8_t>(cpuid(leaf).eax);
}

void read_controls(VmxCapabilities& capabilities) noexcept {
  std::uint32_t const first =
      (capabilities.basic & has_true_controls) != 0 ? msr_true_controls : msr_controls;
  capabilities.pin.raw = read_msr(first);
  capabilities.processor.raw = read_msr(first + 1);
  capabilities.exit.raw = read_msr(first + 2);
  capabilities.entry.raw = read_msr(first + 3);
  if (!capabilities.processor.allows(processor_control::secondary_controls)) return;
  capabilities.secondary.raw = read_msr(msr_secondary);
  constexpr std::uint32_t either = secondary_control::ept | secondary_control::vpid;
  if ((capabilities.secondary.allowed() & either) != 0) {
    capabilities.ept_vpid = read_msr(msr_ept_vpid);
  }
}

}  // namespace

VmxCapabilities read_vmx_capabilities() noexcept {
  VmxCapabilities capabilities{.cpuid_1_ecx = cpuid(1).ecx,
                               .physical_bits = physical_address_bits()};
  if (!cpuid_offers_vmx(capabilities.cpuid_1_ecx)) return capabilities;
  capabilities.feature_control = read_msr(msr_feature_control);
  capabilities.basic = read_msr(msr_basic);
  capabilities.miscellaneous = read_msr(msr_miscellaneous);
  capabilities.cr0_fixed0 = read_msr(msr_cr0_fixed0);
  capabilities.cr0_fixed1 = read_msr(msr_cr0_fixed1);
  capabilities.cr4_fixed0 = read_msr(msr_cr4_fixed0);
  capabilities.cr4_fixed1 = read_msr(msr_cr4_fixed1);
  read_controls(capabilities);
  return capabilities;
}

std::optional<VmxRefusal> enable_vmx(FrameSource frames) noexcept {
  VmxCapabilities const capabilities = read_vmx_capabilities();
  if (std::optional<VmxRefusal> const refusal = missing_for_guests(capabilities)) return refusal;
  if ((capabilities.feature_control & feature_lock) == 0) {
    write_msr(msr_feature_control, capabilities.feature_control | feature_lock | feature_vmx);
  }
  std::uint64_t const region = frames.take_page();
  if (region == 0) return VmxRefusal::no_memory;
  *reinterpret_cast<std::uint32_t*>(region) = capabilities.revision();
  write_cr0(vmx::read_cr0() | capabilities.cr0_fixed0 | cr0::numeric_error);
  // FXSAVE must include the SSE registers: guests leave theirs in the CPU.
  write_cr4(vmx::read_cr4() | capabilities.cr4_fixed0 | cr4::vmx_enable | cr4::os_fxsr |
            cr4::os_xmm_exceptions);
  if (!vmx::vmxon(region)) return VmxRefusal::vmxon_failed;
  return std::nullopt;
}

}  // namespace acrn::baremetal
