// SPDX-License-Identifier: BSD-3-Clause
// MMIO cases: arithmetic, logic, shifts, bits and exchanges, in every size and operand order.

.irp op, add, adc, sbb, sub
MMIO_CASE "\op mb,gb", 1, SIZE1, 1, SIZE1
    \op\()b %dl, M(0)
MMIO_END
MMIO_CASE "\op mw,gw", 1, SIZE2, 1, SIZE2
    \op\()w %dx, M(2)
MMIO_END
MMIO_CASE "\op md,gd", 1, SIZE4, 1, SIZE4
    \op\()l %edx, M(1)
MMIO_END
MMIO_CASE "\op gb,mb", 1, SIZE1, 0, 0
    \op\()b M(3), %ah
MMIO_END
MMIO_CASE "\op gw,mw", 1, SIZE2, 0, 0
    \op\()w M(6), %dx
MMIO_END
MMIO_CASE "\op gd,md", 1, SIZE4, 0, 0
    \op\()l M(4), %eax
MMIO_END
MMIO_CASE "\op mb,ib", 1, SIZE1, 1, SIZE1
    \op\()b $0x9f, M(5)
MMIO_END
MMIO_CASE "\op mw,iw", 1, SIZE2, 1, SIZE2
    \op\()w $0x7abc, M(0)
MMIO_END
MMIO_CASE "\op md,id", 1, SIZE4, 1, SIZE4
    \op\()l $0x89abcdef, M(0)
MMIO_END
MMIO_CASE "\op md,ib", 1, SIZE4, 1, SIZE4
    \op\()l $-5, M(0)
MMIO_END
.endr

.irp op, and, or, xor
MMIO_CASE "\op mb,gb", 1, SIZE1, 1, SIZE1, FLAGS_LOGIC
    \op\()b %dl, M(0)
MMIO_END
MMIO_CASE "\op mw,gw", 1, SIZE2, 1, SIZE2, FLAGS_LOGIC
    \op\()w %dx, M(2)
MMIO_END
MMIO_CASE "\op md,gd", 1, SIZE4, 1, SIZE4, FLAGS_LOGIC
    \op\()l %edx, M(1)
MMIO_END
MMIO_CASE "\op gb,mb", 1, SIZE1, 0, 0, FLAGS_LOGIC
    \op\()b M(3), %ah
MMIO_END
MMIO_CASE "\op gd,md", 1, SIZE4, 0, 0, FLAGS_LOGIC
    \op\()l M(4), %eax
MMIO_END
MMIO_CASE "\op mb,ib", 1, SIZE1, 1, SIZE1, FLAGS_LOGIC
    \op\()b $0x9f, M(5)
MMIO_END
MMIO_CASE "\op md,id", 1, SIZE4, 1, SIZE4, FLAGS_LOGIC
    \op\()l $0x89abcdef, M(0)
MMIO_END
MMIO_CASE "\op mw,ib", 1, SIZE2, 1, SIZE2, FLAGS_LOGIC
    \op\()w $-5, M(0)
MMIO_END
.endr

MMIO_CASE "cmp mb,gb", 1, SIZE1, 0, 0
    cmpb %dl, M(0)
MMIO_END
MMIO_CASE "cmp gd,md", 1, SIZE4, 0, 0
    cmpl M(4), %eax
MMIO_END
MMIO_CASE "cmp mw,iw", 1, SIZE2, 0, 0
    cmpw $0x7384, M(0)
MMIO_END
MMIO_CASE "cmp md,ib", 1, SIZE4, 0, 0
    cmpl $-1, M(8)
MMIO_END
MMIO_CASE "test mb,gb", 1, SIZE1, 0, 0, FLAGS_LOGIC
    testb %dl, M(0)
MMIO_END
MMIO_CASE "test md,gd", 1, SIZE4, 0, 0, FLAGS_LOGIC
    testl %edx, M(0)
MMIO_END
MMIO_CASE "test mb,ib", 1, SIZE1, 0, 0, FLAGS_LOGIC
    testb $0x80, M(1)
MMIO_END
MMIO_CASE "test md,id", 1, SIZE4, 0, 0, FLAGS_LOGIC
    testl $0x80000000, M(4)
MMIO_END

.irp op, inc, dec, neg
MMIO_CASE "\op mb", 1, SIZE1, 1, SIZE1
    \op\()b M(0)
MMIO_END
MMIO_CASE "\op mw", 1, SIZE2, 1, SIZE2
    \op\()w M(0)
MMIO_END
MMIO_CASE "\op md", 1, SIZE4, 1, SIZE4
    \op\()l M(0)
MMIO_END
.endr
MMIO_CASE "not mb", 1, SIZE1, 1, SIZE1
    notb M(0)
MMIO_END
MMIO_CASE "not md", 1, SIZE4, 1, SIZE4
    notl M(0)
MMIO_END

.irp op, shl, shr, sar
MMIO_CASE "\op mb,1", 1, SIZE1, 1, SIZE1, FLAGS_LOGIC
    \op\()b $1, M(4)
MMIO_END
MMIO_CASE "\op md,1", 1, SIZE4, 1, SIZE4, FLAGS_LOGIC
    \op\()l $1, M(4)
MMIO_END
MMIO_CASE "\op mw,cl", 1, SIZE2, 1, SIZE2, FLAGS_SHIFT
    \op\()w %cl, M(4)
