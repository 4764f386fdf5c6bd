// SPDX-License-Identifier: BSD-3-Clause
// Port I/O cases: plain, string and repeated, forwards and backwards, and ports without a device.

#define ELEMENTS 20

run_port_cases:
    BEGIN "the test device answers"
    mov $DEVICE_ID, %dx
    in %dx, %eax
    EXPECT 0x54534554
    END

    BEGIN "out dx,al / in al,dx"
    mov $DEVICE_PORTS, %dx
    mov $0x12345678, %eax
    out %al, %dx
    mov $0xaabbccdd, %eax
    in %dx, %al
    EXPECT 0xaabbcc78
    EXPECT_COUNT PORT_WRITE + SIZE1, 1
    EXPECT_COUNT PORT_READ + SIZE1, 1
    EXPECT_LOGGED 2
    END

    BEGIN "out dx,ax / in ax,dx, not aligned"
    mov $DEVICE_PORTS + 3, %dx
    mov $0x12345678, %eax
    out %ax, %dx
    mov $0xaabbccdd, %eax
    in %dx, %ax
    EXPECT 0xaabb5678
    EXPECT_COUNT PORT_WRITE + SIZE2, 1
    EXPECT_COUNT PORT_READ + SIZE2, 1
    EXPECT_LOGGED 2
    END

    BEGIN "out dx,eax / in eax,dx"
    mov $DEVICE_PORTS + 8, %dx
    mov $0xcafef00d, %eax
    out %eax, %dx
#if GUEST_MODE == 64
    mov $-1, %rax
    in %dx, %eax
    mov %rax, %rcx
    EXPECT 0xcafef00d
    shr $32, %rcx
    mov %ecx, %eax
    EXPECT 0
#else
    xor %eax, %eax
    in %dx, %eax
    EXPECT 0xcafef00d
#endif
    EXPECT_COUNT PORT_WRITE + SIZE4, 1
    EXPECT_COUNT PORT_READ + SIZE4, 1
    EXPECT_LOGGED 2
    END

    BEGIN "out imm8,al / in al,imm8"
    mov $0x5a, %al
    out %al, $0xa1
    xor %eax, %eax
    in $0xa1, %al
    EXPECT 0x5a
    mov $0xff, %al
    out %al, $0xa1
    in $0xa1, %al
    and $0xff, %eax
    EXPECT 0xff
    END

    BEGIN "ports that nobody claims"
    mov $PORT_UNCLAIMED, %dx
    xor %eax, %eax
    out %eax, %dx
    in %dx, %al
    EXPECT 0xff
    in %dx, %ax
    EXPECT 0xffff
    in %dx, %eax
    EXPECT 0xffffffff
    EXPECT_LOGGED 0
    END

// REP INS of 20 elements: the device numbers them.
.macro REP_INS name, suffix, bytes, log2, direction
    BEGIN "\name"
    mov $LINEAR(buffer), %edi
    mov $ELEMENTS, %ecx
    mov $DEVICE_SEQUENCE, %dx
    .ifc \direction,down
    add $((ELEMENTS - 1) * \bytes), %edi
    std
    .endif
    rep ins\suffix %dx, DESTINATION
    cld
    mov %ecx, %eax
    EXPECT 0
    mov %edi, %eax
    .ifc \direction,down
    EXPECT LINEAR(buffer) - \bytes
    .else
    EXPECT LINEAR(buffer) + ELEMENTS * \bytes
    .endif
    xor %ecx, %ecx
91: xor %eax, %eax
    .if \bytes == 1
    movb buffer(CX), %al
    .elseif \bytes == 2
    movw buffer(, CX, 2), %ax
    .else
    movl buffer(, CX, 4), %eax
    .endif
    movl %ecx, expected
    .ifc \direction,down
    movl $(ELEMENTS - 1), expected
    subl %ecx, expected
    .endif
    call expect
    inc %ecx
    cmp $ELEMENTS, %ecx
    jb 91b
    EXPECT_COUNT PORT_READ + \log2, ELEMENTS
    EXPECT_LOGGED ELEMENTS
    END
