// SPDX-License-Identifier: BSD-3-Clause
// Runs one instruction twice, on RAM (the CPU does it) and on the device (the hypervisor does it),
// and compares registers, flags, memory and how the device was accessed.

// MMIO_CASE name, reads, log2 size, writes, log2 size, flags, moves: the instructions up to
// MMIO_END are the case. They find the operand at M(0), and keep BX.
.macro MMIO_CASE name, reads, read_size, writes, write_size, flags=FLAGS_ALL, moves=0
    .pushsection .data
98: .asciz "\name"
    .popsection
    .pushsection .data.cases, "aw"
    .long 98b
    .long 97f
    .byte \reads, MMIO_READ + \read_size, \writes, MMIO_WRITE + \write_size
    .short \flags, \moves
    .popsection
97:
.endm

.macro MMIO_END
    ret
.endm

run_mmio_cases:
    movl $first_mmio_case, next_case
1:  cmpl $end_of_mmio_cases, next_case
    jae 2f
    movl next_case, %esi
    movl (SI), %eax
    movl %eax, mmio_name
    movl 4(SI), %eax
    movl %eax, mmio_thunk
    movl 8(SI), %eax
    movl %eax, mmio_counts
    movl 12(SI), %eax
    movl %eax, mmio_flags
    addl $16, next_case
    call run_mmio_case
    jmp 1b
2:  ret

run_mmio_case:
    movl mmio_name, %esi
    call begin_case
    mov $LINEAR(scratch), %ebx
    call fill
    call execute
    mov $OUTCOME_SIZE, %ecx
1:  dec CX
    movb outcome(CX), %al
    movb %al, outcome_of_ram(CX)
    test CX, CX
    jnz 1b

    mov $DEVICE_MMIO, %ebx
    call fill
    call forget
    call execute
    call check_counts
    call compare_outcome
    call compare_memory
    jmp end_case

// Puts the pattern at M(0) and into the other operand of string instructions.
fill:
    xor %ecx, %ecx
1:  movl pattern(, CX, 4), %eax
    movl %eax, M_INDEXED(0, CX, 4)
    notl %eax
    movl %eax, other(, CX, 4)
    inc %ecx
    cmp $PATTERN_WORDS, %ecx
    jb 1b
    ret

// Calls the instruction with known registers, and notes what it left.
execute:
    mov $LINEAR(other), %esi
    mov $LINEAR(other), %edi
    movups vector_pattern, %xmm0
    mov in_cx, CX
    mov in_dx, DX
    mov in_ax, AX
    PUSH_IMAGE($3)
    POPF
    CALL_MEMORY mmio_thunk
    mov AX, outcome
    PUSHF
    POP_IMAGE AX
    cld
    andl mmio_flags, %eax
    andl $FLAGS_ALL, %eax
    mov AX, outcome + 8
    mov CX, outcome + 16
    mov DX, outcome + 24
    movups %xmm0, outcome + 32
    testb $SI_MOVES, mmio_flags + 2
    jz 1f
    sub BX, SI
1:  mov SI, outcome + 48
    testb $DI_MOVES, mmio_flags + 2
    jz 2f
    sub BX, DI
2:  mov DI, outcome + 56
    ret

check_counts:
    movb mmio_counts + 1, %al
    call read_counter
    movzbl mmio_counts, %ecx
    movl %ecx, expected
    call expect
    movb mmio_counts + 3, %al
    call read_counter
    movzbl mmio_counts + 2, %ecx
    movl %ecx, expected
    call expect
    call read_logged
    movzbl mmio_counts, %ecx
    movzbl mmio_counts + 2, %edx
    add %edx, %ecx
    movl %ecx, expected
    jmp expect

compare_outcome:
    xor %ecx, %ecx
1:  movl outcome_of_ram(, CX, 4), %eax
    movl %eax, expected
    movl outcome(, CX, 4), %eax
    call expect
    inc %ecx
    cmp $(OUTCOME_SIZE / 4), %ecx
    jb 1b
    ret

// The device's memory must be what RAM became.
compare_memory:
    xor %ecx, %ecx
1:  movl scratch(, CX, 4), %eax
    movl %eax, expected
    movl M_INDEXED(0, CX, 4), %eax
    call expect
    inc %ecx
    cmp $PATTERN_WORDS, %ecx
    jb 1b
    ret

    .data
    .balign 16
.set PATTERN_WORDS, 8
pattern:        .long 0x11a27384, 0x95061728, 0x394a5b6c, 0x7d8e9faf
                .long 0xfedcba98, 0x76543210, 0x0f1e2d3c, 0x4b5a6978
vector_pattern: .quad 0xa0a1a2a3a4a5a6a7, 0xb0b1b2b3b4b5b6b7
scratch:        .fill 32
in_ax:          .quad 0x8877665595061728
in_cx:          .quad 0x0000000000000003
in_dx:          .quad 0xf0e1d2c3b4a59687
next_case:      .long 0
mmio_name:      .long 0
mmio_counts:    .long 0  // reads, their counter, writes, their counter
mmio_flags:     .long 0  // flags to compare; SI_MOVES, DI_MOVES
mmio_thunk:     .quad 0
// AX, flags, CX, DX, XMM0, SI, DI; and the other operand.
outcome:        .fill 64
other:          .fill 32
.set OUTCOME_SIZE, 96
outcome_of_ram: .fill OUTCOME_SIZE
    .section .data.cases, "aw"
first_mmio_case:
    .text