MMIO_END
MMIO_CASE "\op md,cl", 1, SIZE4, 1, SIZE4, FLAGS_SHIFT
    \op\()l %cl, M(4)
MMIO_END
MMIO_CASE "\op mb,ib", 1, SIZE1, 1, SIZE1, FLAGS_SHIFT
    \op\()b $5, M(4)
MMIO_END
MMIO_CASE "\op md,ib", 1, SIZE4, 1, SIZE4, FLAGS_SHIFT
    \op\()l $31, M(4)
MMIO_END
.endr
.irp op, rol, ror
MMIO_CASE "\op mb,1", 1, SIZE1, 1, SIZE1
    \op\()b $1, M(4)
MMIO_END
MMIO_CASE "\op md,cl", 1, SIZE4, 1, SIZE4, FLAGS_ROTATE
    \op\()l %cl, M(4)
MMIO_END
MMIO_CASE "\op mw,ib", 1, SIZE2, 1, SIZE2, FLAGS_ROTATE
    \op\()w $9, M(4)
MMIO_END
.endr

.irp op, bts, btr, btc
MMIO_CASE "\op md,gd", 1, SIZE4, 1, SIZE4, FLAGS_BIT
    \op\()l %ecx, M(0)
MMIO_END
MMIO_CASE "\op md,gd beyond the operand", 1, SIZE4, 1, SIZE4, FLAGS_BIT
    mov $70, %ecx
    \op\()l %ecx, M(4)
MMIO_END
MMIO_CASE "\op md,gd before the operand", 1, SIZE4, 1, SIZE4, FLAGS_BIT
    mov $-10, %ecx
#if GUEST_MODE == 64
    movslq %ecx, %rcx
#endif
    \op\()l %ecx, M(16)
MMIO_END
MMIO_CASE "\op mw,ib", 1, SIZE2, 1, SIZE2, FLAGS_BIT
    \op\()w $7, M(0)
MMIO_END
.endr
MMIO_CASE "bt md,gd", 1, SIZE4, 0, 0, FLAGS_BIT
    btl %ecx, M(0)
MMIO_END
MMIO_CASE "bt md,ib", 1, SIZE4, 0, 0, FLAGS_BIT
    btl $7, M(0)
MMIO_END

MMIO_CASE "xchg mb,gb", 1, SIZE1, 1, SIZE1
    xchgb %dh, M(0)
MMIO_END
MMIO_CASE "xchg mw,gw", 1, SIZE2, 1, SIZE2
    xchgw %dx, M(0)
MMIO_END
MMIO_CASE "xchg md,gd", 1, SIZE4, 1, SIZE4
    xchgl %edx, M(0)
MMIO_END
MMIO_CASE "xadd mb,gb", 1, SIZE1, 1, SIZE1
    xaddb %dl, M(0)
MMIO_END
MMIO_CASE "lock xadd md,gd", 1, SIZE4, 1, SIZE4
    lock xaddl %edx, M(0)
MMIO_END
MMIO_CASE "lock or md,ib", 1, SIZE4, 1, SIZE4, FLAGS_LOGIC
    lock orl $0x40, M(0)
MMIO_END
MMIO_CASE "cmpxchg md,gd unequal", 1, SIZE4, 1, SIZE4
    lock cmpxchgl %edx, M(0)
MMIO_END
MMIO_CASE "cmpxchg md,gd equal", 1, SIZE4, 1, SIZE4
    lock cmpxchgl %edx, M(4)
MMIO_END
MMIO_CASE "cmpxchg mb,gb equal", 1, SIZE1, 1, SIZE1
    cmpxchgb %dl, M(4)
MMIO_END
MMIO_CASE "cmpxchg8b", 1, SIZE8, 1, SIZE8
    movl %ebx, %edi
    movl %edx, %ebx
    movl $0x11a27384, %eax
    movl $0x95061728, %edx
#if GUEST_MODE == 64
    lock cmpxchg8b (DI)
#else
    lock cmpxchg8b FLAT(DI)
#endif
    movl %edi, %ebx
    mov $0, %edi
MMIO_END

#if GUEST_MODE == 64
.irp op, add, sub, adc, sbb
MMIO_CASE "\op mq,gq", 1, SIZE8, 1, SIZE8
    \op\()q %rdx, M(0)
MMIO_END
MMIO_CASE "\op gq,mq", 1, SIZE8, 0, 0
    \op\()q M(8), %rdx
MMIO_END
MMIO_CASE "\op mq,id", 1, SIZE8, 1, SIZE8
    \op\()q $-0x12345678, M(0)
MMIO_END
.endr
MMIO_CASE "xchg mq,gq", 1, SIZE8, 1, SIZE8
    xchgq %rdx, M(0)
MMIO_END
MMIO_CASE "neg mq", 1, SIZE8, 1, SIZE8
    negq M(8)
MMIO_END
MMIO_CASE "sar mq,ib", 1, SIZE8, 1, SIZE8, FLAGS_SHIFT
    sarq $33, M(8)
MMIO_END
MMIO_CASE "bts mq,gq", 1, SIZE8, 1, SIZE8, FLAGS_BIT
    btsq %rcx, M(8)
MMIO_END
MMIO_CASE "cmpxchg mq,gq", 1, SIZE8, 1, SIZE8
    lock cmpxchgq %rdx, M(0)
MMIO_END
#endif