.endm
    REP_INS "rep insb", b, 1, SIZE1, up
    REP_INS "rep insw", w, 2, SIZE2, up
    REP_INS "rep insl", l, 4, SIZE4, up
    REP_INS "rep insb backwards", b, 1, SIZE1, down
    REP_INS "rep insl backwards", l, 4, SIZE4, down

// REP OUTS of 20 elements; the device sums them up in order, as is done here.
.macro REP_OUTS name, suffix, bytes, log2, direction
    BEGIN "\name"
    call fill_buffer
    mov $LINEAR(buffer), %esi
    mov $ELEMENTS, %ecx
    mov $DEVICE_SEQUENCE, %dx
    .ifc \direction,down
    add $((ELEMENTS - 1) * \bytes), %esi
    std
    .endif
    rep outs\suffix SOURCE, %dx
    cld
    mov %ecx, %eax
    EXPECT 0
    mov %esi, %eax
    .ifc \direction,down
    EXPECT LINEAR(buffer) - \bytes
    .else
    EXPECT LINEAR(buffer) + ELEMENTS * \bytes
    .endif
    movl $0, expected
    xor %ecx, %ecx
92: mov %ecx, %edi
    .ifc \direction,down
    mov $(ELEMENTS - 1), %edi
    sub %ecx, %edi
    .endif
    xor %eax, %eax
    .if \bytes == 1
    movb buffer(DI), %al
    .elseif \bytes == 2
    movw buffer(, DI, 2), %ax
    .else
    movl buffer(, DI, 4), %eax
    .endif
    roll $5, expected
    xorl %eax, expected
    inc %ecx
    cmp $ELEMENTS, %ecx
    jb 92b
    mov $DEVICE_CHECKSUM, %dx
    in %dx, %eax
    call expect
    EXPECT_COUNT PORT_WRITE + \log2, ELEMENTS
    EXPECT_LOGGED ELEMENTS
    END
.endm
    REP_OUTS "rep outsb", b, 1, SIZE1, up
    REP_OUTS "rep outsw", w, 2, SIZE2, up
    REP_OUTS "rep outsl", l, 4, SIZE4, up
    REP_OUTS "rep outsw backwards", w, 2, SIZE2, down

    BEGIN "insb and outsb once"
    mov $LINEAR(buffer), %edi
    mov $DEVICE_SEQUENCE, %dx
    movb $0x77, buffer + 1
    insb %dx, DESTINATION
    mov %edi, %eax
    EXPECT LINEAR(buffer) + 1
    movzbl buffer, %eax
    EXPECT 0
    mov $LINEAR(buffer) + 1, %esi
    outsb SOURCE, %dx
    mov $DEVICE_CHECKSUM, %dx
    in %dx, %eax
    EXPECT 0x77
    EXPECT_LOGGED 2
    END

    BEGIN "rep insb and rep outsb with a count of 0"
    mov $LINEAR(buffer), %edi
    mov $LINEAR(buffer), %esi
    mov $DEVICE_SEQUENCE, %dx
    xor %ecx, %ecx
    rep insb %dx, DESTINATION
    rep outsb SOURCE, %dx
    mov %edi, %eax
    EXPECT LINEAR(buffer)
    mov %esi, %eax
    EXPECT LINEAR(buffer)
    EXPECT_LOGGED 0
    END

// Text in the middle of an instruction stream: the UART's port by REP OUTSB.
    BEGIN "rep outsb to the UART"
    mov $LINEAR(uart_text), %esi
    mov $UART_TEXT_SIZE, %ecx
    mov $UART_DATA, %dx
    rep outsb SOURCE, %dx
    mov %ecx, %eax
    EXPECT 0
    END
    ret

fill_buffer:
    xor %ecx, %ecx
    mov $0x13579bdf, %eax
1:  movb %al, buffer(CX)
    roll $3, %eax
    add $0x1f, %eax
    inc %ecx
    cmp $(ELEMENTS * 4), %ecx
    jb 1b
    ret

    .data
    .balign 16
buffer: .fill 96
uart_text: .ascii MODE_NAME, ": this line is one instruction\n"
.set UART_TEXT_SIZE, . - uart_text
    .text
