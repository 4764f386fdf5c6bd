// SPDX-License-Identifier: BSD-3-Clause
// Long mode on the page tables of the loader (baremetal/guest/start_tables.hpp), and an IDT.

#define CODE_SELECTOR 8
#define DATA_SELECTOR 0x10
#define FRAME(offset) 40 + offset(%rsp)  /* behind five saved registers */

start:
    lgdt gdt_pointer
    pushq $CODE_SELECTOR
    pushq $1f
    lretq
1:  mov $DATA_SELECTOR, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov %cr4, %rax
    or $0x200, %eax  // OSFXSR: SSE instructions
    mov %rax, %cr4
    xor %ecx, %ecx
    xor %ebx, %ebx
    mov $stubs, %eax
2:  movw %ax, idt(%rbx)
    movw $CODE_SELECTOR, idt + 2(%rbx)
    movw $0x8e00, idt + 4(%rbx)
    mov %eax, %edx
    shr $16, %edx
    movl %edx, idt + 6(%rbx)
    add $STUB_SIZE, %eax
    add $16, %ebx
    inc %ecx
    cmp $VECTORS, %ecx
    jb 2b
    lidt idt_pointer
    call run_port_cases
    call run_mmio_cases
    call run_system_cases
    call run_paging_cases
    call run_interrupt_cases
    jmp finish

// Each stub leaves an error code, its own or 0, and its vector: RIP and the rest are below.
    .balign STUB_SIZE
stubs:
.set vector, 0
.rept VECTORS
    .balign STUB_SIZE, 0x90
    .ifeq HAS_ERROR_CODE(vector)
    pushq $0
    .endif
    pushq $vector
    jmp handle
    .set vector, vector + 1
.endr

handle:
    push %rax
    push %rcx
    push %rdx
    push %rsi
    push %rdi
    mov FRAME(0), %eax
    cmp $FIRST_IRQ, %eax
    jb 1f
    sub $FIRST_IRQ, %al
    call handle_interrupt
    jmp 3f
1:  movl %eax, fault_vector
    mov FRAME(8), %rcx
    movl %ecx, fault_error_code
    mov FRAME(16), %rcx
    mov %rcx, fault_at
    cmp $14, %eax
    jne 2f
    movl repair_entry, %ecx
    test %ecx, %ecx
    jz 2f
    incl page_faults
    cmpl $1, page_faults
    ja unexpected
    orl $3, (%rcx)
    jmp 3f
2:  movl recover_at, %eax
    test %eax, %eax
    jz unexpected
    mov %rax, FRAME(16)
3:  pop %rdi
    pop %rsi
    pop %rdx
    pop %rcx
    pop %rax
    add $16, %rsp
    iretq

    .data
    .balign 8
gdt:
    .quad 0, 0x00af9b000000ffff, 0x00cf93000000ffff
gdt_pointer:
    .short 23
    .quad gdt
idt_pointer:
    .short VECTORS * 16 - 1
    .quad idt
idt: .fill VECTORS * 16
    .text
