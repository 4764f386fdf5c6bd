// SPDX-License-Identifier: BSD-3-Clause
// The checks that the test of the VMX engine is made of.
#pragma once

#include "baremetal/self_test/self_test.hpp"

namespace acrn::baremetal {

void check_vmx_real_mode(CheckLog& log) noexcept;       ///< OUT, IN, HLT in real mode
void check_vmx_protected_mode(CheckLog& log) noexcept;  ///< 32-bit code without paging
void check_vmx_long_mode(CheckLog& log) noexcept;       ///< 64-bit code from the first instruction
void check_vmx_into_long_mode(CheckLog& log) noexcept;  ///< a guest that gets there on its own
void check_vmx_pae(CheckLog& log) noexcept;             ///< page-directory-pointer entries
void check_vmx_string_io(CheckLog& log) noexcept;       ///< what REP INS says of itself
void check_vmx_direct_port(CheckLog& log) noexcept;     ///< a port that the bitmap lets through
void check_vmx_msr_bitmap(CheckLog& log) noexcept;      ///< MSRs that exit, and that do not
void check_vmx_ept_violation(CheckLog& log) noexcept;   ///< and mapping and unmapping its page
void check_vmx_injection(CheckLog& log) noexcept;       ///< interrupt and exception, with CR2
void check_vmx_interrupt_window(CheckLog& log) noexcept;  ///< and blocking by STI
void check_vmx_preemption_timer(CheckLog& log) noexcept;  ///< ends a loop, or enters not at all
void check_vmx_kick(CheckLog& log) noexcept;  ///< an NMI just before the entry ends it, too
void check_vmx_tsc_offset(CheckLog& log) noexcept;
void check_vmx_vector_registers(CheckLog& log) noexcept;  ///< read and written between exits
void check_vmx_two_vcpus(CheckLog& log) noexcept;         ///< on one CPU, each with its own state
void check_vmx_entry_failure(CheckLog& log) noexcept;     ///< the broken rule is named

}  // namespace acrn::baremetal
