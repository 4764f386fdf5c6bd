// SPDX-License-Identifier: BSD-3-Clause
// MMIO cases: moves, extensions, conditional moves, stack, string and vector instructions.

MMIO_CASE "mov mb,gb", 0, 0, 1, SIZE1
    movb %dh, M(0)
MMIO_END
MMIO_CASE "mov mw,gw", 0, 0, 1, SIZE2
    movw %dx, M(3)
MMIO_END
MMIO_CASE "mov md,gd", 0, 0, 1, SIZE4
    movl %edx, M(4)
MMIO_END
MMIO_CASE "mov gb,mb", 1, SIZE1, 0, 0
    movb M(7), %dh
MMIO_END
MMIO_CASE "mov gw,mw", 1, SIZE2, 0, 0
    movw M(5), %dx
MMIO_END
MMIO_CASE "mov gd,md", 1, SIZE4, 0, 0
    movl M(8), %edx
MMIO_END
MMIO_CASE "mov mb,ib", 0, 0, 1, SIZE1
    movb $0x5a, M(0)
MMIO_END
MMIO_CASE "mov mw,iw", 0, 0, 1, SIZE2
    movw $0x5aa5, M(0)
MMIO_END
MMIO_CASE "mov md,id", 0, 0, 1, SIZE4
    movl $0xdeadbeef, M(4)
MMIO_END
MMIO_CASE "mov gd,md with index", 1, SIZE4, 0, 0
    movl M_INDEXED(4, CX, 4), %edx
MMIO_END
MMIO_CASE "movzx gd,mb", 1, SIZE1, 0, 0
    movzbl M(3), %edx
MMIO_END
MMIO_CASE "movzx gw,mb", 1, SIZE1, 0, 0
    movzbw M(3), %dx
MMIO_END
MMIO_CASE "movzx gd,mw", 1, SIZE2, 0, 0
    movzwl M(6), %edx
MMIO_END
MMIO_CASE "movsx gd,mb", 1, SIZE1, 0, 0
    movsbl M(7), %edx
MMIO_END
MMIO_CASE "movsx gd,mw", 1, SIZE2, 0, 0
    movswl M(6), %edx
MMIO_END
MMIO_CASE "movsx gw,mb", 1, SIZE1, 0, 0
    movsbw M(0), %dx
MMIO_END
MMIO_CASE "movnti md,gd", 0, 0, 1, SIZE4
    movnti %edx, M(4)
MMIO_END
// SETcc and CMOVcc with CF 1 and ZF 0: a condition that holds, one that does not.
MMIO_CASE "setc mb", 0, 0, 1, SIZE1
    setc M(0)
MMIO_END
MMIO_CASE "setz mb", 0, 0, 1, SIZE1
    setz M(0)
MMIO_END
MMIO_CASE "cmovc gd,md", 1, SIZE4, 0, 0
    cmovcl M(4), %edx
MMIO_END
MMIO_CASE "cmovz gd,md", 1, SIZE4, 0, 0
    cmovzl M(4), %edx
MMIO_END
MMIO_CASE "cmovc gw,mw", 1, SIZE2, 0, 0
    cmovcw M(4), %dx
MMIO_END

#if GUEST_MODE == 64
MMIO_CASE "push mq", 1, SIZE8, 0, 0
    pushq M(8)
    popq %rdx
MMIO_END
MMIO_CASE "pop mq", 0, 0, 1, SIZE8
    pushq %rdx
    popq M(8)
MMIO_END
#else
MMIO_CASE "push md", 1, SIZE4, 0, 0
    pushl M(4)
    popl %edx
MMIO_END
MMIO_CASE "pop md", 0, 0, 1, SIZE4
    pushl %edx
    popl M(4)
MMIO_END
#endif
MMIO_CASE "push mw", 1, SIZE2, 0, 0
    pushw M(2)
    popw %dx
