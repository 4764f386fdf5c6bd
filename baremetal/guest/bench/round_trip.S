// SPDX-License-Identifier: BSD-3-Clause
// Real-mode guest: how many TSC ticks an IN takes, from the instruction before it to the one behind it. Loaded as
// a flat guest. Prints two lines on COM1 and ends through the test-exit port.
.set count, 1000
.set pic_mask, 0x21          // handled in the hypervisor
.set test_counter, 0x524     // the test device: forwarded, if there is a Service VM
.set com1, 0x3f8
.set test_exit, 0xf4
.code16
start:
  cld
  xorw %dx, %dx
  movw $nothing, %bx
  call measure
  movl %eax, base
  movw $port_text, %si
  movw $pic_mask, %dx
  movw $one_in, %bx
  call measure
  call report
  movw $forward_text, %si
  movw $test_counter, %dx
  movw $one_in, %bx
  call measure
  call report
  movb $0, %al
  outb %al, $test_exit
1: hlt
  jmp 1b

// BX: function; DX: its port. EAX: ticks for `count` calls.
measure:
  pushw %si
  movw %dx, %si
  rdtsc
  movl %eax, %edi
  movw $count, %cx
1:
  movw %si, %dx
  callw *%bx
  decw %cx
  jnz 1b
  rdtsc
  subl %edi, %eax
  popw %si
  ret
nothing:
  ret
one_in:
  inb %dx, %al
  ret
// EAX: ticks; SI: text. Prints ticks less the empty loop's, over count.
report:
  subl base, %eax
  xorl %edx, %edx
  movl $count, %ecx
  divl %ecx
  pushl %eax
1:
  lodsb
  testb %al, %al
  jz 2f
  movw $com1, %dx
  outb %al, %dx
  jmp 1b
2:
  popl %eax
  movl $10, %ebx
  xorw %cx, %cx
3:
  xorl %edx, %edx
  divl %ebx
  pushw %dx
  incw %cx
  testl %eax, %eax
  jnz 3b
4:
  popw %ax
  addb $'0', %al
  movw $com1, %dx
  outb %al, %dx
  loop 4b
  movb $'\n', %al
  outb %al, %dx
  ret
port_text: .asciz "ticks of an IN that the hypervisor answers: "
forward_text: .asciz "ticks of an IN at the test device: "
.balign 4
base: .long 0

.section .note.GNU-stack, "", @progbits
