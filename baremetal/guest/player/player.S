// SPDX-License-Identifier: BSD-3-Clause
// The replay guest: executes the accesses of a list (traces/wire/access_list.hpp, at RSI) by IN, OUT
// and MOV in 64-bit mode, compares what reads give with what was recorded, prints one line on COM1
// and ends through port 0xF4: 0 when nothing differed, else 1. Interrupts stay off.

#define LIST_COUNT 16
#define LIST_HEADER 24
#define ROW_SIZE 24
#define ADDRESS(row) (row)
#define VALUE(row) 8(row)
#define SPACE(row) 16(row)
#define DIRECTION(row) 17(row)
#define SIZE(row) 18(row)
#define VALUE_KNOWN(row) 19(row)
#define TEST_EXIT 0xf4
#define COM1 0x3f8
#define COM1_INTERRUPTS 0x3f9
#define COM1_LINE_CONTROL 0x3fb
#define COM1_MODEM_CONTROL 0x3fc
#define COM1_LINE_STATUS 0x3fd
#define EIGHT_BITS 3
#define READY_TO_SEND 3
#define TRANSMITTER_EMPTY 0x20

// RBX: row; R12: its number; R13: reads compared; R14: that differ; R15: rows in the list.
    .text
start:
    mov LIST_COUNT(%rsi), %r15
    lea LIST_HEADER(%rsi), %rbx
    xor %r12d, %r12d
    xor %r13d, %r13d
    xor %r14d, %r14d
next:
    cmp %r15, %r12
    jae done
    mov ADDRESS(%rbx), %rdx
    mov VALUE(%rbx), %rax
    mov SIZE(%rbx), %cl
    cmpb $0, DIRECTION(%rbx)
    je read
    call write_value
    jmp advance
read:
    xor %eax, %eax
    call read_value
    cmpb $0, VALUE_KNOWN(%rbx)
    je advance
    inc %r13
    cmp VALUE(%rbx), %rax
    je advance
    inc %r14
    cmp $1, %r14
    jne advance
    mov %r12, first_number
    mov %rbx, first_row
    mov %rax, first_got
advance:
    inc %r12
    add $ROW_SIZE, %rbx
    jmp next

// One of these instructions by CL, the bytes of the access, and back to the caller.
.macro by_size byte, word, double_word, quad_word
    cmp $2, %cl
    jb 91f
    je 92f
  .ifnb \quad_word
    cmp $4, %cl
    je 94f
    \quad_word
    ret
  .endif
94: \double_word
    ret
92: \word
    ret
91: \byte
    ret
.endm

// RAX to the address RDX of the row RBX.
write_value:
    cmpb $0, SPACE(%rbx)
    jne 1f
    by_size "out %al, %dx", "out %ax, %dx", "out %eax, %dx"
1:  by_size "mov %al, (%rdx)", "mov %ax, (%rdx)", "mov %eax, (%rdx)", "mov %rax, (%rdx)"

// The same for a read to RAX, which is 0 before.
read_value:
    cmpb $0, SPACE(%rbx)
    jne 1f
    by_size "in %dx, %al", "in %dx, %ax", "in %dx, %eax"
1:  by_size "mov (%rdx), %al", "mov (%rdx), %ax", "mov (%rdx), %eax", "mov (%rdx), %rax"

// What was executed may have left the UART in any state. The first newline ends a line that the
// recorded guest did not.
done:
    mov $COM1_LINE_CONTROL, %dx
    mov $EIGHT_BITS, %al
    out %al, %dx
    mov $COM1_INTERRUPTS, %dx
    xor %eax, %eax
    out %al, %dx
    mov $COM1_MODEM_CONTROL, %dx
    mov $READY_TO_SEND, %al
    out %al, %dx
    mov $text_begin, %esi
    call print_text
    mov %r15, %rax
    call print_decimal
    mov $text_accesses, %esi
    call print_text
    mov %r13, %rax
    call print_decimal
    mov $text_compared, %esi
    call print_text
    mov %r14, %rax
    call print_decimal
    mov $text_differ, %esi
    call print_text
    test %r14, %r14
    jz end
    mov $text_first, %esi
    call print_text
    mov first_number, %rax
    call print_decimal
    mov first_row, %rbx
    mov $text_port, %esi
    cmpb $0, SPACE(%rbx)
    je 1f
    mov $text_mmio, %esi
1:  call print_text
    mov ADDRESS(%rbx), %rax
    call print_hex
    mov $text_recorded, %esi
    call print_text
    mov VALUE(%rbx), %rax
    call print_hex
    mov $text_got, %esi
    call print_text
    mov first_got, %rax
    call print_hex
end:
    mov $'\n', %al
    call print_character
    xor %eax, %eax
    test %r14, %r14
    setnz %al
    out %al, $TEST_EXIT
1:  hlt
    jmp 1b

// RSI: text that ends with a zero.
print_text:
    lodsb
    test %al, %al
    jz 1f
    call print_character
    jmp print_text
1:  ret

// RAX: number.
print_decimal:
    mov $10, %ecx
    jmp print_number
print_hex:
    push %rax
    mov $text_hex, %esi
    call print_text
    pop %rax
    mov $16, %ecx
print_number:
    xor %edi, %edi
1:  xor %edx, %edx
    div %rcx
    push %rdx
    inc %edi
    test %rax, %rax
    jnz 1b
2:  pop %rax
    mov digits(%rax), %al
    call print_character
    dec %edi
    jnz 2b
    ret

// AL: character. Without a UART the status reads all ones.
print_character:
    mov %al, %ah
    mov $COM1_LINE_STATUS, %dx
1:  in %dx, %al
    test $TRANSMITTER_EMPTY, %al
    jz 1b
    mov $COM1, %dx
    mov %ah, %al
    out %al, %dx
    ret

    .data
    .balign 8
first_number: .quad 0
first_row: .quad 0
first_got: .quad 0
digits: .ascii "0123456789abcdef"
text_begin: .asciz "\nreplay: "
text_accesses: .asciz " accesses, "
text_compared: .asciz " reads compared, "
text_differ: .asciz " differ"
text_first: .asciz "; first at access "
text_port: .asciz ": port "
text_mmio: .asciz ": mmio "
text_recorded: .asciz ", recorded "
text_got: .asciz ", got "
text_hex: .asciz "0x"

.section .note.GNU-stack, "", @progbits
