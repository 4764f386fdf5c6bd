// SPDX-License-Identifier: BSD-3-Clause
// Real mode: flat FS and ES by a visit to protected mode, interrupt vectors at 0.

#define FLAT_SELECTOR 8
#define CODE_SEGMENT 0x1000

start:
    lgdtl gdt_pointer
    mov %cr0, %eax
    or $1, %eax
    mov %eax, %cr0
    mov $FLAT_SELECTOR, %cx
    mov %cx, %fs
    mov %cx, %es
    and $-2, %eax
    mov %eax, %cr0
    xor %cx, %cx
    mov %cx, %fs
    mov %cx, %es
    mov $CODE_SEGMENT, %cx
    mov %cx, %gs
    mov %cr4, %eax
    or $0x200, %eax  // OSFXSR: SSE instructions
    mov %eax, %cr4
    xor %ebx, %ebx
    xor %ecx, %ecx
    mov $stubs, %eax
1:  movw %ax, %fs:(%ebx)
    movw $CODE_SEGMENT, %fs:2(%ebx)
    add $STUB_SIZE, %eax
    add $4, %ebx
    inc %ecx
    cmp $VECTORS, %ecx
    jb 1b
    call run_port_cases
    call run_mmio_cases
    call run_system_cases
    call run_limit_cases
    call run_interrupt_cases
    jmp finish

// Each stub pushes its vector: IP, CS and FLAGS are below it, 2 bytes each.
    .balign STUB_SIZE
stubs:
.set vector, 0
.rept VECTORS
    .balign STUB_SIZE, 0x90
    pushl $vector
    jmp handle
    .set vector, vector + 1
.endr

handle:
    pushal
    pushw %ds
    mov $CODE_SEGMENT, %ax
    mov %ax, %ds
    mov %esp, %ebp
    movl 34(%ebp), %eax  // the vector: below it the registers and DS
    cmp $FIRST_IRQ, %eax
    jb 1f
    sub $FIRST_IRQ, %al
    call handle_interrupt
    jmp 2f
1:  movl %eax, fault_vector
    movzwl 38(%ebp), %eax
    movl %eax, fault_at
    movl recover_at, %eax
    test %eax, %eax
    jz unexpected
    movw %ax, 38(%ebp)
2:  popw %ds
    popal
    add $4, %sp
    iretw

    .data
    .balign 8
gdt:
    .quad 0, 0x00cf93000000ffff
gdt_pointer:
    .short 15
    .long gdt + 0x10000
    .text
