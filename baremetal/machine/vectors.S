// SPDX-License-Identifier: BSD-3-Clause
// One entry point for each of the 256 vectors, 16 bytes apart; all build an ExceptionFrame and call
// hv_vector, and return to what was interrupted when that returns.

.text
.code64

.set wake_vector, 0xf0  // smp.hpp

// Vectors that push an error code. Source: Intel SDM vol. 3A (Sep 2023), table 6-1; for 29 and 30
// AMD APM vol. 2 (rev. 3.40), table 8-1.
.set with_error_code, (1 << 8) | (1 << 10) | (1 << 11) | (1 << 12) | (1 << 13) | (1 << 14) | \
                      (1 << 17) | (1 << 21) | (1 << 29) | (1 << 30)

.balign 16
.global hv_vectors
hv_vectors:
.set vector, 0
.rept 256
  .balign 16
  .if vector == wake_vector
    jmp hv_wake_interrupt
  .elseif vector >= 32
    pushq $0
  .elseif (with_error_code & (1 << vector)) == 0
    pushq $0
  .endif
  pushq $vector
  jmp common
  .set vector, vector + 1
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
  movq %rsp, %rbx  // survives the call
  andq $-16, %rsp
  call hv_vector
  movq %rbx, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %r11
  popq %r10
  popq %r9
  popq %r8
  popq %rbp
  popq %rdi
  popq %rsi
  popq %rdx
  popq %rcx
  popq %rbx
  popq %rax
  addq $16, %rsp  // vector and error code
  iretq

// The wake interrupt: nothing but its end, and the way behind a HLT as hv_vector has it. A forwarded
// request waits for it.
hv_wake_interrupt:
  pushq %rax
  pushq %rcx
  pushq %rdx
  movq hv_end_of_interrupt, %rcx
  xorl %eax, %eax
  cmpq $0xfff, %rcx
  ja 1f
  xorl %edx, %edx
  wrmsr
2:
  cmpq $hv_wait_halt, 24(%rsp)
  je 3f
4:
  popq %rdx
  popq %rcx
  popq %rax
  iretq
1:
  movl %eax, (%rcx)
  jmp 2b
3:
  incq 24(%rsp)
  jmp 4b

// Halts until an interrupt. STI holds interrupts off until HLT has begun, but an NMI may still come
// between the two, and behind it the very interrupt that should end the HLT; therefore whatever
// interrupts at hv_wait_halt goes on behind it. Source: Intel SDM vol. 2B (Sep 2023), "STI".
.global hv_wait, hv_wait_halt
hv_wait:
  sti
hv_wait_halt:
  hlt
  cli
  ret

.section .note.GNU-stack, "", @progbits
