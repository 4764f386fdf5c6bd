// SPDX-License-Identifier: BSD-3-Clause
// Protected mode without paging: an IDT, and a GS that ends after 64 KiB.

#define CODE_SELECTOR 8
#define DATA_SELECTOR 0x10
#define SHORT_SELECTOR 0x18

start:
    lgdt gdt_pointer
    ljmp $CODE_SELECTOR, $1f
1:  mov $DATA_SELECTOR, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %fs
    mov %eax, %ss
    mov $SHORT_SELECTOR, %eax
    mov %eax, %gs
    mov %cr4, %eax
    or $0x200, %eax  // OSFXSR: SSE instructions
    mov %eax, %cr4
    xor %ecx, %ecx
    mov $stubs, %eax
2:  movw %ax, idt(, %ecx, 8)
    movw $CODE_SELECTOR, idt + 2(, %ecx, 8)
    movw $0x8e00, idt + 4(, %ecx, 8)
    mov %eax, %edx
    shr $16, %edx
    movw %dx, idt + 6(, %ecx, 8)
    add $STUB_SIZE, %eax
    inc %ecx
    cmp $VECTORS, %ecx
    jb 2b
    lidt idt_pointer
    call run_port_cases
    call run_mmio_cases
    call run_system_cases
    call run_limit_cases
    call run_interrupt_cases
    jmp finish

// Each stub leaves an error code, its own or 0, and its vector: EIP, CS and EFLAGS are below.
    .balign STUB_SIZE
stubs:
.set vector, 0
.rept VECTORS
    .balign STUB_SIZE, 0x90
    .ifeq HAS_ERROR_CODE(vector)
    push $0
    .endif
    push $vector
    jmp handle
    .set vector, vector + 1
.endr

handle:
    pushal
    movl 32(%esp), %eax
    cmp $FIRST_IRQ, %eax
    jb 1f
    sub $FIRST_IRQ, %al
    call handle_interrupt
    jmp 2f
1:  movl %eax, fault_vector
    movl 36(%esp), %eax
    movl %eax, fault_error_code
    movl 40(%esp), %eax
    movl %eax, fault_at
    movl recover_at, %eax
    test %eax, %eax
    jz unexpected
    movl %eax, 40(%esp)
2:  popal
    add $8, %esp
    iret

    .data
    .balign 8
gdt:
    .quad 0, 0x00cf9b000000ffff, 0x00cf93000000ffff, 0x004093000000ffff
gdt_pointer:
    .short 31
    .long gdt
idt_pointer:
    .short VECTORS * 8 - 1
    .long idt
idt: .fill VECTORS * 8
    .text
