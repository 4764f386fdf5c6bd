// SPDX-License-Identifier: BSD-3-Clause
// The way into a guest and back. A round trip is 47 instructions.
// Source: Intel SDM vol. 3C (Sep 2023), chapter 27 "VM Entries" and section 28.5 "Loading Host
// State".

.set host_rsp_field, 0x6c14
.set host_rsp_offset, 128  // in GuestRegisters (vcpu.hpp); registers are at 8 times their number

.section .text

// RDI: GuestRegisters; RSI: not 0 if the VMCS is launched. Returns EAX: 0: the guest ran and exited;
// 1: VMfailInvalid; 2: VMfailValid. Keeps RSP and RBP only: see enter_guest() in vcpu.hpp.
.global hv_vmx_enter
hv_vmx_enter:
  pushq %rbp
  pushq %rdi
  cmpq %rsp, host_rsp_offset(%rdi)
  jne 3f
1:
  testq %rsi, %rsi  // MOV leaves the flags alone
  movq 0(%rdi), %rax
  movq 8(%rdi), %rcx
  movq 16(%rdi), %rdx
  movq 24(%rdi), %rbx
  movq 40(%rdi), %rbp
  movq 48(%rdi), %rsi
  movq 64(%rdi), %r8
  movq 72(%rdi), %r9
  movq 80(%rdi), %r10
  movq 88(%rdi), %r11
  movq 96(%rdi), %r12
  movq 104(%rdi), %r13
  movq 112(%rdi), %r14
  movq 120(%rdi), %r15
  movq 56(%rdi), %rdi
  jz 2f
  vmresume
  jmp entry_failed
2:
  vmlaunch
entry_failed:
  movl $1, %eax
  movl $2, %ecx
  cmovzl %ecx, %eax
  popq %rdi
  jmp 4f
3:
  movq %rsp, host_rsp_offset(%rdi)
  movl $host_rsp_field, %eax
  vmwrite %rsp, %rax
  ja 1b
  jmp hv_vmcs_access_failed

// HOST_RIP. RSP is as it was at VMLAUNCH or VMRESUME: at the address of the registers.
.balign 16
.global hv_vmx_exit
hv_vmx_exit:
  pushq %rdi
  movq 8(%rsp), %rdi
  movq %rax, 0(%rdi)
  movq %rcx, 8(%rdi)
  movq %rdx, 16(%rdi)
  movq %rbx, 24(%rdi)
  movq %rbp, 40(%rdi)
  movq %rsi, 48(%rdi)
  popq 56(%rdi)
  movq %r8, 64(%rdi)
  movq %r9, 72(%rdi)
  movq %r10, 80(%rdi)
  movq %r11, 88(%rdi)
  movq %r12, 96(%rdi)
  movq %r13, 104(%rdi)
  movq %r14, 112(%rdi)
  movq %r15, 120(%rdi)
  popq %rdi
  xorl %eax, %eax
4:
  popq %rbp
  ret

// VMREAD, VMWRITE or VMPTRLD failed in a place that has no other answer.
.global hv_vmcs_access_failed
hv_vmcs_access_failed:
  andq $-16, %rsp
  call hv_vmcs_panic
1:
  hlt
  jmp 1b

.section .note.GNU-stack, "", @progbits
