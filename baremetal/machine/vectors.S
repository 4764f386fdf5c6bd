// SPDX-License-Identifier: BSD-3-Clause
// One entry point per exception vector; all build an ExceptionFrame and call hv_exception.

.text
.code64

// Vectors that push an error code, and those that do not. Source: Intel SDM vol. 3A (Sep 2023),
// table 6-1; for 29 and 30 AMD APM vol. 2 (rev. 3.40), table 8-1.
.irp vector, 8, 10, 11, 12, 13, 14, 17, 21, 29, 30
hv_vector_\vector:
  pushq $\vector
  jmp common
.endr
.irp vector, 0, 1, 2, 3, 4, 5, 6, 7, 9, 15, 16, 18, 19, 20, 22, 23, 24, 25, 26, 27, 28, 31
hv_vector_\vector:
  pushq $0
  pushq $\vector
  jmp common
.endr

common:
  pushq %rax
  pushq %rbx
  pushq %rcx
  pushq %rdx
  pushq %rsi
  pushq %rdi
  pushq %rbp
  pushq %r8
  pushq %r9
  pushq %r10
  pushq %r11
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  cld
  movq %rsp, %rdi
  andq $-16, %rsp
  call hv_exception
1:
  hlt
  jmp 1b

.section .rodata
.balign 8
.global hv_vectors
hv_vectors:
.irp vector, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
  .quad hv_vector_\vector
.endr
.irp vector, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
  .quad hv_vector_\vector
.endr

.section .note.GNU-stack, "", @progbits
