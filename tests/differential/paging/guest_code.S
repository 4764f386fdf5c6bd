# SPDX-License-Identifier: BSD-3-Clause
# What the guest of the paging comparison runs, for 64-bit and for 32-bit mode: data to the host,
# copied into the guest's memory. Both blobs have the same labels at offsets of their own.
#
# Entry: (e)si = pairs of 32-bit words (address, value) to store, ecx = their number, (e)bx = the
# address under test, (e)dx = an interrupt return frame, ax = a selector. The guest stores its page
# tables itself, so that hosts that shadow them see it, then flushes, and returns into one of the
# accesses. It ends with an OUT: port 0x10 the access was made, 0x14 #PF, 0x1f any other exception.

  .section .rodata

  .globl guest_code_64, guest_code_64_end
  .globl guest_64_read, guest_64_write, guest_64_fetch, guest_64_load
  .globl guest_64_page_fault, guest_64_exception
  .code64
guest_code_64:
1:
  mov (%rsi), %edi
  mov 4(%rsi), %ebp
  mov %ebp, (%rdi)
  add $8, %rsi
  loop 1b
  mov %cr3, %rdi
  mov %rdi, %cr3
  mov %rdx, %rsp
  iretq
guest_64_read:
  movb (%rbx), %cl
  out %al, $0x10
guest_64_write:
  movb %cl, (%rbx)
  out %al, $0x10
guest_64_fetch:
  jmp *%rbx
guest_64_load:
  mov %eax, %fs
  out %al, $0x10
guest_64_page_fault:
  out %al, $0x14
guest_64_exception:
  out %al, $0x1f
guest_code_64_end:

  .globl guest_code_32, guest_code_32_end
  .globl guest_32_read, guest_32_write, guest_32_fetch, guest_32_load
  .globl guest_32_page_fault, guest_32_exception
  .code32
guest_code_32:
1:
  mov (%esi), %edi
  mov 4(%esi), %ebp
  mov %ebp, (%edi)
  add $8, %esi
  loop 1b
  mov %cr3, %edi
  mov %edi, %cr3
  mov %edx, %esp
  iret
guest_32_read:
  movb (%ebx), %cl
  out %al, $0x10
guest_32_write:
  movb %cl, (%ebx)
  out %al, $0x10
guest_32_fetch:
  jmp *%ebx
guest_32_load:
  mov %eax, %fs
  out %al, $0x10
guest_32_page_fault:
  out %al, $0x14
guest_32_exception:
  out %al, $0x1f
guest_code_32_end:

  .section .note.GNU-stack, "", @progbits