MMIO_END
MMIO_CASE "pop mw", 0, 0, 1, SIZE2
    pushw %dx
    popw M(2)
MMIO_END

// String instructions. SI and DI begin at the other operand; one of them is moved to M(0).
MMIO_CASE "movsb to MMIO", 0, 0, 1, SIZE1, FLAGS_ALL, DI_MOVES
    mov BX, DI
    movsb SOURCE, DESTINATION
MMIO_END
MMIO_CASE "movsl from MMIO", 1, SIZE4, 0, 0, FLAGS_ALL, SI_MOVES
    mov BX, SI
    movsl SOURCE, DESTINATION
MMIO_END
MMIO_CASE "rep movsw to MMIO", 0, 0, 3, SIZE2, FLAGS_ALL, DI_MOVES
    mov BX, DI
    rep movsw SOURCE, DESTINATION
MMIO_END
MMIO_CASE "rep movsb from MMIO", 3, SIZE1, 0, 0, FLAGS_ALL, SI_MOVES
    mov BX, SI
    rep movsb SOURCE, DESTINATION
MMIO_END
MMIO_CASE "rep movsl backwards to MMIO", 0, 0, 3, SIZE4, FLAGS_ALL, DI_MOVES
    std
    mov BX, DI
    lea 8(DI), DI
    lea 8(SI), SI
    rep movsl SOURCE, DESTINATION
    cld
MMIO_END
MMIO_CASE "rep movsl within MMIO", 3, SIZE4, 3, SIZE4, FLAGS_ALL, SI_MOVES + DI_MOVES
    mov BX, SI
    mov BX, DI
    lea 16(DI), DI
    rep movsl SOURCE, DESTINATION
MMIO_END
MMIO_CASE "rep movsb with a count of 0", 0, 0, 0, 0, FLAGS_ALL, DI_MOVES
    mov BX, DI
    xor %ecx, %ecx
    rep movsb SOURCE, DESTINATION
MMIO_END
MMIO_CASE "stosb", 0, 0, 1, SIZE1, FLAGS_ALL, DI_MOVES
    mov BX, DI
    stosb %al, DESTINATION
MMIO_END
MMIO_CASE "rep stosl", 0, 0, 3, SIZE4, FLAGS_ALL, DI_MOVES
    mov BX, DI
    rep stosl %eax, DESTINATION
MMIO_END
MMIO_CASE "rep stosw backwards", 0, 0, 3, SIZE2, FLAGS_ALL, DI_MOVES
    std
    mov BX, DI
    lea 8(DI), DI
    rep stosw %ax, DESTINATION
    cld
MMIO_END
MMIO_CASE "lodsb", 1, SIZE1, 0, 0, FLAGS_ALL, SI_MOVES
    mov BX, SI
    lodsb SOURCE, %al
MMIO_END
MMIO_CASE "rep lodsl", 3, SIZE4, 0, 0, FLAGS_ALL, SI_MOVES
    mov BX, SI
    rep lodsl SOURCE, %eax
MMIO_END
MMIO_CASE "scasb", 1, SIZE1, 0, 0, FLAGS_ALL, DI_MOVES
    mov BX, DI
    scasb DESTINATION, %al
MMIO_END
// The pattern's bytes from M(0) on: 84 73 a2 11, 28 17 ... The fifth equals AL.
MMIO_CASE "repne scasb finds", 5, SIZE1, 0, 0, FLAGS_ALL, DI_MOVES
    mov BX, DI
    mov $9, %ecx
    repne scasb DESTINATION, %al
MMIO_END
MMIO_CASE "cmpsl", 1, SIZE4, 0, 0, FLAGS_ALL, SI_MOVES
    mov BX, SI
    cmpsl DESTINATION, SOURCE
MMIO_END
MMIO_CASE "repe cmpsw differs at once", 1, SIZE2, 0, 0, FLAGS_ALL, DI_MOVES
    mov BX, DI
    repe cmpsw DESTINATION, SOURCE
