// SPDX-License-Identifier: BSD-3-Clause
// Cases of modes with segment limits: GS ends after 64 KiB, in the middle of a repetition.

#define LIMIT_ELEMENTS 8

run_limit_cases:
    BEGIN "rep outsb stops at the segment's limit"
    movl $1f, recover_at
    movl $-1, fault_vector
    mov $0xfffb, %esi
    mov $LIMIT_ELEMENTS, %ecx
    mov $DEVICE_SEQUENCE, %dx
    rep outsb %gs:(%esi), %dx
1:  movl $0, recover_at
    movl %ecx, %eax
    EXPECT LIMIT_ELEMENTS - 5
    movl %esi, %eax
    EXPECT 0x10000
    movl fault_vector, %eax
    EXPECT 13
    EXPECT_COUNT PORT_WRITE + SIZE1, 5
    EXPECT_LOGGED 5
    END

    BEGIN "rep outsw backwards stops below the segment's start"
    movl $1f, recover_at
    movl $-1, fault_vector
    mov $4, %esi
    mov $LIMIT_ELEMENTS, %ecx
    mov $DEVICE_SEQUENCE, %dx
    std
    rep outsw %gs:(%esi), %dx
1:  cld
    movl $0, recover_at
    movl %ecx, %eax
    EXPECT LIMIT_ELEMENTS - 3
    movl %esi, %eax
    EXPECT 0xfffffffe
    movl fault_vector, %eax
    EXPECT 13
    EXPECT_COUNT PORT_WRITE + SIZE2, 3
    EXPECT_LOGGED 3
    END

    BEGIN "rep movsb to MMIO stops at the segment's limit"
    movl $1f, recover_at
    movl $-1, fault_vector
    mov $0xfffd, %esi
    mov $DEVICE_MMIO, %edi
    mov $LIMIT_ELEMENTS, %ecx
    rep movsb %gs:(%esi), %es:(%edi)
1:  movl $0, recover_at
    movl %ecx, %eax
    EXPECT LIMIT_ELEMENTS - 3
    movl %edi, %eax
    EXPECT DEVICE_MMIO + 3
    movl fault_vector, %eax
    EXPECT 13
    EXPECT_COUNT MMIO_WRITE + SIZE1, 3
    EXPECT_LOGGED 3
    END
    ret
