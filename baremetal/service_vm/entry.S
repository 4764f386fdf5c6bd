// SPDX-License-Identifier: BSD-3-Clause
// The binary's header and entry, and the handlers of the upcall and of exceptions.

.section .header, "a"
header_start:
  .ascii "ACRNSVM1"
  .long 1  // version
  .long header_end - header_start
  .quad header_start  // load address
  .quad service_entry
  .quad service_file_size
  .quad service_memory_size
header_end:

.section .text.entry, "ax"
.code64
// 64-bit mode, RSI: the boot page. On the hypervisor's page tables until service_main has made its
// own.
.global service_entry
service_entry:
  cli
  cld
  movl $service_stack_top, %esp
  xorl %ebp, %ebp
  movq %rsi, %rdi
  call service_main
1:
  cli
  hlt
  jmp 1b

.text
// Vector 0xF3. Notes when it came, and how often: whoever waits compares the count.
.global service_upcall
service_upcall:
  pushq %rax
  pushq %rdx
  rdtsc
  shlq $32, %rdx
  orq %rdx, %rax
  movq %rax, service_upcall_time
  incq service_upcall_count
  popq %rdx
  popq %rax
  iretq

// Vectors that push an error code, and those that do not. Source: Intel SDM vol. 3A (Sep 2023),
// table 6-1; for 29 and 30 AMD APM vol. 2 (rev. 3.40), table 8-1.
.irp vector, 8, 10, 11, 12, 13, 14, 17, 21, 29, 30
vector_\vector:
  pushq $\vector
  jmp exception
.endr
.irp vector, 0, 1, 2, 3, 4, 5, 6, 7, 9, 15, 16, 18, 19, 20, 22, 23, 24, 25, 26, 27, 28, 31
vector_\vector:
  pushq $0
  pushq $\vector
  jmp exception
.endr

// Builds a CrashFrame; there is no way back.
exception:
  .irp register, r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rbx, rdx, rcx, rax
  pushq %\register
  .endr
  cld
  movq %rsp, %rdi
  andq $-16, %rsp
  call service_exception
1:
  cli
  hlt
  jmp 1b

.section .rodata
.balign 8
.global service_vectors
service_vectors:
.irp vector, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
  .quad vector_\vector
.endr
.irp vector, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
  .quad vector_\vector
.endr

.bss
.balign 8
.global service_upcall_time
service_upcall_time:
  .skip 8
.global service_upcall_count
service_upcall_count:
  .skip 8

.section .note.GNU-stack, "", @progbits
