// SPDX-License-Identifier: BSD-3-Clause
// The fields of a VMCS by their encodings, each with the width of its value.
#pragma once

#include <cstdint>

namespace acrn::baremetal {

/// A VMCS field whose value is a T. Source of all encodings: Intel SDM vol. 3D (Sep 2023), appendix
/// B "Field Encoding in VMCS".
template <class T, std::uint32_t field_encoding>
struct VmcsField {
  static constexpr std::uint64_t encoding = field_encoding;
};

namespace vmcs {

template <std::uint32_t encoding>
using Field16 = VmcsField<std::uint16_t, encoding>;
template <std::uint32_t encoding>
using Field32 = VmcsField<std::uint32_t, encoding>;
template <std::uint32_t encoding>
using Field64 = VmcsField<std::uint64_t, encoding>;

// Control fields.
inline constexpr Field16<0x0000> vpid{};
inline constexpr Field64<0x2000> io_bitmap_a{};
inline constexpr Field64<0x2002> io_bitmap_b{};
inline constexpr Field64<0x2004> msr_bitmap{};
inline constexpr Field64<0x2010> tsc_offset{};
inline constexpr Field64<0x201a> ept_pointer{};
inline constexpr Field32<0x4000> pin_controls{};
inline constexpr Field32<0x4002> processor_controls{};
inline constexpr Field32<0x4004> exception_bitmap{};
inline constexpr Field32<0x4006> page_fault_mask{};
inline constexpr Field32<0x4008> page_fault_match{};
inline constexpr Field32<0x400a> cr3_target_count{};
inline constexpr Field32<0x400c> exit_controls{};
inline constexpr Field32<0x400e> exit_msr_store_count{};
inline constexpr Field32<0x4010> exit_msr_load_count{};
inline constexpr Field32<0x4012> entry_controls{};
inline constexpr Field32<0x4014> entry_msr_load_count{};
inline constexpr Field32<0x4016> entry_interruption_information{};
inline constexpr Field32<0x4018> entry_error_code{};
inline constexpr Field32<0x401a> entry_instruction_length{};
inline constexpr Field32<0x401e> secondary_controls{};
inline constexpr Field64<0x6000> cr0_mask{};
inline constexpr Field64<0x6002> cr4_mask{};
inline constexpr Field64<0x6004> cr0_shadow{};
inline constexpr Field64<0x6006> cr4_shadow{};

// Read-only fields.
inline constexpr Field64<0x2400> guest_physical_address{};
inline constexpr Field32<0x4400> instruction_error{};
inline constexpr Field32<0x4402> exit_reason{};
inline constexpr Field32<0x4404> exit_interruption_information{};
inline constexpr Field32<0x4406> exit_interruption_error_code{};
inline constexpr Field32<0x4408> idt_vectoring_information{};
inline constexpr Field32<0x440a> idt_vectoring_error_code{};
inline constexpr Field32<0x440c> exit_instruction_length{};
inline constexpr Field32<0x440e> exit_instruction_information{};
inline constexpr Field64<0x6400> exit_qualification{};
inline constexpr Field64<0x640a> guest_linear_address{};

// Guest state. Segment registers are 2 encodings apart: ES, CS, SS, DS, FS, GS, LDTR, TR.
inline constexpr std::uint32_t guest_selectors = 0x0800;
inline constexpr std::uint32_t guest_limits = 0x4800;
inline constexpr std::uint32_t guest_access_rights = 0x4814;
inline constexpr std::uint32_t guest_bases = 0x6806;
inline constexpr Field64<0x2800> link_pointer{};
inline constexpr Field64<0x2802> guest_debugctl{};
inline constexpr Field64<0x2804> guest_pat{};
inline constexpr Field64<0x2806> guest_efer{};
inline constexpr Field64<0x280a> guest_pdpte0{};
inline constexpr Field64<0x280c> guest_pdpte1{};
inline constexpr Field64<0x280e> guest_pdpte2{};
inline constexpr Field64<0x2810> guest_pdpte3{};
inline constexpr Field32<0x4810> guest_gdtr_limit{};
inline constexpr Field32<0x4812> guest_idtr_limit{};
inline constexpr Field32<0x4818> guest_ss_access_rights{};
inline constexpr Field32<0x4824> interruptibility{};
inline constexpr Field32<0x4826> activity{};
inline constexpr Field32<0x482a> guest_sysenter_cs{};
inline constexpr Field32<0x482e> preemption_timer{};
inline constexpr Field64<0x6800> guest_cr0{};
inline constexpr Field64<0x6802> guest_cr3{};
inline constexpr Field64<0x6804> guest_cr4{};
inline constexpr Field64<0x6816> guest_gdtr_base{};
inline constexpr Field64<0x6818> guest_idtr_base{};
inline constexpr Field64<0x681a> guest_dr7{};
inline constexpr Field64<0x681c> guest_rsp{};
inline constexpr Field64<0x681e> guest_rip{};
inline constexpr Field64<0x6820> guest_rflags{};
inline constexpr Field64<0x6822> pending_debug{};
inline constexpr Field64<0x6824> guest_sysenter_esp{};
inline constexpr Field64<0x6826> guest_sysenter_eip{};

// Host state.
inline constexpr Field16<0x0c00> host_es{};
inline constexpr Field16<0x0c02> host_cs{};
inline constexpr Field16<0x0c04> host_ss{};
inline constexpr Field16<0x0c06> host_ds{};
inline constexpr Field16<0x0c08> host_fs{};
inline constexpr Field16<0x0c0a> host_gs{};
inline constexpr Field16<0x0c0c> host_tr{};
inline constexpr Field64<0x2c00> host_pat{};
inline constexpr Field64<0x2c02> host_efer{};
inline constexpr Field32<0x4c00> host_sysenter_cs{};
inline constexpr Field64<0x6c00> host_cr0{};
inline constexpr Field64<0x6c02> host_cr3{};
inline constexpr Field64<0x6c04> host_cr4{};
inline constexpr Field64<0x6c06> host_fs_base{};
inline constexpr Field64<0x6c08> host_gs_base{};
inline constexpr Field64<0x6c0a> host_tr_base{};
inline constexpr Field64<0x6c0c> host_gdtr_base{};
inline constexpr Field64<0x6c0e> host_idtr_base{};
inline constexpr Field64<0x6c10> host_sysenter_esp{};
inline constexpr Field64<0x6c12> host_sysenter_eip{};
inline constexpr Field64<0x6c16> host_rip{};  // 6C14H, host RSP, is enter.S's business

}  // namespace vmcs
}  // namespace acrn::baremetal
