// SPDX-License-Identifier: BSD-3-Clause
// Where a CPU starts after SIPI: real mode, in a copy of this code on a free page below 1 MiB.
// machine/smp_start.cpp copies it and needs to fill in nothing: every address is relative to CS, or
// in the image, which lies below 4 MiB.
// Source: Intel SDM vol. 3A (Sep 2023), sections 9.4.4 "MP Initialization Example" and 10.8.5.

.set cr0_start, 0x80010031  // PG, WP, NE, ET, PE; caching on
.set cr4_pae, 0x20
.set msr_efer, 0xc0000080
.set efer_lme_nxe, 0x900

.section .rodata
.balign 16
.global hv_trampoline
hv_trampoline:
.code16
  cli
  cld
  movw %cs, %ax
  movw %ax, %ds
  lgdtl %cs:(gdt_pointer - hv_trampoline)
  movl $cr4_pae, %eax
  movl %eax, %cr4
  movl $hv_page_map, %eax
  movl %eax, %cr3
  movl $msr_efer, %ecx
  rdmsr
  orl $efer_lme_nxe, %eax
  wrmsr
  movl $cr0_start, %eax  // protection and paging at once: the next fetch is in compatibility mode
  movl %eax, %cr0
  ljmpl $0x08, $hv_ap_entry

.balign 8
gdt_pointer:
  .short 23
  .long hv_boot_gdt
.global hv_trampoline_end
hv_trampoline_end:

// Each CPU draws a ticket and takes the stack of that number. Who draws too high a one stays here.
.text
.code64
.global hv_ap_entry
hv_ap_entry:
  movl $0x10, %eax
  movl %eax, %ds
  movl %eax, %es
  movl %eax, %ss
  xorl %eax, %eax
  movl %eax, %fs
  movl %eax, %gs
  movl $1, %edi
  lock xaddl %edi, hv_ap_tickets
  cmpl hv_ap_limit, %edi
  jae parked
  movq hv_ap_stack_tops(, %rdi, 8), %rsp
  xorl %ebp, %ebp
  call hv_ap_main
parked:
  cli
  hlt
  jmp parked

.section .note.GNU-stack, "", @progbits
