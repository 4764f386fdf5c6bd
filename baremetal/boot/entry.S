// SPDX-License-Identifier: BSD-3-Clause
// The multiboot2 header, and the way from the boot loader's 32-bit state into long mode and C++.
// Source: Multiboot2 Specification 2.0, sections 3.1 (header) and 3.3 (machine state);
// Intel SDM vol. 3A (Sep 2023), section 10.8.5 "Initializing IA-32e Mode".

.set multiboot2_magic, 0xe85250d6
.set multiboot2_architecture_i386, 0
.set loader_magic, 0x36d76289
.set page_present_write, 0x3
.set page_large, 0x80
.set cr0_pg_wp, 0x80010000
.set cr4_pae, 0x20
.set msr_efer, 0xc0000080
.set efer_lme_nxe, 0x900
.set com1_data, 0x3f8
.set com1_line_status, 0x3fd

.section .multiboot2, "a"
.balign 8
header:
  .long multiboot2_magic
  .long multiboot2_architecture_i386
  .long header_end - header
  .long 0x100000000 - (multiboot2_magic + multiboot2_architecture_i386 + (header_end - header))
  .short 0, 0  // the end tag: this image asks for nothing
  .long 8
header_end:

.section .boot, "ax"
.code32
.global hv_entry
hv_entry:
  cli
  cld
  movl $hv_stack_top, %esp
  cmpl $loader_magic, %eax
  movl $not_multiboot2, %esi
  jne refuse
  movl %ebx, %edi  // address of the boot information: the first argument of hv_main

  movl $0x80000000, %eax
  cpuid
  cmpl $0x80000001, %eax
  movl $no_long_mode, %esi
  jb refuse
  movl $0x80000001, %eax
  cpuid
  andl $0x20100000, %edx  // bit 29: long mode, bit 20: execute-disable
  cmpl $0x20100000, %edx
  jne refuse

  // Identity map of the first 4 GiB: 4-KiB pages up to 4 MiB, where the image is, then 2-MiB ones.
  movl $(hv_page_directory_pointers + page_present_write), hv_page_map
  movl $(hv_page_directories + page_present_write), %eax
  xorl %ecx, %ecx
1:
  movl %eax, hv_page_directory_pointers(, %ecx, 8)
  addl $0x1000, %eax
  incl %ecx
  cmpl $4, %ecx
  jb 1b
  xorl %ecx, %ecx
1:
  movl %ecx, %eax
  shll $21, %eax
  orl $(page_present_write | page_large), %eax
  movl %eax, hv_page_directories(, %ecx, 8)
  incl %ecx
  cmpl $2048, %ecx
  jb 1b
  movl $(hv_low_pages + page_present_write), hv_page_directories
  movl $(hv_low_pages + 0x1000 + page_present_write), hv_page_directories + 8
  xorl %ecx, %ecx
1:
  movl %ecx, %eax
  shll $12, %eax
  orl $page_present_write, %eax
  movl %eax, hv_low_pages(, %ecx, 8)
  incl %ecx
  cmpl $1024, %ecx
  jb 1b

  movl $hv_page_map, %eax
  movl %eax, %cr3
  movl %cr4, %eax
  orl $cr4_pae, %eax
  movl %eax, %cr4
  movl $msr_efer, %ecx
  rdmsr
  orl $efer_lme_nxe, %eax
  wrmsr
  movl %cr0, %eax
  orl $cr0_pg_wp, %eax
  movl %eax, %cr0
  lgdt boot_gdt_pointer
  ljmp $0x08, $long_mode

// Prints the text at ESI on COM1 (with whatever settings firmware left) and stops.
refuse:
  movw $com1_line_status, %dx
1:
  inb %dx, %al
  testb $0x20, %al
  jz 1b
  lodsb
  testb %al, %al
  jz 2f
  movw $com1_data, %dx
  outb %al, %dx
  jmp refuse
2:
  hlt
  jmp 2b

.code64
long_mode:
  movl $0x10, %eax
  movl %eax, %ds
  movl %eax, %es
  movl %eax, %ss
  xorl %eax, %eax
  movl %eax, %fs
  movl %eax, %gs
  movl $hv_stack_top, %esp
  movl %edi, %edi  // upper halves of registers are undefined after the switch
  xorl %ebp, %ebp
  call hv_main
1:
  hlt
  jmp 1b

.balign 8
.global hv_boot_gdt
hv_boot_gdt:
  .quad 0
  .quad 0x00af9b000000ffff  // 0x08: 64-bit code, ring 0
  .quad 0x00cf93000000ffff  // 0x10: data
boot_gdt_end:
boot_gdt_pointer:
  .short boot_gdt_end - hv_boot_gdt - 1
  .long hv_boot_gdt

not_multiboot2:
  .asciz "hv: cannot start: not loaded by a multiboot2 boot loader\r\n"
no_long_mode:
  .asciz "hv: cannot start: this CPU has no 64-bit mode or no execute-disable\r\n"

.section .bss
.balign 0x1000
.global hv_page_map
hv_page_map:
  .skip 0x1000
hv_page_directory_pointers:
  .skip 0x1000
.global hv_page_directories
hv_page_directories:
  .skip 0x4000
.global hv_low_pages
hv_low_pages:
  .skip 0x2000

.section .note.GNU-stack, "", @progbits