MMIO_END

// Vector registers: 16 bytes are two accesses of 8.
MMIO_CASE "movups load", 2, SIZE8, 0, 0
    movups M(1), %xmm0
MMIO_END
MMIO_CASE "movups store", 0, 0, 2, SIZE8
    movups %xmm0, M(1)
MMIO_END
MMIO_CASE "movaps load", 2, SIZE8, 0, 0
    movaps M(16), %xmm0
MMIO_END
MMIO_CASE "movdqa store", 0, 0, 2, SIZE8
    movdqa %xmm0, M(16)
MMIO_END
MMIO_CASE "movdqu load", 2, SIZE8, 0, 0
    movdqu M(3), %xmm0
MMIO_END
MMIO_CASE "movntdq store", 0, 0, 2, SIZE8
    movntdq %xmm0, M(0)
MMIO_END
MMIO_CASE "movd load", 1, SIZE4, 0, 0
    movd M(4), %xmm0
MMIO_END
MMIO_CASE "movd store", 0, 0, 1, SIZE4
    movd %xmm0, M(4)
MMIO_END
MMIO_CASE "movq load", 1, SIZE8, 0, 0
    movq M(8), %xmm0
MMIO_END
MMIO_CASE "movq store", 0, 0, 1, SIZE8
    movq %xmm0, M(8)
MMIO_END

#if GUEST_MODE != 64
MMIO_CASE "mov al,moffs", 1, SIZE1, 0, 0
    movl %ebx, %edx
    cmp $DEVICE_MMIO, %ebx
    je 1f
    movb FLAT(BX), %al
    jmp 2f
1:
#if GUEST_MODE == 16
    .byte 0x64, 0x67
#endif
    .byte 0xa0
    .long DEVICE_MMIO
2:  mov $0, %edx
    cmp %edx, %edx
MMIO_END
#else
MMIO_CASE "mov mq,gq", 0, 0, 1, SIZE8
    movq %rdx, M(8)
MMIO_END
MMIO_CASE "mov gq,mq", 1, SIZE8, 0, 0
    movq M(8), %rdx
MMIO_END
MMIO_CASE "mov r9,mq by r8", 1, SIZE8, 0, 0
    movq %rbx, %r8
    movq 8(%r8), %r9
    movq %r9, %rdx
MMIO_END
MMIO_CASE "mov dil,mb", 1, SIZE1, 0, 0
    movb M(5), %dil
    movzbl %dil, %edx
    mov $0, %edi
MMIO_END
MMIO_CASE "mov md through a 32-bit address", 0, 0, 1, SIZE4
    movl %edx, 4(%ebx)
MMIO_END
MMIO_CASE "mov mq,id", 0, 0, 1, SIZE8
    movq $-0x789, M(0)
MMIO_END
MMIO_CASE "movsxd gq,md", 1, SIZE4, 0, 0
    movslq M(0), %rdx
MMIO_END
MMIO_CASE "movzx gq,mw", 1, SIZE2, 0, 0
    movzwq M(6), %rdx
MMIO_END
MMIO_CASE "movsx gq,mb", 1, SIZE1, 0, 0
    movsbq M(0), %rdx
MMIO_END
MMIO_CASE "rep movsq to MMIO", 0, 0, 3, SIZE8, FLAGS_ALL, DI_MOVES
    mov BX, DI
    rep movsq
MMIO_END
MMIO_CASE "rep stosq", 0, 0, 3, SIZE8, FLAGS_ALL, DI_MOVES
    mov BX, DI
    rep stosq
MMIO_END
MMIO_CASE "cmpxchg16b", 2, SIZE8, 2, SIZE8
    movq %rbx, %rdi
    lock cmpxchg16b 16(%rdi)
    movq %rdi, %rbx
    mov $0, %edi
MMIO_END
#endif
