// SPDX-License-Identifier: BSD-3-Clause
// Cases about exceptions, control registers, CPUID, MSRs and accesses over a page's edge.

#define CR0_TS 8
#define UNKNOWN_MSR 0x12345

// Runs until END_FAULT an instruction that must raise `vector`, and no access may arrive.
.macro FAULT_CASE name, vector
    BEGIN "\name"
    movl $96f, recover_at
    movl $-1, fault_vector
    .set wanted_vector, \vector
.endm
.macro END_FAULT
96: movl $0, recover_at
    movl fault_vector, %eax
    EXPECT wanted_vector
    EXPECT_LOGGED 0
    END
.endm

run_system_cases:
    mov $DEVICE_MMIO, %ebx

    FAULT_CASE "division by zero", 0
    xor %ecx, %ecx
    xor %edx, %edx
    div %ecx
    END_FAULT

    FAULT_CASE "ud2", 6
    ud2
    END_FAULT

    FAULT_CASE "vmxoff", 6
    vmxoff
    END_FAULT

    FAULT_CASE "rdmsr of an unknown register", 13
    mov $UNKNOWN_MSR, %ecx
    rdmsr
    END_FAULT

    FAULT_CASE "wrmsr of an unknown register", 13
    mov $UNKNOWN_MSR, %ecx
    xor %eax, %eax
    xor %edx, %edx
    wrmsr
    END_FAULT

    FAULT_CASE "monitor is not offered", 6
    mov $LINEAR(buffer), %eax
    xor %ecx, %ecx
    xor %edx, %edx
    monitor
    END_FAULT

// The x87 is not decoded for MMIO: #UD, and the instruction on the hypervisor's console.
    FAULT_CASE "an MMIO instruction that is not decoded", 6
    fildl M(0)
    END_FAULT

    FAULT_CASE "movaps from MMIO that is not aligned", 13
    movaps M(8), %xmm0
    movups M(8), %xmm0
    END_FAULT

    BEGIN "cpuid shows a hypervisor"
    mov $1, %eax
    xor %ecx, %ecx
    cpuid
    shr $31, %ecx
    mov %ecx, %eax
    EXPECT 1
    mov $0x40000000, %eax
    xor %ecx, %ecx
    cpuid
    mov %ebx, %eax
    EXPECT 0x4e524341
    mov $DEVICE_MMIO, %ebx
    END

    BEGIN "rdtsc runs forwards"
    rdtsc
    mov %eax, %esi
    mov %edx, %edi
    wbinvd
    pause
    rdtsc
    sub %esi, %eax
    sbb %edi, %edx
    mov %edx, %eax
    EXPECT 0
    END

    BEGIN "cr0: mov, clts, lmsw, smsw"
    mov %cr0, AX
    or $CR0_TS, %eax
    mov AX, %cr0
    mov %cr0, AX
    and $CR0_TS, %eax
    EXPECT CR0_TS
    clts
    mov %cr0, AX
    and $CR0_TS, %eax
    EXPECT 0
    smsw %ax
    or $CR0_TS, %eax
    lmsw %ax
    mov %cr0, AX
    and $CR0_TS, %eax
    EXPECT CR0_TS
    clts
    smsw %ax
    and $CR0_TS, %eax
    EXPECT 0
    END

    BEGIN "cr4 and debug registers keep what is written"
    mov %cr4, AX
    or $4, %eax
    mov AX, %cr4
    mov %cr4, AX
    and $4, %eax
    EXPECT 4
    mov %cr4, AX
    and $-5, %eax
    mov AX, %cr4
    mov %cr4, AX
    and $4, %eax
    EXPECT 0
    mov $0x1234, %eax
    mov AX, %dr0
    xor %eax, %eax
    mov %dr0, AX
    EXPECT 0x1234
    END

    BEGIN "MMIO that nobody claims"
    mov $MMIO_UNCLAIMED, %ebx
    movl $0x12345678, M(0)
    xor %eax, %eax
    movb M(0), %al
    EXPECT 0xff
    movl M(4), %eax
    EXPECT 0xffffffff
    EXPECT_LOGGED 0
    mov $DEVICE_MMIO, %ebx
    END

    BEGIN "read over the end of the device's page"
    movw $0x2143, M(0xffe)
    call forget
    movl M(0xffe), %eax
    EXPECT 0xffff2143
    EXPECT_COUNT MMIO_READ + SIZE2, 1
    EXPECT_LOGGED 1
    END

    BEGIN "write over the end of the device's page"
    movl $0x11223344, M(0xffd)
    EXPECT_LOGGED 2
    movl M(0xffc), %eax
    movb $0, %al
    EXPECT 0x22334400
    END

    BEGIN "write over the start of the device's page"
    movl $0, M(0)
    call forget
    movl $0x55667788, M(-2)
    EXPECT_COUNT MMIO_WRITE + SIZE2, 1
    movl M(0), %eax
    EXPECT 0x5566
    END
    ret

    .data
    .balign 8
recover_at:       .long 0  // where an exception goes on; 0: it is not expected
fault_vector:     .long 0
fault_error_code: .long 0
fault_at:         .quad 0  // where it happened
    .text
