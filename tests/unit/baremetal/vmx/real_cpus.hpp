// SPDX-License-Identifier: BSD-3-Clause
// Capability MSRs as Bochs 2.7 reports them for two CPU models.
#pragma once

#include "baremetal/vmx/capabilities.hpp"
#include "baremetal/vmx/guest_state_vmcs.hpp"

namespace acrn::baremetal {

inline constexpr VmxCapabilities skylake_x{.cpuid_1_ecx = 0x77fa'f3bf,
                                           .feature_control = 5,
                                           .basic = 0x00d8'1000'0000'002b,
                                           .pin = {0x0000'007f'0000'0016},
                                           .processor = {0xf7f9'fffe'0400'6172},
                                           .exit = {0x007f'ffff'0003'6dfb},
                                           .entry = {0x0000'ffff'0000'11fb},
                                           .secondary = {0x0217'7fff'0000'0000},
                                           .miscellaneous = 0x6004'01e0,
                                           .cr0_fixed0 = 0x8000'0021,
                                           .cr0_fixed1 = 0xffff'ffff,
                                           .cr4_fixed0 = 0x2000,
                                           .cr4_fixed1 = 0x0037'27ff,
                                           .ept_vpid = 0x0000'0f01'0633'4141,
                                           .physical_bits = 40};

inline constexpr VmxCapabilities tigerlake{.cpuid_1_ecx = 0x77fa'f3bf,
                                           .feature_control = 5,
                                           .basic = 0x01d8'1000'0000'0004,
                                           .pin = {0x0000'007f'0000'0016},
                                           .processor = {0xfff9'fffe'0400'6172},
                                           .exit = {0x107f'ffff'0003'6dfb},
                                           .entry = {0x0010'ffff'0000'11fb},
                                           .secondary = {0x0297'7fff'0000'0000},
                                           .miscellaneous = 0x6004'01e0,
                                           .cr0_fixed0 = 0x8000'0021,
                                           .cr0_fixed1 = 0xffff'ffff,
                                           .cr4_fixed0 = 0x2000,
                                           .cr4_fixed1 = 0x00f7'2fff,
                                           .ept_vpid = 0x0000'0f01'06b3'4141,
                                           .physical_bits = 40};

}  // namespace acrn::baremetal
